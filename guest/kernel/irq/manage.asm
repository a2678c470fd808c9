; manage.asm: taking and giving back an interrupt line.
;
;   request_irq(irq, handler, flags, name, dev)                       tasks
;   request_threaded_irq(irq, handler, thread_fn, flags, name, dev)   tasks
;       0; -EINVAL: no such line, or flags that do not go together; -EBUSY: whoever has the line does
;       not share it on these terms; -ENOMEM
;   free_irq(irq, dev)            tasks                waits for a running handler; gives the name
;
; A handler is `irqreturn_t handler(int irq, void *dev)`, runs in hard-IRQ context, and answers
; IRQ_HANDLED, IRQ_NONE or IRQ_WAKE_THREAD. dev is its own, and says whose line is given back.

        section .text

; int request_irq(unsigned irq, irq_handler_t handler, u32 flags, const char *name, void *dev)
proc request_irq, .irq, .handler, .flags, .name, .dev
        ccall   request_threaded_irq, [ebp + .irq], [ebp + .handler], 0, [ebp + .flags], [ebp + .name], \
                [ebp + .dev]
endproc
EXPORT_SYMBOL request_irq

; int request_threaded_irq(unsigned irq, irq_handler_t handler, irq_handler_t thread_fn, u32 flags,
;                          const char *name, void *dev)
proc request_threaded_irq, .irq, .handler, .thread_fn, .flags, .name, .dev
        push    ebx
        push    esi
        mov     ecx, [ebp + .flags]
        test    ecx, IRQF_SHARED
        jz      .not_shared
        cmp     dword [ebp + .dev], 0   ; who would be given back?
        je      .invalid
        test    ecx, IRQF_NO_AUTOEN
        jnz     .invalid
        jmp     .flags_good
.not_shared:
        test    ecx, IRQF_COND_SUSPEND
        jnz     .invalid
.flags_good:
        and     ecx, IRQF_NO_SUSPEND | IRQF_COND_SUSPEND
        cmp     ecx, IRQF_NO_SUSPEND | IRQF_COND_SUSPEND
        je      .invalid
        ccall   irq_to_desc, [ebp + .irq]
        mov     esi, eax
        test    esi, esi
        jz      .invalid
        test    dword [esi + irq_desc.istate], _IRQ_NOREQUEST
        jnz     .invalid
        cmp     dword [ebp + .handler], 0
        jne     .handler_known
        cmp     dword [ebp + .thread_fn], 0
        je      .invalid
        mov     dword [ebp + .handler], irq_default_primary_handler
.handler_known:
        ccall   kzalloc, irqaction_size, GFP_KERNEL
        mov     ebx, eax
        mov     eax, -ENOMEM
        test    ebx, ebx
        jz      .done
        mov     eax, [ebp + .irq]
        mov     [ebx + irqaction.irq], eax
        mov     eax, [ebp + .handler]
        mov     [ebx + irqaction.handler], eax
        mov     eax, [ebp + .thread_fn]
        mov     [ebx + irqaction.thread_fn], eax
        mov     eax, [ebp + .flags]
        mov     [ebx + irqaction.flags], eax
        mov     eax, [ebp + .name]
        mov     [ebx + irqaction.name], eax
        mov     eax, [ebp + .dev]
        mov     [ebx + irqaction.dev_id], eax
        ccall   __setup_irq, esi, ebx
        test    eax, eax
        jz      .done
        push    eax
        ccall   free_action, ebx
        pop     eax
        jmp     .done
.invalid:
        mov     eax, -EINVAL
.done:
        pop     esi
        pop     ebx
endproc
EXPORT_SYMBOL request_threaded_irq

; int __setup_irq(struct irq_desc *desc, struct irqaction *new)
proc __setup_irq, .desc, .new
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .desc]
        mov     esi, [ebp + .new]
        cmp     dword [esi + irqaction.thread_fn], 0
        je      .no_thread
        ccall   setup_irq_thread, esi
        test    eax, eax
        jnz     .out
