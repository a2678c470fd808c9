; chip_8259.asm: the pair of 8259A interrupt controllers. The only file that talks to them.
;
;   init_8259A()          boot                         lines 0-15 to vectors 0x20-0x2f, all masked
;   mask_8259A(irq), unmask_8259A(irq)   any context
;   ack_8259A(irq), mask_and_ack_8259A(irq)   hard IRQ   0: was spurious, nothing to serve
;   set_type_8259A(irq, trigger)   any context         edge or level
;
; They are called through i8259A_chip only.
;
; The masks are kept here too (cached_irq_mask), as the chips are slow to ask; interrupts are off
; wherever they change.

SLAVE_LINES     equ 8                   ; the first line of the slave
SPURIOUS_LINE   equ 7                   ; where a chip delivers a request that went away

        section .data
        align   4
i8259A_chip:
        dd      i8259A_name, mask_8259A, unmask_8259A, ack_8259A, mask_and_ack_8259A, set_type_8259A
cached_irq_mask: dw 0xffff & ~(1 << PIC_CASCADE_IRQ)
        section .bss
        alignb  4
irq_err_count:  resd 1                  ; spurious interrupts
spurious_irq_mask: resd 1               ; lines they came over

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
; Masks the line, so that it can't come again before its handlers are done, then ends the interrupt.
proc mask_and_ack_8259A, .irq
        ccall   is_spurious_8259A, [ebp + .irq]
        test    eax, eax
        jnz     .spurious
        mov     ecx, [ebp + .irq]
        bts     [cached_irq_mask], cx
        call    write_masks
        ccall   eoi_8259A, [ebp + .irq]
        mov     eax, 1
        return
.spurious:
        xor     eax, eax
endproc

; int ack_8259A(int irq)                hard IRQ
proc ack_8259A, .irq
        ccall   is_spurious_8259A, [ebp + .irq]
        test    eax, eax
        jnz     .spurious
        ccall   eoi_8259A, [ebp + .irq]
        mov     eax, 1
        return
.spurious:
        xor     eax, eax
endproc

; void eoi_8259A(int irq)               ends the interrupt at its chip, or at both
proc eoi_8259A, .irq
        mov     eax, [ebp + .irq]
        cmp     eax, SLAVE_LINES
        jb      .master
        and     eax, SLAVE_LINES - 1
        or      eax, OCW2_SPECIFIC_EOI
        out     PIC2_COMMAND, al
        mov     eax, PIC_CASCADE_IRQ
.master:
        or      eax, OCW2_SPECIFIC_EOI
        out     PIC1_COMMAND, al
endproc

; int is_spurious_8259A(int irq)        hard IRQ
; A line 7 or 15 with no bit in its chip's ISR was spurious: that chip did not note it and must get
; no EOI, but the master did note a spurious slave. Said once a line.
proc is_spurious_8259A, .irq
        push    ebx
        mov     ebx, [ebp + .irq]
        mov     eax, ebx
        and     eax, SLAVE_LINES - 1
        cmp     eax, SPURIOUS_LINE
        jne     .real
        call    read_isr
        bt      eax, ebx
        jc      .real
        inc     dword [irq_err_count]
        bts     [spurious_irq_mask], ebx
        jc      .said
        pr      KERN_DEBUG, "spurious 8259A interrupt: IRQ%d.", ebx
.said:
        mov     eax, 1
        cmp     ebx, SLAVE_LINES
        jb      .done
        ccall   eoi_8259A, PIC_CASCADE_IRQ
        mov     eax, 1
        jmp     .done
.real:
        xor     eax, eax
.done:
        pop     ebx
endproc

; int set_type_8259A(int irq, u32 trigger)      0, or -EINVAL: that line cannot be level triggered
; The chip itself knows only rising edges and high levels; a device that means the other ones turns
; its signal round on the way here.
proc set_type_8259A, .irq, .trigger
        pushfd
        cli
        mov     edx, ELCR1
        in      al, dx
        mov     ah, al
        inc     edx
        in      al, dx
        xchg    al, ah
        mov     ecx, [ebp + .irq]
        btr     eax, ecx
        test    dword [ebp + .trigger], IRQF_TRIGGER_LEVEL
        jz      .write
        mov     edx, ELCR_NEVER_LEVEL
        bt      edx, ecx
        jc      .refused
        bts     eax, ecx
.write:
        mov     edx, ELCR1
        out     dx, al
        inc     edx
        mov     al, ah
        out     dx, al
        xor     eax, eax
        jmp     .done
.refused:
        mov     eax, -EINVAL
.done:
        popfd
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

        section .rodata
i8259A_name:    db "XT-PIC", 0
        section .text
