; control.asm: switching lines off and on.
;
;   disable_irq(irq)              tasks                and wait until no handler of it runs
;   disable_irq_nosync(irq)       any context
;   enable_irq(irq)               any context          as often as it was disabled
;   synchronize_irq(irq)          tasks                until no handler and no thread of it runs
;   __disable_irq(desc), __enable_irq(desc)            interrupts off
;   mask_irq(desc), unmask_irq(desc)                   interrupts off; at the chip

        section .text

; void mask_irq(struct irq_desc *desc)
proc mask_irq, .desc
        mov     eax, [ebp + .desc]
        or      dword [eax + irq_desc.istate], IRQD_MASKED
        mov     ecx, [eax + irq_desc.chip]
        ccall   [ecx + irq_chip.mask], [eax + irq_desc.irq]
endproc

; void unmask_irq(struct irq_desc *desc)
proc unmask_irq, .desc
        mov     eax, [ebp + .desc]
        and     dword [eax + irq_desc.istate], ~IRQD_MASKED
        mov     ecx, [eax + irq_desc.chip]
        ccall   [ecx + irq_chip.unmask], [eax + irq_desc.irq]
endproc

; void __disable_irq(struct irq_desc *desc)
proc __disable_irq, .desc
        mov     eax, [ebp + .desc]
        inc     dword [eax + irq_desc.depth]
        cmp     dword [eax + irq_desc.depth], 1
        jne     .done
        or      dword [eax + irq_desc.istate], IRQD_DISABLED
        ccall   mask_irq, eax
.done:
endproc

; void __enable_irq(struct irq_desc *desc)
proc __enable_irq, .desc
        mov     eax, [ebp + .desc]
        cmp     dword [eax + irq_desc.depth], 0
        je      .unbalanced
        dec     dword [eax + irq_desc.depth]
        jnz     .done
        and     dword [eax + irq_desc.istate], ~(IRQD_DISABLED | IRQS_PENDING)
        cmp     dword [eax + irq_desc.threads_oneshot], 0
        jne     .done
        ccall   unmask_irq, eax
.done:
        return
.unbalanced:
        warn    "Unbalanced enable for IRQ %d", [eax + irq_desc.irq]
endproc

; void disable_irq_nosync(unsigned irq)
proc disable_irq_nosync, .irq
        pushfd
        cli
        ccall   irq_to_desc, [ebp + .irq]
        test    eax, eax
        jz      .done
        ccall   __disable_irq, eax
.done:
        popfd
endproc
EXPORT_SYMBOL disable_irq_nosync

; void disable_irq(unsigned irq)
proc disable_irq, .irq
        might_sleep
        ccall   disable_irq_nosync, [ebp + .irq]
        ccall   synchronize_irq, [ebp + .irq]
endproc
EXPORT_SYMBOL disable_irq

; void enable_irq(unsigned irq)
proc enable_irq, .irq
        pushfd
        cli
        ccall   irq_to_desc, [ebp + .irq]
        test    eax, eax
        jz      .done
        cmp     dword [eax + irq_desc.action], 0
        je      .done
        ccall   __enable_irq, eax
.done:
        popfd
endproc
EXPORT_SYMBOL enable_irq

; void synchronize_irq(unsigned irq)
; With one CPU a hard handler has ended whenever a task runs; another CPU's is waited for.
proc synchronize_irq, .irq
        push    ebx
        ccall   irq_to_desc, [ebp + .irq]
        mov     ebx, eax
        test    ebx, ebx
        jz      .done
.handler_runs:
        test    dword [ebx + irq_desc.istate], IRQD_INPROGRESS
        jnz     .handler_runs
        pushfd
        cli
.again:
        cmp     dword [ebx + irq_desc.threads_active], 0
        je      .idle
        lea     eax, [ebx + irq_desc.threads_active]
        ccall   sleep_on, eax
        jmp     .again
.idle:
        popfd
.done:
        pop     ebx
endproc
EXPORT_SYMBOL synchronize_irq
