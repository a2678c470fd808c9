; fault.asm: page faults. A program that touches what it has not dies; the kernel may fault only in
; uaccess.asm, where the access has a way round, and anything else is a bug to report.
;
;   do_page_fault(regs)   entry.asm, interrupts off

        section .text

; void do_page_fault(struct pt_regs *regs)
proc do_page_fault, .regs
        push    ebx
        push    esi
        mov     ebx, [ebp + .regs]
        mov     esi, cr2                ; before another fault can overwrite it
        ccall   cond_local_irq_enable, ebx
        test    dword [ebx + pt_regs.error], X86_PF_USER
        jz      .kernel
        ccall   unhandled_signal, SIGSEGV
        test    eax, eax
        jz      .handled
        ccall   show_user_segfault, ebx, esi
.handled:
        ccall   force_signal, SIGSEGV
        jmp     .done
.kernel:
        ccall   fixup_exception, ebx
        test    eax, eax
        jnz     .done
        ccall   show_fault_oops, ebx, esi
        ccall   die, oops_name, ebx
.done:
        pop     esi
        pop     ebx
endproc

; void show_fault_oops(const struct pt_regs *regs, u32 address)
; What was touched, how, and why it was refused, in Linux's words.
proc show_fault_oops, .regs, .address
        push    ebx
        push    esi
        mov     ebx, [ebp + .regs]
        mov     esi, [ebx + pt_regs.error]
        cmp     dword [ebp + .address], PAGE_SIZE
        jae     .not_null
        pr      KERN_ALERT, "BUG: kernel NULL pointer dereference, address: %08x", [ebp + .address]
        jmp     .access
.not_null:
        pr      KERN_ALERT, "BUG: unable to handle page fault for address: %08x", [ebp + .address]
.access:
        mov     eax, read_name
        test    esi, X86_PF_WRITE
        jz      .kind_known
        mov     eax, write_name
.kind_known:
        pr      KERN_ALERT, "#PF: supervisor %s access in kernel mode", eax
        mov     eax, not_present_name
        test    esi, X86_PF_PROT
        jz      .cause_known
        mov     eax, protection_name
.cause_known:
        pr      KERN_ALERT, "#PF: error_code(0x%04x) - %s", esi, eax

        ; the entries that the walk used; the identity mapping lets us follow them
        mov     edx, cr3
        mov     eax, [ebp + .address]
        shr     eax, PGDIR_SHIFT
        mov     edx, [edx + eax * 4]
        test    edx, _PAGE_PRESENT
        jz      .no_table
        mov     ecx, edx
        and     ecx, PAGE_MASK
        mov     eax, [ebp + .address]
        shr     eax, PAGE_SHIFT
        and     eax, PTRS_PER_TABLE - 1
        pr      KERN_ALERT, "*pde = %08x *pte = %08x", edx, [ecx + eax * 4]
        jmp     .done
.no_table:
        pr      KERN_ALERT, "*pde = %08x", edx
.done:
        pop     esi
        pop     ebx
endproc

        section .rodata
oops_name:      db "Oops", 0
read_name:      db "read", 0
write_name:     db "write", 0
not_present_name: db "not-present page", 0
protection_name: db "permissions violation", 0
        section .text
