; kernel_memory: writes where the kernel lives: a page fault with error code 7: a write, by ring 3,
; to a page that is there but not for it.

%include "include/program.inc"

KERNEL_ADDRESS  equ 0x00100000

main:
        say     "Writing into the kernel."
        mov     dword [KERNEL_ADDRESS], 0
        say     "Never said."
        xor     eax, eax
        ret
