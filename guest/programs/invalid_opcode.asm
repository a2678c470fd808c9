; invalid_opcode: an instruction that is none (#UD, vector 6). Linux makes it SIGILL.

%include "include/program.inc"

main:
        say     "Executing ud2."
        ud2
        say     "Never said."
        xor     eax, eax
        ret
