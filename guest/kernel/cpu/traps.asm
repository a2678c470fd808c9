; traps.asm: who serves which vector, and what an exception means.
;
; A handler is `void handler(struct pt_regs *regs)`, called by entry.asm with interrupts off.
; An exception in ring 3 is a signal to the program (user/report.asm says so as Linux does); in the
; kernel it is an oops, unless the instruction is one of uaccess.asm's that may fault.

        section .data
        align   4
vector_handlers:
        dd      do_error_trap           ; #DE
        dd      do_debug                ; #DB
        dd      do_nmi                  ; NMI
        dd      do_int3                 ; #BP
        times 4 dd do_error_trap        ; #OF #BR #UD #NM
        dd      do_error_trap           ; #DF has a task gate: doublefault.asm
        times 5 dd do_error_trap        ; coprocessor overrun, #TS #NP #SS #GP
        dd      do_page_fault           ; #PF
        times NR_EXCEPTIONS - X86_TRAP_SPURIOUS dd do_error_trap
        times SYSCALL_VECTOR - NR_EXCEPTIONS dd do_IRQ
        dd      do_system_call
        times NR_VECTORS - SYSCALL_VECTOR - 1 dd do_IRQ

; What Linux calls each exception, and the signal that it is to a program.
struc trap_info
.signal:        resd 1
.name:          resb 28
endstruc

%macro exception 2                      ; name, signal
%%start:
        dd      %2
        db      %1
        times trap_info_size - ($ - %%start) db 0
%endmacro

        section .rodata
        align   4
trap_infos:
        exception "divide error", SIGFPE
        exception "debug", SIGTRAP
        exception "NMI", SIGKILL
        exception "int3", SIGTRAP
        exception "overflow", SIGSEGV
        exception "bounds", SIGSEGV
        exception "invalid opcode", SIGILL
        exception "device not available", SIGSEGV
        exception "double fault", SIGSEGV
        exception "coproc segment overrun", SIGFPE
        exception "invalid TSS", SIGSEGV
        exception "segment not present", SIGBUS
        exception "stack segment", SIGBUS
        exception "general protection fault", SIGSEGV
        exception "page fault", SIGSEGV
        exception "reserved 15", SIGSEGV
        exception "fpu exception", SIGFPE
        exception "alignment check", SIGBUS
        exception "machine check", SIGBUS
%rep NR_EXCEPTIONS - X86_TRAP_MC - 1
        exception "reserved exception", SIGSEGV
%endrep

        section .text

; const struct trap_info *trap_info_of(const struct pt_regs *regs)
proc trap_info_of, .regs
        mov     eax, [ebp + .regs]
        mov     eax, [eax + pt_regs.vector]
        shl     eax, 5                  ; * trap_info_size
        add     eax, trap_infos
endproc

; void cond_local_irq_enable(const struct pt_regs *regs)
; Back to the interrupted code's state: a fault's handler may be interrupted if that could.
proc cond_local_irq_enable, .regs
        mov     eax, [ebp + .regs]
        test    dword [eax + pt_regs.eflags], X86_EFLAGS_IF
        jz      .off
        sti
.off:
endproc

; void do_error_trap(struct pt_regs *regs)      any exception without more to say
proc do_error_trap, .regs
        push    ebx
        push    esi
        mov     ebx, [ebp + .regs]
        ccall   cond_local_irq_enable, ebx
        ccall   trap_info_of, ebx
        mov     esi, eax
        test    dword [ebx + pt_regs.cs], RPL_MASK
        jz      .kernel
        ccall   unhandled_signal, [esi + trap_info.signal]
        test    eax, eax
        jz      .handled
        lea     edx, [esi + trap_info.name]
        ccall   show_user_trap, edx, ebx
.handled:
        ccall   force_signal, [esi + trap_info.signal]
        jmp     .done
.kernel:
        ccall   fixup_exception, ebx
        test    eax, eax
        jnz     .done
        lea     edx, [esi + trap_info.name]
        ccall   die, edx, ebx
.done:
        pop     esi
        pop     ebx
endproc

; void do_debug(struct pt_regs *regs)           #DB: a single step that nobody asked for
; In the kernel the step flag is cleared and the code goes on.
proc do_debug, .regs
        mov     eax, [ebp + .regs]
        test    dword [eax + pt_regs.cs], RPL_MASK
        jnz     .user
        and     dword [eax + pt_regs.eflags], ~X86_EFLAGS_TF
        pr      KERN_INFO, "debug trap in the kernel at %pS", [eax + pt_regs.eip]
        return
.user:
        ccall   do_error_trap, eax
endproc

; void do_int3(struct pt_regs *regs)            #BP: kills a program, but the kernel only says where
; A trap, not a fault: eip is behind the one-byte instruction.
proc do_int3, .regs
        mov     eax, [ebp + .regs]
        test    dword [eax + pt_regs.cs], RPL_MASK
        jnz     .user
        mov     edx, [eax + pt_regs.eip]
        dec     edx
        pr      KERN_INFO, "int3: breakpoint in the kernel at %pS, going on", edx
        return
.user:
        ccall   do_error_trap, eax
endproc

; void do_nmi(struct pt_regs *regs)
proc do_nmi, .regs
        inc     dword [this_cpu(nmi_count)]
        add     dword [this_cpu(preempt_count)], NMI_OFFSET
        push    ebx
        in      al, SYSTEM_PORT_B
        movzx   ebx, al
        test    ebx, SYSTEM_B_IOCHK
        jz      .unknown
        ccall   nmi_watchdog_expired, [ebp + .regs]
        test    eax, eax
        jnz     .told
        pr      KERN_EMERG, "NMI: IOCK error (debug interrupt?) for reason %02x on CPU %d.", \
                ebx, [this_cpu(cpu_number)]
.told:
        ; off and on again: the card may ask anew
        mov     eax, ebx
        and     eax, SYSTEM_B_WRITABLE
        or      eax, SYSTEM_B_IOCHK_OFF
        out     SYSTEM_PORT_B, al
        and     eax, ~SYSTEM_B_IOCHK_OFF
        out     SYSTEM_PORT_B, al
        jmp     .done
.unknown:
        mov     eax, ebx
        pr      KERN_EMERG, "Uhhuh. NMI received for unknown reason %02x on CPU %d.", \
                eax, [this_cpu(cpu_number)]
.done:
        pop     ebx
        sub     dword [this_cpu(preempt_count)], NMI_OFFSET
endproc
