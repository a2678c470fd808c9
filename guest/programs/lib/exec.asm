; exec.asm: becoming another program.
;
;   exec_search(argv)             does not return, but with the error
;   exec_program(who, argv)       the same, but with 126 or 127 after a complaint
;
; A name without a / is looked for in /bin, then here. A text that may be run is a script for the shell.
; exec_environment is what it gets besides its arguments: nothing, unless it is set.

        section .bss
        alignb  4
exec_environment: resd 1
program_path:   resb PATH_MAX

        section .text

; int exec_search(char **argv)
proc exec_search, .argv
        push    ebx
        mov     ebx, [ebp + .argv]
        mov     ecx, [ebx]
.letter:
        mov     al, [ecx]
        inc     ecx
        cmp     al, '/'
        je      .here
        test    al, al
        jnz     .letter
        ccall   sprintf, program_path, program_format, [ebx]
        ccall   try_exec, program_path, ebx
        cmp     eax, -ENOENT
        jne     .done
.here:
        ccall   try_exec, [ebx], ebx
.done:
        pop     ebx
endproc

; int try_exec(const char *path, char **argv)           the error
proc try_exec, .path, .argv
        syscall SYS_EXECVE, [ebp + .path], [ebp + .argv], [exec_environment]
        cmp     eax, -ENOEXEC
        jne     .done
        mov     ecx, [ebp + .path]
        mov     [script_argv + 4], ecx
        syscall SYS_EXECVE, script_shell, script_argv, [exec_environment]
.done:
endproc

; int exec_program(const char *who, char **argv)
proc exec_program, .who, .argv
        push    ebx
        ccall   exec_search, [ebp + .argv]
        mov     ebx, eax
        ccall   strerror, eax
        mov     ecx, [ebp + .argv]
        complain "%s: %s: %s", [ebp + .who], [ecx], eax
        mov     eax, 127
        cmp     ebx, -ENOENT
        je      .done
        mov     eax, 126
.done:
        pop     ebx
endproc

        section .data
        align   4
script_argv:    dd script_name, 0, 0

        section .rodata
program_format: db "/bin/%s", 0
script_shell:   db "/bin/sh", 0
script_name:    db "sh", 0
        section .text
