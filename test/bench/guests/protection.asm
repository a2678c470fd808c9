; protection: #GP round trips. Each unit loads a selector beyond the GDT; the handler steps over it.
%include "bench.inc"
%include "traps.inc"

UNITS   equ     200000
BAD     equ     0x0ff8

prepare:
        set_gate 13, general_protection, 0
        jmp     load_tables

workload:
        mov     dword [codes], 0
        mov     ecx, UNITS
        mov     eax, BAD
.unit:
        mov     fs, ax
.after:
        dec     ecx
        jnz     .unit
        mov     eax, [codes]
        ret

general_protection:
        push    eax
        mov     eax, [esp + 4]          ; the error code: the selector
        add     [codes], eax
        mov     dword [esp + 8], workload.after
        pop     eax
        add     esp, 4
        iretd

section .bss
codes:          resd 1
