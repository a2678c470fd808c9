; desc.asm: the interrupt lines: who serves each, and how often it came.
;
;   irq_init()            boot                         the table, and which vector means which line
;   irq_to_desc(irq)      any context                  struct irq_desc *, or 0: no such line
;
; A descriptor is guarded by interrupts being off on its CPU.

IRQ_STACK_SIZE  equ 8192

        section .bss
        alignb  16
irq_descs:      resb irq_desc_size * NR_IRQS
        alignb  PAGE_SIZE
hardirq_stacks: resb IRQ_STACK_SIZE * NR_CPUS
softirq_stacks: resb IRQ_STACK_SIZE * NR_CPUS

        section .text

; void irq_init(void)
proc irq_init
        push    ebx
        mov     dword [this_cpu(hardirq_stack_top)], hardirq_stacks + IRQ_STACK_SIZE
        mov     dword [this_cpu(softirq_stack_top)], softirq_stacks + IRQ_STACK_SIZE
        xor     ebx, ebx
.next:
        imul    eax, ebx, irq_desc_size
        add     eax, irq_descs
        mov     [eax + irq_desc.irq], ebx
        mov     dword [eax + irq_desc.chip], i8259A_chip
        mov     dword [eax + irq_desc.handle_irq], handle_level_irq
        mov     dword [eax + irq_desc.depth], 1
        mov     dword [eax + irq_desc.istate], IRQD_DISABLED | IRQD_MASKED
        mov     [this_cpu(vector_irq + ebx * 4 + ISA_IRQ_VECTOR * 4)], eax
        inc     ebx
        cmp     ebx, NR_LEGACY_IRQS
        jb      .next
        ; the line that the slave pulls is shown, but never to be had
        mov     eax, irq_descs + PIC_CASCADE_IRQ * irq_desc_size
        mov     dword [eax + irq_desc.action], cascade_action
        mov     dword [eax + irq_desc.istate], _IRQ_NOREQUEST
        mov     dword [eax + irq_desc.depth], 0
        pop     ebx
endproc

; struct irq_desc *irq_to_desc(unsigned irq)
proc irq_to_desc, .irq
        xor     eax, eax
        mov     ecx, [ebp + .irq]
        cmp     ecx, NR_IRQS
        jae     .none
        imul    ecx, ecx, irq_desc_size
        cmp     [irq_descs + ecx + irq_desc.chip], eax
        je      .none                   ; a number, but no line
        lea     eax, [irq_descs + ecx]
.none:
endproc
EXPORT_SYMBOL irq_to_desc
EXPORT_ALIAS vector_irq, percpu_areas + vector_irq

; irqreturn_t no_action(int irq, void *dev)
proc no_action
        mov     eax, IRQ_NONE
endproc

        section .data
        align   4
cascade_action:
        dd      no_action, 0, 0, 0, 0, PIC_CASCADE_IRQ, IRQF_NO_THREAD, 0, 0, cascade_name
        section .rodata
cascade_name:   db "cascade", 0
        section .text
