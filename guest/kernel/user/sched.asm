; sched.asm: the system calls of the scheduler: nice levels and CPU masks.
;
;   sys_nice(change), sys_getpriority(which, who), sys_setpriority(which, who, nice)
;   sys_sched_setaffinity(pid, size, mask), sys_sched_getaffinity(pid, size, mask)

PRIO_PROCESS    equ 0                   ; the only `which` there is

        section .text

; struct task *task_of(int pid)         0: myself
proc task_of, .pid
        mov     eax, [this_cpu(current)]
        cmp     dword [ebp + .pid], 0
        je      .done
        ccall   find_task_by_pid, [ebp + .pid]
.done:
endproc

; long sys_nice(int change)             root may go down, too
proc sys_nice, .change
        mov     ecx, [this_cpu(current)]
        mov     eax, [ecx + task.nice]
        add     eax, [ebp + .change]
        ccall   set_nice_within, ecx, eax
endproc

; int set_nice_within(struct task *which, int nice)     the nearest level that there is; 0
proc set_nice_within, .which, .nice
        mov     eax, [ebp + .nice]
        cmp     eax, MIN_NICE
        jge     .not_low
        mov     eax, MIN_NICE
.not_low:
        cmp     eax, MAX_NICE
        jle     .not_high
        mov     eax, MAX_NICE
.not_high:
        ccall   set_user_nice, [ebp + .which], eax
        xor     eax, eax
endproc

; long sys_setpriority(int which, int who, int nice)
proc sys_setpriority, .which, .who, .nice
        mov     eax, -EINVAL
        cmp     dword [ebp + .which], PRIO_PROCESS
        jne     .done
        ccall   task_of, [ebp + .who]
        test    eax, eax
        jz      .none
        ccall   set_nice_within, eax, [ebp + .nice]
        jmp     .done
.none:
        mov     eax, -ESRCH
.done:
endproc

; long sys_getpriority(int which, int who)      20 - nice, so that it is never negative
proc sys_getpriority, .which, .who
        mov     eax, -EINVAL
        cmp     dword [ebp + .which], PRIO_PROCESS
        jne     .done
        ccall   task_of, [ebp + .who]
        mov     ecx, eax
        mov     eax, -ESRCH
        test    ecx, ecx
        jz      .done
        mov     eax, 20
        sub     eax, [ecx + task.nice]
.done:
endproc

; long sys_sched_setaffinity(int pid, u32 size, const u32 *mask)
proc sys_sched_setaffinity, .pid, .size, .mask
.word           equ -4
        sub     esp, 4
        push    ebx
        ccall   task_of, [ebp + .pid]
        mov     ebx, eax
        test    eax, eax
        mov     eax, -ESRCH
        jz      .done
        mov     eax, -EINVAL
        cmp     dword [ebp + .size], 4
        jb      .done
        test    dword [ebx + task.thread_flags], PF_NO_SETAFFINITY
        jnz     .done
        lea     ecx, [ebp + .word]
        ccall   copy_from_user, ecx, [ebp + .mask], 4
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        mov     eax, -EINVAL
        mov     ecx, [ebp + .word]
        and     ecx, CPU_MASK_ALL
        jz      .done
        mov     [ebx + task.cpus_allowed], ecx
        xor     eax, eax
.done:
        pop     ebx
endproc

; long sys_sched_getaffinity(int pid, u32 size, u32 *mask)      bytes written
proc sys_sched_getaffinity, .pid, .size, .mask
        ccall   task_of, [ebp + .pid]
        mov     ecx, eax
        mov     eax, -ESRCH
        test    ecx, ecx
        jz      .done
        mov     eax, -EINVAL
        cmp     dword [ebp + .size], 4
        jb      .done
        add     ecx, task.cpus_allowed
        ccall   copy_to_user, [ebp + .mask], ecx, 4
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        mov     eax, 4
.done:
endproc
