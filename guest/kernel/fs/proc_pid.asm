; proc_pid.asm: /proc/PID: what the kernel knows of a task.
;
;   proc_pid_create(task)         task.asm             its folder
;   proc_pid_remove(task)         task.asm, exit.asm   and its end
;
; The files hold the task's number, not its address: who reads one when the task has gone gets nothing.

PID_NAME_SIZE   equ 12
CONSOLE_TTY     equ TTYAUX_MAJOR * 256 + 1

        section .rodata
        align   4
proc_pid_files:                         ; name, show
        dd      pid_cmdline_name, show_pid_cmdline
        dd      pid_comm_name, show_pid_comm
        dd      pid_stack_name, show_pid_stack
        dd      pid_stat_name, show_pid_stat
        dd      pid_status_name, show_pid_status
proc_pid_files_end:
pid_cmdline_name: db "cmdline", 0
pid_comm_name: db "comm", 0
pid_stack_name: db "stack", 0
pid_stat_name: db "stat", 0
pid_status_name: db "status", 0

        section .text

; void proc_pid_create(struct task *which)
; Before /proc is there, at boot, the task goes without.
proc proc_pid_create, .which
.name           equ -PID_NAME_SIZE
        sub     esp, PID_NAME_SIZE
        push    ebx
        push    esi
        mov     ebx, [ebp + .which]
        cmp     dword [proc_folder], 0
        je      .done
        lea     eax, [ebp + .name]
        ccall   sprintf, eax, pid_format, [ebx + task.pid]
        lea     eax, [ebp + .name]
        ccall   mkdir, [proc_folder], eax
        mov     [ebx + task.proc_dir], eax
        test    eax, eax
        jz      .done
        mov     esi, proc_pid_files
.next:
        ccall   create_seq, [ebx + task.proc_dir], [esi], [esi + 4], 0, [ebx + task.pid]
        add     esi, 8
        cmp     esi, proc_pid_files_end
        jb      .next
.done:
        pop     esi
        pop     ebx
endproc

; void proc_pid_remove(struct task *which)
proc proc_pid_remove, .which
        mov     ecx, [ebp + .which]
        xor     eax, eax
        xchg    eax, [ecx + task.proc_dir]
        ccall   remove_inode, eax
endproc

; void show_pid_comm(struct seq_file *m, int pid)
proc show_pid_comm, .m, .pid
        ccall   find_task_by_pid, [ebp + .pid]
        test    eax, eax
        jz      .gone
        lea     eax, [eax + task.comm]
        seqln   [ebp + .m], "%s", eax
.gone:
endproc

; void show_pid_cmdline(struct seq_file *m, int pid)
; Its arguments, each with a NUL behind it, as they lie on its stack; of a kernel thread, nothing.
proc show_pid_cmdline, .m, .pid
        push    ebx
        push    esi
        push    edi
        ccall   find_task_by_pid, [ebp + .pid]
        test    eax, eax
        jz      .gone
        mov     esi, [eax + task.arg_start]
        mov     edi, [eax + task.arg_end]
        ccall   user_page, [eax + task.pgd], esi
        test    eax, eax
        jz      .gone                   ; a kernel thread, or one that has ended
        mov     ebx, esi
        and     ebx, PAGE_SIZE - 1
        add     ebx, eax                ; all arguments lie in one page
.next:
        cmp     esi, edi
        jae     .gone
        movzx   eax, byte [ebx]
        ccall   seq_putc, [ebp + .m], eax
        inc     ebx
        inc     esi
        jmp     .next
.gone:
        pop     edi
        pop     esi
        pop     ebx
endproc

; void show_pid_stack(struct seq_file *m, int pid)
; Where a task that does not run will go on, innermost first: the chain of frames from where it was
; switched away from. It was in schedule, which is not worth a line.
proc show_pid_stack, .m, .pid
        push    ebx
        push    esi
        push    edi
        ccall   find_task_by_pid, [ebp + .pid]
        mov     ebx, eax
        test    eax, eax
        jz      .done
        cmp     dword [ebx + task.state], TASK_ZOMBIE
        je      .done
        cmp     ebx, [this_cpu(current)]
        je      .myself
        mov     eax, [ebx + task.esp]
        mov     esi, [eax + switch_frame.ebp]   ; schedule's frame
        jmp     .next
.myself:
        mov     esi, ebp
.next:
        ; each frame lies above the one before, all of them on the task's stack
        mov     eax, [ebx + task.stack_top]
        sub     eax, 8
        cmp     esi, eax
        ja      .done
        sub     eax, THREAD_SIZE - 8
        cmp     esi, eax
        jb      .done
        mov     eax, [esi + 4]
        test    eax, eax
        jz      .done
        cmp     eax, TASK_BASE
        jae     .done
        seqln   [ebp + .m], "[<0>] %pS", eax
        mov     eax, [esi]
        cmp     eax, esi
        jbe     .done
        mov     esi, eax
        jmp     .next
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; char task_state_letter(const struct task *which)      as ps has it: R S D T t Z
proc task_state_letter, .which
        mov     eax, [ebp + .which]
        mov     eax, [eax + task.state]
        movzx   eax, byte [task_state_letters + eax]
