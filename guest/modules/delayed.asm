; delayed.asm: a lesson: work for later: not before its time, put off, hurried, called off.
;
;       insmod delayed.ko delay=5000    in ms

%include "include/kernel.inc"
        extern  init_delayed_work, schedule_delayed_work, mod_delayed_work, cancel_delayed_work
        extern  cancel_delayed_work_sync, flush_delayed_work, msecs_to_jiffies, msleep, jiffies, system_wq
        module_license "GPL"

        section .data
        align   4
delay:          dd 500
queued_at:      dd 0
        module_param delay, PARAM_INT
        section .bss
        alignb  4
work:           resb delayed_work_size

        section .text

proc init_module
        push    ebx
        ccall   init_delayed_work, work, function
        ccall   msecs_to_jiffies, [delay]
        mov     ebx, eax
        mov     eax, [jiffies]
        mov     [queued_at], eax
        ccall   schedule_delayed_work, work, ebx
        pr      KERN_INFO, "delayed: for %d ticks: %d", ebx, eax
        ccall   schedule_delayed_work, work, ebx
        pr      KERN_INFO, "delayed: once more: %d", eax
        ccall   msleep, [delay]
        ccall   msleep, 20

        mov     eax, [jiffies]
        mov     [queued_at], eax
        ccall   schedule_delayed_work, work, ebx
        ccall   flush_delayed_work, work
        pr      KERN_INFO, "delayed: hurried: %d", eax

        ccall   schedule_delayed_work, work, ebx
        ccall   cancel_delayed_work, work
        pr      KERN_INFO, "delayed: called off: %d", eax
        ccall   cancel_delayed_work, work
        pr      KERN_INFO, "delayed: called off again: %d", eax

        mov     eax, [jiffies]
        mov     [queued_at], eax
        ccall   schedule_delayed_work, work, ebx
        lea     ecx, [ebx + ebx]
        ccall   mod_delayed_work, [system_wq], work, ecx
        pr      KERN_INFO, "delayed: put off: %d", eax
        ccall   msleep, [delay]
        ccall   msleep, [delay]
        ccall   msleep, 20
        ccall   cancel_delayed_work_sync, work
        mov     eax, -ENODEV
        pop     ebx
endproc

; void function(struct work_struct *)   task: a kworker
proc function
        mov     eax, [jiffies]
        sub     eax, [queued_at]
        pr      KERN_INFO, "delayed: runs after %d ticks", eax
endproc

proc cleanup_module
endproc
