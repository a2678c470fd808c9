; ptrace.asm: one process is the debugger of another.
;
;   sys_ptrace(request, pid, address, data)   process   what a debugger asks, and does
;   ptrace_detach(task)           exit.asm              it is nobody's any more, and goes on
;
; A traced process stops (user/stop.asm) with every signal it gets and, if asked, at each system call.
; While it is stopped its debugger reads and writes its memory and the frame on its kernel stack, and
; says with which signal it goes on.

; task.ptrace; what is in PT_KEPT lasts, the others are said anew each time it goes on
PT_PTRACED      equ 1
PT_SYSCALL      equ 2                   ; stop at the next way into, or out of, a system call
PT_SINGLESTEP   equ 4                   ; ... behind the next instruction
PT_FORCED_TF_BIT equ 3                  ; its TF is the debugger's, not its own
PT_FORCED_TF    equ 1 << PT_FORCED_TF_BIT
PT_TRACESYSGOOD equ 16                  ; tell system calls from breakpoints
PT_KEPT         equ PT_PTRACED | PT_TRACESYSGOOD

        section .text

; long sys_ptrace(u32 request, int pid, u32 address, u32 data)
; ebx is the process, esi the request.
proc sys_ptrace, .request, .pid, .address, .data
.word           equ -4
        sub     esp, 4
        push    ebx
        push    esi
        mov     esi, [ebp + .request]
        cmp     esi, PTRACE_TRACEME
        jne     .other
        mov     ebx, [this_cpu(current)]
        ccall   ptrace_link, ebx, [ebx + task.parent]
        jmp     .done
.other:
        ccall   find_task_by_pid, [ebp + .pid]
        mov     ebx, eax
        test    eax, eax
        jz      .none
        cmp     esi, PTRACE_ATTACH
        je      .attach
        ; all others need one of ours, and all but its end that it stands still
        mov     eax, [this_cpu(current)]
        cmp     [ebx + task.tracer], eax
        jne     .none
        cmp     esi, PTRACE_KILL
        je      .kill
        cmp     dword [ebx + task.state], TASK_TRACED
        jne     .none
        lea     ecx, [ebp + .word]
        cmp     esi, PTRACE_PEEKDATA
        jbe     .peek
        cmp     esi, PTRACE_PEEKUSR
        je      .peek_user
        cmp     esi, PTRACE_POKEDATA
        jbe     .poke
        cmp     esi, PTRACE_POKEUSR
        je      .poke_user
        cmp     esi, PTRACE_GETREGS
        je      .get_regs
        cmp     esi, PTRACE_SETREGS
        je      .set_regs
        cmp     esi, PTRACE_SETOPTIONS
        je      .set_options
        ccall   ptrace_resume, ebx, esi, [ebp + .data]
        jmp     .done
.peek:
        ccall   access_process_memory, ebx, [ebp + .address], ecx, 0
        jmp     .tell
.peek_user:
        ccall   get_user_reg, ebx, [ebp + .address], ecx
.tell:
        test    eax, eax
        jnz     .done
        lea     ecx, [ebp + .word]
        ccall   copy_to_user, [ebp + .data], ecx, 4
        jmp     .copied
.poke:
        lea     ecx, [ebp + .data]
        ccall   access_process_memory, ebx, [ebp + .address], ecx, 1
        jmp     .done
.poke_user:
        ccall   put_user_reg, ebx, [ebp + .address], [ebp + .data]
        jmp     .done
.get_regs:
        ccall   get_user_regs, ebx, [ebp + .data]
        jmp     .done
.set_regs:
        ccall   put_user_regs, ebx, [ebp + .data]
        jmp     .done
.set_options:
        mov     eax, -EINVAL
        cmp     dword [ebp + .data], PTRACE_O_TRACESYSGOOD
        ja      .done
        and     dword [ebx + task.ptrace], ~PT_TRACESYSGOOD
        cmp     dword [ebp + .data], 0
        je      .good
        or      dword [ebx + task.ptrace], PT_TRACESYSGOOD
        jmp     .good
.attach:
        mov     eax, -EPERM
        cmp     dword [ebx + task.pgd], swapper_pg_dir
        je      .done
        cmp     ebx, init_task
        je      .done
        cmp     dword [ebx + task.state], TASK_ZOMBIE
        je      .done
        cmp     ebx, [this_cpu(current)]
        je      .done
        ccall   ptrace_link, ebx, [this_cpu(current)]
        test    eax, eax
        jnz     .done
        ccall   send_signal, ebx, SIGSTOP
        cmp     dword [ebx + task.state], TASK_STOPPED
        jne     .good
        ccall   wake_up_process, ebx    ; to stop again, as a traced one
        jmp     .good
.kill:
        ccall   send_signal, ebx, SIGKILL