endproc

; int task_parent_pid(const struct task *which)
proc task_parent_pid, .which
        mov     eax, [ebp + .which]
        mov     eax, [eax + task.parent]
        test    eax, eax
        jz      .done
        mov     eax, [eax + task.pid]
.done:
endproc

; void show_pid_stat(struct seq_file *m, int pid)       proc(5): 52 numbers, most of them not ours
proc show_pid_stat, .m, .pid
        push    ebx
        push    esi
        push    edi
        ccall   find_task_by_pid, [ebp + .pid]
        mov     ebx, eax
        test    eax, eax
        jz      .gone
        ccall   task_state_letter, ebx
        mov     esi, eax
        ccall   task_parent_pid, ebx
        lea     ecx, [ebx + task.comm]
        xor     edi, edi                ; the terminal: all processes have the one there is
        cmp     dword [ebx + task.pgd], swapper_pg_dir
        je      .terminal_known
        mov     edi, CONSOLE_TTY
.terminal_known:
        seq     [ebp + .m], "%d (%s) %c %d %d %d %d 0 0 0 0 0 0 ", \
                [ebx + task.pid], ecx, esi, eax, [ebx + task.pgrp], [ebx + task.pgrp], edi
        ; utime, stime, of children; priority, nice
        mov     esi, [ebx + task.nice]
        mov     edi, [ebx + task.rt_priority]
        lea     eax, [esi + 20]
        test    edi, edi
        jz      .priority_known
        mov     eax, -1
        sub     eax, edi
.priority_known:
        seq     [ebp + .m], "%u %u 0 0 %d %d 1 0 %u ", \
                [ebx + task.user_ticks], [ebx + task.system_ticks], eax, esi, [ebx + task.start_time]
        xor     eax, eax
        test    edi, edi
        setnz   al                      ; SCHED_FIFO is policy 1
        seqln   [ebp + .m], "0 0 0 0 0 0 0 0 %u %u 0 0 0 0 0 17 0 %u %u 0 0 0", \
                [ebx + task.pending], [ebx + task.blocked], edi, eax
.gone:
        pop     edi
        pop     esi
        pop     ebx
endproc

; void show_pid_status(struct seq_file *m, int pid)
proc show_pid_status, .m, .pid
        push    ebx
        push    esi
        push    edi
        mov     edi, [ebp + .m]
        ccall   find_task_by_pid, [ebp + .pid]
        mov     ebx, eax
        test    eax, eax
        jz      .gone
        lea     eax, [ebx + task.name]
        seqln   edi, "Name:	%s", eax
        ccall   task_state_letter, ebx
        mov     ecx, [ebx + task.state]
        seqln   edi, "State:	%c (%s)", eax, [task_state_names + ecx * 4]
        seqln   edi, "Tgid:	%d", [ebx + task.pid]
        seqln   edi, "Pid:	%d", [ebx + task.pid]
        ccall   task_parent_pid, ebx
        seqln   edi, "PPid:	%d", eax
        xor     eax, eax
        mov     ecx, [ebx + task.tracer]
        test    ecx, ecx
        jz      .tracer_known
        mov     eax, [ecx + task.pid]
.tracer_known:
        seqln   edi, "TracerPid:	%d", eax
        seqln   edi, "SigPnd:	00000000%08x", [ebx + task.pending]
        seqln   edi, "SigBlk:	00000000%08x", [ebx + task.blocked]
        ccall   signals_handled, ebx, 0
        seqln   edi, "SigIgn:	00000000%08x", eax
        ccall   signals_handled, ebx, 1
        seqln   edi, "SigCgt:	00000000%08x", eax
        seqln   edi, "Cpus_allowed:	%x", [ebx + task.cpus_allowed]
        seq     edi, "Cpus_allowed_list:	"
        ccall   seq_cpulist, edi, [ebx + task.cpus_allowed]
        seqln   edi, ""
.gone:
        pop     edi
        pop     esi
        pop     ebx
endproc

; u32 signals_handled(const struct task *which, int caught)     those with a handler, or the ignored ones
proc signals_handled, .which, .caught
        push    ebx
        xor     eax, eax
        mov     edx, [ebp + .which]
        add     edx, task.sigactions + sigaction.handler
        mov     ecx, 1
.next:
        mov     ebx, [edx + sigaction_size]
        cmp     dword [ebp + .caught], 0
        je      .ignored
        cmp     ebx, SIG_IGN
        jbe     .no
        jmp     .yes
.ignored:
        cmp     ebx, SIG_IGN
        jne     .no
.yes:
        or      eax, ecx
.no:
        add     edx, sigaction_size
        shl     ecx, 1
        jns     .next
        pop     ebx
endproc

        section .rodata
pid_format:     db "%d", 0
task_state_letters: db "-RSDTtZ"          ; by task.state
        align   4
task_state_names: dd .dead, .running, .sleeping, .waiting, .stopped, .traced, .zombie
.dead:          db "dead", 0
.running:       db "running", 0
.sleeping:      db "sleeping", 0
.waiting:       db "disk sleep", 0
.stopped:       db "stopped", 0
.traced:        db "tracing stop", 0
.zombie:        db "zombie", 0
        section .text
