; fpu_error.asm: a lesson: the coprocessor divides by zero, and its error comes as IRQ 13, as on an AT.
;
;       insmod fpu_error.ko

%include "include/kernel.inc"
        module_license "GPL"

X86_CR0_TS      equ 0x00000008
FPU_ZERO_DIVIDE_ON equ 0x037b           ; the control word: only this error is not masked

        section .rodata
        align   4
control_word:   dw FPU_ZERO_DIVIDE_ON

        section .text

; With CR0.NE the error is exception 16; without, the processor pulls FERR# (SDM volume 1, 8.7).
proc init_module
        push    ebx
        mov     ebx, cr0
        mov     eax, ebx
        and     eax, ~(X86_CR0_NE | X86_CR0_EM | X86_CR0_TS)
        mov     cr0, eax
        fninit
        fldcw   [control_word]
        fld1
        fldz
        fdivp   st1, st0
        pr      KERN_INFO, "fpu_error: divided"
        fwait                           ; here the processor stops until the interrupt has been served
        fninit
        mov     cr0, ebx
        pr      KERN_INFO, "fpu_error: went on"
        mov     eax, -ENODEV
        pop     ebx
endproc

proc cleanup_module
endproc
