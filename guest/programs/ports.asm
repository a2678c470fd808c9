; ports [iopl]: asks for a port, uses it, gives it back, and uses it again, which is a #GP. With iopl:
; asks for all of them.

%include "include/program.inc"

PORT            equ 0x61                ; the speaker's gate, among others

main:
        push    ebx
        mov     ebx, [esp + 8]          ; argc
        cmp     ebx, 1
        jne     .all
        syscall SYS_IOPERM, PORT, 1, 1
        say_number "ioperm: ", eax
        in      al, PORT
        say     "One port is ours."
        syscall SYS_IOPERM, PORT, 1, 0
        say     "No longer."
        in      al, PORT
        say     "Never said."
        jmp     .done
.all:
        syscall SYS_IOPL, 3
        say_number "iopl: ", eax
        in      al, PORT
        cli
        sti
        say     "All ports are ours, and cli and sti."
.done:
        xor     eax, eax
        pop     ebx
        ret
