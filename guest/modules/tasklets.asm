; tasklets.asm: a lesson: tasklets, static and made at run time, scheduled twice, disabled, urgent, killed.
;
;       insmod tasklets.ko

%include "include/kernel.inc"
        extern  tasklet_init, tasklet_schedule, tasklet_hi_schedule, tasklet_disable
        extern  tasklet_disable_nosync, tasklet_enable, tasklet_kill, kmalloc, kfree
        extern  local_bh_disable, local_bh_enable, in_softirq, irqs_disabled, local_softirq_pending, msleep
        module_license "GPL"

        section .data
        align   4
static_tasklet: dd 0, 0, 0, function, static_name       ; DECLARE_TASKLET
disabled_tasklet: dd 0, 0, 1, function, disabled_name   ; DECLARE_TASKLET_DISABLED
urgent_tasklet: dd 0, 0, 0, function, urgent_name
dynamic:        dd 0

        section .rodata
static_name:    db "static", 0
disabled_name:  db "disabled", 0
urgent_name:    db "urgent", 0
dynamic_name:   db "dynamic", 0

        section .text

%macro say_tasklet 2                    ; a text, a register that points to it
        pr      KERN_INFO, %1, [%2 + tasklet_struct.state], [%2 + tasklet_struct.count]
%endmacro

proc init_module
        push    ebx
        mov     ebx, static_tasklet
        say_tasklet "tasklets: static: state %d count %d", ebx
        mov     ebx, disabled_tasklet
        say_tasklet "tasklets: disabled: state %d count %d", ebx

        ; held off, so that what was scheduled can be looked at
        call    local_bh_disable
        ccall   tasklet_schedule, static_tasklet
        ccall   tasklet_schedule, static_tasklet ; twice is once
        ccall   tasklet_hi_schedule, urgent_tasklet ; later, but it will be first
        mov     ebx, static_tasklet
        say_tasklet "tasklets: static, scheduled: state %d count %d", ebx
        call    local_softirq_pending
        pr      KERN_INFO, "tasklets: pending %x", eax
        call    local_bh_enable

        ccall   kmalloc, tasklet_struct_size, GFP_KERNEL
        mov     [dynamic], eax
        ccall   tasklet_init, eax, function, dynamic_name
        ccall   tasklet_schedule, [dynamic]
        ccall   tasklet_kill, [dynamic] ; waits until it has run
        ccall   kfree, [dynamic]
        pr      KERN_INFO, "tasklets: dynamic: killed"

        ccall   tasklet_schedule, disabled_tasklet
        ccall   msleep, 20
        mov     ebx, disabled_tasklet
        say_tasklet "tasklets: disabled, scheduled: state %d count %d", ebx
        ccall   tasklet_enable, ebx
        ccall   msleep, 20
        say_tasklet "tasklets: enabled: state %d count %d", ebx
        ccall   tasklet_disable, ebx
        ccall   tasklet_disable_nosync, ebx
        say_tasklet "tasklets: disabled twice: state %d count %d", ebx
        call    local_bh_disable
        ccall   tasklet_kill, ebx       ; not where one cannot wait
        call    local_bh_enable
        mov     eax, -ENODEV
        pop     ebx
endproc

; void function(unsigned long data)     softirq
proc function, .data
        push    ebx
        push    esi
        call    irqs_disabled
        mov     ebx, eax
        call    in_softirq
        mov     esi, eax
        call    local_softirq_pending
        pr      KERN_INFO, "tasklets: %s runs: irqs_disabled %x in_softirq %x pending %x", \
                [ebp + .data], ebx, esi, eax
        pop     esi
        pop     ebx
endproc

proc cleanup_module
endproc
