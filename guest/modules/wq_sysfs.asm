; wq_sysfs.asm: a lesson: a queue that sysfs shows, and where its works may run.
;
;       insmod wq_sysfs.ko
;       ls /sys/devices/virtual/workqueue
;       cat /sys/devices/virtual/workqueue/my_queue/cpumask
;       rmmod wq_sysfs

%include "include/kernel.inc"
        extern  alloc_workqueue, destroy_workqueue, queue_work, flush_work
        module_license "GPL"

        section .data
        align   4
queue:          dd 0
work:           DECLARE_WORK function
        section .rodata
my_name:        db "my_queue", 0

        section .text

proc init_module
        ccall   alloc_workqueue, my_name, WQ_UNBOUND | WQ_SYSFS, 0
        mov     [queue], eax
        ccall   queue_work, eax, work
        ccall   flush_work, work
        xor     eax, eax
endproc

; void function(struct work_struct *)   task: a kworker
proc function
        mov     eax, [this_cpu(current)]
        lea     eax, [eax + task.comm]
        pr      KERN_INFO, "wq_sysfs: runs on CPU %d in %s", [this_cpu(cpu_number)], eax
endproc

proc cleanup_module
        ccall   destroy_workqueue, [queue]
endproc
