; syscall.asm: int 0x80. Number in eax, arguments in ebx, ecx, edx, esi and edi, the answer in eax, all
; as in Linux for i386; an error is a negative number.
;
; Each is an ordinary routine, in process context with interrupts on. Those of files are in fs/; here
; are those that are too short for a file of their own.

NR_SYSCALLS     equ 351
NO_SYSCALL      equ -1                  ; pt_regs.error of a frame that is none any more
INT_80_BYTES    equ 2
REBOOT_MAGIC1   equ 0xfee1dead
REBOOT_RESTART  equ 0x01234567
REBOOT_POWER_OFF equ 0x4321fedc

%macro syscall_slot 2                   ; number, routine: what lies between is not there
        times (%1) - ($ - sys_call_table) / 4 dd sys_ni_syscall
        dd      %2
%endmacro

        section .rodata
        align   4
sys_call_table:
        syscall_slot 1, sys_exit
        syscall_slot 2, sys_fork
        syscall_slot 3, sys_read
        syscall_slot 4, sys_write
        syscall_slot 5, sys_open
        syscall_slot 6, sys_close
        syscall_slot 7, sys_waitpid
        syscall_slot 10, sys_unlink
        syscall_slot 11, sys_execve
        syscall_slot 12, sys_chdir
        syscall_slot 19, sys_lseek
        syscall_slot 20, sys_getpid
        syscall_slot 26, sys_ptrace
        syscall_slot 29, sys_pause
        syscall_slot 33, sys_access
        syscall_slot 34, sys_nice
        syscall_slot 37, sys_kill
        syscall_slot 39, sys_mkdir
        syscall_slot 40, sys_rmdir
        syscall_slot 41, sys_dup
        syscall_slot 42, sys_pipe
        syscall_slot 48, sys_signal
        syscall_slot 54, sys_ioctl
        syscall_slot 55, sys_fcntl
        syscall_slot 57, sys_setpgid
        syscall_slot 63, sys_dup2
        syscall_slot 64, sys_getppid
        syscall_slot 65, sys_getpgrp
        syscall_slot 67, sys_sigaction
        syscall_slot 88, sys_reboot
        syscall_slot 96, sys_getpriority
        syscall_slot 97, sys_setpriority
        syscall_slot 101, sys_ioperm
        syscall_slot 106, sys_stat
        syscall_slot 107, sys_stat      ; lstat: there are no links to follow
        syscall_slot 108, sys_fstat
        syscall_slot 110, sys_iopl
        syscall_slot 119, sys_sigreturn
        syscall_slot 126, sys_sigprocmask
        syscall_slot 129, sys_delete_module
        syscall_slot 141, sys_getdents
        syscall_slot 158, sys_sched_yield
        syscall_slot 162, sys_nanosleep
        syscall_slot 183, sys_getcwd
        syscall_slot 241, sys_sched_setaffinity
        syscall_slot 242, sys_sched_getaffinity
        syscall_slot 350, sys_finit_module
        times NR_SYSCALLS - ($ - sys_call_table) / 4 dd sys_ni_syscall

        section .text

; void do_system_call(struct pt_regs *regs)
proc do_system_call, .regs
        push    ebx
        sti
        mov     ebx, [ebp + .regs]
        mov     eax, [ebx + pt_regs.eax]
        mov     [ebx + pt_regs.error], eax ; Linux's orig_eax: the answer goes where it was
        mov     ecx, [this_cpu(current)]
        test    dword [ecx + task.ptrace], PT_SYSCALL
        jz      .call
        mov     dword [ebx + pt_regs.eax], -ENOSYS
        call    ptrace_syscall_stop
        mov     eax, [ebx + pt_regs.error] ; the debugger may have chosen another
.call:
        cmp     eax, NR_SYSCALLS
        jae     .unknown
        ccall   [sys_call_table + eax * 4], [ebx + pt_regs.ebx], [ebx + pt_regs.ecx], \
                [ebx + pt_regs.edx], [ebx + pt_regs.esi], [ebx + pt_regs.edi]
        jmp     .answer
.unknown:
        mov     eax, -ENOSYS
.answer:
        mov     [ebx + pt_regs.eax], eax
        mov     ecx, [this_cpu(current)]
        test    dword [ecx + task.ptrace], PT_SYSCALL | PT_SINGLESTEP
        jz      .done
        call    ptrace_syscall_stop
.done:
        pop     ebx
endproc

; long sys_ni_syscall(void)             a number that Linux has and we have not
proc sys_ni_syscall
        mov     eax, -ENOSYS
endproc

; long sys_exit(int code)
proc sys_exit, .code
        mov     eax, [ebp + .code]
        and     eax, 0xff
        shl     eax, 8
        ccall   do_exit, eax
endproc

; long sys_getpid(void)
proc sys_getpid
        mov     eax, [this_cpu(current)]
        mov     eax, [eax + task.pid]
endproc

; long sys_getppid(void)
proc sys_getppid
        mov     eax, [this_cpu(current)]
        mov     eax, [eax + task.parent]
        mov     eax, [eax + task.pid]
endproc

; long sys_sched_yield(void)
proc sys_sched_yield
        call    yield
        xor     eax, eax
endproc

; long sys_nanosleep(const struct timespec *request)            seconds, nanoseconds
; What a stop has interrupted and restart_syscall makes again sleeps for what is left.
proc sys_nanosleep, .request
.time           equ -8
        sub     esp, 8
        push    ebx
        push    esi
        mov     ebx, [this_cpu(current)]
        mov     esi, [ebx + task.sleep_until]
        test    esi, esi
        jnz     .until
        lea     eax, [ebp + .time]
        ccall   copy_from_user, eax, [ebp + .request], 8
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        mov     eax, [ebp + .time + 4]
        xor     edx, edx
        mov     ecx, NSEC_PER_TICK
        div     ecx
        imul    ecx, [ebp + .time], HZ
        lea     esi, [eax + ecx + 1]    ; at least so long: the running tick does not count
        add     esi, [jiffies]
.until:
        mov     dword [ebx + task.sleep_until], 0
        mov     eax, esi
        sub     eax, [jiffies]
        jle     .over
        ccall   schedule_timeout, eax
        test    eax, eax
        jz      .done
        mov     [ebx + task.sleep_until], esi
        mov     eax, -EINTR
        jmp     .done
.over:
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc

; long sys_reboot(u32 magic1, u32 magic2, u32 command)
proc sys_reboot, .magic1, .magic2, .command
        cmp     dword [ebp + .magic1], REBOOT_MAGIC1
        jne     .invalid
        cmp     dword [ebp + .command], REBOOT_RESTART
        je      .restart
        cmp     dword [ebp + .command], REBOOT_POWER_OFF
        jne     .invalid
        call    machine_power_off
.restart:
        call    machine_restart
.invalid:
        mov     eax, -EINVAL
endproc
