; matmul: products of N x N matrices of dwords, row by column.
%include "bench.inc"

N       equ     48
UNITS   equ     8

prepare:
        xor     edi, edi
        mov     eax, 7
.fill:
        imul    eax, eax, 69069
        inc     eax
        mov     edx, eax
        shr     edx, 20
        mov     [left_matrix + edi * 4], edx
        mov     edx, eax
        shr     edx, 12
        and     edx, 0xfff
        mov     [right_matrix + edi * 4], edx
        inc     edi
        cmp     edi, N * N
        jb      .fill
        ret

workload:
        mov     dword [units], UNITS
        mov     dword [sum], 0
.unit:
        mov     dword [row], 0
.row:
        mov     dword [column], 0
.column:
        imul    esi, [row], N * 4
        add     esi, left_matrix
        mov     edi, [column]
        lea     edi, [right_matrix + edi * 4]
        xor     eax, eax
        mov     ecx, N
.product:
        mov     edx, [esi]
        imul    edx, [edi]
        add     eax, edx
        add     esi, 4
        add     edi, N * 4
        dec     ecx
        jnz     .product
        mov     edx, [sum]
        rol     edx, 3
        add     edx, eax
        mov     [sum], edx
        inc     dword [column]
        cmp     dword [column], N
        jb      .column
        inc     dword [row]
        cmp     dword [row], N
        jb      .row
        dec     dword [units]
        jnz     .unit
        mov     eax, [sum]
        ret

section .bss
        alignb  16
units:          resd 1
sum:            resd 1
row:            resd 1
column:         resd 1
left_matrix:    resd N * N
right_matrix:   resd N * N
