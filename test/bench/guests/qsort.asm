; qsort: recursive quicksort (Hoare's partition) of COUNT dwords, filled anew each unit.
%include "bench.inc"

COUNT   equ     8192
UNITS   equ     4

prepare:
        ret

workload:
        mov     dword [left], UNITS
        mov     dword [seed], 42
        xor     eax, eax
        mov     [sum], eax
.unit:
        mov     eax, [seed]
        xor     edi, edi
.fill:
        imul    eax, eax, 1664525
        add     eax, 1013904223
        mov     [numbers + edi * 4], eax
        inc     edi
        cmp     edi, COUNT
        jb      .fill
        mov     [seed], eax
        push    dword numbers + (COUNT - 1) * 4
        push    dword numbers
        call    quicksort
        add     esp, 8
        xor     edi, edi                ; weigh each place, so that a wrong order shows
        mov     eax, [sum]
.weigh:
        mov     edx, [numbers + edi * 4]
        xor     edx, edi
        add     eax, edx
        rol     eax, 1
        inc     edi
        cmp     edi, COUNT
        jb      .weigh
        mov     [sum], eax
        dec     dword [left]
        jnz     .unit
        ret

; quicksort(first, last)      addresses of dwords, both inside; unsigned order; C convention
quicksort:
        push    ebp
        mov     ebp, esp
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + 8]
        mov     edi, [ebp + 12]
        cmp     esi, edi
        jae     .done
        mov     eax, edi                ; pivot: the middle one
        sub     eax, esi
        shr     eax, 3
        mov     ebx, [esi + eax * 4]
.partition:
        cmp     [esi], ebx
        jae     .from_right
        add     esi, 4
        jmp     .partition
.from_right:
        cmp     [edi], ebx
        jbe     .swap
        sub     edi, 4
        jmp     .from_right
.swap:
        cmp     esi, edi
        ja      .split
        mov     eax, [esi]
        mov     edx, [edi]
        mov     [esi], edx
        mov     [edi], eax
        add     esi, 4
        sub     edi, 4
        cmp     esi, edi
        jbe     .partition
.split:
        push    edi
        push    dword [ebp + 8]
        call    quicksort
        add     esp, 8
        push    dword [ebp + 12]
        push    esi
        call    quicksort
        add     esp, 8
.done:
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret

section .bss
        alignb  16
left:           resd 1
seed:           resd 1
sum:            resd 1
                resd 1                  ; what the scan from the right may look at
numbers:        resd COUNT
                resd 1
