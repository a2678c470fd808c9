; percpu.asm: the processors' own data. Reached only through %gs, as [this_cpu(field)].
;
;   raw_smp_processor_id()        any context          for C; in here [this_cpu(cpu_number)]

        section .bss
        alignb  16
percpu_areas:   resb percpu_size * NR_CPUS
        section .rodata
        align   4
per_cpu_offset:                         ; how far behind the first CPU's each one's data lies
%assign cpu_index 0
%rep NR_CPUS
        dd      cpu_index * percpu_size
  %assign cpu_index cpu_index + 1
%endrep
        section .text

; int raw_smp_processor_id(void)
proc raw_smp_processor_id
        mov     eax, [this_cpu(cpu_number)]
endproc
EXPORT_SYMBOL raw_smp_processor_id
EXPORT_ALIAS __per_cpu_offset, per_cpu_offset
