; exit.asm: the end of a task, as others learn of it.
;
;   do_exit(status)               tasks                does not return

        section .text

; noreturn void do_exit(int status)
; The slot and the address space stay until the parent asks (wait_task): we still stand on them.
; Children go to init.
proc do_exit, .status
        mov     ebx, [this_cpu(current)]
        cmp     ebx, init_task
        je      .init
        cmp     dword [this_cpu(preempt_count)], 0
        je      .not_atomic
        lea     eax, [ebx + task.comm]
        pr      KERN_INFO, "note: %s[%d] exited with preempt_count %d", eax, [ebx + task.pid], \
                [this_cpu(preempt_count)]
        mov     dword [this_cpu(preempt_count)], 0
.not_atomic:
        sti
        call    files_close
        ccall   free_io_bitmap, ebx
        cli
        mov     esi, tasks
.next:
        cmp     [esi + task.tracer], ebx
        jne     .not_traced
        mov     dword [esi + task.stop_signal], 0
        ccall   ptrace_detach, esi
.not_traced:
        cmp     [esi + task.parent], ebx
        jne     .not_ours
        mov     dword [esi + task.parent], init_task
        cmp     dword [esi + task.state], TASK_ZOMBIE
        jne     .not_ours
        ccall   wake_up, init_task      ; it ended before its parent did, and nobody has asked
.not_ours:
        add     esi, task_size
        cmp     esi, tasks + task_size * NR_TASKS
        jb      .next
        mov     eax, [ebp + .status]
        mov     [ebx + task.exit_status], eax
        cmp     dword [ebx + task.parent], 0
        jne     .zombie
        test    dword [ebx + task.thread_flags], KTHREAD_SHOULD_STOP
        jnz     .zombie
        ; nobody will ask; the slot is taken by another only when we have been switched away from
        ccall   proc_pid_remove, ebx
        mov     dword [ebx + task.state], TASK_DEAD
        jmp     .gone
.zombie:
        mov     dword [ebx + task.state], TASK_ZOMBIE
        ccall   wake_up, ebx            ; wait_task sleeps on the child itself
        cmp     dword [ebx + task.parent], 0
        je      .gone
        ccall   wake_up, [ebx + task.parent] ; sys_waitpid on the parent
        cmp     dword [ebx + task.tracer], 0
        je      .gone
        ccall   wake_up, [ebx + task.tracer]
.gone:
        call    schedule
.init:
        pr      KERN_EMERG, "Attempted to kill init! exitcode=0x%08x", [ebp + .status]
        ccall   panic, init_died
endproc

        section .rodata
init_died:      db "Attempted to kill init!", 0
        section .text
init_task       equ tasks + task_size   ; the first task that boot makes
