; exec.asm: becoming another program.
;
;   exec_program(who, argv)       does not return, but with 126 or 127 after a complaint
;
; A name without a / is looked for in /bin, then here.

        section .bss
program_path:   resb PATH_MAX

        section .text

; int exec_program(const char *who, char **argv)
proc exec_program, .who, .argv
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
        syscall SYS_EXECVE, program_path, ebx, 0
        cmp     eax, -ENOENT
        jne     .failed
.here:
        syscall SYS_EXECVE, [ebx], ebx, 0
.failed:
        push    eax
        ccall   strerror, eax
        complain "%s: %s: %s", [ebp + .who], [ebx], eax
        pop     ecx
        mov     eax, 127
        cmp     ecx, -ENOENT
        je      .done
        mov     eax, 126
.done:
        pop     ebx
endproc

        section .rodata
program_format: db "/bin/%s", 0
        section .text
