; proc.asm: /proc/interrupts, column for column as Linux writes it for a PC with XT-PIC.
;
;   show_interrupts(m)    tasks                        the whole file
;
; Below the lines come the interrupts that have no line, most of them a local APIC's.

        section .text

; void show_interrupts(struct seq_file *m, void *)
proc show_interrupts, .m, .private
        push    ebx
        push    esi
        push    edi
        seqln   [ebp + .m], "           CPU0       "
        xor     ebx, ebx
.next:
        ccall   irq_to_desc, ebx
        mov     esi, eax
        test    esi, esi
        jz      .unused
        mov     edi, [esi + irq_desc.action]
        test    edi, edi
        jz      .unused
        mov     ecx, [esi + irq_desc.chip]
        seq     [ebp + .m], "%3d: %10u  %8s      %s", ebx, [esi + irq_desc.kstat_irqs], [ecx + irq_chip.name], \
                [edi + irqaction.name]
.shared:
        mov     edi, [edi + irqaction.next]
        test    edi, edi
        jz      .line_ends
        seq     [ebp + .m], ", %s", [edi + irqaction.name]
        jmp     .shared
.line_ends:
        seqln   [ebp + .m], ""
.unused:
        inc     ebx
        cmp     ebx, NR_IRQS
        jb      .next
        seqln   [ebp + .m], "NMI: %10u   Non-maskable interrupts", [this_cpu(nmi_count)]
        mov     ebx, no_apic_rows
.row:
        lea     eax, [ebx + 4]
        seqln   [ebp + .m], "%s: %10u   %s", ebx, 0, eax
        ccall   next_row, ebx
        mov     ebx, eax
        cmp     ebx, no_apic_rows_end
        jb      .row
        seqln   [ebp + .m], "ERR: %10u", [irq_err_count]
        seqln   [ebp + .m], "MIS: %10u", 0
        mov     ebx, posted_rows
.posted:
        lea     eax, [ebx + 4]
        seqln   [ebp + .m], "%s: %10u   %s", ebx, 0, eax
        ccall   next_row, ebx
        mov     ebx, eax
        cmp     ebx, posted_rows_end
        jb      .posted
        pop     edi
        pop     esi
        pop     ebx
endproc

; const char *next_row(const char *row)
proc next_row, .row
        mov     eax, [ebp + .row]
        add     eax, 4
        push    eax
        ccall   strlen, eax
        pop     ecx
        lea     eax, [ecx + eax + 1]
endproc

%macro interrupt_row 2                  ; three letters, what they stand for
        db      %1, 0, %2, 0
%endmacro

        section .rodata
no_apic_rows:
        interrupt_row "LOC", "Local timer interrupts"
        interrupt_row "SPU", "Spurious interrupts"
        interrupt_row "PMI", "Performance monitoring interrupts"
        interrupt_row "IWI", "IRQ work interrupts"
        interrupt_row "RTR", "APIC ICR read retries"
        interrupt_row "RES", "Rescheduling interrupts"
        interrupt_row "CAL", "Function call interrupts"
        interrupt_row "TLB", "TLB shootdowns"
        interrupt_row "TRM", "Thermal event interrupts"
        interrupt_row "THR", "Threshold APIC interrupts"
        interrupt_row "DFR", "Deferred Error APIC interrupts"
        interrupt_row "MCE", "Machine check exceptions"
        interrupt_row "MCP", "Machine check polls"
no_apic_rows_end:
posted_rows:
        interrupt_row "PIN", "Posted-interrupt notification event"
        interrupt_row "NPI", "Nested posted-interrupt event"
        interrupt_row "PIW", "Posted-interrupt wakeup event"
posted_rows_end:
        section .text
