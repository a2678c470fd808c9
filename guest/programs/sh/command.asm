; command.asm: one command: its words and redirections, and the process it becomes.
;
;   prepare_command(token, argv)  redirections done, words in argv: how many; -1 after a complaint
;   start_command(token, job, input, output, other_end)   a process for it: 0, or an error
;   exec_command(argv)            become a program: does not return, but with 126 or 127

MAX_ARGS        equ 128

        section .text

; int prepare_command(u32 *token, char **argv)          redirections done, words in argv: how many; -1
proc prepare_command, .token, .argv
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + .token]
        mov     edi, [ebp + .argv]
        xor     ebx, ebx
.next:
        mov     eax, [esi]
        cmp     eax, OP_LAST
        ja      .word
        cmp     eax, OP_OR
        jbe     .done
        add     esi, 4
        cmp     eax, OP_ERRORS_TOO
        je      .errors_too
        push    eax
        ccall   expand_word, [esi]
        pop     ecx
        ccall   redirect, ecx, eax
        add     esi, 4
        test    eax, eax
        jns     .next
        jmp     .out
.errors_too:
        syscall SYS_DUP2, STDOUT, STDERR
        jmp     .next
.word:
        add     esi, 4
        test    ebx, ebx
        jnz     .argument
        push    eax
        ccall   assign, eax             ; NAME=VALUE before a command is for it alone
        mov     ecx, eax
        pop     eax
        test    ecx, ecx
        jnz     .next
.argument:
        ccall   expand_words, eax, edi, ebx
        mov     ebx, eax
        jmp     .next
.done:
        mov     dword [edi + ebx * 4], 0
        mov     eax, ebx
.out:
        pop     edi
        pop     esi
        pop     ebx
endproc

        section .rodata
        align   4
redirections:                           ; from OP_INPUT on: open's flags, the descriptor
        dd      O_RDONLY, STDIN
        dd      O_WRONLY | O_CREAT | O_TRUNC, STDOUT
        dd      O_WRONLY | O_CREAT | O_APPEND, STDOUT
        dd      O_WRONLY | O_CREAT | O_TRUNC, STDERR
        dd      O_WRONLY | O_CREAT | O_APPEND, STDERR

        section .text

; int redirect(int operator, const char *name)          0, or -1 after a complaint
proc redirect, .operator, .name
        push    ebx
        push    esi
        mov     esi, [ebp + .operator]
        lea     esi, [redirections + (esi - OP_INPUT) * 8]
        syscall SYS_OPEN, [ebp + .name], [esi], 0x1a4     ; 0644
        mov     ebx, eax
        test    eax, eax
        js      .failed
        syscall SYS_DUP2, ebx, [esi + 4]
        syscall SYS_CLOSE, ebx
        xor     eax, eax
        jmp     .done
.failed:
        ccall   strerror, eax
        complain "sh: %s: %s", [ebp + .name], eax
        mov     eax, -1
.done:
        pop     esi
        pop     ebx
endproc

; int start_command(u32 *token, struct job *job, int input, int output, int other_end)
; A process for it; other_end is the pipe's reading end, which it must not keep open. 0, or an error.
proc start_command, .token, .job, .input, .output, .other_end
        push    ebx
        mov     ebx, [ebp + .job]
        syscall SYS_FORK
        test    eax, eax
        jz      .child
        js      .done
        ccall   job_add, ebx, eax
        xor     eax, eax
.done:
        pop     ebx
        return
.child:
        syscall SYS_SIGNAL, SIGTSTP, SIG_DFL
        ; both sides do this, so that it is done whoever runs first
        syscall SYS_SETPGID, 0, [ebx + job.pgrp]
        cmp     dword [interactive], 0
        je      .no_terminal
        cmp     dword [ebx + job.background], 0
        jne     .no_terminal
        syscall SYS_GETPGRP
        mov     [ebx + job.pgrp], eax
        lea     eax, [ebx + job.pgrp]
        ccall   lend_terminal, eax
.no_terminal:
        cmp     dword [ebp + .input], STDIN
        je      .input_known
        syscall SYS_DUP2, [ebp + .input], STDIN
        syscall SYS_CLOSE, [ebp + .input]
.input_known:
        cmp     dword [ebp + .output], STDOUT
        je      .output_known
        syscall SYS_DUP2, [ebp + .output], STDOUT
        syscall SYS_CLOSE, [ebp + .output]
        syscall SYS_CLOSE, [ebp + .other_end]
.output_known:
        ccall   become_command, [ebp + .token]
        syscall SYS_EXIT, eax
endproc

; int become_command(u32 *token)        returns only with an exit code: a builtin's, or a failure's
proc become_command, .token
.argv           equ -4 * MAX_ARGS
        sub     esp, 4 * MAX_ARGS
        push    ebx
        push    esi
        lea     ebx, [ebp + .argv]
        ccall   keyword_at, [ebp + .token]
        test    eax, eax
        jnz     .compound
        ccall   prepare_command, [ebp + .token], ebx
        mov     esi, eax
        mov     eax, 1
        test    esi, esi
        js      .done
        mov     eax, 0
        jz      .done                   ; it came to nothing: $EMPTY
        ccall   find_builtin, [ebx]
        test    eax, eax
        jz      .program
        ccall   [eax + builtin.function], esi, ebx
        jmp     .done
.program:
        ccall   exec_command, ebx
        jmp     .done
.compound:
        ccall   become_compound, [ebp + .token], eax, ebx
.done:
        pop     esi
        pop     ebx
endproc

; int become_compound(u32 *token, int keyword, char **argv)      its exit code
; A shell of its own, without a terminal to share out.
proc become_compound, .token, .keyword, .argv
        mov     dword [interactive], 0
        syscall SYS_GETPGRP
        mov     [shell_pgrp], eax
        ccall   compound_end, [ebp + .token]
        ccall   prepare_command, eax, [ebp + .argv]
        test    eax, eax
        js      .failed
        jnz     .words
        mov     eax, [ebp + .token]
        mov     [token_place], eax
        ccall   run_compound, [ebp + .keyword]
        test    eax, eax
        mov     eax, 2
        js      .done
        mov     eax, [last_status]
        return
.words:
        complain "sh: syntax error: no words may follow fi or done"
        mov     eax, 2
        return
.failed:
        mov     eax, 1
.done:
endproc

; int exec_command(char **argv)         does not return, but with 126 or 127
proc exec_command, .argv
        push    ebx
        mov     ebx, [ebp + .argv]
        call    make_environment
        mov     [exec_environment], eax
        ccall   exec_search, ebx
        cmp     eax, -ENOENT
        je      .not_found
        ccall   strerror, eax
        complain "sh: %s: %s", [ebx], eax
        mov     eax, 126
        jmp     .done
.not_found:
        complain "sh: %s: not found", [ebx]
        mov     eax, 127
.done:
        pop     ebx
endproc
