; runqueue.asm: who runs next.
;
;   schedule()            tasks, may sleep             give the CPU to whom it belongs now
;   cond_resched()        tasks                        the same, if somebody waits for it
;   yield()               tasks                        let all others go first
;   scheduler_tick()      timer interrupt              account, and ask for a switch if one is due
;   wake_up_process(t)    any context                  it is ready; 1 if it was not
;   set_user_nice(t, n), sched_set_fifo(t, priority)   any context
;
; Real-time threads first, the highest priority first, each until it sleeps. Then fair shares: every
; task has a vruntime, the time it has run divided by its weight, and the smallest runs next. A nice
; level up is a tenth less of the CPU; the weights are Linux's. Guarded by interrupts being off.

NICE_0_WEIGHT   equ 1024
WAKEUP_GRANULARITY equ PIT_HZ / 1000    ; who wakes must be so far behind to interrupt another
SLEEPER_CREDIT  equ LATCH / 2           ; how far behind the others a sleeper may come back
VRUNTIME_AHEAD  equ 0x10000000          ; nobody gets so far ahead: such a difference has wrapped

        section .text

; void schedule(void)
; A task that is still TASK_RUNNING gets the CPU back when it is its turn.
proc schedule
        push    ebx
        push    esi
        pushfd
        test    dword [this_cpu(preempt_count)], IN_INTERRUPT_MASK
        jnz     .atomic
        cmp     dword [this_cpu(preempt_count)], 0
        jne     .atomic
        cli
        mov     esi, [this_cpu(current)]
        test    dword [esi + task.thread_flags], PF_WQ_WORKER
        jz      .not_worker
        cmp     dword [esi + task.state], TASK_RUNNING
        je      .not_worker
        ccall   wq_worker_sleeping, esi
.not_worker:
        mov     dword [this_cpu(need_resched)], 0
        call    update_curr
        call    pick_next_task
        mov     ebx, eax
        cmp     ebx, esi
        je      .done
        ; min_vruntime follows whoever is furthest behind
        cmp     dword [ebx + task.pid], 0
        je      .switch
        mov     eax, [ebx + task.vruntime]
        mov     ecx, eax
        sub     ecx, [this_cpu(min_vruntime)]
        js      .switch
        cmp     dword [ebx + task.rt_priority], 0
        jne     .switch
        mov     [this_cpu(min_vruntime)], eax
.switch:
        mov     eax, [this_cpu(preempt_count)]
        mov     [esi + task.preempt_count], eax
        mov     eax, [ebx + task.preempt_count]
        mov     [this_cpu(preempt_count)], eax
        inc     dword [this_cpu(nr_switches)]
        ccall   context_switch, esi, ebx
.done:
        popfd
        pop     esi
        pop     ebx
        return
.atomic:
        mov     eax, [this_cpu(current)]
        lea     edx, [eax + task.comm]
        pr      KERN_ERR, "BUG: scheduling while atomic: %s/%d/0x%08x", \
                edx, [eax + task.pid], [this_cpu(preempt_count)]
        call    dump_stack
        ; going to sleep here would hang the machine: it stays awake
        mov     eax, [this_cpu(current)]
        mov     dword [eax + task.state], TASK_RUNNING
        jmp     .done
endproc
EXPORT_SYMBOL schedule

; struct task *pick_next_task(void)     interrupts off
; The idle task (slot 0) only if there is no other. Of two alike whoever runs stays.
proc pick_next_task
        push    ebx
        push    esi
        mov     esi, tasks              ; the best so far
        mov     ebx, [this_cpu(current)]
        cmp     dword [ebx + task.state], TASK_RUNNING
        jne     .begin
        mov     esi, ebx
.begin:
        mov     ebx, tasks
.next:
        add     ebx, task_size
        cmp     ebx, tasks + task_size * NR_TASKS
        jae     .found
        cmp     dword [ebx + task.state], TASK_RUNNING
        jne     .next
        ccall   goes_before, ebx, esi
        test    eax, eax
        jz      .next
        mov     esi, ebx
        jmp     .next
.found:
        mov     eax, esi
        pop     esi
        pop     ebx
endproc

; int goes_before(const struct task *one, const struct task *other)
proc goes_before, .one, .other
        mov     ecx, [ebp + .one]
        mov     edx, [ebp + .other]
        xor     eax, eax
        cmp     ecx, edx
        je      .no
        cmp     dword [edx + task.pid], 0
        je      .yes
        mov     eax, [ecx + task.rt_priority]
        cmp     eax, [edx + task.rt_priority]
        ja      .yes
        jb      .no
        test    eax, eax
        jnz     .no                     ; first in, first out
        mov     eax, [ecx + task.vruntime]
        sub     eax, [edx + task.vruntime]
        js      .yes
.no:
        xor     eax, eax
        return
.yes:
        mov     eax, 1
endproc

; void update_curr(void)                interrupts off
; The time since the last call goes onto current's account.
proc update_curr
        call    clock_read
        imul    eax, eax, LATCH
        add     eax, edx
        mov     ecx, eax
        sub     eax, [this_cpu(exec_start)]
        mov     [this_cpu(exec_start)], ecx
        mov     ecx, [this_cpu(current)]
        mov     edx, NICE_0_WEIGHT
        mul     edx
        push    ecx
        mov     ecx, [ecx + task.nice]
        mov     ecx, [sched_prio_to_weight + (ecx - MIN_NICE) * 4]
        cmp     edx, ecx
        jae     .too_long               ; an hour at once: not worth the arithmetic
        div     ecx
        pop     ecx
        add     [ecx + task.vruntime], eax
        return