.good:
        xor     eax, eax
        jmp     .done
.copied:
        test    eax, eax
        jz      .done
        mov     eax, -EFAULT
        jmp     .done
.none:
        mov     eax, -ESRCH
.done:
        pop     esi
        pop     ebx
endproc

; int ptrace_link(struct task *which, struct task *tracer)      -EPERM: it has one
proc ptrace_link, .which, .tracer
        mov     ecx, [ebp + .which]
        mov     eax, -EPERM
        cmp     dword [ecx + task.ptrace], 0
        jne     .done
        mov     eax, [ebp + .tracer]
        mov     [ecx + task.tracer], eax
        mov     dword [ecx + task.ptrace], PT_PTRACED
        xor     eax, eax
.done:
endproc

; void ptrace_detach(struct task *which)
proc ptrace_detach, .which
        push    ebx
        mov     ebx, [ebp + .which]
        ccall   clear_single_step, ebx
        mov     dword [ebx + task.ptrace], 0
        mov     dword [ebx + task.tracer], 0
        cmp     dword [ebx + task.state], TASK_ZOMBIE
        je      .zombie
        cmp     dword [ebx + task.state], TASK_TRACED
        jne     .done
        ccall   wake_up_process, ebx
        jmp     .done
.zombie:
        ccall   wake_up, [ebx + task.parent] ; whose turn it is to ask
.done:
        pop     ebx
endproc

; int ptrace_resume(struct task *which, u32 request, u32 signal)
proc ptrace_resume, .which, .request, .signal
        push    ebx
        push    esi
        mov     ebx, [ebp + .which]
        mov     esi, [ebp + .request]
        mov     eax, -EIO
        cmp     dword [ebp + .signal], NR_SIGNALS
        jae     .done
        xor     ecx, ecx
        cmp     esi, PTRACE_CONT
        je      .how_known
        cmp     esi, PTRACE_DETACH
        je      .how_known
        mov     ecx, PT_SYSCALL
        cmp     esi, PTRACE_SYSCALL
        je      .how_known
        mov     ecx, PT_SINGLESTEP
        cmp     esi, PTRACE_SINGLESTEP
        jne     .done
.how_known:
        push    ecx
        ccall   clear_single_step, ebx
        pop     ecx
        and     dword [ebx + task.ptrace], PT_KEPT
        or      [ebx + task.ptrace], ecx
        mov     eax, [ebp + .signal]
        mov     [ebx + task.stop_signal], eax
        cmp     esi, PTRACE_SINGLESTEP
        jne     .no_step
        ccall   user_frame, ebx
        bts     dword [eax + pt_regs.eflags], X86_EFLAGS_TF_BIT
        jc      .no_step
        or      dword [ebx + task.ptrace], PT_FORCED_TF
.no_step:
        cmp     esi, PTRACE_DETACH
        je      .detach
        ccall   wake_up_process, ebx
        jmp     .good
.detach:
        ccall   ptrace_detach, ebx
.good:
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc

; void clear_single_step(struct task *which)    a TF of its own stays
proc clear_single_step, .which
        mov     ecx, [ebp + .which]
        btr     dword [ecx + task.ptrace], PT_FORCED_TF_BIT
        jnc     .done
        ccall   user_frame, ecx
        and     dword [eax + pt_regs.eflags], ~X86_EFLAGS_TF
.done:
endproc

; struct pt_regs *user_frame(const struct task *which)  what it goes back to ring 3 with
proc user_frame, .which
        mov     eax, [ebp + .which]
        mov     eax, [eax + task.stack_top]
        sub     eax, pt_regs_size
endproc

; int access_process_memory(struct task *which, u32 address, u32 *word, int write)
; Through the kernel's own view of all RAM, byte by byte: a breakpoint goes into pages that the process
; itself may only read, and a word may lie on two of them.
proc access_process_memory, .which, .address, .word, .write
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + .address]
        mov     edi, [ebp + .word]
        xor     ebx, ebx
.next:
        lea     eax, [esi + ebx]
        ccall   access_ok, eax, 1
        test    eax, eax
        jz      .none
        lea     eax, [esi + ebx]
        mov     ecx, [ebp + .which]
        ccall   user_page, [ecx + task.pgd], eax
        test    eax, eax
        jz      .none
        lea     ecx, [esi + ebx]
        and     ecx, ~PAGE_MASK
        add     ecx, eax
        cmp     dword [ebp + .write], 0
        jne     .write_it
        mov     al, [ecx]
        mov     [edi + ebx], al
        jmp     .moved
.write_it:
        mov     al, [edi + ebx]
        mov     [ecx], al
.moved:
        inc     ebx
        cmp     ebx, 4
        jb      .next
        xor     eax, eax
        jmp     .done
.none:
        mov     eax, -EIO
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc
