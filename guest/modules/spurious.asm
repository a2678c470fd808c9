; spurious.asm: a lesson: an interrupt that was none: a request that went away before the processor
; asked whose it was. The 8259 then answers with its line 7, and does not note it as in service.
;
;       insmod spurious.ko
;       irqs                            ERR counts them; lines 7 and 15 do not
;       rmmod spurious
;
; An int instruction with these vectors looks just so to the kernel. No handler may run.

%include "include/kernel.inc"
        extern  request_irq, free_irq
        module_license "GPL"

MASTER_7        equ 7
SLAVE_7         equ 15

        section .data
        align   4
count:          dd 0
my_name:        db "spurious", 0

        section .text

proc init_module
        ccall   request_irq, MASTER_7, handler, 0, my_name, my_name
        ccall   request_irq, SLAVE_7, handler, 0, my_name, my_name
        int     ISA_IRQ_VECTOR + MASTER_7
        int     ISA_IRQ_VECTOR + SLAVE_7
        int     ISA_IRQ_VECTOR + SLAVE_7
        pr      KERN_INFO, "spurious: the handler ran %d times", [count]
        xor     eax, eax
endproc

; irqreturn_t handler(int line, void *dev)      hard IRQ
proc handler
        inc     dword [count]
        mov     eax, IRQ_HANDLED
endproc

proc cleanup_module
        ccall   free_irq, MASTER_7, my_name
        ccall   free_irq, SLAVE_7, my_name
endproc
