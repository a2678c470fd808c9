; preempt.asm: may the CPU be taken from the task that runs?
;
;   preempt_disable                    any context     a macro of include/percpu.inc
;   preempt_enable()                   any context     and give the CPU up at once if somebody waits
;   in_interrupt(), in_hardirq(), in_softirq(), in_nmi(), irqs_disabled()   any context
;   ___might_sleep()                   what calls it sleeps: says so when it must not (Linux's words)
;
; preempt_count (include/percpu.inc) belongs to the CPU while a task runs and goes with the task when
; it is switched away from.

        section .text

; void preempt_enable(void)
proc preempt_enable
        dec     dword [this_cpu(preempt_count)]
        jnz     .done
        cmp     dword [this_cpu(need_resched)], 0
        je      .done
        call    irqs_disabled
        test    eax, eax
        jnz     .done
        call    schedule
.done:
endproc
EXPORT_SYMBOL preempt_enable

; void preempt_disable(void)            the macro, for C
proc __preempt_disable
        preempt_disable
endproc
EXPORT_ALIAS preempt_disable, __preempt_disable

; int preempt_count(void)
proc preempt_count_of_cpu
        mov     eax, [this_cpu(preempt_count)]
endproc
EXPORT_ALIAS preempt_count, preempt_count_of_cpu

; int in_interrupt(void)                also non-zero while softirqs are held off
proc in_interrupt
        mov     eax, [this_cpu(preempt_count)]
        and     eax, IN_INTERRUPT_MASK
endproc
EXPORT_SYMBOL in_interrupt

; int in_hardirq(void)
proc in_hardirq
        mov     eax, [this_cpu(preempt_count)]
        and     eax, HARDIRQ_MASK
endproc
EXPORT_SYMBOL in_hardirq
EXPORT_ALIAS in_irq, in_hardirq         ; its name before Linux 5.11

; int in_softirq(void)
proc in_softirq
        mov     eax, [this_cpu(preempt_count)]
        and     eax, SOFTIRQ_MASK
endproc
EXPORT_SYMBOL in_softirq

; int in_nmi(void)
proc in_nmi
        mov     eax, [this_cpu(preempt_count)]
        and     eax, NMI_MASK
endproc
EXPORT_SYMBOL in_nmi

; int irqs_disabled(void)
proc irqs_disabled
        pushfd
        pop     eax
        not     eax
        and     eax, X86_EFLAGS_IF
endproc
EXPORT_SYMBOL irqs_disabled

; void ___might_sleep(void)             all registers kept
proc ___might_sleep
        pushad
        cmp     dword [this_cpu(preempt_count)], 0
        je      .allowed
        pr      KERN_ERR, "BUG: sleeping function called from invalid context at %pS", [ebp + 4]
        call    irqs_disabled
        xor     ecx, ecx
        cmp     eax, 1
        cmc
        adc     ecx, 0
        mov     eax, [this_cpu(current)]
        lea     edx, [eax + task.comm]
        pr      KERN_ERR, "in_atomic(): 1, irqs_disabled(): %d, non_block: 0, pid: %d, name: %s", \
                ecx, [eax + task.pid], edx
        call    dump_stack
.allowed:
        popad
endproc
EXPORT_SYMBOL ___might_sleep
