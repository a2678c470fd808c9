; fpu.asm: the coprocessor's error as the PC has it: IRQ 13.
;
;   fpu_irq_init()                boot
;   math_error_irq                hard IRQ, IRQ 13
;
; A processor with CR0.NE set raises exception 16 instead, as this kernel has it; with NE clear it pulls
; FERR#, which the board leads to IRQ 13, and port 0xf0 ends that (SDM volume 1, 8.7).

FPU_CLEAR       equ 0xf0

        section .text

; void fpu_irq_init(void)
proc fpu_irq_init
        ccall   request_irq, IRQ_FPU, math_error_irq, 0, fpu_name, 0
endproc

; irqreturn_t math_error_irq(int irq, void *dev)
proc math_error_irq
        xor     eax, eax
        out     FPU_CLEAR, al
        pr      KERN_INFO, "fpu: an error came over IRQ %d", IRQ_FPU
        mov     eax, IRQ_HANDLED
endproc

        section .rodata
fpu_name:       db "fpu", 0
        section .text
