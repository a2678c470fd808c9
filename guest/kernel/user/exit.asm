; exit.asm: the end of a task, as others learn of it.
;
;   do_exit(status)               tasks                does not return
;   reap_children(show)           tasks                collect those that ended by themselves
;   describe_status(status)       tasks                why a child died, in the shell's words

        section .text

; noreturn void do_exit(int status)
; The slot and the address space stay until the parent asks (wait_task): we still stand on them.
; Children go to init.
proc do_exit, .status
        mov     ebx, [this_cpu(current)]
        cmp     dword [this_cpu(preempt_count)], 0
        je      .not_atomic
        lea     eax, [ebx + task.comm]
        pr      KERN_INFO, "note: %s[%d] exited with preempt_count %d", eax, [ebx + task.pid], \
                [this_cpu(preempt_count)]
        mov     dword [this_cpu(preempt_count)], 0
.not_atomic:
        sti
        call    files_close
        cli
        mov     esi, tasks
.next:
        cmp     [esi + task.parent], ebx
        jne     .not_ours
        mov     dword [esi + task.parent], init_task
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
        mov     dword [ebx + task.state], TASK_DEAD
        jmp     .gone
.zombie:
        mov     dword [ebx + task.state], TASK_ZOMBIE
        ccall   wake_up, ebx            ; wait_task sleeps on the child itself
.gone:
        call    schedule
endproc

; void reap_children(int show)          show: name each, as a shell does for its background jobs
proc reap_children, .show
        push    ebx
        push    esi
        mov     ebx, tasks
.next:
        cmp     dword [ebx + task.state], TASK_ZOMBIE
        jne     .other
        mov     eax, [this_cpu(current)]
        cmp     [ebx + task.parent], eax
        jne     .other
        ccall   wait_task, ebx
        mov     esi, eax
        cmp     dword [ebp + .show], 0
        je      .other
        ccall   describe_status, esi
        lea     ecx, [ebx + task.comm]  ; the slot is free, but nobody has taken it yet
        println "[%d]  %s  %s", [ebx + task.pid], eax, ecx
.other:
        add     ebx, task_size
        cmp     ebx, tasks + task_size * NR_TASKS
        jb      .next
        pop     esi
        pop     ebx
endproc

; const char *describe_status(int status)
proc describe_status, .status
        mov     eax, [ebp + .status]
        and     eax, SIGNAL_MASK
        cmp     eax, NR_SIGNALS
        jb      .known
        xor     eax, eax
.known:
        mov     eax, [signal_names + eax * 4]
endproc

SIGNAL_MASK     equ 0x7f                ; of a wait status

        section .rodata
        align   4
signal_names:                           ; what a shell prints when a signal ended its child
        dd      done_text, done_text, interrupt_text, done_text
        dd      ill_text, trap_text, done_text, bus_text
        dd      fpe_text, kill_text, done_text, segv_text
done_text:      db "Done", 0
interrupt_text: db "Interrupt", 0
ill_text:       db "Illegal instruction", 0
trap_text:      db "Trace/breakpoint trap", 0
bus_text:       db "Bus error", 0
fpe_text:       db "Floating point exception", 0
kill_text:      db "Killed", 0
segv_text:      db "Segmentation fault", 0
init_task       equ tasks + task_size   ; the first task that boot makes
        section .text
