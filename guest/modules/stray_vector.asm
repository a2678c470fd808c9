; stray_vector.asm: a lesson: from a vector to a line, through the CPU's table vector_irq.
;
;       insmod stray_vector.ko
;
; Vector 56 leads nowhere: the kernel says so and goes on. With the descriptor of IRQ 11 in its place in
; the table, the same instruction is an interrupt of line 11.

%include "include/kernel.inc"
        extern  request_irq, free_irq, irq_to_desc
        module_license "GPL"

STRAY_VECTOR    equ 56
LINE            equ 11

        section .data
my_name:        db "lothars_device", 0

        section .text

proc init_module
        ccall   request_irq, LINE, handler, 0, my_name, my_name
        int     STRAY_VECTOR
        ccall   irq_to_desc, LINE
        mov     [this_cpu(vector_irq + STRAY_VECTOR * 4)], eax
        int     STRAY_VECTOR
        mov     dword [this_cpu(vector_irq + STRAY_VECTOR * 4)], 0
        int     STRAY_VECTOR
        xor     eax, eax
endproc

proc handler, .line, .dev
        pr      KERN_INFO, "stray_vector: interrupt of line %d, for %s", [ebp + .line], [ebp + .dev]
        mov     eax, IRQ_HANDLED
endproc

proc cleanup_module
        ccall   free_irq, LINE, my_name
endproc
