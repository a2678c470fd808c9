; intrpt.asm: a lesson: the keyboard's interrupt in two halves: the handler takes the byte, a work tells it.
;
;       insmod intrpt.ko                then press keys
;       rmmod intrpt

%include "include/kernel.inc"
        extern  request_irq, free_irq, alloc_workqueue, queue_work, destroy_workqueue
        module_license "GPL"


        section .data
        align   4
queue:          dd 0
got_char:       DECLARE_WORK tell
scan_code:      dd 0
my_name:        db "intrpt", 0

        section .text

proc init_module
        ccall   alloc_workqueue, my_name, 0, 1
        mov     [queue], eax
        ccall   request_irq, IRQ_KEYBOARD, handler, IRQF_SHARED, my_name, my_name
endproc

; irqreturn_t handler(int line, void *dev)      hard IRQ
proc handler
        xor     eax, eax
        in      al, I8042_DATA
        mov     [scan_code], eax
        ccall   queue_work, [queue], got_char
        mov     eax, IRQ_NONE           ; the driver beside us answers
endproc

; void tell(struct work_struct *)       task: a kworker
proc tell
        mov     eax, [scan_code]
        mov     ecx, pressed
        btr     eax, 7                  ; RELEASED
        jnc     .state_known
        mov     ecx, released
.state_known:
        pr      KERN_INFO, "Scan Code %x %s.", eax, ecx
endproc

proc cleanup_module
        ccall   free_irq, IRQ_KEYBOARD, my_name
        ccall   destroy_workqueue, [queue]
endproc

        section .rodata
pressed:        db "Pressed", 0
released:       db "Released", 0
