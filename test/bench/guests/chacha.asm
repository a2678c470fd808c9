; chacha: ChaCha20 blocks (RFC 8439), the state in memory as a compiler with eight registers keeps it.
%include "bench.inc"

UNITS   equ     3600                    ; blocks

; quarter A, B, C, D     one quarter round (RFC 8439, 2.1) on four words of `work`
%macro quarter 4
        mov     eax, [work + %1 * 4]
        mov     ebx, [work + %2 * 4]
        mov     ecx, [work + %3 * 4]
        mov     edx, [work + %4 * 4]
        add     eax, ebx
        xor     edx, eax
        rol     edx, 16
        add     ecx, edx
        xor     ebx, ecx
        rol     ebx, 12
        add     eax, ebx
        xor     edx, eax
        rol     edx, 8
        add     ecx, edx
        xor     ebx, ecx
        rol     ebx, 7
        mov     [work + %1 * 4], eax
        mov     [work + %2 * 4], ebx
        mov     [work + %3 * 4], ecx
        mov     [work + %4 * 4], edx
%endmacro

prepare:
        ret

workload:
        mov     dword [state + 12 * 4], 1       ; block counter
        xor     ebp, ebp                        ; sum of the key stream
.block:
        xor     esi, esi
.copy:
        mov     eax, [state + esi * 4]
        mov     [work + esi * 4], eax
        inc     esi
        cmp     esi, 16
        jb      .copy
        mov     edi, 10
.double_round:
        quarter 0, 4, 8, 12
        quarter 1, 5, 9, 13
        quarter 2, 6, 10, 14
        quarter 3, 7, 11, 15
        quarter 0, 5, 10, 15
        quarter 1, 6, 11, 12
        quarter 2, 7, 8, 13
        quarter 3, 4, 9, 14
        dec     edi
        jnz     .double_round
        xor     esi, esi
.sum:
        mov     eax, [work + esi * 4]
        add     eax, [state + esi * 4]
        rol     ebp, 1
        add     ebp, eax
        inc     esi
        cmp     esi, 16
        jb      .sum
        inc     dword [state + 12 * 4]
        cmp     dword [state + 12 * 4], UNITS
        jbe     .block
        mov     eax, ebp
        ret

section .data
        align   16
state:  dd      0x61707865, 0x3320646e, 0x79622d32, 0x6b206574  ; "expand 32-byte k"
        dd      0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c
        dd      0x13121110, 0x17161514, 0x1b1a1918, 0x1f1e1d1c
        dd      1, 0x09000000, 0x4a000000, 0

section .bss
        alignb  16
work:           resd 16
