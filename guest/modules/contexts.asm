; contexts.asm: a lesson: who am I, and what may I do here? In init, in a handler, in a softirq.
;
;       insmod contexts.ko irq=1        then press a key
;       rmmod contexts

%include "include/kernel.inc"
        extern  in_interrupt, in_hardirq, in_softirq, irqs_disabled, dump_stack, kmalloc, kfree
        extern  schedule, request_irq, free_irq, local_bh_disable, local_bh_enable
        extern  tasklet_init, tasklet_schedule, tasklet_kill, local_softirq_pending
        module_license "GPL"

        section .data
        align   4
irq:            dd 10
sleep_in_handler: dd 0                  ; 1: ask for memory that may have to be waited for; 2: schedule
times:          dd 1                    ; how many interrupts are told of: a key that one types is two
        module_param times, PARAM_INT
        section .data
my_name:        db "contexts", 0
        module_param irq, PARAM_INT
        module_param sleep_in_handler, PARAM_INT
        section .bss
        alignb  4
my_tasklet:     resb tasklet_struct_size

        section .rodata
init_text:      db "init", 0
bh_text:        db "init, softirqs held off", 0
handler_text:   db "handler", 0
tasklet_text:   db "tasklet", 0

        section .text

proc init_module
        ccall   tasklet_init, my_tasklet, tasklet_function, 0
        ccall   say_context, init_text
        call    local_bh_disable
        ccall   say_context, bh_text
        call    local_bh_enable
        ccall   kmalloc, 100, GFP_KERNEL
        ccall   kfree, eax
        ccall   request_irq, [irq], handler, IRQF_SHARED, my_name, my_name
endproc

; irqreturn_t handler(int line, void *dev)      hard IRQ
proc handler
        mov     eax, IRQ_HANDLED
        dec     dword [times]
        js      .done
        ccall   say_context, handler_text
        cmp     dword [sleep_in_handler], 2
        jne     .awake
        call    schedule
.awake:
        mov     eax, GFP_ATOMIC
        cmp     dword [sleep_in_handler], 0
        je      .flags_known
        mov     eax, GFP_KERNEL
.flags_known:
        ccall   kmalloc, 100, eax
        ccall   kfree, eax
        call    dump_stack
        ccall   tasklet_schedule, my_tasklet
        call    local_softirq_pending
        pr      KERN_INFO, "contexts: handler: pending %x", eax
        mov     eax, IRQ_HANDLED
.done:
endproc

; void tasklet_function(unsigned long data)     softirq
proc tasklet_function
        ccall   say_context, tasklet_text
        call    local_softirq_pending
        pr      KERN_INFO, "contexts: tasklet: pending %x", eax
        call    dump_stack
endproc

; void say_context(const char *where)
proc say_context, .where
        push    ebx
        push    esi
        push    edi
        call    in_interrupt
        mov     ebx, eax
        call    in_hardirq
        mov     esi, eax
        call    in_softirq
        mov     edi, eax
        call    irqs_disabled
        mov     ecx, [this_cpu(current)]
        lea     edx, [ecx + task.comm]
        pr      KERN_INFO, "contexts: %s: in_interrupt %x in_irq %x in_softirq %x irqs_disabled %x current %s/%d", \
                [ebp + .where], ebx, esi, edi, eax, edx, [ecx + task.pid]
        pop     edi
        pop     esi
        pop     ebx
endproc

proc cleanup_module
        ccall   free_irq, [irq], my_name
        ccall   tasklet_kill, my_tasklet
endproc
