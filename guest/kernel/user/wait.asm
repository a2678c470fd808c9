; wait.asm: a parent asks how its child ended; and what a group of processes is.
;
;   sys_waitpid(pid, status, options)     -ECHILD: there is none; 0: none yet (WNOHANG)
;   sys_setpgid(pid, pgrp), sys_getpgrp()

WNOHANG         equ 1

        section .text

; long sys_waitpid(int pid, int *status, int options)
; pid: that child; -1: any; 0: any of my group; -g: any of group g. The number of the one that ended.
proc sys_waitpid, .pid, .status, .options
.exit_status    equ -4
        sub     esp, 4
        push    ebx
        push    esi
        cli
.again:
        ccall   find_child_task, [ebp + .pid]
        mov     ebx, eax
        mov     eax, -ECHILD
        test    ebx, ebx
        jz      .done
        cmp     dword [ebx + task.state], TASK_ZOMBIE
        je      .ended
        xor     eax, eax
        test    dword [ebp + .options], WNOHANG
        jnz     .done
        mov     ecx, [this_cpu(current)]
        mov     eax, -EINTR
        cmp     dword [ecx + task.sigpending], 0
        jne     .done
        ccall   interruptible_sleep_on, ecx     ; do_exit wakes the parent by its own address
        jmp     .again
.ended:
        mov     esi, [ebx + task.pid]
        ccall   wait_task, ebx
        sti
        mov     [ebp + .exit_status], eax
        cmp     dword [ebp + .status], 0
        je      .told
        lea     ecx, [ebp + .exit_status]
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

; struct task *find_child_task(int pid)         one that ended before one that runs; 0: there is none
proc find_child_task, .pid
        push    ebx
        push    esi
        xor     esi, esi
        mov     ebx, tasks
.next:
        cmp     dword [ebx + task.state], TASK_DEAD
        je      .other
        mov     ecx, [this_cpu(current)]
        cmp     [ebx + task.parent], ecx
        jne     .other
        mov     eax, [ebp + .pid]
        cmp     eax, -1
        je      .ours
        cmp     eax, [ebx + task.pid]
        je      .ours
        test    eax, eax
        jg      .other
        neg     eax
        jnz     .group
        mov     eax, [ecx + task.pgrp]
.group:
        cmp     eax, [ebx + task.pgrp]
        jne     .other
.ours:
        mov     esi, ebx
        cmp     dword [ebx + task.state], TASK_ZOMBIE
        je      .found
.other:
        add     ebx, task_size
        cmp     ebx, tasks + task_size * NR_TASKS
        jb      .next
.found:
        mov     eax, esi
        pop     esi
        pop     ebx
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
