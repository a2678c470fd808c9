; privileged: an instruction that only the kernel may execute: a general protection fault (#GP,
; vector 13). Without an argument it is cli; `privileged hlt` and `privileged out` are others.

%include "include/program.inc"

PORT_NOT_OURS   equ 0x80                ; the POST code port: nobody would even notice the write

main:
        mov     eax, [esp + 8]          ; argv
        mov     eax, [eax + 4]          ; argv[1], or NULL
        test    eax, eax
        jz      .cli
        cmp     byte [eax], 'h'
        je      .hlt
        cmp     byte [eax], 'o'
        je      .out
.cli:
        say     "Switching interrupts off."
        cli
.hlt:
        say     "Halting the processor."
        hlt
.out:
        say     "Writing to a port."
        out     PORT_NOT_OURS, al
        say     "Never said."
        xor     eax, eax
        ret
