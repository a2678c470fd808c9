; ksoftirqd.asm: the thread that runs softirqs when there are too many, and those that tasks raise.
;
;   ksoftirqd_init()              boot, as a task
;   wakeup_softirqd()             any context, interrupts off

        section .text

; void ksoftirqd_init(void)
proc ksoftirqd_init
        ccall   kthread_run, ksoftirqd_main, 0, ksoftirqd_name
        mov     [this_cpu(ksoftirqd)], eax
endproc

; void wakeup_softirqd(void)
proc wakeup_softirqd
        mov     eax, [this_cpu(ksoftirqd)]
        test    eax, eax
        jz      .not_yet
        ccall   wake_up_process, eax
.not_yet:
endproc
EXPORT_SYMBOL wakeup_softirqd

; int ksoftirqd_main(void *unused)
proc ksoftirqd_main, .unused
.again:
        cli
        cmp     dword [this_cpu(softirq_pending)], 0
        jne     .run
        ccall   interruptible_sleep_on, ksoftirqd_main
        jmp     .again
.run:
        ccall   __do_softirq, 0
        sti
        call    cond_resched
        jmp     .again
endproc

        section .rodata
ksoftirqd_name: db "ksoftirqd/0", 0
        section .text
