; divmix: divisions and what 64-bit arithmetic on a 32-bit processor is made of: mul, adc, sbb, shld, shrd, sar, cdq.
%include "bench.inc"

UNITS   equ     250000

prepare:
        ret

workload:
        mov     dword [left], UNITS
        mov     esi, 0x12345678         ; edi:esi: a 64-bit number
        mov     edi, 0x09abcdef
        xor     ebp, ebp                ; sum
.unit:
        mov     eax, esi                ; times an odd constant, low 64 bits
        mov     ecx, 0x4c957f2d
        mul     ecx
        imul    edi, ecx
        add     edx, edi
        add     eax, 0x14057b7f
        adc     edx, 0x5851f42d
        mov     esi, eax
        mov     edi, edx
        shld    edx, eax, 13            ; xorshift
        xor     edx, edi
        shrd    eax, edi, 7
        xor     eax, edx
        mov     ebx, eax
        and     ebx, 0xffff
        add     ebx, 3
        xor     edx, edx                ; unsigned, by a 16-bit number
        div     ebx
        add     ebp, eax
        rol     ebp, 3
        xor     ebp, edx
        mov     eax, edi                ; signed, by a negative one
        cdq
        neg     ebx
        idiv    ebx
        sub     ebp, eax
        sbb     ebp, edx
        mov     eax, edi                ; 16 by 8 bits
        and     eax, 0x7fff
        mov     cl, 0x81
        div     cl
        sar     ebp, 1
        movzx   edx, ah
        add     ebp, edx
        dec     dword [left]
        jnz     .unit
        mov     eax, ebp
        ret

section .bss
left:           resd 1
