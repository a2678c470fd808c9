; signal.asm: from "something happened to this program" to its end, or to its handler.
;
;   send_signal(task, signal)     any context          marked; it wakes if it can be woken
;   send_signal_group(pgrp, signal)   any context      to every process of a group: how many
;   force_signal(signal)          exceptions           to current, which cannot have closed its ears
;   unhandled_signal(signal)      exceptions           1: current has no handler for it
;   do_signal(regs)               entry.asm            on the way out to ring 3
;   recalc_sigpending(task)       interrupts off       after a change of its masks
;   flush_signal_handlers()       exec.asm             another program does not have this one's
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
        cmp     dword [ebp + .signal], SIGCONT
        je      .heard                  ; even ignored it ends a stop
        ccall   signal_ignored, ebx, [ebp + .signal]
        test    eax, eax
        jnz     .done
.heard:
        mov     ecx, [ebp + .signal]
        dec     ecx
        bts     [ebx + task.pending], ecx
        ccall   signal_of_stop, ebx, [ebp + .signal]
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

; void signal_of_stop(struct task *which, int signal)   interrupts off
; What stops and SIGCONT undo each other while they wait; SIGCONT and SIGKILL end a stop.
proc signal_of_stop, .which, .signal
        mov     ecx, [ebp + .which]
        mov     eax, [ebp + .signal]
        cmp     eax, SIGKILL
        je      .kill
        cmp     eax, SIGCONT
        je      .undo
        dec     eax
        mov     edx, SIG_STOPPING
        bt      edx, eax
        jc      .stop
        return
.undo:
        and     dword [ecx + task.pending], ~(SIG_STOPPING)
        jmp     .continue
.stop:
        and     dword [ecx + task.pending], ~SIGMASK(SIGCONT)
        return
.kill:
        cmp     dword [ecx + task.state], TASK_TRACED
        je      .wake
.continue:
        cmp     dword [ecx + task.state], TASK_STOPPED
        jne     .done
.wake:
        ccall   wake_up_process, ecx
.done:
endproc

; int signal_ignored(const struct task *which, int signal)      a debugger hears of all
proc signal_ignored, .which, .signal
        mov     ecx, [ebp + .which]
        cmp     dword [ecx + task.ptrace], 0
        jne     .no
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

; int unhandled_signal(int signal)      of a traced one the debugger tells
proc unhandled_signal, .signal
        mov     ecx, [this_cpu(current)]
        xor     eax, eax
        cmp     [ecx + task.ptrace], eax
        jne     .done
        mov     eax, [ebp + .signal]
        shl     eax, 4                  ; * sigaction_size
        add     eax, [this_cpu(current)]
        cmp     dword [eax + task.sigactions + sigaction.handler], SIG_IGN + 1
        sbb     eax, eax
        neg     eax
.done:
endproc

; void do_signal(struct pt_regs *regs)          interrupts on
; One signal, SIGKILL or the lowest: returns if the program goes on, in its handler or as if nothing had
; been.
proc do_signal, .regs
        push    ebx
        push    esi
        mov     ebx, [this_cpu(current)]
        cli
        mov     esi, SIGKILL - 1
        bt      [ebx + task.sigpending], esi
        jc      .chosen
        bsf     esi, [ebx + task.sigpending]
        jz      .done
.chosen:
        btr     [ebx + task.pending], esi
        ccall   recalc_sigpending, ebx
        sti
        inc     esi
        cmp     dword [ebx + task.ptrace], 0
        je      .act
        cmp     esi, SIGKILL
        je      .act
        ccall   ptrace_stop, esi
        mov     esi, eax
        test    eax, eax
        jz      .nothing                ; the debugger keeps it to itself
.act:
        mov     eax, esi
        shl     eax, 4                  ; * sigaction_size
        lea     eax, [ebx + task.sigactions + eax]
        cmp     dword [eax + sigaction.handler], SIG_IGN
        je      .nothing
        ja      .handle
        lea     ecx, [esi - 1]
        mov     edx, SIG_IGNORED
        bt      edx, ecx
        jc      .nothing
        mov     edx, SIG_STOPPING
        bt      edx, ecx
        jc      .stop
        ccall   do_exit, esi
.stop:
        ccall   signal_stop, esi
.nothing:
        ccall   restart_syscall, [ebp + .regs]
        jmp     .done
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

; void restart_syscall(struct pt_regs *regs)
; A system call that a signal woke is made again if no handler has run: the program need not know that
; it stood still.
proc restart_syscall, .regs
        mov     ecx, [ebp + .regs]
        cmp     dword [ecx + pt_regs.vector], SYSCALL_VECTOR
        jne     .done
        cmp     dword [ecx + pt_regs.eax], -EINTR
        jne     .done
        mov     eax, [ecx + pt_regs.error]
        cmp     eax, NO_SYSCALL
        je      .done
        mov     [ecx + pt_regs.eax], eax
        sub     dword [ecx + pt_regs.eip], INT_80_BYTES
.done:
endproc

; void flush_signal_handlers(void)      what is ignored stays so
proc flush_signal_handlers
        mov     ecx, [this_cpu(current)]
        add     ecx, task.sigactions
        mov     edx, NR_SIGNALS
.next:
        cmp     dword [ecx + sigaction.handler], SIG_IGN
        je      .ignored
        mov     dword [ecx + sigaction.handler], SIG_DFL
.ignored:
        mov     dword [ecx + sigaction.mask], 0
        mov     dword [ecx + sigaction.flags], 0
        add     ecx, sigaction_size
        dec     edx
        jnz     .next
endproc
