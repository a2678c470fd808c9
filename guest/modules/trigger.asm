; trigger.asm: a lesson: what makes a line an interrupt: that it rises, or that it is high.
;
;       insmod trigger.ko type=1        IRQF_TRIGGER_RISING: one for each rise, however long it stays up
;       insmod trigger.ko type=4        IRQF_TRIGGER_HIGH: again and again, until the device lets go
;       rmmod trigger
;
; Nobody quiets a device here, so the handler gives up after some rounds: it switches the line off.

%include "include/kernel.inc"
        extern  request_irq, free_irq, disable_irq_nosync
        module_license "GPL"

LINE            equ 10
ENOUGH          equ 5

        section .data
        align   4
type:           dd IRQF_TRIGGER_RISING
count:          dd 0
my_name:        db "trigger", 0
        module_param type, PARAM_INT

        section .text

proc init_module
        ccall   request_irq, LINE, handler, [type], my_name, my_name
endproc

; irqreturn_t handler(int line, void *dev)      hard IRQ
proc handler, .line, .dev
        inc     dword [count]
        pr      KERN_INFO, "trigger: %d", [count]
        cmp     dword [count], ENOUGH
        jne     .going_on
        ccall   disable_irq_nosync, [ebp + .line]
.going_on:
        mov     eax, IRQ_HANDLED
endproc

proc cleanup_module
        ccall   free_irq, LINE, my_name
        ccall   request_irq, LINE, handler, IRQF_TRIGGER_RISING, my_name, my_name ; as we found it
        ccall   free_irq, LINE, my_name
        pr      KERN_INFO, "trigger: %d interrupts", [count]
endproc
