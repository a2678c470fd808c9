; handle.asm: asking the handlers of a line, one after the other.
;
;   handle_irq_event(desc)        hard IRQ             all of them, in the order of their requests

        section .text

; void handle_irq_event(struct irq_desc *desc)
proc handle_irq_event, .desc
        push    ebx
        mov     ebx, [ebp + .desc]
        and     dword [ebx + irq_desc.istate], ~IRQS_PENDING
        or      dword [ebx + irq_desc.istate], IRQD_INPROGRESS
        ccall   handle_irq_event_percpu, ebx
        and     dword [ebx + irq_desc.istate], ~IRQD_INPROGRESS
        ccall   note_interrupt, ebx, eax
        pop     ebx
endproc

; irqreturn_t handle_irq_event_percpu(struct irq_desc *desc)    all their answers, or'ed
proc handle_irq_event_percpu, .desc
        push    ebx
        push    esi
        push    edi
        mov     eax, [ebp + .desc]
        mov     ebx, [eax + irq_desc.action]
        xor     edi, edi
.next:
        test    ebx, ebx
        jz      .done
        ; the registers are for handlers from before Linux 2.6.19, which had a third argument
        ccall   [ebx + irqaction.handler], [ebx + irqaction.irq], [ebx + irqaction.dev_id], [this_cpu(irq_regs)]
        mov     esi, eax
        pushfd
        pop     eax
        test    eax, X86_EFLAGS_IF
        jz      .still_off
        cli
        pr      KERN_WARNING, "irq %u handler %pS enabled interrupts", \
                [ebx + irqaction.irq], [ebx + irqaction.handler]
.still_off:
        or      edi, esi
        cmp     esi, IRQ_WAKE_THREAD
        jne     .answered
        cmp     dword [ebx + irqaction.thread_fn], 0
        je      .no_thread
        ccall   __irq_wake_thread, [ebp + .desc], ebx
        jmp     .answered
.no_thread:
        pr      KERN_WARNING, \
                "IRQ %d device %s returned IRQ_WAKE_THREAD but no thread function available.", \
                [ebx + irqaction.irq], [ebx + irqaction.name]
.answered:
        mov     ebx, [ebx + irqaction.next]
        jmp     .next
.done:
        mov     eax, edi
        pop     edi
        pop     esi
        pop     ebx
endproc
