; ptrace_regs.asm: a stopped process' registers, in the order of Linux's struct user_regs_struct.
;
;   get_user_reg(task, offset, value), put_user_reg(task, offset, value)   0, or -EIO
;   get_user_regs(task, to), put_user_regs(task, from)                     all; also -EFAULT
;
; What the processor would refuse on the way back to ring 3 is refused here: only our own selectors, and
; only the flags that a program may choose.

NR_USER_REGS    equ user_regs_size / 4

        section .rodata
user_reg_places:                        ; in struct pt_regs
        db      pt_regs.ebx, pt_regs.ecx, pt_regs.edx, pt_regs.esi, pt_regs.edi, pt_regs.ebp
        db      pt_regs.eax, pt_regs.ds, pt_regs.es, pt_regs.fs, pt_regs.gs
        db      pt_regs.error           ; do_system_call keeps the number there
        db      pt_regs.eip, pt_regs.cs, pt_regs.eflags, pt_regs.esp, pt_regs.ss

        section .text

; u32 *user_reg_place(struct task *which, u32 offset)   in its frame; 0: there is no such one
proc user_reg_place, .which, .offset
        mov     ecx, [ebp + .offset]
        xor     eax, eax
        test    ecx, 3
        jnz     .done
        shr     ecx, 2
        cmp     ecx, NR_USER_REGS
        jae     .done
        movzx   ecx, byte [user_reg_places + ecx]
        push    ecx
        ccall   user_frame, [ebp + .which]
        pop     ecx
        add     eax, ecx
.done:
endproc

; int get_user_reg(struct task *which, u32 offset, u32 *value)
proc get_user_reg, .which, .offset, .value
        push    ebx
        ccall   user_reg_place, [ebp + .which], [ebp + .offset]
        mov     ebx, eax
        test    eax, eax
        mov     eax, -EIO
        jz      .done
        mov     edx, [ebx]
        cmp     dword [ebp + .offset], user_regs.orig_eax
        je      .orig_eax
        cmp     dword [ebp + .offset], user_regs.eflags
        jne     .known
        mov     ecx, [ebp + .which]
        test    dword [ecx + task.ptrace], PT_FORCED_TF
        jz      .known
        and     edx, ~X86_EFLAGS_TF
        jmp     .known
.orig_eax:
        ccall   user_frame, [ebp + .which]
        mov     edx, [ebx]
        cmp     dword [eax + pt_regs.vector], SYSCALL_VECTOR
        je      .known
        mov     edx, -1
.known:
        mov     ecx, [ebp + .value]
        mov     [ecx], edx
        xor     eax, eax
.done:
        pop     ebx
endproc

; int put_user_reg(struct task *which, u32 offset, u32 value)
proc put_user_reg, .which, .offset, .value
        push    ebx
        ccall   user_reg_place, [ebp + .which], [ebp + .offset]
        mov     ebx, eax
        test    eax, eax
        jz      .refused
        mov     ecx, [ebp + .offset]
        mov     edx, [ebp + .value]
        cmp     ecx, user_regs.eflags
        je      .flags
        cmp     ecx, user_regs.orig_eax
        je      .orig_eax
        cmp     ecx, user_regs.cs
        je      .selector
        cmp     ecx, user_regs.ss
        je      .selector
        cmp     ecx, user_regs.ds
        jb      .known
        cmp     ecx, user_regs.gs
        ja      .known
        test    edx, edx
        jz      .known
        cmp     edx, __USER_DS
        jne     .refused
        jmp     .known
.selector:
        cmp     edx, [ebx]
        jne     .refused
        jmp     .known
.orig_eax:
        ccall   user_frame, [ebp + .which]
        mov     edx, [ebp + .value]
        cmp     dword [eax + pt_regs.vector], SYSCALL_VECTOR
        je      .known
        mov     edx, [ebx]              ; an exception's error code, and no number
        jmp     .known
.flags:
        and     edx, EFLAGS_OF_USER
        mov     eax, [ebx]
        and     eax, ~EFLAGS_OF_USER
        or      edx, eax
        mov     ecx, [ebp + .which]
        and     dword [ecx + task.ptrace], ~PT_FORCED_TF ; from now on TF is its own
.known:
        mov     [ebx], edx
        xor     eax, eax
        jmp     .done
.refused:
        mov     eax, -EIO
.done:
        pop     ebx
endproc

; int get_user_regs(struct task *which, struct user_regs *to)
proc get_user_regs, .which, .to
.regs           equ -user_regs_size
        sub     esp, user_regs_size
        push    ebx
        xor     ebx, ebx
.next:
        lea     eax, [ebp + .regs + ebx]
        ccall   get_user_reg, [ebp + .which], ebx, eax
        add     ebx, 4
        cmp     ebx, user_regs_size
        jb      .next
        lea     eax, [ebp + .regs]
        ccall   copy_to_user, [ebp + .to], eax, user_regs_size
        test    eax, eax
        jz      .done
        mov     eax, -EFAULT
.done:
        pop     ebx
endproc

; int put_user_regs(struct task *which, const struct user_regs *from)   up to the first that is refused
proc put_user_regs, .which, .from
.regs           equ -user_regs_size
        sub     esp, user_regs_size
        push    ebx
        lea     eax, [ebp + .regs]
        ccall   copy_from_user, eax, [ebp + .from], user_regs_size
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        xor     ebx, ebx
.next:
        ccall   put_user_reg, [ebp + .which], ebx, [ebp + .regs + ebx]
        test    eax, eax
        jnz     .done
        add     ebx, 4
        cmp     ebx, user_regs_size
        jb      .next
.done:
        pop     ebx
endproc
