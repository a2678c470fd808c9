; spurious.asm: interrupts that nobody takes for his own.
;
;   note_interrupt(desc, answers)      hard IRQ        judge them; a line that only cries wolf is
;                                                      switched off
;
; Of SPURIOUS_WINDOW interrupts all but a hundred must have been answered with IRQ_NONE, none of them
; more than a tenth of a second after the last.

SPURIOUS_WINDOW equ 100000
SPURIOUS_LIMIT  equ 99900

        section .text

; void note_interrupt(struct irq_desc *desc, irqreturn_t answers)
proc note_interrupt, .desc, .answers
        push    ebx
        mov     ebx, [ebp + .desc]
        cmp     dword [ebp + .answers], IRQ_HANDLED | IRQ_WAKE_THREAD
        ja      .bad_answer
        cmp     dword [ebp + .answers], IRQ_NONE
        jne     .counted
        mov     eax, [jiffies]
        sub     eax, [ebx + irq_desc.last_unhandled]
        cmp     eax, HZ / 10
        jle     .close_by
        mov     dword [ebx + irq_desc.irqs_unhandled], 0
.close_by:
        inc     dword [ebx + irq_desc.irqs_unhandled]
        mov     eax, [jiffies]
        mov     [ebx + irq_desc.last_unhandled], eax
.counted:
        inc     dword [ebx + irq_desc.irq_count]
        cmp     dword [ebx + irq_desc.irq_count], SPURIOUS_WINDOW
        jb      .done
        mov     dword [ebx + irq_desc.irq_count], 0
        cmp     dword [ebx + irq_desc.irqs_unhandled], SPURIOUS_LIMIT
        mov     dword [ebx + irq_desc.irqs_unhandled], 0
        jbe     .done
        pr      KERN_ERR, 'irq %d: nobody cared (try booting with the "irqpoll" option)', [ebx + irq_desc.irq]
        ccall   report_bad_irq, ebx
        pr      KERN_EMERG, "Disabling IRQ #%d", [ebx + irq_desc.irq]
        or      dword [ebx + irq_desc.istate], IRQS_SPURIOUS_DISABLED
        ccall   __disable_irq, ebx
        jmp     .done
.bad_answer:
        pr      KERN_ERR, "irq event %d: bogus return value %x", [ebx + irq_desc.irq], [ebp + .answers]
        ccall   report_bad_irq, ebx
.done:
        pop     ebx
endproc

; void report_bad_irq(struct irq_desc *desc)    who was asked
proc report_bad_irq, .desc
        push    ebx
        call    dump_stack
        pr      KERN_ERR, "handlers:"
        mov     eax, [ebp + .desc]
        mov     ebx, [eax + irq_desc.action]
.next:
        test    ebx, ebx
        jz      .done
        cmp     dword [ebx + irqaction.thread_fn], 0
        jne     .threaded
        pr      KERN_ERR, "[<%p>] %ps", [ebx + irqaction.handler], [ebx + irqaction.handler]
        jmp     .told
.threaded:
        pr      KERN_ERR, "[<%p>] %ps threaded [<%p>] %ps", \
                [ebx + irqaction.handler], [ebx + irqaction.handler], \
                [ebx + irqaction.thread_fn], [ebx + irqaction.thread_fn]
.told:
        mov     ebx, [ebx + irqaction.next]
        jmp     .next
.done:
        pop     ebx
endproc
