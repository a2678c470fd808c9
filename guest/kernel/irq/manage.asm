; manage.asm: taking and giving back an interrupt line.
;
;   request_irq(irq, handler, name, dev)   tasks       0, -EINVAL: no such line, -EBUSY: taken
;   free_irq(irq)                          tasks       the line is masked again
;
; One handler a line. It is `int handler(int irq, void *dev)`, runs in hard-IRQ context, and answers
; IRQ_HANDLED or IRQ_NONE.

        section .text

; int request_irq(unsigned irq, irq_handler_t handler, const char *name, void *dev)
proc request_irq, .irq, .handler, .name, .dev
        push    ebx
        pushfd
        cli
        mov     eax, -EINVAL
        cmp     dword [ebp + .irq], PIC_CASCADE_IRQ
        je      .done
        ccall   irq_to_desc, [ebp + .irq]
        mov     ebx, eax
        mov     eax, -EINVAL
        test    ebx, ebx
        jz      .done
        mov     eax, -EBUSY
        cmp     dword [ebx + irq_desc.handler], 0
        jne     .done
        mov     eax, [ebp + .name]
        mov     [ebx + irq_desc.name], eax
        mov     eax, [ebp + .dev]
        mov     [ebx + irq_desc.dev], eax
        mov     eax, [ebp + .handler]
        mov     [ebx + irq_desc.handler], eax
        ccall   unmask_8259A, [ebp + .irq]
        xor     eax, eax
.done:
        popfd
        pop     ebx
endproc

; void free_irq(unsigned irq)
proc free_irq, .irq
        push    ebx
        pushfd
        cli
        ccall   irq_to_desc, [ebp + .irq]
        mov     ebx, eax
        test    ebx, ebx
        jz      .done
        ccall   mask_8259A, [ebp + .irq]
        mov     dword [ebx + irq_desc.handler], 0
.done:
        popfd
        pop     ebx
endproc
