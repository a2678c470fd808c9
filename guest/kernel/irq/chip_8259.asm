; chip_8259.asm: the pair of 8259A interrupt controllers. The only file that talks to them.
;
;   init_8259A()          boot                         lines 0-15 to vectors 0x20-0x2f, all masked
;   mask_8259A(irq), unmask_8259A(irq)   any context
;   mask_and_ack_8259A(irq)   hard IRQ                 0: was spurious, nothing to serve
;
; The masks are kept here too (cached_irq_mask), as the chips are slow to ask; interrupts are off
; wherever they change.

SLAVE_LINES     equ 8                   ; the first line of the slave
SPURIOUS_LINE   equ 7                   ; where a chip delivers a request that went away

        section .data
cached_irq_mask: dw 0xffff & ~(1 << PIC_CASCADE_IRQ)
        section .bss
        alignb  4
irq_err_count:  resd 1                  ; spurious interrupts

        section .text

; void init_8259A(void)
proc init_8259A
        mov     al, ICW1_INIT_ICW4
        out     PIC1_COMMAND, al
        out     PIC2_COMMAND, al
        mov     al, ISA_IRQ_VECTOR      ; ICW2: the vector of line 0
        out     PIC1_DATA, al
        mov     al, ISA_IRQ_VECTOR + SLAVE_LINES
        out     PIC2_DATA, al
        mov     al, 1 << PIC_CASCADE_IRQ ; ICW3: the master's is a set of lines ...
        out     PIC1_DATA, al
        mov     al, PIC_CASCADE_IRQ     ; ... the slave's its own number
        out     PIC2_DATA, al
        mov     al, ICW4_8086
        out     PIC1_DATA, al
        out     PIC2_DATA, al
        call    write_masks
endproc

; void write_masks(void)                interrupts off
proc write_masks
        mov     ax, [cached_irq_mask]
        out     PIC1_DATA, al
        mov     al, ah
        out     PIC2_DATA, al
endproc

; void mask_8259A(int irq)
proc mask_8259A, .irq
        pushfd
        cli
        mov     ecx, [ebp + .irq]
        bts     [cached_irq_mask], cx
        call    write_masks
        popfd
endproc

; void unmask_8259A(int irq)
proc unmask_8259A, .irq
        pushfd
        cli
        mov     ecx, [ebp + .irq]
        btr     [cached_irq_mask], cx
        call    write_masks
        popfd
endproc

; int mask_and_ack_8259A(int irq)       hard IRQ
; Masks the line, so that it can't come again before its handler is done, then ends the interrupt
; at the chip, or at both. A line 7 or 15 with no bit in its chip's ISR was spurious: that chip did
; not note it and must get no EOI, but the master did note a spurious slave.
proc mask_and_ack_8259A, .irq
        push    ebx
        mov     ebx, [ebp + .irq]
        mov     eax, ebx
        and     eax, SLAVE_LINES - 1
        cmp     eax, SPURIOUS_LINE
        jne     .real
        call    read_isr
        bt      eax, ebx
        jnc     .spurious
.real:
        bts     [cached_irq_mask], bx
        call    write_masks
        mov     eax, ebx
        cmp     ebx, SLAVE_LINES
        jb      .master
        and     eax, SLAVE_LINES - 1
        or      eax, OCW2_SPECIFIC_EOI
        out     PIC2_COMMAND, al
        mov     eax, PIC_CASCADE_IRQ
.master:
        or      eax, OCW2_SPECIFIC_EOI
        out     PIC1_COMMAND, al
        mov     eax, 1
        jmp     .done
.spurious:
        inc     dword [irq_err_count]
        pr      KERN_DEBUG, "spurious 8259A interrupt: IRQ%d.", ebx
        cmp     ebx, SLAVE_LINES
        jb      .ignored
        mov     al, OCW2_SPECIFIC_EOI | PIC_CASCADE_IRQ
        out     PIC1_COMMAND, al
.ignored:
        xor     eax, eax
.done:
        pop     ebx
endproc

; u16 read_isr(void)                    interrupts off; the lines in service, the slave's high
proc read_isr
        mov     al, OCW3_READ_ISR
        out     PIC1_COMMAND, al
        out     PIC2_COMMAND, al
        xor     eax, eax
        in      al, PIC2_COMMAND
        shl     eax, 8
        in      al, PIC1_COMMAND
endproc
