; sieve: primes below N by Eratosthenes, byte flags.
%include "bench.inc"

N       equ     32768
UNITS   equ     14

prepare:
        ret

workload:
        xor     ebp, ebp                ; primes found, all units
        mov     dword [left], UNITS
.unit:
        mov     edi, flags
        mov     ecx, N / 4
.fill:
        mov     dword [edi], 0x01010101
        add     edi, 4
        dec     ecx
        jnz     .fill
        mov     esi, 2
.candidate:
        cmp     byte [flags + esi], 0
        je      .next
        inc     ebp
        lea     edi, [esi + esi]
        cmp     edi, N
        jae     .next
.strike:
        mov     byte [flags + edi], 0
        add     edi, esi
        cmp     edi, N
        jb      .strike
.next:
        inc     esi
        cmp     esi, N
        jb      .candidate
        dec     dword [left]
        jnz     .unit
        mov     eax, ebp
        ret

section .bss
left:           resd 1
flags:          resb N
