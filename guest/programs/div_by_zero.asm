; div_by_zero: a divide error (#DE, vector 0) in ring 3. Linux makes it SIGFPE.

%include "include/program.inc"

main:
        say     "Dividing 1 by 0."
        mov     eax, 1
        xor     edx, edx
        xor     ecx, ecx
        div     ecx
        say     "Never said."
        xor     eax, eax
        ret
