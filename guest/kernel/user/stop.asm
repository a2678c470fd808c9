; stop.asm: a process stands still, until its debugger or SIGCONT lets it go on.
;
;   ptrace_stop(signal)           process              for its debugger; the signal it goes on with, or 0
;   ptrace_syscall_stop()         syscall.asm          the same at a system call
;   signal_stop(signal)           signal.asm           for its parent: SIGSTOP's doing
;   wait_status_of_stop(task)     wait.asm             what waitpid says of it

        section .text

; int ptrace_stop(int signal)           SIGKILL ends the stop, too
proc ptrace_stop, .signal
        push    ebx
        pushfd
        cli
        mov     ebx, [this_cpu(current)]
        xor     eax, eax
        test    dword [ebx + task.pending], SIGMASK(SIGKILL)
        jnz     .done
        cmp     [ebx + task.tracer], eax
        je      .done                   ; it has just ended
        ccall   stand_still, TASK_TRACED, [ebp + .signal], [ebx + task.tracer]
        xor     eax, eax
        xchg    eax, [ebx + task.stop_signal]
        test    dword [ebx + task.pending], SIGMASK(SIGKILL)
        jz      .done
        xor     eax, eax
.done:
        popfd
        pop     ebx
endproc

; void ptrace_syscall_stop(void)
; At one that is only stepped over, it looks like any other instruction.
proc ptrace_syscall_stop
        mov     eax, SIGTRAP
        mov     ecx, [this_cpu(current)]
        mov     edx, [ecx + task.ptrace]
        and     edx, PT_SYSCALL | PT_TRACESYSGOOD
        cmp     edx, PT_SYSCALL | PT_TRACESYSGOOD
        jne     .signal_known
        or      eax, SYSCALL_STOP
.signal_known:
        ccall   ptrace_stop, eax
        test    eax, eax
        jz      .done
        ccall   send_signal, [this_cpu(current)], eax
.done:
endproc

; void signal_stop(int signal)
proc signal_stop, .signal
        push    ebx
        pushfd
        cli
        mov     ebx, [this_cpu(current)]
        ; what came in the meantime counts
        test    dword [ebx + task.pending], SIGMASK(SIGKILL) | SIGMASK(SIGCONT)
        jnz     .done
        ccall   stand_still, TASK_STOPPED, [ebp + .signal], [ebx + task.parent]
        mov     dword [ebx + task.stop_signal], 0
.done:
        popfd
        pop     ebx
endproc

; void stand_still(u32 state, int signal, struct task *who_asks)        interrupts off
proc stand_still, .state, .signal, .who_asks
        mov     ecx, [this_cpu(current)]
        mov     eax, [ebp + .signal]
        mov     [ecx + task.stop_signal], eax
        mov     dword [ecx + task.stop_told], 0
        mov     eax, [ebp + .state]
        mov     [ecx + task.state], eax
        ccall   wake_up, [ebp + .who_asks]      ; sys_waitpid sleeps on its own task
        call    schedule
endproc

; int wait_status_of_stop(struct task *which)
proc wait_status_of_stop, .which
        mov     ecx, [ebp + .which]
        mov     dword [ecx + task.stop_told], 1
        mov     eax, [ecx + task.stop_signal]
        shl     eax, 8
        or      eax, WAIT_STOPPED
endproc
