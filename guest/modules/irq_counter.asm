; irq_counter.asm: a lesson: count a line's interrupts, beside the driver that owns it.
;
;       insmod irq_counter.ko irq=1     then press keys: each press and each release is one
;       rmmod irq_counter
;
; The line is shared, so our dev cookie says which action is ours. We never answer for the device:
; IRQ_NONE, as the driver beside us does that.

%include "include/kernel.inc"
        extern  request_irq, free_irq
        module_license "GPL"

COOKIE          equ 1234

        section .data
        align   4
irq:            dd IRQ_KEYBOARD
flags:          dd 0                    ; besides IRQF_SHARED
count:          dd 0
my_name:        db "irq_counter", 0
        module_param irq, PARAM_INT
        module_param flags, PARAM_INT

        section .text

proc init_module
        mov     eax, [flags]
        or      eax, IRQF_SHARED
        ccall   request_irq, [irq], count_interrupt, eax, my_name, COOKIE
        test    eax, eax
        jz      .taken
        pr      KERN_ERR, "irq_counter: request_irq(%d) failed: %d", [irq], eax
        mov     eax, -EBUSY
.taken:
endproc

; irqreturn_t count_interrupt(int line, void *dev)      hard IRQ
proc count_interrupt, .line, .dev
        pr      KERN_INFO, "irq_counter: IRQ %d, cookie %d: %d", [ebp + .line], [ebp + .dev], [count]
        inc     dword [count]
        mov     eax, IRQ_NONE
endproc

proc cleanup_module
        ccall   free_irq, [irq], COOKIE
        pr      KERN_INFO, "irq_counter: %d interrupts", [count]
endproc
