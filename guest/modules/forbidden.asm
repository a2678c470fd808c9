; forbidden.asm: a lesson: what a task may do and a handler may not: wait for a mutex, touch a program's
; memory, be preempted.
;
;       insmod forbidden.ko

%include "include/kernel.inc"
        extern  request_irq, free_irq, mutex_lock, mutex_unlock, copy_from_user, mdelay
        extern  kthread_run, kthread_stop, kthread_should_stop
        module_license "GPL"

LINE            equ 10
WORK_MS         equ 50
NAME_SIZE       equ 8

        section .data
        align   4
my_mutex:       dd 0
runs:           dd 0                    ; of the rival
        section .bss
        alignb  4
name_read:      resb NAME_SIZE

        section .rodata
my_name:        db "forbidden", 0
rival_name:     db "rival", 0
task_text:      db "task", 0
handler_text:   db "handler", 0

        section .text

proc init_module
        push    ebx
        ccall   request_irq, LINE, handler, 0, my_name, my_name
        ccall   kthread_run, rival, 0, rival_name
        mov     ebx, eax
        ccall   try_all, task_text
        int     ISA_IRQ_VECTOR + LINE
        ccall   kthread_stop, ebx
        ccall   free_irq, LINE, my_name
        mov     eax, -ENODEV
        pop     ebx
endproc

; irqreturn_t handler(int line, void *dev)      hard IRQ
proc handler
        ccall   try_all, handler_text
        mov     eax, IRQ_HANDLED
endproc

; void try_all(const char *where)
proc try_all, .where
        push    ebx
        pr      KERN_INFO, "forbidden: %s: a mutex", [ebp + .where]
        ccall   mutex_lock, my_mutex
        ccall   mutex_unlock, my_mutex
        pr      KERN_INFO, "forbidden: %s: memory of a program", [ebp + .where]
        mov     ecx, [this_cpu(current)]
        ccall   copy_from_user, name_read, [ecx + task.arg_start], NAME_SIZE - 1
        pr      KERN_INFO, "forbidden: %s: its name is %s", [ebp + .where], name_read
        ; interrupts on, so that the timer comes and asks for another task
        mov     ebx, [runs]
        pushfd
        sti
        ccall   mdelay, WORK_MS
        popfd
        cmp     ebx, [runs]
        mov     eax, 0
        setne   al
        pr      KERN_INFO, "forbidden: %s: another task ran meanwhile: %d", [ebp + .where], eax
        pop     ebx
endproc

; int rival(void *unused)               never sleeps
proc rival
.again:
        inc     dword [runs]
        call    kthread_should_stop
        test    eax, eax
        jz      .again
        xor     eax, eax
endproc

proc cleanup_module
endproc
