; init: the first process: keeps a shell running. With the word `tour` on the kernel's command line it
; runs the tour instead, and switches the machine off.

%include "include/utility.inc"
%include "include/reboot.inc"

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        mov     esi, shell_argv
        mov     ebx, [ebp + .argv]
.argument:
        add     ebx, 4
        cmp     dword [ebx], 0
        je      .run
        ccall   strcmp, [ebx], tour_word
        test    eax, eax
        jnz     .argument
        mov     esi, tour_argv
.run:
        syscall SYS_FORK
        mov     ebx, eax
        test    eax, eax
        jnz     .parent
        syscall SYS_SETPGID, 0, 0
        syscall SYS_EXECVE, shell_path, esi, 0
        ccall   strerror, eax
        complain "init: %s: %s", shell_path, eax
        syscall SYS_EXIT, 127
.parent:
        ; whatever has lost its parent is ours to ask for, too
        syscall SYS_WAITPID, -1, 0, 0
        cmp     eax, ebx
        jne     .parent
        cmp     esi, tour_argv
        jne     .run
        power_off
        jmp     .run
        pop     esi                     ; not reached: init has no end
        pop     ebx
endproc

        section .data
        align   4
shell_argv:     dd shell_name, 0
tour_argv:      dd shell_name, tour_path, 0

        section .rodata
shell_path:     db "/bin/sh", 0
shell_name:     db "sh", 0
tour_path:      db "/bin/tour", 0
tour_word:      db "tour", 0
        section .text
