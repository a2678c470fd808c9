; cookies.asm: a lesson: one handler for two lines; the cookie tells whose interrupt it is.
;
;       insmod cookies.ko               lines 10 and 11

%include "include/kernel.inc"
        extern  request_irq, free_irq
        module_license "GPL"

struc my_device
.irq:           resd 1
.count:         resd 1
endstruc

        section .data
        align   4
first:          dd 10, 0
second:         dd 11, 0
my_name:        db "cookies", 0

        section .text

proc init_module
        ccall   request_irq, [first + my_device.irq], handler, 0, my_name, first
        ccall   request_irq, [second + my_device.irq], handler, 0, my_name, second
endproc

; irqreturn_t handler(int line, struct my_device *dev)  hard IRQ
proc handler, .line, .dev
        mov     ecx, [ebp + .dev]
        inc     dword [ecx + my_device.count]
        pr      KERN_INFO, "cookies: line %d, device of line %d: %d", \
                [ebp + .line], [ecx + my_device.irq], [ecx + my_device.count]
        mov     eax, IRQ_HANDLED
endproc

proc cleanup_module
        ccall   free_irq, [first + my_device.irq], first
        ccall   free_irq, [second + my_device.irq], second
endproc
