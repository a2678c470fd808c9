; doublefault.asm: the exception that may find no stack.
;
; A kernel task that has used up its stack faults on the guard page below it; the processor cannot
; push that fault's frame either, and that is a double fault. So vector 8 has a task gate: the
; processor saves everything in the running task's TSS and loads another one, with a stack of its
; own (SDM volume 3, 6.12.2). The broken task ends; the machine goes on.
;
;   doublefault_init()    boot, after gdt_init and idt_init

DOUBLEFAULT_STACK_SIZE equ 4096

        section .bss
        alignb  16
doublefault_tss: resb tss_size
        alignb  4
doublefault_regs: resb pt_regs_size     ; the broken task's, as a trap would have left them
        alignb  16
        resb    DOUBLEFAULT_STACK_SIZE
doublefault_stack_top:

        section .text

; void doublefault_init(void)
proc doublefault_init
        push    ebx
        mov     ebx, doublefault_tss
        mov     dword [ebx + tss.cr3], swapper_pg_dir
        mov     dword [ebx + tss.eip], double_fault_entry
        mov     dword [ebx + tss.eflags], X86_EFLAGS_FIXED
        mov     dword [ebx + tss.esp], doublefault_stack_top
        mov     dword [ebx + tss.cs], __KERNEL_CS
        mov     dword [ebx + tss.ds], __KERNEL_DS
        mov     dword [ebx + tss.es], __KERNEL_DS
        mov     dword [ebx + tss.ss], __KERNEL_DS
        mov     dword [ebx + tss.gs], __KERNEL_PERCPU
        mov     word [ebx + tss.iomap_base], tss_size
        ccall   set_descriptor, GDT_DOUBLEFAULT_TSS, ebx, tss_size - 1, \
                DESC_PRESENT | DESC_TSS32, DESC_BYTES_16BIT
        ; a task gate holds a selector where others have an address
        mov     eax, __DOUBLEFAULT_TSS << 16
        mov     [idt + X86_TRAP_DF * 8], eax
        mov     dword [idt + X86_TRAP_DF * 8 + 4], GATE_TASK << 8
        pop     ebx
endproc

; Where the processor goes, on the stack above, with the error code (always 0) on it. iretd switches
; back to the task that broke; the next double fault comes in behind it.
        align   16
double_fault_entry:
        xor     ebp, ebp
        call    exc_double_fault
        add     esp, 4                  ; the error code
        iretd
        jmp     double_fault_entry

; void exc_double_fault(void)           interrupts off, no task switch until iretd
; What the task was doing is in its TSS. It is made to go on at its own end, on an empty stack.
proc exc_double_fault
        push    ebx
        push    esi
        clts                            ; a task switch sets CR0.TS
        call    doublefault_save_regs
        mov     esi, cr2
        mov     eax, [this_cpu(current)]
        mov     ebx, [eax + task.stack_top]
        sub     ebx, THREAD_SIZE
        mov     ecx, esi
        sub     ecx, ebx
        cmp     ecx, -PAGE_SIZE         ; the page under the stack
        jae     .stack_overflow
        pr      KERN_EMERG, "PANIC: double fault, error_code: 0x%x", [doublefault_regs + pt_regs.error]
        ccall   oops_report, double_fault_name, doublefault_regs
        jmp     .end_task
.stack_overflow:
        mov     ecx, [eax + task.stack_top]
        dec     ecx
        pr      KERN_EMERG, "BUG: stack guard page was hit at %08x (stack is %08x..%08x)", esi, ebx, ecx
        ccall   oops_report, stack_overflow_name, doublefault_regs
.end_task:
        call    oops_may_continue       ; panics in an interrupt and in the idle task
        mov     ecx, [this_cpu(current)]
        mov     ecx, [ecx + task.stack_top]
        mov     [this_cpu(percpu_tss + tss.esp)], ecx
        mov     dword [this_cpu(percpu_tss + tss.eip)], end_broken_task
        mov     dword [this_cpu(percpu_tss + tss.eflags)], X86_EFLAGS_FIXED
        mov     dword [this_cpu(percpu_tss + tss.ebp)], 0
        mov     dword [this_cpu(percpu_tss + tss.ds)], __KERNEL_DS
        mov     dword [this_cpu(percpu_tss + tss.es)], __KERNEL_DS
        mov     dword [this_cpu(percpu_tss + tss.ss)], __KERNEL_DS
        mov     dword [this_cpu(percpu_tss + tss.cs)], __KERNEL_CS
        mov     dword [this_cpu(percpu_tss + tss.gs)], __KERNEL_PERCPU
        mov     eax, cr3                ; whoever ran, the task switch loaded the kernel's tables
        mov     [this_cpu(percpu_tss + tss.cr3)], eax
        pop     esi
        pop     ebx
endproc

; void doublefault_save_regs(void)
proc doublefault_save_regs
        mov     ecx, doublefault_regs
%macro saved_register 1
        mov     eax, [this_cpu(percpu_tss + tss.%1)]
        mov     [ecx + pt_regs.%1], eax
%endmacro
        saved_register gs
        saved_register fs
        saved_register es
        saved_register ds
        saved_register edi
        saved_register esi
        saved_register ebp
        saved_register ebx
        saved_register edx
        saved_register ecx
        saved_register eax
        saved_register eip
        saved_register cs
        saved_register eflags
        saved_register esp
        saved_register ss
        mov     dword [ecx + pt_regs.vector], X86_TRAP_DF
        mov     dword [ecx + pt_regs.error], 0
endproc

; Not a routine: the task that broke comes to life again here, to die.
end_broken_task:
        ccall   do_exit, SIGSEGV

        section .rodata
double_fault_name: db "double fault", 0
stack_overflow_name: db "kernel stack overflow (double-fault)", 0
        section .text
