; uart.asm: the first serial port, a 16550: the console. The others are drivers/serial.asm's.
;
;   uart_init()                   boot                 115200 8N1, FIFOs on, nothing received yet
;   uart_request_irq()            boot                 receive from here on
;   uart_putc(c)                  any context          waits until the chip takes it
;   uart_flush()                  any context          waits until everything is out on the wire
;   uart_interrupt                hard IRQ, IRQ 4      hands what was received to the terminal
;   uart_unthrottle()             tasks                the terminal has room again
;
; When the terminal's ring is full the chip's interrupt is switched off, and what comes stays in its
; FIFO, or with the sender if that looks at the lines.

UART_PATIENCE   equ 100000              ; times to ask before a byte is given up
UART_QUIET      equ 2000                ; times to find nothing before the line counts as quiet

        section .bss
        alignb  4
uart_throttled: resd 1

        section .text

; void uart_init(void)
proc uart_init
        mov     edx, COM1 + UART_IER
        xor     eax, eax
        out     dx, al
        mov     edx, COM1 + UART_LCR
        mov     al, UART_LCR_DLAB
        out     dx, al
        mov     edx, COM1 + UART_DLL
        mov     al, UART_DIVISOR_115200
        out     dx, al
        mov     edx, COM1 + UART_DLM
        xor     eax, eax
        out     dx, al
        mov     edx, COM1 + UART_LCR
        mov     al, UART_LCR_8N1
        out     dx, al
        call    uart_drain
        mov     edx, COM1 + UART_FCR
        mov     al, UART_FCR_ENABLE_CLEAR
        out     dx, al
endproc

; void uart_drain(void)                 boot
; Switching the FIFOs on empties them: what was typed ahead goes to the terminal before.
proc uart_drain
.again:
        mov     ecx, UART_QUIET
        mov     edx, COM1 + UART_LSR
.wait:
        in      al, dx
        test    al, UART_LSR_DR
        jnz     .byte
        dec     ecx
        jnz     .wait
        return
.byte:
        call    tty_room
        test    eax, eax
        jz      .full
        call    uart_receive
        jmp     .again
.full:
endproc

; void uart_request_irq(void)
; RTS tells the other side that somebody reads now.
proc uart_request_irq
        ccall   request_irq, IRQ_COM1, uart_interrupt, IRQF_SHARED, uart_name, uart_name
        mov     edx, COM1 + UART_IER
        mov     al, UART_IER_RDI
        out     dx, al
        mov     edx, COM1 + UART_MCR
        mov     al, UART_MCR_DTR | UART_MCR_RTS | UART_MCR_OUT2
        out     dx, al
endproc

; void uart_putc(int c)                 a newline goes out as a terminal wants it
proc uart_putc, .c
        cmp     dword [ebp + .c], NEWLINE
        jne     .plain
        ccall   uart_send, CARRIAGE_RETURN
.plain:
        ccall   uart_send, [ebp + .c]
endproc

; void uart_send(int byte_sent)
; An interrupt may send something between the question and the byte: THRE means that all of the FIFO
; is empty, so there is room for both.
proc uart_send, .byte_sent
        mov     ecx, UART_PATIENCE
        mov     edx, COM1 + UART_LSR
.wait:
        in      al, dx
        test    al, UART_LSR_THRE
        jnz     .ready
        dec     ecx
        jnz     .wait
.ready:
        mov     edx, COM1 + UART_TX
        mov     eax, [ebp + .byte_sent]
        out     dx, al
endproc

; void uart_receive(void)               one byte from the chip to the terminal, interrupts off
; The other side sends carriage return for Enter and DEL for backspace.
proc uart_receive
        mov     edx, COM1 + UART_RX
        xor     eax, eax
        in      al, dx
        cmp     eax, CARRIAGE_RETURN
        jne     .not_enter
        mov     eax, NEWLINE
.not_enter:
        cmp     eax, DELETE
        jne     .insert
        mov     eax, BACKSPACE
.insert:
        ccall   tty_insert_char, eax, IRQ_COM1
endproc

; void uart_flush(void)
proc uart_flush
        mov     ecx, UART_PATIENCE
        mov     edx, COM1 + UART_LSR
.wait:
        in      al, dx
        test    al, UART_LSR_TEMT
        jnz     .done
        dec     ecx
        jnz     .wait
.done:
endproc

; irqreturn_t uart_interrupt(int irq, void *dev)
proc uart_interrupt
        push    ebx
        mov     ebx, IRQ_NONE
        mov     edx, COM1 + UART_IIR
        in      al, dx
        test    al, UART_IIR_NO_INT
        jnz     .done
        mov     ebx, IRQ_HANDLED
.next:
        mov     edx, COM1 + UART_LSR
        in      al, dx
        test    al, UART_LSR_DR
        jz      .done
        call    tty_room
        test    eax, eax
        jz      .throttle
        call    uart_receive
        jmp     .next
.throttle:
        mov     dword [uart_throttled], 1
        mov     edx, COM1 + UART_IER
        xor     eax, eax
        out     dx, al
.done:
        mov     eax, ebx
        pop     ebx
endproc

; void uart_unthrottle(void)
proc uart_unthrottle
        cmp     dword [uart_throttled], 0
        je      .done
        mov     dword [uart_throttled], 0
        mov     edx, COM1 + UART_IER
        mov     al, UART_IER_RDI        ; if a byte waits, this raises the interrupt
        out     dx, al
.done:
endproc

        section .rodata
uart_name:      db "ttyS0", 0
        section .text
