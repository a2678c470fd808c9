; memcpy: a buffer copied to and fro, by a loop of four dwords and a tail of bytes, as compilers write it.
%include "bench.inc"

SIZE    equ     32768 + 7
UNITS   equ     100                     ; copies there and back

prepare:
        xor     edi, edi
        mov     eax, 99
.fill:
        imul    eax, eax, 69069
        inc     eax
        mov     edx, eax
        shr     edx, 24
        mov     [here + edi], dl
        inc     edi
        cmp     edi, SIZE
        jb      .fill
        ret

workload:
        mov     dword [left], UNITS
.unit:
        mov     esi, here
        mov     edi, there
        call    copy
        inc     byte [there + 1000]     ; so that each copy carries news
        mov     esi, there
        mov     edi, here
        call    copy
        dec     dword [left]
        jnz     .unit
        xor     eax, eax
        xor     edi, edi
.sum:
        movzx   edx, byte [here + edi]
        rol     eax, 5
        add     eax, edx
        inc     edi
        cmp     edi, SIZE
        jb      .sum
        ret

; copy      SIZE bytes from esi to edi      eax, ebx, ecx, edx, ebp, esi, edi lost
copy:
        mov     ecx, SIZE / 16
.sixteen:
        mov     eax, [esi]
        mov     ebx, [esi + 4]
        mov     edx, [esi + 8]
        mov     ebp, [esi + 12]
        mov     [edi], eax
        mov     [edi + 4], ebx
        mov     [edi + 8], edx
        mov     [edi + 12], ebp
        add     esi, 16
        add     edi, 16
        dec     ecx
        jnz     .sixteen
        mov     ecx, SIZE % 16
.byte:
        mov     al, [esi]
        mov     [edi], al
        inc     esi
        inc     edi
        dec     ecx
        jnz     .byte
        ret

section .bss
        alignb  16
left:           resd 1
        alignb  16
here:           resb SIZE
        alignb  16
there:          resb SIZE
