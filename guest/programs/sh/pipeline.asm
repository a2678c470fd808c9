; pipeline.asm: commands of which each reads what the one before it writes.
;
;   run_pipeline()                what begins at token_place, up to ; & && || or the end; -1: it makes no sense
;   pipeline_end(token)           where that is
;
; Each command is a process of one group, which has the terminal while it is in the foreground. A builtin
; alone runs in the shell itself, so that cd means something.

        section .text

; u32 *pipeline_end(u32 *token)         where the next ; & && || or the end is
proc pipeline_end, .token
        mov     eax, [ebp + .token]
.next:
        ccall   command_end, eax
        cmp     dword [eax], OP_PIPE
        jne     .done
        add     eax, 4
        jmp     .next
.done:
endproc

; int run_pipeline(void)                -1: it makes no sense
; ebx is the descriptor the next command reads from, esi the job it belongs to.
proc run_pipeline
.stop           equ -4
.pipe           equ -12                 ; its reading end, its writing end
.background     equ -16
        sub     esp, 16
        push    ebx
        push    esi
        push    edi
        call    forget_expansions
        ccall   pipeline_end, [token_place]
        mov     [ebp + .stop], eax
        xor     ecx, ecx
        cmp     dword [eax], OP_AMPERSAND
        sete    cl
        mov     [ebp + .background], ecx
        ccall   check_pipeline, [token_place], eax
        test    eax, eax
        jnz     .syntax
        cmp     dword [ebp + .background], 0
        jne     .processes
        ccall   lone_assignments, [token_place], [ebp + .stop]
        test    eax, eax
        jnz     .done
        ccall   lone_builtin, [token_place], [ebp + .stop]
        test    eax, eax
        jz      .processes
        ccall   run_in_shell, [token_place], eax
        jmp     .done
.processes:
        ccall   new_job, [token_place], [ebp + .stop], [ebp + .background]
        mov     esi, eax
        mov     ebx, STDIN
.next:
        ccall   command_end, [token_place]
        mov     edi, eax
        mov     dword [ebp + .pipe], -1
        mov     dword [ebp + .pipe + 4], STDOUT
        cmp     dword [edi], OP_PIPE
        jne     .last
        lea     eax, [ebp + .pipe]
        syscall SYS_PIPE, eax
        test    eax, eax
        js      .failed
.last:
        ccall   start_command, [token_place], esi, ebx, [ebp + .pipe + 4], [ebp + .pipe]
        push    eax
        cmp     ebx, STDIN
        je      .no_input
        syscall SYS_CLOSE, ebx
.no_input:
        cmp     dword [ebp + .pipe + 4], STDOUT
        je      .no_output
        syscall SYS_CLOSE, [ebp + .pipe + 4]
.no_output:
        pop     eax
        test    eax, eax
        js      .failed
        mov     ebx, [ebp + .pipe]
        cmp     dword [edi], OP_PIPE
        lea     edi, [edi + 4]
        mov     [token_place], edi
        je      .next
        ccall   job_started, esi
        jmp     .done
.failed:
        ccall   strerror, eax
        complain "sh: cannot start another process: %s", eax
        ccall   job_started, esi
.done:
        mov     eax, [ebp + .stop]
        mov     [token_place], eax
        xor     eax, eax
        jmp     .out
.syntax:
        mov     eax, -1
.out:
        pop     edi
        pop     esi
        pop     ebx
endproc

; u32 *command_end(u32 *token)          where the next | is, or what ends the pipeline
proc command_end, .token
        ccall   compound_end, [ebp + .token]
.next:
        cmp     dword [eax], OP_OR
        jbe     .done
        add     eax, 4
        jmp     .next
.done:
endproc

; u32 *compound_end(u32 *token)         behind fi or done; of another command the token itself
proc compound_end, .token
        push    ebx
        mov     ebx, [token_place]
        ccall   keyword_at, [ebp + .token]
        test    eax, eax
        mov     eax, [ebp + .token]
        jz      .done
        mov     [token_place], eax
        call    skip_compound
        mov     eax, [token_place]
