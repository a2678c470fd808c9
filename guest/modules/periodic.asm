; periodic.asm: a lesson: work that asks for itself again, each second, until it is called off.
;
;       insmod periodic.ko period=1000          in ms
;       rmmod periodic

%include "include/kernel.inc"
        extern  init_delayed_work, schedule_delayed_work, cancel_delayed_work_sync, msecs_to_jiffies
        module_license "GPL"

        section .data
        align   4
period:         dd 1000
count:          dd 0
        module_param period, PARAM_INT
        section .bss
        alignb  4
work:           resb delayed_work_size

        section .text

proc init_module
        ccall   init_delayed_work, work, function
        call    again
        xor     eax, eax
endproc

; void function(struct work_struct *)   task: a kworker
proc function
        inc     dword [count]
        pr      KERN_INFO, "periodic: %d", [count]
        call    again
endproc

proc again
        ccall   msecs_to_jiffies, [period]
        ccall   schedule_delayed_work, work, eax
endproc

proc cleanup_module
        ccall   cancel_delayed_work_sync, work
        pr      KERN_INFO, "periodic: over after %d, was pending: %d", [count], eax
endproc
