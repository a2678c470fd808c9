; proc_stat.asm: /proc/stat and /proc/cpuinfo: the processor's time, and what it is.

CPUID_VENDOR    equ 0
CPUID_FEATURES  equ 1
FEATURE_APIC    equ 9                   ; bit of leaf 1's edx

        section .text

; void show_stat(struct seq_file *m, void *)
; Ticks of 1/100 s in ring 3, in the kernel, idle; interrupts taken: all, and of each line.
proc show_stat, .m, .private
        push    ebx
        push    esi
        push    edi
        mov     edi, [ebp + .m]
        seqln   edi, "cpu  %u 0 %u %u 0 0 0 0 0 0", [this_cpu(user_ticks)], [this_cpu(system_ticks)], \
                [this_cpu(idle_ticks)]
        seqln   edi, "cpu0 %u 0 %u %u 0 0 0 0 0 0", [this_cpu(user_ticks)], [this_cpu(system_ticks)], \
                [this_cpu(idle_ticks)]
        xor     esi, esi
        xor     ebx, ebx
.sum:
        ccall   irq_taken, ebx
        add     esi, eax
        inc     ebx
        cmp     ebx, NR_IRQS
        jb      .sum
        seq     edi, "intr %u", esi
        xor     ebx, ebx
.line:
        ccall   irq_taken, ebx
        seq     edi, " %u", eax
        inc     ebx
        cmp     ebx, NR_IRQS
        jb      .line
        seqln   edi, ""
        seqln   edi, "ctxt %u", [this_cpu(nr_switches)]
        seqln   edi, "btime 0"
        seqln   edi, "processes %u", [last_pid]
        call    count_running_tasks
        seqln   edi, "procs_running %u", eax
        seqln   edi, "procs_blocked 0"
        xor     esi, esi
        xor     ebx, ebx
.softirq_sum:
        add     esi, [this_cpu(kstat_softirqs + ebx * 4)]
        inc     ebx
        cmp     ebx, NR_SOFTIRQS
        jb      .softirq_sum
        seq     edi, "softirq %u", esi
        xor     ebx, ebx
.softirq:
        seq     edi, " %u", [this_cpu(kstat_softirqs + ebx * 4)]
        inc     ebx
        cmp     ebx, NR_SOFTIRQS
        jb      .softirq
        seqln   edi, ""
        pop     edi
        pop     esi
        pop     ebx
endproc

; u32 irq_taken(int irq)                how often it has interrupted; 0 also if there is no such line
proc irq_taken, .irq
        ccall   irq_to_desc, [ebp + .irq]
        test    eax, eax
        jz      .none
        mov     eax, [eax + irq_desc.kstat_irqs]
.none:
endproc

; u32 count_running_tasks(void)         that run or are ready to, the idle task left out
proc count_running_tasks
        xor     eax, eax
        mov     ecx, tasks + task_size
.next:
        cmp     dword [ecx + task.state], TASK_RUNNING
        jne     .other
        inc     eax
.other:
        add     ecx, task_size
        cmp     ecx, tasks + task_size * NR_TASKS
        jb      .next
endproc

; void show_cpuinfo(struct seq_file *m, void *)
proc show_cpuinfo, .m, .private
.vendor         equ -16
        sub     esp, 16
        push    ebx
        push    esi
        push    edi
        seqln   [ebp + .m], "processor	: %d", [this_cpu(cpu_number)]
        call    has_cpuid
        test    eax, eax
        jz      .old
        mov     eax, CPUID_VENDOR
        cpuid
        mov     [ebp + .vendor], ebx
        mov     [ebp + .vendor + 4], edx
        mov     [ebp + .vendor + 8], ecx
        mov     byte [ebp + .vendor + 12], 0
        lea     eax, [ebp + .vendor]
        seqln   [ebp + .m], "vendor_id	: %s", eax
        mov     eax, CPUID_FEATURES
        cpuid
        mov     esi, eax                ; stepping, model, family
        mov     edi, edx                ; features
        shr     ebx, 24                 ; the number of its APIC
        shr     eax, 8
        and     eax, 15
        seqln   [ebp + .m], "cpu family	: %d", eax
        mov     eax, esi
        shr     eax, 4
        and     eax, 15
        seqln   [ebp + .m], "model		: %d", eax
        mov     eax, esi
        and     eax, 15
        seqln   [ebp + .m], "stepping	: %d", eax
        bt      edi, FEATURE_APIC
        jnc     .no_apic
        seqln   [ebp + .m], "apicid		: %d", ebx
.no_apic:
        seq     [ebp + .m], "flags		:"
        mov     esi, cpu_feature_names
        mov     ebx, 1
.feature:
        test    edi, ebx
        jz      .without
        seq     [ebp + .m], " %s", esi
.without:
        ccall   strlen, esi
        lea     esi, [esi + eax + 1]
        shl     ebx, 1
        jnz     .feature
        seqln   [ebp + .m], ""
        jmp     .done
.old:
        seqln   [ebp + .m], "vendor_id	: unknown"
        seqln   [ebp + .m], "cpu family	: 4"
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

        section .rodata
cpu_feature_names:                      ; of leaf 1's edx, bit 0 first (SDM volume 2A, table 3-11)
        db      "fpu", 0, "vme", 0, "de", 0, "pse", 0, "tsc", 0, "msr", 0, "pae", 0, "mce", 0
        db      "cx8", 0, "apic", 0, "10", 0, "sep", 0, "mtrr", 0, "pge", 0, "mca", 0, "cmov", 0
        db      "pat", 0, "pse36", 0, "pn", 0, "clflush", 0, "20", 0, "dts", 0, "acpi", 0, "mmx", 0
        db      "fxsr", 0, "sse", 0, "sse2", 0, "ss", 0, "ht", 0, "tm", 0, "ia64", 0, "pbe", 0
        section .text
