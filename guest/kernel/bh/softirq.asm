; softirq.asm: deferred work that runs with interrupts on, before the interrupted code goes on.
;
;   open_softirq(nr, action)      tasks                action(struct softirq_action *) serves that number
;   raise_softirq(nr)             any context          run at the next irq_exit, or in ksoftirqd
;   raise_softirq_irqoff(nr)      interrupts off
;   local_softirq_pending()       any context          what is raised and has not run, a bit each
;   local_bh_disable(), local_bh_enable()   tasks, softirqs   hold softirqs off on this CPU; they nest
;   do_softirq()                  any context          run what is pending, if allowed here
;   invoke_softirq()              irq_exit, interrupts off
;   __do_softirq()                interrupts off       lowest number first
;
; At most MAX_SOFTIRQ_RESTART rounds, then ksoftirqd takes over, so that tasks are never starved.
; A softirq never interrupts a softirq on its CPU.

MAX_SOFTIRQ_RESTART equ 10
MAX_SOFTIRQ_TIME equ 1                  ; in ticks; Linux's 2 ms, rounded up
SOFTIRQ_NOW_MASK equ (1 << HI_SOFTIRQ) | (1 << TASKLET_SOFTIRQ)

        section .bss
        alignb  4
softirq_vec:    resd NR_SOFTIRQS        ; struct softirq_action: only its function

        section .text

; void open_softirq(int nr, void (*action)(struct softirq_action *))
proc open_softirq, .nr, .action
        mov     ecx, [ebp + .nr]
        mov     eax, [ebp + .action]
        mov     [softirq_vec + ecx * 4], eax
endproc
EXPORT_SYMBOL open_softirq

; void raise_softirq(unsigned nr)
proc raise_softirq, .nr
        pushfd
        cli
        ccall   raise_softirq_irqoff, [ebp + .nr]
        popfd
endproc
EXPORT_SYMBOL raise_softirq

; void raise_softirq_irqoff(unsigned nr)
proc raise_softirq_irqoff, .nr
        ccall   __raise_softirq_irqoff, [ebp + .nr]
        test    dword [this_cpu(preempt_count)], IN_INTERRUPT_MASK
        jnz     .done                   ; irq_exit or local_bh_enable will look
        call    wakeup_softirqd
.done:
endproc
EXPORT_SYMBOL raise_softirq_irqoff

; void __raise_softirq_irqoff(unsigned nr)
proc __raise_softirq_irqoff, .nr
        mov     ecx, [ebp + .nr]
        bts     [this_cpu(softirq_pending)], ecx
endproc
EXPORT_SYMBOL __raise_softirq_irqoff

; u32 local_softirq_pending(void)
proc local_softirq_pending
        mov     eax, [this_cpu(softirq_pending)]
endproc
EXPORT_SYMBOL local_softirq_pending

; void local_bh_disable(void)
proc local_bh_disable
        add     dword [this_cpu(preempt_count)], SOFTIRQ_DISABLE_OFFSET
endproc
EXPORT_SYMBOL local_bh_disable

; void local_bh_enable(void)            the outermost runs what was held off
proc local_bh_enable
        ; preemption stays off until they have run
        sub     dword [this_cpu(preempt_count)], SOFTIRQ_DISABLE_OFFSET - PREEMPT_OFFSET
        call    do_softirq
        call    preempt_enable
endproc
EXPORT_SYMBOL local_bh_enable

; void do_softirq(void)
proc do_softirq
        pushfd
        cli
        test    dword [this_cpu(preempt_count)], IN_INTERRUPT_MASK
        jnz     .done
        cmp     dword [this_cpu(softirq_pending)], 0
        je      .done
        call    invoke_softirq
.done:
        popfd
endproc
EXPORT_SYMBOL do_softirq

