; nobody_cared.asm: a lesson: an interrupt that nobody takes for his own, again and again.
;
;       insmod nobody_cared.ko irq=10   100,000 interrupts in a row, all answered with IRQ_NONE
;       rmmod nobody_cared

%include "include/kernel.inc"
        extern  request_irq, free_irq
        module_license "GPL"

LINE            equ 10
ROUNDS           equ 100000

        section .data
        align   4
answer:         dd IRQ_NONE
count:          dd 0
my_name:        db "nobody_cared", 0
        module_param answer, PARAM_INT

        section .text

proc init_module
        push    ebx
        ccall   request_irq, LINE, handler, 0, my_name, my_name
        mov     ebx, ROUNDS + 1
.again:
        int     ISA_IRQ_VECTOR + LINE
        dec     ebx
        jnz     .again
        pr      KERN_INFO, "nobody_cared: the handler was asked %d times", [count]
        xor     eax, eax
        pop     ebx
endproc

proc handler
        inc     dword [count]
        mov     eax, [answer]
endproc

proc cleanup_module
        ccall   free_irq, LINE, my_name
endproc
