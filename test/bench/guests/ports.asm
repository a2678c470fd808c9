; ports: reads and writes of a chip's register: the interrupt mask of the first 8259.
%include "bench.inc"

UNITS   equ     300000

prepare:
        ret

workload:
        xor     ebx, ebx
        mov     ecx, UNITS
.unit:
        mov     al, cl
        out     0x21, al
        in      al, 0x21
        movzx   edx, al
        rol     ebx, 1
        add     ebx, edx
        dec     ecx
        jnz     .unit
        mov     al, 0xff
        out     0x21, al
        mov     eax, ebx
        ret
