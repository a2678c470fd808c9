; signal.asm: from "something happened to this program" to its end, or to its handler.
;
;   send_signal(task, signal)     any context          marked; it wakes if it can be woken
;   send_signal_group(pgrp, signal)   any context      to every process of a group: how many
;   force_signal(signal)          exceptions           to current, which cannot have closed its ears
;   unhandled_signal(signal)      exceptions           1: current has no handler for it
;   do_signal(regs)               entry.asm            on the way out to ring 3
;   recalc_sigpending(task)       interrupts off       after a change of its masks
;
; A task has a set of signals that are pending, and one that it has blocked. task.sigpending says
; whether there is one to act on: that is all that sleepers and the way out look at.

        section .text

; void send_signal(struct task *which, int signal)
; Kernel threads have no ring 3 to be killed in, and init only gets what it has a handler for.
proc send_signal, .which, .signal
        push    ebx
        pushfd
        cli
        mov     ebx, [ebp + .which]
        cmp     dword [ebx + task.pgd], swapper_pg_dir
        je      .done
        ccall   signal_ignored, ebx, [ebp + .signal]
        test    eax, eax
        jnz     .done
        mov     ecx, [ebp + .signal]
        dec     ecx
        bts     [ebx + task.pending], ecx
        ccall   recalc_sigpending, ebx
        cmp     dword [ebx + task.sigpending], 0
        je      .done
        cmp     dword [ebx + task.state], TASK_INTERRUPTIBLE
        jne     .done
        ccall   wake_up_process, ebx
.done:
        popfd
        pop     ebx
endproc

; int signal_ignored(const struct task *which, int signal)
proc signal_ignored, .which, .signal
        mov     ecx, [ebp + .signal]
        mov     eax, ecx
        shl     eax, 4                  ; * sigaction_size
        add     eax, [ebp + .which]
        mov     eax, [eax + task.sigactions + sigaction.handler]
        cmp     eax, SIG_IGN
        je      .yes
        test    eax, eax
        jnz     .no
        dec     ecx
        mov     eax, SIG_IGNORED
        bt      eax, ecx
        jc      .yes
        cmp     dword [ebp + .which], init_task
        je      .yes
.no:
        xor     eax, eax
        return
.yes:
        mov     eax, 1
endproc

; void recalc_sigpending(struct task *which)
proc recalc_sigpending, .which
        mov     ecx, [ebp + .which]
        mov     eax, [ecx + task.blocked]
        not     eax
        and     eax, [ecx + task.pending]
        mov     [ecx + task.sigpending], eax
endproc

; int send_signal_group(int pgrp, int signal)
proc send_signal_group, .pgrp, .signal
        push    ebx
        push    esi
        xor     esi, esi
        mov     ebx, tasks
.next:
        cmp     dword [ebx + task.state], TASK_ZOMBIE
        je      .other
        cmp     dword [ebx + task.state], TASK_DEAD
        je      .other
        mov     eax, [ebp + .pgrp]
        cmp     [ebx + task.pgrp], eax
        jne     .other
        inc     esi
        cmp     dword [ebp + .signal], 0
        je      .other                  ; only asking
        ccall   send_signal, ebx, [ebp + .signal]
.other:
        add     ebx, task_size
        cmp     ebx, tasks + task_size * NR_TASKS
        jb      .next
        mov     eax, esi
        pop     esi
        pop     ebx
endproc

; void force_signal(int signal)
; A fault comes again and again if it is ignored: then the default is put back.
proc force_signal, .signal
        push    ebx
        pushfd
        cli
        mov     ebx, [this_cpu(current)]
        mov     ecx, [ebp + .signal]
        mov     edx, ecx
        shl     edx, 4                  ; * sigaction_size
        dec     ecx
        btr     [ebx + task.blocked], ecx
        jc      .default
        cmp     dword [ebx + task.sigactions + edx + sigaction.handler], SIG_IGN
        jne     .handler_known
.default:
        mov     dword [ebx + task.sigactions + edx + sigaction.handler], SIG_DFL
.handler_known:
        bts     [ebx + task.pending], ecx
        ccall   recalc_sigpending, ebx
        popfd
        pop     ebx
endproc

; int unhandled_signal(int signal)
proc unhandled_signal, .signal
        mov     eax, [ebp + .signal]
        shl     eax, 4                  ; * sigaction_size
        add     eax, [this_cpu(current)]
        cmp     dword [eax + task.sigactions + sigaction.handler], SIG_IGN + 1
        sbb     eax, eax
        neg     eax
endproc

; void do_signal(struct pt_regs *regs)          interrupts on
; One signal, the lowest: returns if the program goes on, in its handler or as if nothing had been.
proc do_signal, .regs
        push    ebx
        push    esi
        mov     ebx, [this_cpu(current)]
        cli
        bsf     esi, [ebx + task.sigpending]
        jz      .done
        btr     [ebx + task.pending], esi
        ccall   recalc_sigpending, ebx
        sti
        inc     esi
        mov     eax, esi
        shl     eax, 4                  ; * sigaction_size
        lea     eax, [ebx + task.sigactions + eax]
        cmp     dword [eax + sigaction.handler], SIG_IGN
        je      .done
        ja      .handle
        lea     ecx, [esi - 1]
        mov     edx, SIG_IGNORED
        bt      edx, ecx
        jc      .done
        ccall   do_exit, esi
.handle:
        ccall   setup_frame, [ebp + .regs], esi, eax
        test    eax, eax
        jz      .done
        ccall   do_exit, SIGSEGV        ; no stack to put the frame on
.done:
        sti
        pop     esi
        pop     ebx
endproc
