; works.asm: a lesson: work on a queue: in process context, in order, once however often it is queued.
;
;       insmod works.ko
;
; A work is a struct inside one's own; its function gets the work and finds the rest around it
; (container_of): here a name, right behind it.

%include "include/kernel.inc"
        extern  schedule_work, queue_work, flush_work, cancel_work_sync, flush_workqueue
        extern  preempt_enable, alloc_workqueue, destroy_workqueue, in_interrupt, irqs_disabled, msleep, mdelay, system_wq
        module_license "GPL"

struc my_work
.work:          resb work_struct_size
.name:          resd 1
endstruc

        section .data
        align   4
first:          DECLARE_WORK function
                dd first_name
second:         DECLARE_WORK function
                dd second_name
slow:           DECLARE_WORK slow_function
                dd slow_name
queue:          dd 0

        section .rodata
first_name:     db "first", 0
second_name:    db "second", 0
slow_name:      db "slow", 0
queue_name:     db "my_queue", 0

        section .text

proc init_module
        pr      KERN_INFO, "works: two on the system's queue"
        preempt_disable                 ; or the first would have run before it is queued again
        ccall   schedule_work, first
        pr      KERN_INFO, "works: queued: %d", eax
        ccall   schedule_work, first
        pr      KERN_INFO, "works: queued again: %d", eax
        ccall   schedule_work, second
        call    preempt_enable
        ccall   msleep, 20
        ccall   flush_work, second
        pr      KERN_INFO, "works: flushed when idle: %d", eax

        pr      KERN_INFO, "works: one that sleeps holds nobody back"
        ccall   schedule_work, slow
        ccall   schedule_work, first
        ccall   msleep, 20
        pr      KERN_INFO, "works: cancel one that runs: %d", [slow + work_struct.pending]
        ccall   cancel_work_sync, slow
        pr      KERN_INFO, "works: it was pending: %d", eax
        ccall   schedule_work, slow
        ccall   flush_work, slow
        pr      KERN_INFO, "works: flushed: %d", eax

        pr      KERN_INFO, "works: a queue of one's own"
        ccall   alloc_workqueue, queue_name, 0, 1
        mov     [queue], eax
        ccall   queue_work, eax, slow
        ccall   queue_work, [queue], second ; waits: one at a time
        ccall   queue_work, [queue], first
        ccall   cancel_work_sync, first
        pr      KERN_INFO, "works: cancelled before its turn: %d", eax
        ccall   destroy_workqueue, [queue] ; when all have run
        pr      KERN_INFO, "works: destroyed"
        mov     eax, -ENODEV
endproc

; void function(struct work_struct *)   task: a kworker
proc function, .work
        push    ebx
        push    esi
        call    in_interrupt
        mov     ebx, eax
        call    irqs_disabled
        mov     esi, eax
        mov     edx, [this_cpu(current)]
        lea     edx, [edx + task.comm]
        mov     eax, [ebp + .work]
        pr      KERN_INFO, "works: %s runs in %s, in_interrupt %x, irqs_disabled %x", \
                [eax + my_work.name], edx, ebx, esi
        pop     esi
        pop     ebx
endproc

; void slow_function(struct work_struct *)
proc slow_function, .work
        pr      KERN_INFO, "works: slow begins"
        ccall   msleep, 50
        pr      KERN_INFO, "works: slow ends"
endproc

proc cleanup_module
endproc
