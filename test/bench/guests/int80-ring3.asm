; int80-ring3: system calls as programs make them, from ring 3 to the inner stack and back.
%include "bench.inc"
%include "traps.inc"

UNITS   equ     100000

prepare:
        set_gate 0x80, system_call, 3
        set_gate 0x81, leave_user, 3
        jmp     load_tables

workload:
        mov     [outside], esp
        push    dword DATA3             ; to ring 3 by an iretd with an outer frame
        push    dword user_stack
        push    dword 2                 ; EFLAGS: interrupts off, IOPL 0
        push    dword CODE3
        push    dword user
        mov     eax, DATA3
        mov     ds, ax
        mov     es, ax
        iretd

user:
        xor     eax, eax
        mov     ecx, UNITS
.unit:
        int     0x80
        dec     ecx
        jnz     .unit
        int     0x81

; eax becomes eax * 5 + 1
system_call:
        push    ds
        push    es
        push    edx
        mov     edx, DATA0
        mov     ds, edx
        mov     es, edx
        lea     eax, [eax + eax * 4 + 1]
        inc     dword [calls]
        pop     edx
        pop     es
        pop     ds
        iretd

; back into workload's caller
leave_user:
        mov     edx, DATA0
        mov     ds, edx
        mov     es, edx
        mov     esp, [outside]
        ret

section .bss
outside:        resd 1
calls:          resd 1
        alignb  4096
                resb 4096
user_stack:
