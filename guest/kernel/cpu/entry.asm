; entry.asm: the one way in and the one way out.
;
; Every vector's stub comes to common_entry with error code and vector on the stack. The frame it
; completes is include/frame.inc's; the handler in vector_handlers (traps.asm) gets a pointer to it.
;
; On the way out: the scheduler if it wants the CPU and may have it, then, if we return to ring 3, a
; signal if one is due. A task in the kernel is preempted too, unless its preempt_count forbids it or
; it had interrupts off.

        section .text
        align   16
common_entry:
        cfi_trap_frame 8                ; above vector and error code
        pushad
        push    ds
        push    es
        push    fs
        push    gs
        cld
        mov     eax, __KERNEL_DS
        mov     ds, ax
        mov     es, ax
        mov     eax, __KERNEL_PERCPU
        mov     gs, ax

        ; ebp still is the interrupted code's, so the chain of frames goes on through the trap
        mov     eax, esp
        mov     ecx, [eax + pt_regs.vector]
        push    eax                     ; struct pt_regs *
        call    [vector_handlers + ecx * 4]
common_entry_return:                    ; oops.asm knows that a frame lies above this address
        add     esp, 4

; A new process starts here too, on a frame that exec.asm made up.
trap_return:
        cli
        cmp     dword [this_cpu(need_resched)], 0
        je      .signals
        cmp     dword [this_cpu(preempt_count)], 0
        jne     .restore
        test    dword [esp + pt_regs.eflags], X86_EFLAGS_IF
        jz      .restore
        call    schedule
        jmp     trap_return
.signals:
        test    dword [esp + pt_regs.cs], RPL_MASK
        jz      .restore
        mov     eax, [this_cpu(current)]
        cmp     dword [eax + task.sigpending], 0
        je      .restore
        sti
        mov     eax, esp
        ccall   do_signal, eax          ; returns if the program goes on
        jmp     trap_return
.restore:
        pop     gs
        pop     fs
        pop     es
        pop     ds
        popad
        add     esp, 8                  ; vector, error code
        iretd
