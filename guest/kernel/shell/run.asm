; run.asm: programs, from the shell's side.
;
;   run_program(line)             tasks                start it; in the foreground wait for it too
;   report_status(status)         tasks                say why a child died, if not by itself

        section .text

; int run_program(const char *line)     the wait status; 0 for one in the background
proc run_program, .line
.program_line   equ -LINE_SIZE
.child          equ -(LINE_SIZE + 4)
        sub     esp, LINE_SIZE + 4
        push    ebx
        push    esi
        lea     ebx, [ebp + .program_line]
        ccall   strlcpy, ebx, [ebp + .line], LINE_SIZE
        ccall   take_ampersand, ebx
        mov     esi, eax
        lea     ecx, [ebp + .child]
        ccall   spawn, ebx, ecx
        test    eax, eax
        jnz     .error
        test    esi, esi
        jnz     .background
        mov     ebx, [ebp + .child]
        mov     [tty_foreground], ebx
        ccall   wait_task, ebx
        mov     dword [tty_foreground], 0
        mov     ebx, eax
        ccall   report_status, ebx
        mov     eax, ebx
        jmp     .done
.background:
        mov     eax, [ebp + .child]
        println "[%d]", [eax + task.pid]
        xor     eax, eax
        jmp     .done
.error:
        cmp     eax, -ENOENT
        je      .not_found
        cmp     eax, -ENOEXEC
        je      .not_executable
        cmp     eax, -EAGAIN
        je      .too_many
        println "sh: %s: not enough memory", ebx
        jmp     .failed
.too_many:
        println "sh: %s: too many tasks", ebx
        jmp     .failed
.not_found:
        println "sh: %s: not found", ebx
        jmp     .failed
.not_executable:
        println "sh: %s: not an executable", ebx
.failed:
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc

; int take_ampersand(char *line)        1 if the line ended in &, which is taken off with the blanks
proc take_ampersand, .line
        push    ebx
        xor     ebx, ebx
        ccall   strlen, [ebp + .line]
        add     eax, [ebp + .line]
.back:
        cmp     eax, [ebp + .line]
        je      .done
        dec     eax
        cmp     byte [eax], SPACE
        je      .cut
        cmp     byte [eax], '&'
        jne     .done
        test    ebx, ebx
        jnz     .done
        inc     ebx
.cut:
        mov     byte [eax], 0
        jmp     .back
.done:
        mov     eax, ebx
        pop     ebx
endproc

; void report_status(int status)
proc report_status, .status
        test    dword [ebp + .status], SIGNAL_MASK
        jz      .by_itself
        ccall   describe_status, [ebp + .status]
        println "%s", eax
.by_itself:
endproc