.done:
        mov     [token_place], ebx
        pop     ebx
endproc

; int check_pipeline(u32 *token, u32 *stop)     1 after a complaint: each command has a word, each
;                                               redirection a file
proc check_pipeline, .token, .stop
        push    ebx
        mov     ecx, [ebp + .token]
.command:
        push    ecx
        ccall   compound_end, ecx
        pop     ecx
        xor     ebx, ebx                ; words in this command, as one counts if and its like
        cmp     eax, ecx
        setne   bl
        mov     ecx, eax
.next:
        mov     eax, [ecx]
        cmp     ecx, [ebp + .stop]
        je      .command_ends
        add     ecx, 4
        cmp     eax, OP_LAST
        ja      .word
        cmp     eax, OP_PIPE
        je      .command_ends
        cmp     eax, OP_ERRORS_TOO
        je      .next
        cmp     dword [ecx], OP_LAST
        jbe     .no_file
        add     ecx, 4
        jmp     .next
.word:
        inc     ebx
        jmp     .next
.command_ends:
        test    ebx, ebx
        jz      .no_command
        cmp     ecx, [ebp + .stop]
        jb      .command
        cmp     eax, OP_PIPE
        je      .no_command             ; a | with nothing behind it
        xor     eax, eax
        jmp     .done
.no_command:
        complain "sh: syntax error: a command is missing"
        jmp     .failed
.no_file:
        complain "sh: syntax error: a file's name is missing"
.failed:
        mov     eax, 1
.done:
        pop     ebx
endproc

; const struct builtin *lone_builtin(u32 *token, u32 *stop)     0: a pipeline, or a program
proc lone_builtin, .token, .stop
        ccall   command_end, [ebp + .token]
        cmp     eax, [ebp + .stop]
        jne     .no
        ccall   first_word, [ebp + .token]
        ccall   find_builtin, eax
        return
.no:
        xor     eax, eax
endproc

; const char *first_word(u32 *token)    of a command that has one; what it assigns before does not count
proc first_word, .token
        push    ebx
        mov     ebx, [ebp + .token]
.next:
        mov     eax, [ebx]
        add     ebx, 4
        cmp     eax, OP_LAST
        ja      .word
        cmp     eax, OP_ERRORS_TOO
        je      .next
        add     ebx, 4
        jmp     .next
.word:
        push    eax
        ccall   name_length, eax
        pop     ecx
        test    eax, eax
        jz      .found
        cmp     byte [ecx + eax], '='
        jne     .found
        cmp     dword [ebx], OP_LAST
        ja      .next
.found:
        ccall   expand_word, ecx
        pop     ebx
endproc

; void run_in_shell(u32 *token, const struct builtin *which)
; What it redirects is put back afterwards.
proc run_in_shell, .token, .which
.saved          equ -12
.argv           equ -(12 + 4 * MAX_ARGS)
        sub     esp, 12 + 4 * MAX_ARGS
        push    ebx
        xor     ebx, ebx
.save:
        syscall SYS_DUP, ebx
        mov     [ebp + .saved + ebx * 4], eax
        inc     ebx
        cmp     ebx, 3
        jb      .save
        lea     eax, [ebp + .argv]
        ccall   prepare_command, [ebp + .token], eax
        test    eax, eax
        js      .failed
        mov     ecx, [ebp + .which]
        lea     edx, [ebp + .argv]
        ccall   [ecx + builtin.function], eax, edx
        jmp     .restore
.failed:
        mov     eax, 1
.restore:
        mov     [last_status], eax
        xor     ebx, ebx
.next:
        syscall SYS_DUP2, [ebp + .saved + ebx * 4], ebx
        syscall SYS_CLOSE, [ebp + .saved + ebx * 4]
        inc     ebx
        cmp     ebx, 3
        jb      .next
        pop     ebx
endproc
