; hello: the least a program can do: speak, and end by itself.

%include "include/program.inc"

main:
        say     "Hello from ring 3."
        xor     eax, eax
        ret
