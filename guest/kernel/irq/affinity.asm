; affinity.asm: /proc/irq: which CPUs a line may interrupt.
;
;   irq_affinity_init()           boot                 the folder, and one for each line
;   irq_setup_affinity(desc)      manage.asm           a line is requested: the default mask
;   irq_set_affinity(irq, mask)   tasks                0; -EINVAL: no CPU of them is online; -EIO: the
;                                                      line is not to be moved (IRQF_NOBALANCING)
;
; With one CPU there is nothing to choose, but the rules are those of many.

AFFINITY_NAME_SIZE equ 12

        section .data
        align   4
irq_default_affinity: dd CPU_MASK_ALL

        section .text

; void irq_affinity_init(void)
proc irq_affinity_init
.name           equ -AFFINITY_NAME_SIZE
        sub     esp, AFFINITY_NAME_SIZE
        push    ebx
        push    esi
        push    edi
        ccall   mkdir, [proc_folder], irq_folder_name
        mov     edi, eax
        ccall   create_seq, edi, default_affinity_name, show_default_affinity, store_default_affinity, 0
        xor     ebx, ebx
.next:
        ccall   irq_to_desc, ebx
        test    eax, eax
        jz      .no_line
        ccall   irq_setup_affinity, eax ; as it would be if somebody came
        lea     esi, [ebp + .name]
        ccall   sprintf, esi, irq_number_format, ebx
        ccall   mkdir, edi, esi
        mov     esi, eax
        ccall   create_seq, esi, affinity_name, show_affinity, store_affinity, ebx
        ccall   create_seq, esi, affinity_list_name, show_affinity_list, store_affinity_list, ebx
        ccall   create_seq, esi, effective_name, show_affinity, 0, ebx
        ccall   create_seq, esi, spurious_name, show_spurious, 0, ebx
.no_line:
        inc     ebx
        cmp     ebx, NR_IRQS
        jb      .next
        pop     edi
        pop     esi
        pop     ebx
endproc

; void irq_setup_affinity(struct irq_desc *desc)        any context
proc irq_setup_affinity, .desc
        mov     eax, [irq_default_affinity]
        and     eax, CPU_MASK_ALL
        mov     ecx, [ebp + .desc]
        mov     [ecx + irq_desc.affinity], eax
endproc

; int irq_set_affinity(int irq, u32 mask)
proc irq_set_affinity, .irq, .mask
        ccall   irq_to_desc, [ebp + .irq]
        mov     ecx, eax
        mov     eax, -EINVAL
        test    ecx, ecx
        jz      .done
        mov     eax, -EIO
        test    dword [ecx + irq_desc.istate], _IRQ_NO_BALANCING
        jnz     .done
        mov     edx, [ebp + .mask]
        mov     eax, -EINVAL
        and     edx, CPU_MASK_ALL
        jz      .done
        mov     [ecx + irq_desc.affinity], edx
        xor     eax, eax
.done:
endproc
EXPORT_SYMBOL irq_set_affinity

; void show_affinity(struct seq_file *m, int irq)
proc show_affinity, .m, .irq
        ccall   irq_to_desc, [ebp + .irq]
        ccall   seq_cpumask, [ebp + .m], [eax + irq_desc.affinity]
endproc

; void show_affinity_list(struct seq_file *m, int irq)
proc show_affinity_list, .m, .irq
        ccall   irq_to_desc, [ebp + .irq]
        ccall   seq_cpulist, [ebp + .m], [eax + irq_desc.affinity]
        seqln   [ebp + .m], ""
endproc

; int store_affinity(const char *text, u32 length, int irq)
proc store_affinity, .text, .length, .irq
.mask           equ -4
        sub     esp, 4
        lea     eax, [ebp + .mask]
        ccall   cpumask_parse, [ebp + .text], eax
        test    eax, eax
        jnz     .done
        ccall   irq_set_affinity, [ebp + .irq], [ebp + .mask]
.done:
endproc

; int store_affinity_list(const char *text, u32 length, int irq)
proc store_affinity_list, .text, .length, .irq
.mask           equ -4
        sub     esp, 4
        lea     eax, [ebp + .mask]
        ccall   cpulist_parse, [ebp + .text], eax
        test    eax, eax
        jnz     .done
        ccall   irq_set_affinity, [ebp + .irq], [ebp + .mask]
.done:
endproc

; void show_default_affinity(struct seq_file *m, void *)
proc show_default_affinity, .m, .private
        ccall   seq_cpumask, [ebp + .m], [irq_default_affinity]
endproc

; int store_default_affinity(const char *text, u32 length, void *)
proc store_default_affinity, .text, .length, .private
.mask           equ -4
        sub     esp, 4
        lea     eax, [ebp + .mask]
        ccall   cpumask_parse, [ebp + .text], eax
        test    eax, eax
        jnz     .done
        mov     ecx, [ebp + .mask]
        mov     eax, -EINVAL
        and     ecx, CPU_MASK_ALL
        jz      .done
        mov     [irq_default_affinity], ecx
        xor     eax, eax
.done:
endproc

; void show_spurious(struct seq_file *m, int irq)       what "nobody cared" counts
proc show_spurious, .m, .irq
        push    ebx
        ccall   irq_to_desc, [ebp + .irq]
        mov     ebx, eax
        seqln   [ebp + .m], "count %u", [ebx + irq_desc.irq_count]
        seqln   [ebp + .m], "unhandled %u", [ebx + irq_desc.irqs_unhandled]
        imul    eax, [ebx + irq_desc.last_unhandled], 1000 / HZ
        seqln   [ebp + .m], "last_unhandled %u ms", eax
        pop     ebx
endproc

        section .rodata
irq_folder_name: db "irq", 0
irq_number_format: db "%d", 0
affinity_name:  db "smp_affinity", 0
affinity_list_name: db "smp_affinity_list", 0
effective_name: db "effective_affinity", 0
spurious_name:  db "spurious", 0
default_affinity_name: db "default_smp_affinity", 0
        section .text
