; fib: Fibonacci's numbers by naive recursion: calls, returns, pushes and pops.
%include "bench.inc"

UNITS   equ     7

prepare:
        ret

workload:
        mov     dword [left], UNITS
        xor     esi, esi
.unit:
        push    dword 22
        call    fib
        add     esp, 4
        add     esi, eax
        dec     dword [left]
        jnz     .unit
        mov     eax, esi
        ret

; fib(n)      eax = fib(n - 1) + fib(n - 2); C convention
fib:
        push    ebx
        mov     ebx, [esp + 8]
        cmp     ebx, 2
        jb      .small
        lea     eax, [ebx - 1]
        push    eax
        call    fib
        add     esp, 4
        sub     ebx, 2
        push    ebx
        mov     ebx, eax
        call    fib
        add     esp, 4
        add     eax, ebx
        pop     ebx
        ret
.small:
        mov     eax, ebx
        pop     ebx
        ret

section .bss
left:           resd 1
