; oops.asm: what the kernel says before it kills the task that ran into a bug of its own.
;
;   die(name, regs)       exceptions in kernel mode    report, then end the task; panics in an
;                                                      interrupt or in the idle task
;   show_regs(regs)       any context                  registers, code bytes
;   dump_stack()          any context                  who called me
;   oops_report(name, regs)   any context              the report alone (doublefault.asm)
;   warn_slowpath(...)    any context                  `warn`: a bug that need not end anything
;   panic(text)           any context                  last words, then stop
;
; The lines are Linux's, so that what people know of reading an oops holds here.

CODE_BYTES_BEFORE equ 42                ; how much code is shown: Linux's PROLOGUE_SIZE ...
CODE_BYTES      equ 64                  ; ... and OPCODE_BUFSIZE
CODE_LINE_SIZE  equ CODE_BYTES * 3 + 16
STACK_NONE      equ 0
STACK_TASK      equ 1
STACK_HARDIRQ   equ 2
STACK_SOFTIRQ   equ 3
TRACE_DEPTH     equ 24                  ; more callers than any path has

        section .bss
        alignb  4
die_counter:    resd 1                  ; [#1], [#2] ...
trace_stack:    resd 1                  ; where the trace being shown is; guarded by the console's lock
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
        ccall   show_trace, [ebx + pt_regs.ebp]
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

; void show_trace(const u32 *ebp)
; Follows the chain of frames: [ebp] the caller's ebp, [ebp + 4] the return address. Through an
; exception or interrupt it goes on with the code that was interrupted, and marks, as Linux does, what
; lies on another stack than the task's.
proc show_trace, .frame
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .frame]
        mov     edi, TRACE_DEPTH
        mov     dword [trace_stack], STACK_TASK
.next:
        ccall   stack_kind, ebx
        test    eax, eax
        jz      .done
        ccall   show_stack_change, eax
        mov     esi, [ebx + 4]
        ccall   is_kernel_text, esi
        test    eax, eax
        jz      .done
        pr      KERN_EMERG, " %pS", esi
        cmp     esi, common_entry_return
        jne     .plain
        mov     eax, [ebx + 8]          ; the handler's argument: struct pt_regs *
        test    dword [eax + pt_regs.cs], RPL_MASK
        jnz     .from_user
        pr      KERN_EMERG, " %pS", [eax + pt_regs.eip]
.plain:
        mov     ebx, [ebx]
        dec     edi
        jnz     .next
        jmp     .done
.from_user:
        pr      KERN_EMERG, "EIP: 0x%08x", [eax + pt_regs.eip]
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; void show_stack_change(int kind)      the trace goes on there
proc show_stack_change, .kind
        mov     ecx, [trace_stack]
        mov     eax, [ebp + .kind]
        cmp     eax, ecx
        je      .same
        mov     [trace_stack], eax
        cmp     ecx, STACK_TASK
        je      .begin
        pr      KERN_EMERG, " </%s>", [stack_names + ecx * 4]
.begin:
        mov     eax, [trace_stack]
        cmp     eax, STACK_TASK
        je      .same
        pr      KERN_EMERG, " <%s>", [stack_names + eax * 4]
.same:
endproc

; int stack_kind(u32 address)           on which stack of this CPU two words may be read there
proc stack_kind, .address
        mov     edx, [this_cpu(current)]
        mov     eax, STACK_TASK
        mov     ecx, [ebp + .address]
        sub     ecx, [edx + task.stack_top]
        add     ecx, THREAD_SIZE
        cmp     ecx, THREAD_SIZE - 8
        jbe     .known
        mov     eax, STACK_HARDIRQ
        mov     ecx, [ebp + .address]
        sub     ecx, [this_cpu(hardirq_stack_top)]
        add     ecx, IRQ_STACK_SIZE
        cmp     ecx, IRQ_STACK_SIZE - 8
        jbe     .known
        mov     eax, STACK_SOFTIRQ
        mov     ecx, [ebp + .address]
        sub     ecx, [this_cpu(softirq_stack_top)]
        add     ecx, IRQ_STACK_SIZE
        cmp     ecx, IRQ_STACK_SIZE - 8
        jbe     .known
        mov     eax, STACK_NONE
.known:
endproc

; int is_kernel_text(u32 address)
proc is_kernel_text, .address
        mov     eax, [ebp + .address]
        sub     eax, _text
        cmp     eax, _etext - _text
        sbb     eax, eax
        jnz     .yes
        ccall   module_of_address, [ebp + .address]
.yes:
endproc

; void dump_stack(void)
proc dump_stack
        call    console_lock
        mov     eax, [this_cpu(current)]
        lea     edx, [eax + task.comm]
        pr      KERN_EMERG, "CPU: %d PID: %d Comm: %s Not tainted", \
                [this_cpu(cpu_number)], [eax + task.pid], edx
        pr      KERN_EMERG, "Call Trace:"
        ccall   show_trace, ebp
        call    console_unlock
endproc
EXPORT_SYMBOL dump_stack

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
        align   4
stack_names:    dd 0, 0, hardirq_stack_name, softirq_stack_name
hardirq_stack_name: db "IRQ", 0
softirq_stack_name: db "SOFTIRQ", 0
panic_in_interrupt: db "Fatal exception in interrupt", 0
panic_idle:     db "Attempted to kill the idle task!", 0
plain_byte:     db " %02x", 0
marked_byte:    db " <%02x>", 0
segment_line:   db KERN_SOH, KERN_EMERG, "DS: %04x ES: %04x FS: %04x GS: %04x SS: %04x EFLAGS: %08x", NEWLINE, 0
        section .text
