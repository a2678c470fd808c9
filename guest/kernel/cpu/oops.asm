; oops.asm: what the kernel says before it kills the task that ran into a bug of its own.
;
;   die(name, regs)       exceptions in kernel mode    report, then end the task; panics in an
;                                                      interrupt or in the idle task
;   show_regs(regs)       any context                  registers, code bytes
;   oops_report(name, regs)   any context              the report alone (doublefault.asm)
;   warn_slowpath(...)    any context                  `warn`: a bug that need not end anything
;   panic(text)           any context                  last words, then stop
;
; The lines are Linux's, so that what people know of reading an oops holds here. The trace is
; cpu/stacktrace.asm's.

CODE_BYTES_BEFORE equ 42                ; how much code is shown: Linux's PROLOGUE_SIZE ...
CODE_BYTES      equ 64                  ; ... and OPCODE_BUFSIZE
CODE_LINE_SIZE  equ CODE_BYTES * 3 + 16

        section .bss
        alignb  4
die_counter:    resd 1                  ; [#1], [#2] ...
code_line:      resb CODE_LINE_SIZE     ; guarded by the console's lock

        section .text

; noreturn void die(const char *name, struct pt_regs *regs)
proc die, .name, .regs
        ccall   oops_report, [ebp + .name], [ebp + .regs]
        call    oops_may_continue
        ccall   do_exit, SIGSEGV
endproc

; void oops_report(const char *name, struct pt_regs *regs)
proc oops_report, .name, .regs
        push    ebx
        mov     ebx, [ebp + .regs]
        mov     dword [console_held], 0 ; it may be the console that broke
        call    console_lock
        inc     dword [die_counter]
        pr      KERN_EMERG, "%s: %04x [#%d]", [ebp + .name], [ebx + pt_regs.error], [die_counter]
        ccall   show_regs, ebx
        pr      KERN_EMERG, "Call Trace:"
        ccall   show_trace_of, ebx
        pr      KERN_EMERG, "---[ end trace 0000000000000000 ]---"
        call    console_unlock
        pop     ebx
endproc

; void oops_may_continue(void)          there must be a task that can be ended
proc oops_may_continue
        test    dword [this_cpu(preempt_count)], IN_INTERRUPT_MASK
        jnz     .in_interrupt
        mov     eax, [this_cpu(current)]
        cmp     dword [eax + task.pid], 0
        je      .idle
        return
.in_interrupt:
        ccall   panic, panic_in_interrupt
.idle:
        ccall   panic, panic_idle
endproc

; void show_regs(const struct pt_regs *regs)
; A frame from ring 0 has no esp and ss of its own: the interrupted stack lies right above it. That
; of a double fault has.
proc show_regs, .regs
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .regs]
        mov     eax, [this_cpu(current)]
        lea     edx, [eax + task.comm]
        pr      KERN_EMERG, "CPU: %d PID: %d Comm: %s Not tainted", \
                [this_cpu(cpu_number)], [eax + task.pid], edx
        pr      KERN_EMERG, "EIP: %pS", [ebx + pt_regs.eip]
        ccall   show_opcodes, [ebx + pt_regs.eip]
        pr      KERN_EMERG, "EAX: %08x EBX: %08x ECX: %08x EDX: %08x", \
                [ebx + pt_regs.eax], [ebx + pt_regs.ebx], [ebx + pt_regs.ecx], [ebx + pt_regs.edx]
        lea     esi, [ebx + pt_regs_size_ring0]
        movzx   edi, word [this_cpu(percpu_tss + tss.ss0)]
        test    dword [ebx + pt_regs.cs], RPL_MASK
        jnz     .stack_in_frame
        cmp     ebx, doublefault_regs
        jne     .stack_known
.stack_in_frame:
        mov     esi, [ebx + pt_regs.esp]
        movzx   edi, word [ebx + pt_regs.ss]
