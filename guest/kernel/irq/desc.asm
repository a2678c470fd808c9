; desc.asm: the interrupt lines: who serves each, and how often it came.
;
;   irq_to_desc(irq)      any context                  struct irq_desc *, or 0: no such line

        section .bss
        alignb  4
irq_descs:      resb irq_desc_size * NR_IRQS

        section .text

; struct irq_desc *irq_to_desc(unsigned irq)
proc irq_to_desc, .irq
        xor     eax, eax
        mov     ecx, [ebp + .irq]
        cmp     ecx, NR_IRQS
        jae     .none
        imul    eax, ecx, irq_desc_size
        add     eax, irq_descs
.none:
endproc
