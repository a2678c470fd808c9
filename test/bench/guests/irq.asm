; irq: a chip's interrupts, from the wire to the handler and back. The UART is asked for its
; transmitter-empty interrupt, which is due at once: IRQ 4, the 8259's acknowledge cycle, the handler, EOI.
; (Not the timer: emulators that keep the host's time would wait for it.)
%include "bench.inc"
%include "traps.inc"

UNITS   equ     100000
COM1    equ     0x3f8
COM1_IER equ    COM1 + 1                ; interrupt enable
COM1_IIR equ    COM1 + 2                ; interrupt identification
COM1_MCR equ    COM1 + 4                ; modem control
BY_THRE equ     2                       ; transmitter holding register empty

; to_port PORT, VALUE      eax, edx lost
%macro to_port 2
        mov     edx, %1
        mov     al, %2
        out     dx, al
%endmacro

prepare:
        set_gate 0x24, transmitter_empty, 0
        call    load_tables
        to_port 0x20, 0x11              ; ICW1: edge, cascade, ICW4 follows
        to_port 0x21, 0x20              ; ICW2: vectors from 0x20
        to_port 0x21, 0x04              ; ICW3: the slave is on line 2
        to_port 0x21, 0x01              ; ICW4: 8086 mode
        to_port 0x21, 0xef              ; all masked but line 4
        to_port COM1_IER, 0
        to_port COM1_MCR, 0x08          ; OUT2: the gate between the chip and the wire
        ret

workload:
        mov     dword [served], 0
        sti
        xor     ebx, ebx
        mov     ecx, UNITS
.unit:
        to_port COM1_IER, BY_THRE
.until_served:                          ; at once on the real thing; some emulators finish a block of code first
        cmp     ebx, [served]
        je      .until_served
        to_port COM1_IER, 0
        mov     ebx, [served]
        dec     ecx
        jnz     .unit
        cli
        mov     eax, [served]
        ret

transmitter_empty:
        push    eax
        push    edx
        mov     edx, COM1_IIR
        in      al, dx                  ; reading it withdraws the request
        and     eax, 0x0f
        add     [served], eax           ; 2: transmitter empty
        mov     al, 0x20                ; non-specific EOI
        out     0x20, al
        pop     edx
        pop     eax
        iretd

section .bss
served:         resd 1
