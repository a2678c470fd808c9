; kthread.asm: threads that live in the kernel only.
;
;   kthread_create(fn, arg, name)  tasks               struct task *, asleep until wake_up_process;
;                                                      0: no slot
;   kthread_run(fn, arg, name)     tasks               the same, and woken
;   kthread_stop(task)             tasks               ask it to end, and wait: what fn returned
;   kthread_should_stop()          in such a thread    has somebody asked?
;   kthread_run_child(fn, arg, name)   tasks           one that wait_task will be called for
;
; fn is `int fn(void *arg)`. One that returns without being asked is simply gone.

        section .text

; struct task *kthread_create(int (*fn)(void *), void *arg, const char *name)
proc kthread_create, .fn, .arg, .name
        ccall   alloc_task, [ebp + .name]
        test    eax, eax
        jz      .none
        mov     dword [eax + task.parent], 0
        ; the stack as context_switch will find it: fn and arg travel in ebx and esi
        mov     ecx, [eax + task.stack_top]
        sub     ecx, switch_frame_size
        mov     dword [ecx + switch_frame.edi], 0
        mov     edx, [ebp + .arg]
        mov     [ecx + switch_frame.esi], edx
        mov     edx, [ebp + .fn]
        mov     [ecx + switch_frame.ebx], edx
        mov     dword [ecx + switch_frame.ebp], 0
        mov     dword [ecx + switch_frame.return], kthread
        mov     [eax + task.esp], ecx
        mov     ecx, [this_cpu(min_vruntime)]
        mov     [eax + task.vruntime], ecx
.none:
endproc
EXPORT_SYMBOL kthread_create

; Where a kernel thread comes to life: ebx is its function, esi the argument.
        align   16
kthread:
        sti
        ccall   ebx, esi
        shl     eax, 8                  ; an exit code, as wait() gives it
        ccall   do_exit, eax

; struct task *kthread_run(int (*fn)(void *), void *arg, const char *name)
proc kthread_run, .fn, .arg, .name
        push    ebx
        ccall   kthread_create, [ebp + .fn], [ebp + .arg], [ebp + .name]
        mov     ebx, eax
        test    eax, eax
        jz      .none
        ccall   wake_up_new_task, ebx
.none:
        mov     eax, ebx
        pop     ebx
endproc
EXPORT_SYMBOL kthread_run

; struct task *kthread_run_child(int (*fn)(void *), void *arg, const char *name)
proc kthread_run_child, .fn, .arg, .name
        push    ebx
        ccall   kthread_create, [ebp + .fn], [ebp + .arg], [ebp + .name]
        mov     ebx, eax
        test    eax, eax
        jz      .none
        mov     ecx, [this_cpu(current)]
        mov     [ebx + task.parent], ecx
        ccall   wake_up_new_task, ebx
.none:
        mov     eax, ebx
        pop     ebx
endproc

; int kthread_stop(struct task *which)
proc kthread_stop, .which
        push    ebx
        might_sleep
        mov     ebx, [ebp + .which]
        pushfd
        cli
        or      dword [ebx + task.thread_flags], KTHREAD_SHOULD_STOP
        ccall   wake_up_process, ebx
        popfd
        ccall   wait_task, ebx
        sar     eax, 8
        pop     ebx
endproc
EXPORT_SYMBOL kthread_stop

; int kthread_should_stop(void)
proc kthread_should_stop
        mov     eax, [this_cpu(current)]
        mov     eax, [eax + task.thread_flags]
        and     eax, KTHREAD_SHOULD_STOP
endproc
EXPORT_SYMBOL kthread_should_stop
