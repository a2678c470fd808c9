; flow.asm: from a vector to the handlers of its line.
;
;   do_IRQ(regs)                  entry.asm            vectors from 0x20 on, but for system calls
;   irq_enter(), irq_exit()       do_IRQ               interrupt context begins and ends
;   handle_level_irq(desc), handle_edge_irq(desc)      hard IRQ; irq_desc.handle_irq is one of them
;
; Handlers run on a stack of their own, with interrupts off.

        section .text

; void do_IRQ(struct pt_regs *regs)
proc do_IRQ, .regs
        push    ebx
        push    edi
        mov     edi, [this_cpu(irq_regs)] ; an interrupted interrupt gets its own back
        mov     ebx, [ebp + .regs]
        mov     [this_cpu(irq_regs)], ebx
        call    irq_enter
        mov     ecx, [ebx + pt_regs.vector]
        mov     edx, [this_cpu(vector_irq + ecx * 4)]
        test    edx, edx
        jz      .stray
        mov     ecx, [this_cpu(preempt_count)]
        and     ecx, HARDIRQ_MASK
        cmp     ecx, HARDIRQ_OFFSET
        jne     .nested
        ccall   call_on_stack, [edx + irq_desc.handle_irq], edx, [this_cpu(hardirq_stack_top)]
        jmp     .exit
.nested:
        ccall   [edx + irq_desc.handle_irq], edx
        jmp     .exit
.stray:
        pr      KERN_EMERG, "do_IRQ: %d.%d No irq handler for vector", [this_cpu(cpu_number)], ecx
.exit:
        call    irq_exit
        mov     [this_cpu(irq_regs)], edi
        pop     edi
        pop     ebx
endproc

; void call_on_stack(void (*function)(u32), u32 argument, u32 stack_top)
; Frames stay chained through ebp, and `leave` brings the old stack back.
proc call_on_stack, .function, .argument, .stack_top
        mov     esp, [ebp + .stack_top]
        push    dword [ebp + .argument]
        call    [ebp + .function]
endproc

; void irq_enter(void)
proc irq_enter
        add     dword [this_cpu(preempt_count)], HARDIRQ_OFFSET
endproc

; void irq_exit(void)                   interrupts off
; The outermost interrupt runs the softirqs that were raised meanwhile.
proc irq_exit
        sub     dword [this_cpu(preempt_count)], HARDIRQ_OFFSET
        test    dword [this_cpu(preempt_count)], IN_INTERRUPT_MASK
        jnz     .done
        cmp     dword [this_cpu(softirq_pending)], 0
        je      .done
        call    invoke_softirq
.done:
endproc

; void handle_level_irq(struct irq_desc *desc)
; Masked first and unmasked last, so that a line still active comes again only then. The PC's 8259
; lines are all served so, edges too, as in Linux.
proc handle_level_irq, .desc
        push    ebx
        mov     ebx, [ebp + .desc]
        mov     ecx, [ebx + irq_desc.chip]
        ccall   [ecx + irq_chip.mask_ack], [ebx + irq_desc.irq]
        test    eax, eax
        jz      .done
        or      dword [ebx + irq_desc.istate], IRQD_MASKED
        mov     eax, [this_cpu(cpu_number)]
        inc     dword [ebx + irq_desc.kstat_irqs + eax * 4]
        cmp     dword [ebx + irq_desc.action], 0
        je      .not_now
        test    dword [ebx + irq_desc.istate], IRQD_DISABLED
        jnz     .not_now
        ccall   handle_irq_event, ebx
        ccall   cond_unmask_irq, ebx
        jmp     .done
.not_now:
        or      dword [ebx + irq_desc.istate], IRQS_PENDING
.done:
        pop     ebx
endproc

; void handle_edge_irq(struct irq_desc *desc)
; Acknowledged first and left unmasked: an edge that comes while the handlers run is noted and they
; are run once more.
proc handle_edge_irq, .desc
        push    ebx
        mov     ebx, [ebp + .desc]
        mov     ecx, [ebx + irq_desc.chip]
        cmp     dword [ebx + irq_desc.action], 0
        je      .not_now
        test    dword [ebx + irq_desc.istate], IRQD_DISABLED | IRQD_INPROGRESS
        jnz     .not_now
        ccall   [ecx + irq_chip.ack], [ebx + irq_desc.irq]
        test    eax, eax
        jz      .done
        mov     eax, [this_cpu(cpu_number)]
        inc     dword [ebx + irq_desc.kstat_irqs + eax * 4]
.again:
        ccall   handle_irq_event, ebx
        test    dword [ebx + irq_desc.istate], IRQD_DISABLED
        jnz     .done
        test    dword [ebx + irq_desc.istate], IRQS_PENDING
        jnz     .again
        ccall   cond_unmask_irq, ebx
        jmp     .done
.not_now:
        ccall   [ecx + irq_chip.mask_ack], [ebx + irq_desc.irq]
        test    eax, eax
        jz      .done
        or      dword [ebx + irq_desc.istate], IRQS_PENDING | IRQD_MASKED
.done:
        pop     ebx
endproc

; void cond_unmask_irq(struct irq_desc *desc)   unless it is disabled, or a thread holds it masked
proc cond_unmask_irq, .desc
        mov     eax, [ebp + .desc]
        test    dword [eax + irq_desc.istate], IRQD_MASKED
        jz      .done
        test    dword [eax + irq_desc.istate], IRQD_DISABLED
        jnz     .done
        cmp     dword [eax + irq_desc.threads_oneshot], 0
        jne     .done
        ccall   unmask_irq, eax
.done:
endproc
