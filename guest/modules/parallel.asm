; parallel.asm: a lesson: how many works of a queue run at a time, and in which threads.
;
;       insmod parallel.ko max_active=1         one after the other
;       insmod parallel.ko max_active=2         side by side
;       insmod parallel.ko flags=2              WQ_UNBOUND: kworker/u
;       insmod parallel.ko flags=16             WQ_HIGHPRI: nice -20
;       insmod parallel.ko busy=1               computing, not sleeping: holds the CPU's queue up ...
;       insmod parallel.ko busy=1 flags=2       ... but not an unbound one

%include "include/kernel.inc"
        extern  alloc_workqueue, destroy_workqueue, queue_work, msleep, mdelay
        module_license "GPL"

WORK_MS         equ 60

        section .data
        align   4
one:            DECLARE_WORK function
                dd 1
two:            DECLARE_WORK function
                dd 2
max_active:     dd 2
flags:          dd 0
busy:           dd 0
        module_param max_active, PARAM_INT
        module_param flags, PARAM_INT
        module_param busy, PARAM_INT
        section .rodata
queue_name:     db "parallel", 0

        section .text

proc init_module
        push    ebx
        ccall   alloc_workqueue, queue_name, [flags], [max_active]
        mov     ebx, eax
        ccall   queue_work, ebx, one
        ccall   queue_work, ebx, two
        ccall   destroy_workqueue, ebx
        mov     eax, -ENODEV
        pop     ebx
endproc

; void function(struct work_struct *)
proc function, .work
        push    ebx
        mov     ebx, [ebp + .work]
        mov     ecx, [this_cpu(current)]
        lea     edx, [ecx + task.comm]
        pr      KERN_INFO, "parallel: %d begins in %s, nice %d", [ebx + work_struct_size], edx, [ecx + task.nice]
        cmp     dword [busy], 0
        jne     .compute
        ccall   msleep, WORK_MS
        jmp     .end
.compute:
        ccall   mdelay, WORK_MS
.end:
        pr      KERN_INFO, "parallel: %d ends", [ebx + work_struct_size]
        pop     ebx
endproc

proc cleanup_module
endproc
