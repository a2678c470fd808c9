; fork.asm: one process becomes two.
;
;   sys_fork()                    process              the child's number; in the child 0
;
; The child has copies of all pages, of the descriptors and of the frame it returns to ring 3 with.

        section .text

; long sys_fork(void)
proc sys_fork
        push    ebx
        push    esi
        push    edi
        mov     esi, [this_cpu(current)]
        lea     eax, [esi + task.name]
        ccall   alloc_task, eax
        mov     ebx, eax
        mov     eax, -EAGAIN
        test    ebx, ebx
        jz      .done
        ccall   copy_address_space, [esi + task.pgd]
        mov     [ebx + task.pgd], eax
        test    eax, eax
        jz      .no_memory
        ccall   copy_process, ebx
        ccall   new_process_frame, ebx
        mov     edi, eax
        mov     ecx, [esi + task.stack_top]
        sub     ecx, pt_regs_size
        ccall   memcpy, edi, ecx, pt_regs_size
        mov     dword [edi + pt_regs.eax], 0
        test    dword [esi + task.ptrace], PT_FORCED_TF
        jz      .no_step
        and     dword [edi + pt_regs.eflags], ~X86_EFLAGS_TF ; the child has no debugger
.no_step:
        mov     edi, [ebx + task.pid]   ; it may be gone when we go on
        ccall   wake_up_new_task, ebx
        mov     eax, edi
        jmp     .done
.no_memory:
        mov     dword [ebx + task.pgd], swapper_pg_dir
        ccall   release_task, ebx
        mov     eax, -ENOMEM
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; void copy_process(struct task *child)         what a child has from current besides its memory
proc copy_process, .child
        push    ebx
        push    esi
        mov     ebx, [ebp + .child]
        mov     esi, [this_cpu(current)]
        lea     eax, [ebx + task.comm]
        lea     ecx, [esi + task.comm]
        ccall   memcpy, eax, ecx, TASK_COMM_LEN
        lea     eax, [ebx + task.text_start]
        lea     ecx, [esi + task.text_start]
        ccall   memcpy, eax, ecx, task.inherited_end - task.text_start
        mov     eax, [esi + task.nice]
        mov     [ebx + task.nice], eax
        mov     eax, [esi + task.rt_priority]
        mov     [ebx + task.rt_priority], eax
        mov     eax, [esi + task.cpus_allowed]
        mov     [ebx + task.cpus_allowed], eax
        ccall   files_copy, ebx
        pop     esi
        pop     ebx
endproc
