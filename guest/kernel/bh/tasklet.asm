; tasklet.asm: one function to be run once, soon, as a softirq.
;
;   tasklet_init(t, func, data)   any context
;   tasklet_schedule(t)           any context          in TASKLET_SOFTIRQ; twice before it runs is once
;   tasklet_hi_schedule(t)        any context          in HI_SOFTIRQ, ahead of everything
;   tasklet_disable(t)            tasks                and wait until it does not run
;   tasklet_disable_nosync(t), tasklet_enable(t)   any context   a disabled one stays scheduled
;   tasklet_kill(t)               tasks                wait until it is not scheduled any more
;
; TASKLET_STATE_SCHED: on a list. TASKLET_STATE_RUN: its function runs, on one CPU only.

        section .text

; void tasklets_init(void)              boot
proc tasklets_init
        mov     eax, percpu_areas
        lea     ecx, [eax + tasklet_first]
        mov     [this_cpu(tasklet_end)], ecx
        lea     ecx, [eax + tasklet_hi_first]
        mov     [this_cpu(tasklet_hi_end)], ecx
        ccall   open_softirq, TASKLET_SOFTIRQ, tasklet_action
        ccall   open_softirq, HI_SOFTIRQ, tasklet_hi_action
endproc

; void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data)
proc tasklet_init, .t, .func, .data
        mov     ecx, [ebp + .t]
        xor     eax, eax
        mov     [ecx + tasklet_struct.next], eax
        mov     [ecx + tasklet_struct.state], eax
        mov     [ecx + tasklet_struct.count], eax
        mov     eax, [ebp + .func]
        mov     [ecx + tasklet_struct.func], eax
        mov     eax, [ebp + .data]
        mov     [ecx + tasklet_struct.data], eax
endproc
EXPORT_SYMBOL tasklet_init

; void tasklet_schedule(struct tasklet_struct *t)
proc tasklet_schedule, .t
        ccall   schedule_once, [ebp + .t], __tasklet_schedule
endproc
EXPORT_SYMBOL tasklet_schedule

; void tasklet_hi_schedule(struct tasklet_struct *t)
proc tasklet_hi_schedule, .t
        ccall   schedule_once, [ebp + .t], __tasklet_hi_schedule
endproc
EXPORT_SYMBOL tasklet_hi_schedule

; void schedule_once(struct tasklet_struct *t, void (*hang_in)(struct tasklet_struct *))
proc schedule_once, .t, .hang_in
        mov     ecx, [ebp + .t]
        lock bts dword [ecx + tasklet_struct.state], TASKLET_STATE_SCHED
        jc      .scheduled_already
        ccall   [ebp + .hang_in], ecx
.scheduled_already:
endproc

; void __tasklet_schedule(struct tasklet_struct *t)     its SCHED bit was set just now
proc __tasklet_schedule, .t
        ccall   hang_in, [ebp + .t], tasklet_end, TASKLET_SOFTIRQ
endproc
EXPORT_SYMBOL __tasklet_schedule

; void __tasklet_hi_schedule(struct tasklet_struct *t)
proc __tasklet_hi_schedule, .t
        ccall   hang_in, [ebp + .t], tasklet_hi_end, HI_SOFTIRQ
endproc
EXPORT_SYMBOL __tasklet_hi_schedule

; void hang_in(struct tasklet_struct *t, u32 end, unsigned nr)  end: which of the CPU's fields
proc hang_in, .t, .end, .nr
        pushfd
        cli
        mov     ecx, [ebp + .t]
        mov     dword [ecx + tasklet_struct.next], 0
        mov     edx, [ebp + .end]
        mov     eax, [this_cpu(edx)]
        mov     [eax], ecx
        mov     [this_cpu(edx)], ecx    ; .next is its first word
        ccall   raise_softirq_irqoff, [ebp + .nr]
        popfd
endproc

