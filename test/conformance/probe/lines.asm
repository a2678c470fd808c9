; lines.asm: what the probe does where reading a register does not tell: the processor meets the FPU's error line, or an
; NMI, and handlers note what they find.
;
;   lines_ready      interrupt table and segments of the probe's own
;   fpu_error        divides by zero with CR0.NE clear, waits (al = 1 when the handler has been there)
;   seen_*           what the handler found (al)
;   wait_for_nmi     gives one time to come (al = NMIs taken so far)
;
; FERR# makes the processor stand still until it is interrupted. That interrupt is the timer's, with IRQ 13 masked:
; QEMU 7.2 aborts when IRQ 13 itself goes through to its processor (tcg_handle_interrupt: assertion failed).

%define CODE            0x08
%define DATA            0x10
%define NMI_VECTOR      2
%define TIMER_VECTOR    0x20
%define IRQ_13          0x20            ; its bit in the slave
%define CR0_MP          0x02
%define CR0_EM_TS       0x0c
%define CR0_NE          0x20
%define DIVIDE_UNMASKED 0x037b
%define TIMER_COUNT     0x4000          ; 14 ms
%define TIMER_PATIENCE  0x100000        ; reads of a port
%define NMI_PATIENCE    0x100000

%macro gate 2                           ; vector, handler
        mov     eax, %2
        mov     [idt + (%1) * 8], ax
        mov     dword [idt + (%1) * 8 + 2], 0x8e000000 | CODE
        shr     eax, 16
        mov     [idt + (%1) * 8 + 6], ax
%endmacro

lines_ready:
        lgdt    [gdt_pointer]
        jmp     CODE:.flat
.flat:
        mov     eax, DATA
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        gate    NMI_VECTOR, on_nmi
        gate    TIMER_VECTOR, on_timer
        lidt    [idt_pointer]
        xor     eax, eax
        ret

fpu_error:
        mov     eax, cr0
        and     eax, ~(CR0_NE | CR0_EM_TS)
        or      eax, CR0_MP
        mov     cr0, eax
        mov     byte [ticks], 0
        mov     al, 0x30                ; counter 0, mode 0: one interrupt
        out     0x43, al
        mov     al, TIMER_COUNT & 0xff
        out     0x40, al
        mov     al, TIMER_COUNT >> 8
        out     0x40, al
        fninit
        fldcw   [.control]
        fld1
        fldz
        sti
        fdivp   st1, st0
        fwait
        mov     ecx, TIMER_PATIENCE
.wait:
        in      al, 0x61
        cmp     byte [ticks], 0
        jne     .done
        dec     ecx
        jnz     .wait
.done:
        cli
        mov     al, [ticks]
        ret
.control:
        dw      DIVIDE_UNMASKED

seen_before:
        mov     al, [seen.before]
        ret
seen_after:
        mov     al, [seen.after]
        ret
seen_status:
        mov     al, [seen.status]
        ret

; As a handler of IRQ 13 does it: port 0xf0 first, then the FPU may be used.
on_timer:
        push    eax
        inc     byte [ticks]
        mov     al, 0x0a
        out     0xa0, al
        in      al, 0xa0
        and     al, IRQ_13
        mov     [seen.before], al
        xor     al, al
        out     0xf0, al
        in      al, 0xa0
        and     al, IRQ_13
        mov     [seen.after], al
        fnstsw  ax
        mov     [seen.status], al
        fnclex
        mov     al, 0x20
        out     0x20, al
        pop     eax
        iretd

wait_for_nmi:
        mov     bl, [nmis]
        mov     ecx, NMI_PATIENCE
.wait:
        in      al, 0x61
        cmp     bl, [nmis]
        jne     .done
        dec     ecx
        jnz     .wait
.done:
        mov     al, [nmis]
        ret

on_nmi:
        inc     byte [nmis]
        iretd

ticks:  db      0
nmis:   db      0
seen:
.before: db     0
.after: db      0
.status: db     0
        align   8
gdt:
        dq      0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
        dw      $ - gdt - 1
        dd      gdt
idt_pointer:
        dw      (TIMER_VECTOR + 1) * 8 - 1
        dd      idt
        align   8
idt:
        times   (TIMER_VECTOR + 1) * 8 db 0
