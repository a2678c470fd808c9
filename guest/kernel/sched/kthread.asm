; kthread.asm: threads that live in the kernel only.
;
;   kthread_run(fn, arg, name)   tasks                 struct task *, already runnable; 0: no slot
;
; fn is `int fn(void *arg)`; its result is the thread's exit code.

        section .text

; struct task *kthread_run(int (*fn)(void *), void *arg, const char *name)
proc kthread_run, .fn, .arg, .name
        push    ebx
        ccall   alloc_task, [ebp + .name]
        test    eax, eax
        jz      .none
        ; the stack as context_switch will find it: fn and arg travel in ebx and esi
        mov     ecx, [eax + task.stack_top]
        sub     ecx, switch_frame_size
        mov     dword [ecx + switch_frame.edi], 0
        mov     edx, [ebp + .arg]
        mov     [ecx + switch_frame.esi], edx
        mov     edx, [ebp + .fn]
        mov     [ecx + switch_frame.ebx], edx
        mov     dword [ecx + switch_frame.ebp], 0
        mov     dword [ecx + switch_frame.return], kernel_thread_helper
        mov     [eax + task.esp], ecx
        mov     ebx, eax
        ccall   wake_up_new_task, ebx
        mov     eax, ebx
.none:
        pop     ebx
endproc

; Where a kernel thread comes to life: ebx is its function, esi the argument.
        align   16
kernel_thread_helper:
        sti
        ccall   ebx, esi
        shl     eax, 8                  ; an exit code, as wait() gives it
        ccall   do_exit, eax
