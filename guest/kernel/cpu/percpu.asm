; percpu.asm: the processors' own data. Reached only through %gs, as [this_cpu(field)].

        section .bss
        alignb  16
percpu_areas:   resb percpu_size * NR_CPUS
        section .text
