; waiting.asm: a lesson: switching a line off, and being sure that nobody serves it any more.
;
;       insmod waiting.ko
;
; disable_irq_nosync returns at once; synchronize_irq and disable_irq wait for the handler's thread too.
; A line that is shared is off for all who share it.

%include "include/kernel.inc"
        extern  request_irq, request_threaded_irq, free_irq, msleep
        extern  disable_irq, disable_irq_nosync, enable_irq, synchronize_irq
        module_license "GPL"

LINE            equ 10
SHARED_LINE     equ 11
WORK_MS         equ 50

        section .data
        align   4
served:         dd 0, 0
first_name:     db "waiting", 0
second_name:    db "waiting_too", 0

        section .text

proc init_module
        ccall   request_threaded_irq, LINE, wake, thread_function, 0, first_name, first_name
        int     ISA_IRQ_VECTOR + LINE
        ccall   msleep, 10              ; the thread has begun
        ccall   disable_irq_nosync, LINE
        pr      KERN_INFO, "waiting: disable_irq_nosync is back"
        ccall   synchronize_irq, LINE
        pr      KERN_INFO, "waiting: synchronize_irq is back"
        ccall   enable_irq, LINE
        int     ISA_IRQ_VECTOR + LINE
        ccall   msleep, 10
        ccall   disable_irq, LINE
        pr      KERN_INFO, "waiting: disable_irq is back"
        ccall   enable_irq, LINE
        int     ISA_IRQ_VECTOR + LINE
        ccall   free_irq, LINE, first_name
        pr      KERN_INFO, "waiting: free_irq is back"

        ccall   request_irq, SHARED_LINE, count, IRQF_SHARED, first_name, served
        ccall   request_irq, SHARED_LINE, count, IRQF_SHARED, second_name, served + 4
        int     ISA_IRQ_VECTOR + SHARED_LINE
        ccall   disable_irq, SHARED_LINE
        int     ISA_IRQ_VECTOR + SHARED_LINE
        pr      KERN_INFO, "waiting: shared and off: %d and %d", [served], [served + 4]
        ccall   enable_irq, SHARED_LINE
        int     ISA_IRQ_VECTOR + SHARED_LINE
        pr      KERN_INFO, "waiting: shared and on: %d and %d", [served], [served + 4]
        ccall   free_irq, SHARED_LINE, served
        int     ISA_IRQ_VECTOR + SHARED_LINE
        pr      KERN_INFO, "waiting: one is gone: %d and %d", [served], [served + 4]
        ccall   free_irq, SHARED_LINE, served + 4
        mov     eax, -ENODEV
endproc

; irqreturn_t wake(int line, void *dev)         hard IRQ
proc wake
        mov     eax, IRQ_WAKE_THREAD
endproc

; irqreturn_t thread_function(int line, void *dev)      task, real-time
proc thread_function
        pr      KERN_INFO, "waiting: the thread begins"
        ccall   msleep, WORK_MS
        pr      KERN_INFO, "waiting: the thread ends"
        mov     eax, IRQ_HANDLED
endproc

; irqreturn_t count(int line, u32 *counter)     hard IRQ
proc count, .line, .counter
        mov     eax, [ebp + .counter]
        inc     dword [eax]
        mov     eax, IRQ_HANDLED
endproc

proc cleanup_module
endproc