; void tasklet_action(struct softirq_action *), tasklet_hi_action
proc tasklet_action, .action
        mov     eax, percpu_areas
        lea     ecx, [eax + tasklet_first]
        lea     edx, [eax + tasklet_end]
        ccall   tasklet_action_common, ecx, edx, TASKLET_SOFTIRQ
endproc

proc tasklet_hi_action, .action
        mov     eax, percpu_areas
        lea     ecx, [eax + tasklet_hi_first]
        lea     edx, [eax + tasklet_hi_end]
        ccall   tasklet_action_common, ecx, edx, HI_SOFTIRQ
endproc

; void tasklet_action_common(struct tasklet_struct **first, struct tasklet_struct ***end, unsigned nr)
; Takes the whole list. One that is disabled, or runs elsewhere, goes back, and the softirq stays raised.
proc tasklet_action_common, .first, .end, .nr
        push    ebx
        push    esi
        cli
        mov     ecx, [ebp + .first]
        mov     edx, [ebp + .end]
        xor     esi, esi
        xchg    esi, [ecx]
        mov     [edx], ecx
        sti
.next:
        test    esi, esi
        jz      .done
        mov     ebx, esi
        mov     esi, [ebx + tasklet_struct.next]
        lock bts dword [ebx + tasklet_struct.state], TASKLET_STATE_RUN
        jc      .put_back
        cmp     dword [ebx + tasklet_struct.count], 0
        jne     .unlock
        lock btr dword [ebx + tasklet_struct.state], TASKLET_STATE_SCHED
        ccall   [ebx + tasklet_struct.func], [ebx + tasklet_struct.data]
        lock btr dword [ebx + tasklet_struct.state], TASKLET_STATE_RUN
        jmp     .next
.unlock:
        lock btr dword [ebx + tasklet_struct.state], TASKLET_STATE_RUN
.put_back:
        cli
        mov     dword [ebx + tasklet_struct.next], 0
        mov     edx, [ebp + .end]
        mov     eax, [edx]
        mov     [eax], ebx
        mov     [edx], ebx
        ccall   __raise_softirq_irqoff, [ebp + .nr]
        sti
        jmp     .next
.done:
        pop     esi
        pop     ebx
endproc

; void tasklet_disable_nosync(struct tasklet_struct *t)
proc tasklet_disable_nosync, .t
        mov     ecx, [ebp + .t]
        lock inc dword [ecx + tasklet_struct.count]
endproc
EXPORT_SYMBOL tasklet_disable_nosync

; void tasklet_disable(struct tasklet_struct *t)
proc tasklet_disable, .t
        ccall   tasklet_disable_nosync, [ebp + .t]
        ccall   tasklet_unlock_wait, [ebp + .t]
endproc
EXPORT_SYMBOL tasklet_disable

; void tasklet_enable(struct tasklet_struct *t)
proc tasklet_enable, .t
        mov     ecx, [ebp + .t]
        lock dec dword [ecx + tasklet_struct.count]
endproc
EXPORT_SYMBOL tasklet_enable

; void tasklet_unlock_wait(struct tasklet_struct *t)    only another CPU can be running it
proc tasklet_unlock_wait, .t
        mov     ecx, [ebp + .t]
.again:
        bt      dword [ecx + tasklet_struct.state], TASKLET_STATE_RUN
        jc      .again
endproc

; void tasklet_kill(struct tasklet_struct *t)
proc tasklet_kill, .t
        push    ebx
        mov     ebx, [ebp + .t]
        test    dword [this_cpu(preempt_count)], IN_INTERRUPT_MASK
        jz      .again
        pr      KERN_NOTICE, "Attempt to kill tasklet from interrupt"
        jmp     .done                   ; waiting here would be for ever
.again:
        lock bts dword [ebx + tasklet_struct.state], TASKLET_STATE_SCHED
        jnc     .not_scheduled
        call    yield
        jmp     .again
.not_scheduled:
        ccall   tasklet_unlock_wait, ebx
        lock btr dword [ebx + tasklet_struct.state], TASKLET_STATE_SCHED
.done:
        pop     ebx
endproc
EXPORT_SYMBOL tasklet_kill