.no_thread:
        pushfd
        cli
        lea     edi, [ebx + irq_desc.action] ; where the new one is to be hung in
        xor     edx, edx                ; bits of the threads that are there
        mov     ecx, [edi]
        test    ecx, ecx
        jz      .place_known
        ; who is there and who comes must agree to share, on the trigger, and on one-shot
        mov     eax, [ecx + irqaction.flags]
        and     eax, [esi + irqaction.flags]
        test    eax, IRQF_SHARED
        jz      .mismatch
        mov     eax, [ecx + irqaction.flags]
        xor     eax, [esi + irqaction.flags]
        test    eax, IRQF_TRIGGER_MASK | IRQF_ONESHOT | IRQF_PERCPU
        jnz     .mismatch
.last:
        or      edx, [ecx + irqaction.thread_mask]
        lea     edi, [ecx + irqaction.next]
        mov     ecx, [edi]
        test    ecx, ecx
        jnz     .last
.place_known:
        test    dword [esi + irqaction.flags], IRQF_ONESHOT
        jz      .not_oneshot
        not     edx
        bsf     ecx, edx                ; the first bit that is free
        mov     eax, -EBUSY
        jz      .refused
        bts     [esi + irqaction.thread_mask], ecx
        jmp     .hang_in
.not_oneshot:
        cmp     dword [esi + irqaction.handler], irq_default_primary_handler
        jne     .hang_in
        ; nobody would quiet the device before its thread runs: the line would storm
        pr      KERN_ERR, "genirq: Threaded irq requested with handler=NULL and !ONESHOT for %s (irq %d)", \
                [esi + irqaction.name], [esi + irqaction.irq]
        mov     eax, -EINVAL
        jmp     .refused
.hang_in:
        cmp     dword [ebx + irq_desc.action], 0
        jne     .shared
        ccall   irq_first_action, ebx, esi
        test    eax, eax
        jnz     .refused
        mov     [edi], esi
        test    dword [esi + irqaction.flags], IRQF_NO_AUTOEN
        jnz     .counts
        ccall   __enable_irq, ebx
        jmp     .counts
.shared:
        mov     [edi], esi
        test    dword [ebx + irq_desc.istate], IRQS_SPURIOUS_DISABLED
        jz      .counts                 ; perhaps the new one is whom the interrupts were for
        and     dword [ebx + irq_desc.istate], ~IRQS_SPURIOUS_DISABLED
        ccall   __enable_irq, ebx
.counts:
        mov     dword [ebx + irq_desc.irq_count], 0
        mov     dword [ebx + irq_desc.irqs_unhandled], 0
        popfd
        cmp     dword [esi + irqaction.thread], 0
        je      .taken
        ccall   wake_up_process, [esi + irqaction.thread]
.taken:
        xor     eax, eax
        jmp     .out
.mismatch:
        mov     eax, -EBUSY
        test    dword [esi + irqaction.flags], IRQF_PROBE_SHARED
        jnz     .refused
        mov     ecx, [ebx + irq_desc.action]
        pr      KERN_ERR, "genirq: Flags mismatch irq %d. %08x (%s) vs. %08x (%s)", \
                [ebx + irq_desc.irq], [esi + irqaction.flags], [esi + irqaction.name], \
                [ecx + irqaction.flags], [ecx + irqaction.name]
        mov     eax, -EBUSY
.refused:
        popfd
.out:
        pop     edi
        pop     esi
        pop     ebx
endproc

; int irq_first_action(struct irq_desc *desc, struct irqaction *new)    0 or an error
; The line is nobody's so far: set it up as the first one wants it.
proc irq_first_action, .desc, .new
        push    ebx
        mov     ebx, [ebp + .desc]
        mov     edx, [ebp + .new]
        and     dword [ebx + irq_desc.istate], ~(IRQS_SPURIOUS_DISABLED | IRQS_ONESHOT | IRQS_PENDING \
                | IRQD_INPROGRESS | _IRQ_NO_BALANCING)
        ccall   irq_setup_affinity, ebx
        mov     edx, [ebp + .new]
        test    dword [edx + irqaction.flags], IRQF_ONESHOT
        jz      .not_oneshot
        or      dword [ebx + irq_desc.istate], IRQS_ONESHOT
