; runqueue.asm: who runs next. Round robin over the tasks that are ready, a time slice each.
;
;   schedule()            tasks, may sleep             give the CPU to the next one
;   scheduler_tick()      timer interrupt              account, and ask for a switch at slice's end
;   wake_up_new_task(t)   tasks                        a new task may run

        section .text

; void schedule(void)
; A task that is still TASK_RUNNING gets the CPU back when its turn comes round.
proc schedule
        push    ebx
        pushfd
        test    dword [this_cpu(preempt_count)], IN_INTERRUPT_MASK
        jnz     .atomic
        cli
        mov     dword [this_cpu(need_resched)], 0
        call    pick_next_task
        mov     dword [eax + task.slice], TIMESLICE
        mov     edx, [this_cpu(current)]
        cmp     eax, edx
        je      .done
        ccall   context_switch, edx, eax
.done:
        popfd
        pop     ebx
        return
.atomic:
        mov     eax, [this_cpu(current)]
        lea     edx, [eax + task.comm]
        pr      KERN_ERR, "BUG: scheduling while atomic: %s/%d/0x%08x", \
                edx, [eax + task.pid], [this_cpu(preempt_count)]
        call    dump_stack
        jmp     .done
endproc

; struct task *pick_next_task(void)     interrupts off
; The first ready one behind current in the table; the idle task (slot 0) only if there is no other.
proc pick_next_task
        mov     eax, [this_cpu(current)]
        mov     ecx, NR_TASKS
.next:
        add     eax, task_size
        cmp     eax, tasks + task_size * NR_TASKS
        jb      .in_table
        mov     eax, tasks + task_size
.in_table:
        cmp     dword [eax + task.state], TASK_RUNNING
        je      .found
        dec     ecx
        jnz     .next
        mov     eax, tasks
.found:
endproc

; void scheduler_tick(void)             hard IRQ
proc scheduler_tick
        mov     eax, [this_cpu(current)]
        inc     dword [eax + task.ticks]
        dec     dword [eax + task.slice]
        jg      .going_on
        mov     dword [this_cpu(need_resched)], 1
.going_on:
endproc

; void wake_up_new_task(struct task *which)
proc wake_up_new_task, .which
        mov     eax, [ebp + .which]
        mov     dword [eax + task.state], TASK_RUNNING
        mov     dword [this_cpu(need_resched)], 1
endproc
