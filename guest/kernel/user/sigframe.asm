; sigframe.asm: how a program is made to call its signal handler, and how it comes back.
;
;   setup_frame(regs, signal, action)     do_signal    0, or -EFAULT: no room on its stack
;   sys_sigreturn()                       process      what the handler returns into
;
; What the program was doing is put on its own stack, in Linux's form (struct sigframe of i386), and
; the frame on the kernel's stack is changed to start the handler. The sigcontext has the order of
; struct pt_regs, and so is a copy of it.

struc sigframe
.pretcode:      resd 1                  ; where the handler returns to
.sig:           resd 1                  ; its argument
.context:       resb pt_regs_size
.fpstate:       resd 1
.oldmask:       resd 1
.cr2:           resd 1
.retcode:       resb 8                  ; pop eax; mov eax, sigreturn; int 0x80
endstruc

NR_SIGRETURN    equ 119
EFLAGS_OF_USER  equ 0x00000dd5          ; what ring 3 may choose: CF PF AF ZF SF TF DF OF

        section .text

; int setup_frame(struct pt_regs *regs, int signal, struct sigaction *action)
proc setup_frame, .regs, .signal, .action
.frame          equ -sigframe_size
        sub     esp, sigframe_size
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .regs]
        mov     esi, [ebp + .action]
        mov     edi, [this_cpu(current)]
        ; below what the program has there, aligned as at a call
        mov     edx, [ebx + pt_regs.esp]
        sub     edx, sigframe_size
        and     edx, -16
        sub     edx, 4
        push    edx
        lea     eax, [ebp + .frame + sigframe.context]
        ccall   memcpy, eax, ebx, pt_regs_size
        pop     edx
        mov     eax, [ebx + pt_regs.esp]
        mov     [ebp + .frame + sigframe.context + pt_regs.pushad_esp], eax
        mov     eax, [ebp + .signal]
        mov     [ebp + .frame + sigframe.sig], eax
        mov     dword [ebp + .frame + sigframe.fpstate], 0
        mov     eax, [edi + task.blocked]
        mov     [ebp + .frame + sigframe.oldmask], eax
        mov     eax, cr2
        mov     [ebp + .frame + sigframe.cr2], eax
        mov     eax, [retcode_bytes]
        mov     [ebp + .frame + sigframe.retcode], eax
        mov     eax, [retcode_bytes + 4]
        mov     [ebp + .frame + sigframe.retcode + 4], eax
        mov     eax, [esi + sigaction.restorer]
        test    dword [esi + sigaction.flags], SA_RESTORER
        jnz     .returns_known
        lea     eax, [edx + sigframe.retcode]
.returns_known:
        mov     [ebp + .frame + sigframe.pretcode], eax
        lea     eax, [ebp + .frame]
        push    edx
        ccall   copy_to_user, edx, eax, sigframe_size
        pop     edx
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        mov     dword [edi + task.sleep_until], 0 ; whatever slept is told -EINTR
        ; what is blocked while the handler runs
        mov     ecx, [ebp + .signal]
        dec     ecx
        mov     eax, [esi + sigaction.mask]
        test    dword [esi + sigaction.flags], SA_NODEFER
        jnz     .mask_known
        bts     eax, ecx
.mask_known:
        or      [edi + task.blocked], eax
        ; and the way out leads to it
        mov     [ebx + pt_regs.esp], edx
        mov     eax, [esi + sigaction.handler]
        mov     [ebx + pt_regs.eip], eax
        mov     eax, [ebp + .signal]
        mov     [ebx + pt_regs.eax], eax
        and     dword [ebx + pt_regs.eflags], ~X86_EFLAGS_TF
        test    dword [esi + sigaction.flags], SA_RESETHAND
        jz      .stays
        mov     dword [esi + sigaction.handler], SIG_DFL
.stays:
        pushfd
        cli
        ccall   recalc_sigpending, edi
        popfd
        xor     eax, eax
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; long sys_sigreturn(void)
; The handler's ret took pretcode off, the code there popped the signal's number. What the program may
; not choose for itself stays as it is: selectors, and most of EFLAGS.
proc sys_sigreturn
.frame          equ -sigframe_size
        sub     esp, sigframe_size
        push    ebx
        push    esi
        mov     esi, [this_cpu(current)]
        mov     ebx, [esi + task.stack_top]
        sub     ebx, pt_regs_size
        mov     edx, [ebx + pt_regs.esp]
        sub     edx, sigframe.context
        lea     eax, [ebp + .frame]
        ccall   copy_from_user, eax, edx, sigframe_size
        test    eax, eax
        jnz     .bad
        lea     edx, [ebp + .frame + sigframe.context]
        mov     ecx, pt_regs.edi
.register:
        mov     eax, [edx + ecx]
        mov     [ebx + ecx], eax
        add     ecx, 4
        cmp     ecx, pt_regs.vector
        jb      .register
        mov     eax, [edx + pt_regs.eip]
        mov     [ebx + pt_regs.eip], eax
        mov     eax, [edx + pt_regs.esp]
        mov     [ebx + pt_regs.esp], eax
        mov     eax, [edx + pt_regs.eflags]
        and     eax, EFLAGS_OF_USER
        and     dword [ebx + pt_regs.eflags], ~EFLAGS_OF_USER
        or      [ebx + pt_regs.eflags], eax
        mov     eax, [ebp + .frame + sigframe.oldmask]
        and     eax, ~(SIG_KERNEL_ONLY)
        pushfd
        cli
        mov     [esi + task.blocked], eax
        ccall   recalc_sigpending, esi
        popfd
        mov     dword [ebx + pt_regs.error], NO_SYSCALL
        mov     eax, [ebx + pt_regs.eax] ; the system call's answer is what the program had there
        jmp     .done
.bad:
        ccall   force_signal, SIGSEGV
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc

        section .rodata
retcode_bytes:
        db      0x58, 0xb8              ; pop eax; mov eax,
        dd      NR_SIGRETURN
        db      0xcd, SYSCALL_VECTOR    ; int 0x80
        section .text
