; uart.asm: the first serial port, a 16550.
;
;   uart_init()                   boot                 115200 8N1, FIFOs on, nothing received yet
;   uart_request_irq()            boot                 receive from here on
;   uart_putc(c)                  any context, interrupts off; waits until the chip takes it
;   uart_interrupt                hard IRQ, IRQ 4      hands what was received to the terminal

UART_PATIENCE   equ 100000              ; times to ask before a byte is given up

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
        ; switching the FIFOs on empties them: a byte that came before us goes to the terminal first
        mov     edx, COM1 + UART_LSR
        in      al, dx
        test    al, UART_LSR_DR
        jz      .none_waits
        call    uart_receive
.none_waits:
        mov     edx, COM1 + UART_FCR
        mov     al, UART_FCR_ENABLE_CLEAR
        out     dx, al
endproc

; void uart_request_irq(void)
; RTS tells the other side that somebody reads now.
proc uart_request_irq
        ccall   request_irq, IRQ_COM1, uart_interrupt, uart_name, 0
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
        call    uart_receive
        jmp     .next
.done:
        mov     eax, ebx
        pop     ebx
endproc

        section .rodata
uart_name:      db "ttyS0", 0
        section .text
