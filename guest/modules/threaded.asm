; threaded.asm: a lesson: the half of a handler that may sleep.
;
;       insmod threaded.ko irq=10               IRQF_ONESHOT: the line stays masked until the thread is done
;       insmod threaded.ko irq=10 wake=0        the handler never wakes it: it never runs
;       insmod threaded.ko irq=1 shared=1       beside the keyboard's driver: not masked for the thread
;       ps                                      irq/10-my_interrupt
;       rmmod threaded

%include "include/kernel.inc"
        extern  request_threaded_irq, free_irq, msleep, in_interrupt, irqs_disabled, dump_stack
        module_license "GPL"

WORK_MS         equ 30

        section .data
        align   4
irq:            dd 10
wake:           dd 1
shared:         dd 0
handled:        dd 0
traced:         dd 0                    ; once is enough
my_name:        db "my_interrupt", 0
        module_param irq, PARAM_INT
        module_param wake, PARAM_INT
        module_param shared, PARAM_INT

        section .text

proc init_module
        mov     eax, IRQF_ONESHOT
        cmp     dword [shared], 0
        je      .flags_known
        mov     eax, IRQF_SHARED        ; the driver beside us did not ask for one-shot
.flags_known:
        ccall   request_threaded_irq, [irq], handler, thread_function, eax, my_name, my_name
endproc

; irqreturn_t handler(int line, void *dev)      hard IRQ
proc handler
        inc     dword [handled]
        call    irqs_disabled
        pr      KERN_INFO, "threaded: handler %d, irqs_disabled %x", [handled], eax
        mov     eax, IRQ_NONE
        cmp     dword [wake], 0
        je      .done
        mov     eax, IRQ_WAKE_THREAD
.done:
endproc

; irqreturn_t thread_function(int line, void *dev)      task, real-time
proc thread_function
        push    ebx
        call    in_interrupt
        mov     ebx, eax
        call    irqs_disabled
        mov     ecx, [this_cpu(current)]
        lea     edx, [ecx + task.comm]
        pr      KERN_INFO, "threaded: thread %s, priority %d, in_interrupt %x, irqs_disabled %x", \
                edx, [ecx + task.rt_priority], ebx, eax
        bts     dword [traced], 0
        jc      .traced
        call    dump_stack
.traced:
        ccall   msleep, WORK_MS
        pr      KERN_INFO, "threaded: done, handled %d", [handled]
        mov     eax, IRQ_HANDLED
        pop     ebx
endproc

proc cleanup_module
        ccall   free_irq, [irq], my_name
endproc
