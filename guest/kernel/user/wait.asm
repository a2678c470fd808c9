; wait.asm: a parent, or a debugger, asks how a process ended or why it stopped; and what a group of
; processes is.
;
;   sys_waitpid(pid, status, options)     -ECHILD: there is none; 0: none yet (WNOHANG)
;   sys_setpgid(pid, pgrp), sys_getpgrp()

        section .text

; long sys_waitpid(int pid, int *status, int options)
; pid: that child; -1: any; 0: any of my group; -g: any of group g. The number of the one with news.
proc sys_waitpid, .pid, .status, .options
.wait_status    equ -4
        sub     esp, 4
        push    ebx
        push    esi
        cli
.again:
        ccall   find_child_task, [ebp + .pid], [ebp + .options]
        mov     ebx, eax
        mov     eax, -ECHILD
        test    ebx, ebx
        jz      .done
        ccall   child_has_news, ebx, [ebp + .options]
        test    eax, eax
        jnz     .news
        test    dword [ebp + .options], WNOHANG
        jnz     .done
        mov     ecx, [this_cpu(current)]
        mov     eax, -EINTR
        cmp     dword [ecx + task.sigpending], 0
        jne     .done
        ccall   interruptible_sleep_on, ecx     ; do_exit wakes the parent by its own address
        jmp     .again
.news:
        mov     esi, [ebx + task.pid]
        cmp     dword [ebx + task.state], TASK_ZOMBIE
        je      .ended
        ccall   wait_status_of_stop, ebx
        jmp     .status_known
.ended:
        ccall   reap_child, ebx
.status_known:
        sti
        mov     [ebp + .wait_status], eax
        cmp     dword [ebp + .status], 0
        je      .told
        lea     ecx, [ebp + .wait_status]
        ccall   copy_to_user, [ebp + .status], ecx, 4
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
.told:
        mov     eax, esi
.done:
        sti
        pop     esi
        pop     ebx
endproc

; int reap_child(struct task *which)    how it ended; to a debugger that is not its parent, as a rehearsal
proc reap_child, .which
        push    ebx
        mov     ebx, [ebp + .which]
        mov     eax, [this_cpu(current)]
        cmp     [ebx + task.parent], eax
        jne     .debugger
        sti                             ; no other one reaps it
        ccall   wait_task, ebx
        jmp     .done
.debugger:
        push    dword [ebx + task.exit_status]
        ccall   ptrace_detach, ebx
        pop     eax
.done:
        pop     ebx
endproc

; struct task *find_child_task(int pid, int options)    one with news before one without; 0: there is none
proc find_child_task, .pid, .options
        push    ebx
        push    esi
        xor     esi, esi
        mov     ebx, tasks
.next:
        cmp     dword [ebx + task.state], TASK_DEAD
        je      .other
        mov     ecx, [this_cpu(current)]
        cmp     [ebx + task.parent], ecx
        je      .ours
        cmp     [ebx + task.tracer], ecx
        jne     .other
.ours:
        mov     eax, [ebp + .pid]
        cmp     eax, -1
        je      .asked_for
        cmp     eax, [ebx + task.pid]
        je      .asked_for
        test    eax, eax
        jg      .other
        neg     eax
        jnz     .group
        mov     eax, [ecx + task.pgrp]
.group:
        cmp     eax, [ebx + task.pgrp]
        jne     .other
.asked_for:
        mov     esi, ebx
        ccall   child_has_news, ebx, [ebp + .options]
        test    eax, eax
        jnz     .found
.other:
        add     ebx, task_size
        cmp     ebx, tasks + task_size * NR_TASKS
        jb      .next
.found:
        mov     eax, esi
        pop     esi
        pop     ebx
endproc

; int child_has_news(const struct task *which, int options)
; A traced one's are for its debugger, until that has heard of its end.
proc child_has_news, .which, .options
        mov     ecx, [ebp + .which]
        mov     edx, [ecx + task.tracer]
        test    edx, edx
        jz      .parents
        cmp     edx, [this_cpu(current)]
        jne     .no
.parents:
        mov     eax, [ecx + task.state]
        cmp     eax, TASK_ZOMBIE
        je      .yes
        cmp     eax, TASK_TRACED
        je      .stopped
        cmp     eax, TASK_STOPPED
        jne     .no
        test    dword [ebp + .options], WUNTRACED
        jz      .no
.stopped:
        cmp     dword [ecx + task.stop_told], 0
        jne     .no
.yes:
        mov     eax, 1
        return
.no:
        xor     eax, eax
endproc

; long sys_setpgid(int pid, int pgrp)   pid 0: myself; pgrp 0: a group of its own
proc sys_setpgid, .pid, .pgrp
        mov     eax, [ebp + .pid]
        test    eax, eax
        jnz     .other
        mov     eax, [this_cpu(current)]
        mov     eax, [eax + task.pid]
.other:
        ccall   find_task_by_pid, eax
        test    eax, eax
        jz      .none
        mov     ecx, [ebp + .pgrp]
        test    ecx, ecx
        jnz     .set
        mov     ecx, [eax + task.pid]
.set:
        mov     [eax + task.pgrp], ecx
        xor     eax, eax
        return
.none:
        mov     eax, -ESRCH
endproc

; long sys_getpgrp(void)
proc sys_getpgrp
        mov     eax, [this_cpu(current)]
        mov     eax, [eax + task.pgrp]
endproc
