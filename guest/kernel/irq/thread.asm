; thread.asm: the half of a handler that may sleep.
;
;   setup_irq_thread(action)      tasks                0 or an error; it sleeps until woken
;   __irq_wake_thread(desc, action)    hard IRQ        run the thread; wake-ups while it runs make one
;                                                      more run
;
; irq/N-name is a real-time thread (SCHED_FIFO, priority 50), ahead of all ordinary tasks. With
; IRQF_ONESHOT the line stays masked until its last thread is done.

IRQ_THREAD_PRIORITY equ 50              ; MAX_USER_RT_PRIO / 2

        section .text

; irqreturn_t irq_default_primary_handler(int irq, void *dev)   when none was given
proc irq_default_primary_handler
        mov     eax, IRQ_WAKE_THREAD
endproc

; int setup_irq_thread(struct irqaction *action)
proc setup_irq_thread, .action
.thread_name    equ -TASK_NAME_LEN
        sub     esp, TASK_NAME_LEN
        push    ebx
        mov     ebx, [ebp + .action]
        lea     eax, [ebp + .thread_name]
        push    dword [ebx + irqaction.name]
        push    dword [ebx + irqaction.irq]
        mov     ecx, esp
        ccall   vsnprintf, eax, TASK_NAME_LEN, irq_thread_format, ecx
        add     esp, 2 * 4
        lea     eax, [ebp + .thread_name]
        ccall   kthread_create, irq_thread, ebx, eax
        mov     [ebx + irqaction.thread], eax
        test    eax, eax
        jz      .no_slot
        ccall   sched_set_fifo, eax, IRQ_THREAD_PRIORITY
        xor     eax, eax
        jmp     .done
.no_slot:
        mov     eax, -ENOMEM
.done:
        pop     ebx
endproc

; void __irq_wake_thread(struct irq_desc *desc, struct irqaction *action)
proc __irq_wake_thread, .desc, .action
        push    ebx
        mov     ebx, [ebp + .action]
        mov     ecx, [ebp + .desc]
        bts     dword [ebx + irqaction.thread_flags], IRQTF_RUNTHREAD
        jc      .waits_already
        mov     eax, [ebx + irqaction.thread_mask]
        or      [ecx + irq_desc.threads_oneshot], eax
        inc     dword [ecx + irq_desc.threads_active]
        ccall   wake_up_process, [ebx + irqaction.thread]
.waits_already:
        pop     ebx
endproc

; int irq_thread(struct irqaction *action)
proc irq_thread, .action
        push    ebx
        push    esi
        mov     ebx, [ebp + .action]
        ccall   irq_to_desc, [ebx + irqaction.irq]
        mov     esi, eax
.next:
        ccall   irq_wait_for_interrupt, ebx
        test    eax, eax
        jnz     .stop
        ccall   [ebx + irqaction.thread_fn], [ebx + irqaction.irq], [ebx + irqaction.dev_id]
        ccall   irq_finalize_oneshot, esi, ebx
        jmp     .next
.stop:
        xor     eax, eax
        pop     esi
        pop     ebx
endproc

; int irq_wait_for_interrupt(struct irqaction *action)  0: run; 1: end
proc irq_wait_for_interrupt, .action
        push    ebx
        mov     ebx, [ebp + .action]
        pushfd
        cli
.again:
        btr     dword [ebx + irqaction.thread_flags], IRQTF_RUNTHREAD
        mov     eax, 0
        jc      .done
        call    kthread_should_stop
        test    eax, eax
        jnz     .done
        ccall   interruptible_sleep_on, ebx
        jmp     .again
.done:
        popfd
        pop     ebx
endproc

; void irq_finalize_oneshot(struct irq_desc *desc, struct irqaction *action)
; A wake-up that came meanwhile keeps the line masked for the next run.
proc irq_finalize_oneshot, .desc, .action
        push    ebx
        mov     ebx, [ebp + .desc]
        mov     edx, [ebp + .action]
        pushfd
        cli
        bt      dword [edx + irqaction.thread_flags], IRQTF_RUNTHREAD
        jc      .once_more
        mov     eax, [edx + irqaction.thread_mask]
        not     eax
        and     [ebx + irq_desc.threads_oneshot], eax
        ccall   cond_unmask_irq, ebx
.once_more:
        dec     dword [ebx + irq_desc.threads_active]
        jnz     .others
        lea     eax, [ebx + irq_desc.threads_active]
        ccall   wake_up, eax
.others:
        popfd
        pop     ebx
endproc

        section .rodata
irq_thread_format: db "irq/%d-%s", 0
        section .text
