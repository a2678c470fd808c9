; proc.asm: /proc/interrupts, column for column as Linux writes it for a PC with XT-PIC.
;
;   show_interrupts()     tasks                        prints it

        section .text

; void show_interrupts(void)
proc show_interrupts
        push    ebx
        push    esi
        println "           CPU0       "
        xor     ebx, ebx
.next:
        ccall   irq_to_desc, ebx
        mov     esi, eax
        cmp     dword [esi + irq_desc.handler], 0
        je      .unused
        println "%3d: %10u    XT-PIC      %s", ebx, [esi + irq_desc.count], [esi + irq_desc.name]
.unused:
        inc     ebx
        cmp     ebx, NR_IRQS
        jb      .next
        println "NMI: %10u   Non-maskable interrupts", [this_cpu(nmi_count)]
        println "ERR: %10u", [irq_err_count]
        pop     esi
        pop     ebx
endproc
