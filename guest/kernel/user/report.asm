; report.asm: the line that says which exception a program ran into.
;
;   show_user_trap(name, regs)            exceptions   "traps: NAME[PID] trap divide error ip:..."
;   show_user_segfault(regs, address)     page faults  "NAME[PID]: segfault at ..."
;
; Called when the program has no handler for the signal that follows (user/signal.asm).

        section .text

; void show_user_trap(const char *trap_name, const struct pt_regs *regs)
; Linux puts "trap " before every name but that of the general protection fault.
proc show_user_trap, .trap_name, .regs
        push    ebx
        push    esi
        ccall   printk_ratelimit, show_signal_name
        test    eax, eax
        jz      .suppressed
        mov     ebx, [ebp + .regs]
        mov     esi, [this_cpu(current)]
        mov     edx, trap_word
        cmp     dword [ebx + pt_regs.vector], X86_TRAP_GP
        jne     .word_known
        mov     edx, no_word
.word_known:
        lea     eax, [esi + task.comm]
        pr      KERN_INFO, "traps: %s[%d] %s%s ip:%x sp:%x error:%x in %s[%x+%x]", \
                eax, [esi + task.pid], edx, [ebp + .trap_name], [ebx + pt_regs.eip], \
                [ebx + pt_regs.esp], [ebx + pt_regs.error], eax, [esi + task.text_start], \
                [esi + task.text_size]
.suppressed:
        pop     esi
        pop     ebx
endproc

; void show_user_segfault(const struct pt_regs *regs, u32 address)
; The place is named only when eip lies in the program's code.
proc show_user_segfault, .regs, .address
        push    ebx
        push    esi
        ccall   printk_ratelimit, show_signal_msg_name
        test    eax, eax
        jz      .suppressed
        mov     ebx, [ebp + .regs]
        mov     esi, [this_cpu(current)]
        lea     eax, [esi + task.comm]
        mov     ecx, [ebx + pt_regs.eip]
        sub     ecx, [esi + task.text_start]
        cmp     ecx, [esi + task.text_size]
        jae     .elsewhere
        pr      KERN_INFO, "%s[%d]: segfault at %x ip %08x sp %08x error %x in %s[%x+%x]", \
                eax, [esi + task.pid], [ebp + .address], [ebx + pt_regs.eip], [ebx + pt_regs.esp], \
                [ebx + pt_regs.error], eax, [esi + task.text_start], [esi + task.text_size]
        jmp     .code
.elsewhere:
        pr      KERN_INFO, "%s[%d]: segfault at %x ip %08x sp %08x error %x", \
                eax, [esi + task.pid], [ebp + .address], [ebx + pt_regs.eip], [ebx + pt_regs.esp], \
                [ebx + pt_regs.error]
.code:
        ccall   show_opcodes, [ebx + pt_regs.eip]
.suppressed:
        pop     esi
        pop     ebx
endproc

        section .rodata
trap_word:      db "trap ", 0
show_signal_name: db "show_signal", 0
show_signal_msg_name: db "show_signal_msg", 0
no_word:        db 0
        section .text
