; stray_interrupt [N]: int N from ring 3, 56 if nothing is said. Its gate is the kernel's own, so the processor
; refuses with a general protection fault whose error code names the gate: N * 8 + 2. Of the 256 only 3, 4
; and 128 are not refused.

%include "include/program.inc"

STRAY_VECTOR    equ 56

main:
        mov     eax, [esp + 8]
        mov     ecx, [eax + 4]
        test    ecx, ecx
        jz      .known
        xor     eax, eax
.digit:
        movzx   edx, byte [ecx]
        inc     ecx
        sub     edx, '0'
        js      .vector
        imul    eax, eax, 10
        add     eax, edx
        jmp     .digit
.vector:
        mov     [interrupt + 1], al
.known:
        movzx   eax, byte [interrupt + 1]
        say_number "Calling int ", eax
        call    interrupt
        say     "Never said."
        xor     eax, eax
        ret

        section .data
interrupt:                              ; here, so that its number can be written
        int     STRAY_VECTOR
        ret
