; kill.asm: the system calls of signals.
;
;   sys_kill(pid, signal), sys_signal(signal, handler), sys_sigaction(signal, action, old),
;   sys_sigprocmask(how, set, old), sys_sigpending(set), sys_pause()
;   find_task_by_pid(pid)         any context          struct task *, or 0

SIG_BLOCK       equ 0
SIG_UNBLOCK     equ 1
SIG_SETMASK     equ 2

        section .text

; struct task *find_task_by_pid(int pid)        a zombie counts: it has its number until it is asked for
proc find_task_by_pid, .pid
        mov     eax, tasks
        mov     ecx, [ebp + .pid]
.next:
        add     eax, task_size          ; the idle task has no number to be found by
        cmp     eax, tasks + task_size * NR_TASKS
        jae     .none
        cmp     dword [eax + task.state], TASK_DEAD
        je      .next
        cmp     [eax + task.pid], ecx
        jne     .next
        return
.none:
        xor     eax, eax
endproc

; long sys_kill(int pid, int signal)
; pid: a process; 0: my group; -1: everyone but init and me; -g: group g. signal 0 only asks.
proc sys_kill, .pid, .signal
        push    ebx
        push    esi
        mov     esi, [ebp + .signal]
        mov     eax, -EINVAL
        cmp     esi, NR_SIGNALS
        jae     .done
        mov     eax, [ebp + .pid]
        test    eax, eax
        jz      .my_group
        cmp     eax, -1
        je      .everyone
        js      .group
        ccall   find_task_by_pid, eax
        mov     ebx, eax
        test    eax, eax
        mov     eax, -ESRCH
        jz      .done
        test    esi, esi
        jz      .good
        ccall   send_signal, ebx, esi
        jmp     .good
.my_group:
        mov     eax, [this_cpu(current)]
        mov     eax, [eax + task.pgrp]
        neg     eax
.group:
        neg     eax
        ccall   send_signal_group, eax, esi
        test    eax, eax
        mov     eax, -ESRCH
        jz      .done
        jmp     .good
.everyone:
        mov     ebx, init_task + task_size
.next:
        cmp     dword [ebx + task.state], TASK_DEAD
        je      .other
        cmp     ebx, [this_cpu(current)]
        je      .other
        test    esi, esi
        jz      .other
        ccall   send_signal, ebx, esi
.other:
        add     ebx, task_size
        cmp     ebx, tasks + task_size * NR_TASKS
        jb      .next
.good:
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc

; int may_act_on(int signal)            0, or -EINVAL: there is no such one, or it cannot be caught
proc may_act_on, .signal
        mov     ecx, [ebp + .signal]
        dec     ecx
        mov     eax, -EINVAL
        cmp     ecx, NR_SIGNALS - 1
        jae     .done
        mov     edx, SIG_KERNEL_ONLY
        bt      edx, ecx
        jc      .done
        xor     eax, eax
.done:
endproc

; long sys_signal(int signal, void *handler)    the old handler; System V's meaning: once
proc sys_signal, .signal, .handler
        ccall   may_act_on, [ebp + .signal]
        test    eax, eax
        jnz     .done
        mov     ecx, [ebp + .signal]
        shl     ecx, 4                  ; * sigaction_size
        add     ecx, [this_cpu(current)]
        mov     dword [ecx + task.sigactions + sigaction.mask], 0
        mov     dword [ecx + task.sigactions + sigaction.flags], SA_RESETHAND | SA_NODEFER
        mov     eax, [ebp + .handler]
        xchg    eax, [ecx + task.sigactions + sigaction.handler]
.done:
endproc

; long sys_sigaction(int signal, const struct sigaction *action, struct sigaction *old)
proc sys_sigaction, .signal, .action, .old
.new            equ -sigaction_size
        sub     esp, sigaction_size
        push    ebx
        ccall   may_act_on, [ebp + .signal]
        test    eax, eax
        jnz     .done
        mov     ebx, [ebp + .signal]
        shl     ebx, 4                  ; * sigaction_size
        add     ebx, [this_cpu(current)]
        add     ebx, task.sigactions
        cmp     dword [ebp + .action], 0
        je      .tell
        lea     eax, [ebp + .new]
        ccall   copy_from_user, eax, [ebp + .action], sigaction_size
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
.tell:
        cmp     dword [ebp + .old], 0
        je      .change
        ccall   copy_to_user, [ebp + .old], ebx, sigaction_size
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
.change:
        xor     eax, eax
        cmp     dword [ebp + .action], 0
        je      .done
        lea     ecx, [ebp + .new]
        and     dword [ecx + sigaction.mask], ~(SIG_KERNEL_ONLY)
        ccall   memcpy, ebx, ecx, sigaction_size
        xor     eax, eax
.done:
        pop     ebx
endproc

; long sys_sigprocmask(int how, const u32 *set, u32 *old)
proc sys_sigprocmask, .how, .set, .old
.mask           equ -4
        sub     esp, 4
        push    ebx
        mov     ebx, [this_cpu(current)]
        cmp     dword [ebp + .old], 0
        je      .change
        lea     eax, [ebx + task.blocked]
        ccall   copy_to_user, [ebp + .old], eax, 4
        test    eax, eax
        jnz     .fault
.change:
        xor     eax, eax
        cmp     dword [ebp + .set], 0
        je      .done
        lea     eax, [ebp + .mask]
        ccall   copy_from_user, eax, [ebp + .set], 4
        test    eax, eax
        jnz     .fault
        mov     eax, [ebp + .mask]
        and     eax, ~(SIG_KERNEL_ONLY)
        mov     ecx, [ebp + .how]
        cmp     ecx, SIG_SETMASK
        je      .set_known
        cmp     ecx, SIG_BLOCK
        je      .block
        cmp     ecx, SIG_UNBLOCK
        jne     .invalid
        not     eax
        and     eax, [ebx + task.blocked]
        jmp     .set_known
.block:
        or      eax, [ebx + task.blocked]
.set_known:
        pushfd
        cli
        mov     [ebx + task.blocked], eax
        ccall   recalc_sigpending, ebx
        popfd
        xor     eax, eax
        jmp     .done
.invalid:
        mov     eax, -EINVAL
        jmp     .done
.fault:
        mov     eax, -EFAULT
.done:
        pop     ebx
endproc

; long sys_pause(void)                  until a signal has been caught
proc sys_pause
        cli
.again:
        mov     eax, [this_cpu(current)]
        cmp     dword [eax + task.sigpending], 0
        jne     .came
        ccall   interruptible_sleep_on, sys_pause
        jmp     .again
.came:
        sti
        mov     eax, -EINTR
endproc
