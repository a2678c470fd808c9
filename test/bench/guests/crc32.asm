; crc32: the table-driven CRC of zip and Ethernet, a byte at a time, over SIZE bytes.
%include "bench.inc"

SIZE    equ     65536
UNITS   equ     10

prepare:
        xor     edi, edi                ; the table: each byte shifted through the reflected polynomial
.entry:
        mov     eax, edi
        mov     ecx, 8
.bit:
        shr     eax, 1
        jnc     .no_carry
        xor     eax, 0xedb88320
.no_carry:
        dec     ecx
        jnz     .bit
        mov     [table + edi * 4], eax
        inc     edi
        cmp     edi, 256
        jb      .entry
        xor     edi, edi                ; the bytes: a linear congruential generator's
        mov     eax, 12345
.byte:
        imul    eax, eax, 1103515245
        add     eax, 12345
        mov     edx, eax
        shr     edx, 16
        mov     [bytes + edi], dl
        inc     edi
        cmp     edi, SIZE
        jb      .byte
        ret

workload:
        mov     eax, 0xffffffff
        mov     ebp, UNITS
.unit:
        mov     esi, bytes
        mov     edi, bytes + SIZE
.byte:
        movzx   edx, byte [esi]
        movzx   ecx, al
        xor     edx, ecx
        shr     eax, 8
        xor     eax, [table + edx * 4]
        inc     esi
        cmp     esi, edi
        jne     .byte
        dec     ebp
        jnz     .unit
        not     eax
        ret

section .bss
        alignb  16
table:          resd 256
bytes:          resb SIZE
