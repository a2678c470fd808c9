; int80-ring0: software interrupts at the same privilege.
%include "bench.inc"
%include "traps.inc"

UNITS   equ     250000

prepare:
        set_gate 0x80, system_call, 3
        jmp     load_tables

workload:
        xor     eax, eax
        mov     ecx, UNITS
.unit:
        int     0x80
        dec     ecx
        jnz     .unit
        ret

; eax becomes eax * 5 + 1
system_call:
        lea     eax, [eax + eax * 4 + 1]
        iretd