.not_oneshot:
        test    dword [edx + irqaction.flags], IRQF_NOBALANCING | IRQF_PERCPU
        jz      .balancing
        or      dword [ebx + irq_desc.istate], _IRQ_NO_BALANCING
.balancing:
        mov     eax, [edx + irqaction.flags]
        and     eax, IRQF_TRIGGER_MASK
        jz      .done                   ; as it is
        ccall   irq_set_irq_type, [ebx + irq_desc.irq], eax
.done:
        pop     ebx
endproc

; int irq_set_irq_type(unsigned irq, u32 trigger)       0 or an error
proc irq_set_irq_type, .irq, .trigger
        push    ebx
        ccall   irq_to_desc, [ebp + .irq]
        mov     ebx, eax
        mov     eax, -EINVAL
        test    ebx, ebx
        jz      .done
        mov     ecx, [ebx + irq_desc.chip]
        ccall   [ecx + irq_chip.set_type], [ebp + .irq], [ebp + .trigger]
        test    eax, eax
        jnz     .refused
        mov     dword [ebx + irq_desc.handle_irq], handle_edge_irq
        and     dword [ebx + irq_desc.istate], ~IRQD_LEVEL
        test    dword [ebp + .trigger], IRQF_TRIGGER_LEVEL
        jz      .set
        mov     dword [ebx + irq_desc.handle_irq], handle_level_irq
        or      dword [ebx + irq_desc.istate], IRQD_LEVEL
.set:
        xor     eax, eax
        jmp     .done
.refused:
        push    eax
        mov     ecx, [ebx + irq_desc.chip]
        pr      KERN_ERR, "genirq: Setting trigger mode %u for irq %u failed (%pS)", \
                [ebp + .trigger], [ebp + .irq], [ecx + irq_chip.set_type]
        pop     eax
.done:
        pop     ebx
endproc
EXPORT_SYMBOL irq_set_irq_type

; const char *free_irq(unsigned irq, void *dev)         the name it was requested under, or 0
proc free_irq, .irq, .dev
        push    ebx
        push    esi
        push    edi
        xor     edi, edi
        pushfd
        cli
        ccall   irq_to_desc, [ebp + .irq]
        mov     ebx, eax
        test    ebx, ebx
        jz      .out
        test    dword [ebx + irq_desc.istate], _IRQ_NOREQUEST
        jnz     .not_taken
        lea     ecx, [ebx + irq_desc.action]
.next:
        mov     esi, [ecx]
        test    esi, esi
        jz      .not_taken
        mov     eax, [ebp + .dev]
        cmp     eax, [esi + irqaction.dev_id]
        je      .found
        lea     ecx, [esi + irqaction.next]
        jmp     .next
.found:
        mov     eax, [esi + irqaction.next]
        mov     [ecx], eax
        cmp     dword [ebx + irq_desc.action], 0
        jne     .still_used
        mov     dword [ebx + irq_desc.depth], 1
        or      dword [ebx + irq_desc.istate], IRQD_DISABLED
        ccall   mask_irq, ebx
.still_used:
        popfd
        ccall   synchronize_irq, [ebp + .irq]
        mov     edi, [esi + irqaction.name]
        ccall   free_action, esi
        jmp     .done
.not_taken:
        warn    "Trying to free already-free IRQ %d", [ebp + .irq]
.out:
        popfd
.done:
        mov     eax, edi
        pop     edi
        pop     esi
        pop     ebx
endproc
EXPORT_SYMBOL free_irq

; void free_action(struct irqaction *action)    its thread ends first
proc free_action, .action
        push    ebx
        mov     ebx, [ebp + .action]
        cmp     dword [ebx + irqaction.thread], 0
        je      .no_thread
        ccall   kthread_stop, [ebx + irqaction.thread]
.no_thread:
        ccall   kfree, ebx
        pop     ebx
endproc