.too_long:
        pop     ecx
endproc

; void scheduler_tick(void)             hard IRQ
proc scheduler_tick
        call    update_curr
        call    account_tick
        call    pick_next_task
        cmp     eax, [this_cpu(current)]
        je      .going_on
        mov     dword [this_cpu(need_resched)], 1
.going_on:
endproc

; void account_tick(void)               whose tick was it?
proc account_tick
        mov     eax, [this_cpu(current)]
        cmp     dword [eax + task.pid], 0
        je      .idle
        mov     ecx, [this_cpu(irq_regs)]
        test    dword [ecx + pt_regs.cs], RPL_MASK
        jnz     .user
        inc     dword [eax + task.system_ticks]
        inc     dword [this_cpu(system_ticks)]
        return
.user:
        inc     dword [eax + task.user_ticks]
        inc     dword [this_cpu(user_ticks)]
        return
.idle:
        inc     dword [this_cpu(idle_ticks)]
endproc

; int wake_up_process(struct task *which)
proc wake_up_process, .which
        push    ebx
        pushfd
        cli
        mov     ebx, [ebp + .which]
        xor     eax, eax
        cmp     dword [ebx + task.state], TASK_RUNNING
        jbe     .done
        cmp     dword [ebx + task.state], TASK_ZOMBIE
        jae     .done
        mov     dword [ebx + task.state], TASK_RUNNING
        test    dword [ebx + task.thread_flags], PF_WQ_WORKER
        jz      .not_worker
        ccall   wq_worker_waking_up, ebx
.not_worker:
        ; back among the others: neither far behind for having slept, nor far ahead
        mov     eax, [this_cpu(min_vruntime)]
        sub     eax, SLEEPER_CREDIT
        mov     ecx, [ebx + task.vruntime]
        sub     ecx, eax
        cmp     ecx, VRUNTIME_AHEAD
        jb      .place_known            ; unsigned: below is far above
        mov     [ebx + task.vruntime], eax
.place_known:
        ccall   check_preempt, ebx
        mov     eax, 1
.done:
        popfd
        pop     ebx
endproc
EXPORT_SYMBOL wake_up_process

; void check_preempt(const struct task *woken)  interrupts off
proc check_preempt, .woken
        call    update_curr
        mov     ecx, [ebp + .woken]
        mov     edx, [this_cpu(current)]
        cmp     dword [edx + task.pid], 0
        je      .yes
        mov     eax, [ecx + task.rt_priority]
        cmp     eax, [edx + task.rt_priority]
        ja      .yes
        cmp     dword [edx + task.rt_priority], 0
        jne     .no
        mov     eax, [edx + task.vruntime]
        sub     eax, [ecx + task.vruntime]
        cmp     eax, WAKEUP_GRANULARITY
        jle     .no
.yes:
        mov     dword [this_cpu(need_resched)], 1
.no:
endproc

; void wake_up_new_task(struct task *which)     its first wake-up
proc wake_up_new_task, .which
        mov     eax, [ebp + .which]
        mov     ecx, [this_cpu(min_vruntime)]
        add     ecx, SLEEPER_CREDIT     ; less than who runs now may have: fork first, then the child
        mov     [eax + task.vruntime], ecx
        mov     dword [eax + task.state], TASK_UNINTERRUPTIBLE
        ccall   wake_up_process, eax
endproc

; void cond_resched(void)
proc cond_resched
        cmp     dword [this_cpu(need_resched)], 0
        je      .nobody
        call    schedule
.nobody:
endproc
EXPORT_SYMBOL cond_resched

; void yield(void)                      current goes behind everyone who is ready
proc yield
        push    ebx
        pushfd
        cli
        mov     edx, [this_cpu(current)]
        mov     ebx, tasks
.next:
        add     ebx, task_size
        cmp     ebx, tasks + task_size * NR_TASKS
        jae     .placed
        cmp     dword [ebx + task.state], TASK_RUNNING
        jne     .next
        cmp     dword [ebx + task.rt_priority], 0
        jne     .next
        mov     eax, [ebx + task.vruntime]
        sub     eax, [edx + task.vruntime]
        js      .next
        add     [edx + task.vruntime], eax
        inc     dword [edx + task.vruntime]
        jmp     .next
.placed:
        popfd
        call    schedule
        pop     ebx
endproc
EXPORT_SYMBOL yield

; void set_user_nice(struct task *which, int nice)
proc set_user_nice, .which, .nice
        mov     eax, [ebp + .nice]
        cmp     eax, MIN_NICE
        jl      .ignored
        cmp     eax, MAX_NICE
        jg      .ignored
        mov     ecx, [ebp + .which]
        mov     [ecx + task.nice], eax
.ignored:
endproc
EXPORT_SYMBOL set_user_nice

; void sched_set_fifo(struct task *which, int priority)
proc sched_set_fifo, .which, .priority
        mov     eax, [ebp + .priority]
        mov     ecx, [ebp + .which]
        mov     [ecx + task.rt_priority], eax
endproc
EXPORT_SYMBOL sched_set_fifo

        section .rodata
        align   4
sched_prio_to_weight:                   ; nice -20 to 19
        dd      88761, 71755, 56483, 46273, 36291
        dd      29154, 23254, 18705, 14949, 11916
        dd      9548, 7620, 6100, 4904, 3906
        dd      3121, 2501, 1991, 1586, 1277
        dd      1024, 820, 655, 526, 423
        dd      335, 272, 215, 172, 137
        dd      110, 87, 70, 56, 45
        dd      36, 29, 23, 18, 15
        section .text