.stack_known:
        pr      KERN_EMERG, "ESI: %08x EDI: %08x EBP: %08x ESP: %08x", \
                [ebx + pt_regs.esi], [ebx + pt_regs.edi], [ebx + pt_regs.ebp], esi
        ; RF is the processor's note to itself about restarting a fault, and not every emulator
        ; makes it: left out, so that reports of one bug can be compared
        mov     eax, [ebx + pt_regs.eflags]
        and     eax, ~X86_EFLAGS_RF
        push    eax
        push    edi
        movzx   eax, word [ebx + pt_regs.gs]
        push    eax
        movzx   eax, word [ebx + pt_regs.fs]
        push    eax
        movzx   eax, word [ebx + pt_regs.es]
        push    eax
        movzx   eax, word [ebx + pt_regs.ds]
        push    eax
        push    segment_line
        call    printk
        add     esp, 7 * 4
        mov     eax, cr0
        mov     ecx, cr2
        mov     edx, cr3
        pr      KERN_EMERG, "CR0: %08x CR2: %08x CR3: %08x", eax, ecx, edx
        pop     edi
        pop     esi
        pop     ebx
endproc

; void show_opcodes(u32 eip)
; The bytes around eip, that at eip itself in <>. Bytes that cannot be read are left out.
proc show_opcodes, .eip_shown
        push    ebx
        push    esi
        push    edi
        call    console_lock
        mov     esi, [ebp + .eip_shown]
        sub     esi, CODE_BYTES_BEFORE
        mov     edi, code_line
        mov     byte [edi], 0
        mov     ebx, CODE_BYTES
.next:
        ccall   get_byte_nofault, esi
        test    eax, eax
        js      .unreadable
        mov     edx, plain_byte
        cmp     esi, [ebp + .eip_shown]
        jne     .format_known
        mov     edx, marked_byte
.format_known:
        ccall   sprintf, edi, edx, eax
        add     edi, eax
.unreadable:
        inc     esi
        dec     ebx
        jnz     .next
        cmp     edi, code_line
        je      .nothing
        pr      KERN_EMERG, "Code:%s", code_line
        jmp     .done
.nothing:
        pr      KERN_EMERG, "Code: Unable to access opcode bytes at 0x%x.", [ebp + .eip_shown]
.done:
        call    console_unlock
        pop     edi
        pop     esi
        pop     ebx
endproc

; void warn_slowpath(const char *format, ...)   use `warn` (include/printk.inc)
proc warn_slowpath, .format
        push    ebx
        call    console_lock
        mov     ebx, [this_cpu(current)]
        pr      KERN_WARNING, "------------[ cut here ]------------"
        pr      KERN_WARNING, "WARNING: CPU: %d PID: %d at %pS", \
                [this_cpu(cpu_number)], [ebx + task.pid], [ebp + 4]
        lea     eax, [ebp + .format + 4]
        ccall   vprintk, [ebp + .format], eax
        lea     edx, [ebx + task.comm]
        pr      KERN_WARNING, "CPU: %d PID: %d Comm: %s Not tainted", \
                [this_cpu(cpu_number)], [ebx + task.pid], edx
        pr      KERN_WARNING, "Call Trace:"
        ccall   show_trace, [ebp]
        pr      KERN_WARNING, "---[ end trace 0000000000000000 ]---"
        call    console_unlock
        pop     ebx
endproc

; noreturn void panic(const char *text)
proc panic, .text
        cli
        mov     dword [console_held], 0
        pr      KERN_EMERG, "Kernel panic - not syncing: %s", [ebp + .text]
        pr      KERN_EMERG, "---[ end Kernel panic - not syncing: %s ]---", [ebp + .text]
.stop:
        hlt
        jmp     .stop
endproc

        section .rodata
panic_in_interrupt: db "Fatal exception in interrupt", 0
panic_idle:     db "Attempted to kill the idle task!", 0
plain_byte:     db " %02x", 0
marked_byte:    db " <%02x>", 0
segment_line:   db KERN_SOH, KERN_EMERG, "DS: %04x ES: %04x FS: %04x GS: %04x SS: %04x EFLAGS: %08x", NEWLINE, 0
        section .text