; void invoke_softirq(void)
; Once ksoftirqd runs, the rest is left to it, but for what tasklets wait for.
proc invoke_softirq
        test    dword [this_cpu(softirq_pending)], SOFTIRQ_NOW_MASK
        jnz     .now
        mov     eax, [this_cpu(ksoftirqd)]
        test    eax, eax
        jz      .now
        cmp     dword [eax + task.state], TASK_RUNNING
        je      .left
.now:
        ccall   call_on_stack, __do_softirq, 0, [this_cpu(softirq_stack_top)]
.left:
endproc

; void __do_softirq(u32 unused)
proc __do_softirq, .unused
.restarts       equ -4
.end_time       equ -8
        sub     esp, 8
        push    ebx
        push    esi
        push    edi
        mov     dword [ebp + .restarts], MAX_SOFTIRQ_RESTART
        mov     eax, [jiffies]
        add     eax, MAX_SOFTIRQ_TIME
        mov     [ebp + .end_time], eax
        add     dword [this_cpu(preempt_count)], SOFTIRQ_OFFSET
.restart:
        xor     ebx, ebx
        xchg    ebx, [this_cpu(softirq_pending)]
        sti
.next:
        bsf     esi, ebx
        jz      .round_over
        btr     ebx, esi
        inc     dword [this_cpu(kstat_softirqs + esi * 4)]
        mov     eax, [softirq_vec + esi * 4]
        test    eax, eax
        jz      .next                   ; raised, but nobody serves it
        mov     edi, [this_cpu(preempt_count)]
        lea     ecx, [softirq_vec + esi * 4]
        ccall   eax, ecx
        cmp     edi, [this_cpu(preempt_count)]
        je      .next
        pr      KERN_ERR, "huh, entered softirq %u %s %p with preempt_count %08x, exited with %08x?", \
                esi, [softirq_names + esi * 4], [softirq_vec + esi * 4], edi, [this_cpu(preempt_count)]
        mov     [this_cpu(preempt_count)], edi
        jmp     .next
.round_over:
        cli
        cmp     dword [this_cpu(softirq_pending)], 0
        je      .done
        mov     eax, [jiffies]
        sub     eax, [ebp + .end_time]
        jns     .enough
        cmp     dword [this_cpu(need_resched)], 0
        jne     .enough
        dec     dword [ebp + .restarts]
        jnz     .restart
.enough:
        call    wakeup_softirqd
.done:
        sub     dword [this_cpu(preempt_count)], SOFTIRQ_OFFSET
        pop     edi
        pop     esi
        pop     ebx
endproc

; void show_softirqs(struct seq_file *m, void *)        /proc/softirqs
; MY_SOFTIRQ is there once somebody serves it.
proc show_softirqs, .m, .private
        push    ebx
        seqln   [ebp + .m], "                    CPU0       "
        xor     ebx, ebx
.next:
        cmp     ebx, MY_SOFTIRQ
        jne     .show
        cmp     dword [softirq_vec + MY_SOFTIRQ * 4], 0
        je      .hidden
.show:
        seqln   [ebp + .m], "%12s: %10u", [softirq_names + ebx * 4], [this_cpu(kstat_softirqs + ebx * 4)]
.hidden:
        inc     ebx
        cmp     ebx, NR_SOFTIRQS
        jb      .next
        pop     ebx
endproc

        section .rodata
        align   4
softirq_names:
        dd      .hi, .timer, .net_tx, .net_rx, .block, .irq_poll, .tasklet, .sched, .hrtimer, .my, .rcu
.hi:            db "HI", 0
.timer:         db "TIMER", 0
.net_tx:        db "NET_TX", 0
.net_rx:        db "NET_RX", 0
.block:         db "BLOCK", 0
.irq_poll:      db "IRQ_POLL", 0
.tasklet:       db "TASKLET", 0
.sched:         db "SCHED", 0
.hrtimer:       db "HRTIMER", 0
.my:            db "MY_SOFTIRQ", 0
.rcu:           db "RCU", 0
        section .text
