; spin: loops for ever and asks the kernel for nothing. Ctrl-C or `kill` ends it.

%include "include/program.inc"

main:
        inc     eax
        jmp     main
