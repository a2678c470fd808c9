; manage.asm: taking and giving back an interrupt line.
;
;   request_irq(irq, handler, flags, name, dev)   tasks   0; -EINVAL: no such line, or flags that
;                                                         mean nothing yet; -EBUSY: taken
;   free_irq(irq, dev)                            tasks   the line is masked again
;
; One handler a line. It is `irqreturn_t handler(int irq, void *dev)`, runs in hard-IRQ context, and
; answers IRQ_HANDLED or IRQ_NONE. dev is its own, and says whose line is given back.

        section .text

; int request_irq(unsigned irq, irq_handler_t handler, u32 flags, const char *name, void *dev)
proc request_irq, .irq, .handler, .flags, .name, .dev
        push    ebx
        pushfd
        cli
        cmp     dword [ebp + .flags], 0
        jne     .invalid
        cmp     dword [ebp + .irq], PIC_CASCADE_IRQ
        je      .invalid
        ccall   irq_to_desc, [ebp + .irq]
        mov     ebx, eax
        test    ebx, ebx
        jz      .invalid
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
        jmp     .done
.invalid:
        mov     eax, -EINVAL
.done:
        popfd
        pop     ebx
endproc

; void free_irq(unsigned irq, void *dev)
proc free_irq, .irq, .dev
        push    ebx
        pushfd
        cli
        ccall   irq_to_desc, [ebp + .irq]
        mov     ebx, eax
        test    ebx, ebx
        jz      .not_taken
        cmp     dword [ebx + irq_desc.handler], 0
        je      .not_taken
        mov     eax, [ebp + .dev]
        cmp     eax, [ebx + irq_desc.dev]
        jne     .not_taken
        ccall   mask_8259A, [ebp + .irq]
        mov     dword [ebx + irq_desc.handler], 0
        jmp     .done
.not_taken:
        pr      KERN_ERR, "Trying to free already-free IRQ %d", [ebp + .irq]
.done:
        popfd
        pop     ebx
endproc
