; int3: a breakpoint (#BP, vector 3) without a debugger. Linux makes it SIGTRAP.

%include "include/program.inc"

LAST            equ 5

main:
        xor     ebx, ebx
.next:
        say_number "", ebx
        inc     ebx
        cmp     ebx, LAST
        jbe     .next
        int3
        say     "Never said, unless under a debugger."
        xor     eax, eax
        ret
