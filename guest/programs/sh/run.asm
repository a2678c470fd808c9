; run.asm: lines are run: lists of commands, pipelines.
;
;   run_line(line)                last_status is how its last command ended
;
; Each command of a pipeline is a process of one group, which has the terminal while it is in the
; foreground. A builtin alone runs in the shell itself, so that cd means something.

        section .bss
        alignb  4
token_place:    resd 1                  ; the next token to look at

        section .text

; void run_line(const char *line)
proc run_line, .line
        push    ebx
        ccall   split_line, [ebp + .line]
        test    eax, eax
        jnz     .error
        mov     dword [token_place], tokens
        mov     ebx, OP_SEMICOLON       ; what stood before the next pipeline
.next:
        mov     eax, [token_place]
        cmp     dword [eax], OP_END
        je      .done
        ; after && and || the next one may be passed over
        cmp     ebx, OP_AND
        je      .and
        cmp     ebx, OP_OR
        jne     .run
        cmp     dword [last_status], 0
        jne     .run
        jmp     .skip
.and:
        cmp     dword [last_status], 0
        je      .run
.skip:
        call    skip_pipeline
        jmp     .ran
.run:
        call    run_pipeline
        test    eax, eax
        js      .error
.ran:
        mov     eax, [token_place]
        mov     ebx, [eax]
        cmp     ebx, OP_END
        je      .done
        add     dword [token_place], 4
        jmp     .next
.error:
        mov     dword [last_status], 2
.done:
        pop     ebx
endproc

; u32 *pipeline_end(u32 *token)         where the next ; & && || or the end is
proc pipeline_end, .token
        mov     eax, [ebp + .token]
.next:
        mov     ecx, [eax]
        cmp     ecx, OP_LAST
        ja      .another
        cmp     ecx, OP_PIPE
        je      .another
        cmp     ecx, OP_OR
        jbe     .done
.another:
        add     eax, 4
        jmp     .next
.done:
endproc

; void skip_pipeline(void)
proc skip_pipeline
        ccall   pipeline_end, [token_place]
        mov     [token_place], eax
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
        mov     eax, [ebp + .token]
.next:
        cmp     dword [eax], OP_OR
        jbe     .done
        add     eax, 4
        jmp     .next
.done:
endproc

; int check_pipeline(u32 *token, u32 *stop)     1 after a complaint: each command has a word, each
;                                               redirection a file
proc check_pipeline, .token, .stop
        push    ebx
        mov     ecx, [ebp + .token]
        xor     ebx, ebx                ; words in this command
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
        xor     ebx, ebx
        cmp     ecx, [ebp + .stop]
        jb      .next
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

; const char *first_word(u32 *token)    of a command that has one
proc first_word, .token
        mov     ecx, [ebp + .token]
.next:
        mov     eax, [ecx]
        add     ecx, 4
        cmp     eax, OP_LAST
        ja      .done
        cmp     eax, OP_ERRORS_TOO
        je      .next
        add     ecx, 4
        jmp     .next
.done:
        ccall   expand_word, eax
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
