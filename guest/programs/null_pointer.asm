; null_pointer: reads through a null pointer: a page fault (#PF, vector 14), error code 4: a read, by
; ring 3, of a page that is not there. Linux makes it SIGSEGV.

%include "include/program.inc"

main:
        say     "Reading through a null pointer."
        xor     eax, eax
        mov     eax, [eax]
        say     "Never said."
        xor     eax, eax
        ret
