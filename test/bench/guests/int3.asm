; int3: breakpoint round trips through a handler that saves and restores everything.
%include "bench.inc"
%include "traps.inc"

UNITS   equ     200000

prepare:
        set_gate 3, breakpoint, 0
        jmp     load_tables

workload:
        mov     dword [count], 0
        mov     ecx, UNITS
.unit:
        int3
        dec     ecx
        jnz     .unit
        mov     eax, [count]
        ret

breakpoint:
        pushad
        inc     dword [count]
        popad
        iretd

section .bss
count:          resd 1
