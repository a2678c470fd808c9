; flow.asm: from a vector to the handler of its line.
;
;   do_IRQ(regs)          entry.asm, interrupts off    vectors 0x20-0x2f

        section .text

; void do_IRQ(struct pt_regs *regs)     hard IRQ
; The line is masked and acknowledged first and unmasked last, so its handler is never entered
; again before it is done, whatever the line does meanwhile.
proc do_IRQ, .regs
        push    ebx
        push    esi
        push    edi
        mov     edi, [this_cpu(irq_regs)] ; an interrupted interrupt gets its own back
        mov     eax, [ebp + .regs]
        mov     [this_cpu(irq_regs)], eax
        add     dword [this_cpu(preempt_count)], HARDIRQ_OFFSET
        mov     esi, [eax + pt_regs.vector]
        sub     esi, ISA_IRQ_VECTOR
        ccall   mask_and_ack_8259A, esi
        test    eax, eax
        jz      .done
        ccall   irq_to_desc, esi
        mov     ebx, eax
        inc     dword [ebx + irq_desc.count]
        cmp     dword [ebx + irq_desc.handler], 0
        je      .unclaimed              ; stays masked: nobody could quiet it
        ccall   [ebx + irq_desc.handler], esi, [ebx + irq_desc.dev]
        cmp     eax, IRQ_NONE
        jne     .handled
        inc     dword [ebx + irq_desc.unhandled]
.handled:
        ccall   unmask_8259A, esi
        jmp     .done
.unclaimed:
        pr      KERN_ERR, "irq %d: nobody cared", esi
.done:
        sub     dword [this_cpu(preempt_count)], HARDIRQ_OFFSET
        mov     [this_cpu(irq_regs)], edi
        pop     edi
        pop     esi
        pop     ebx
endproc
