; ask: reads a line from the terminal.

%include "include/program.inc"

NAME_SIZE       equ 64

main:
        say     "What is your name?"
        syscall SYS_READ, STDIN, name, NAME_SIZE
        test    eax, eax
        jle     .nobody
        mov     edx, eax
        syscall SYS_WRITE, STDOUT, greeting, GREETING_SIZE
        syscall SYS_WRITE, STDOUT, name, edx
        xor     eax, eax
        ret
.nobody:
        say     "Nobody, then."
        mov     eax, 1
        ret

        section .rodata
greeting:
        db      "Good day, "
GREETING_SIZE   equ $ - greeting

        section .bss
name:   resb    NAME_SIZE
