; serial.asm: the other serial ports, 16550s with their FIFOs: /dev/ttyS1 to /dev/ttyS3.
;
;   serial_devices()              boot, as a task      those that are there
;   serial_interrupt              hard IRQ, IRQ 3, 4   each port asks its own IIR whether it was it
;
; COM2 and COM4 share IRQ 3; COM3 shares IRQ 4 with COM1, which is the console's (drivers/uart.asm). The
; line is taken while a device is open, 115200 8N1. read() gives what has come, at least a byte; write()
; fills the FIFO whenever that is empty, and sleeps in between.

SERIAL_PORTS    equ 3
SERIAL_FIRST_MINOR equ 65               ; ttyS1
SERIAL_RING     equ 256                 ; a power of two
UART_FIFO_SIZE  equ 16
UART_FCR_TRIGGER_8 equ 0x81             ; FIFOs on; an interrupt when 8 have come, or the line is quiet
UART_IER_THRI   equ 0x02                ; interrupt when the transmitter is empty
UART_IIR_ID     equ 0x0e                ; why: 0 modem status, 2 transmitter empty, the others received data
UART_IIR_THRI   equ 0x02
UART_MSR        equ 6
SERIAL_TIMEOUT  equ HZ                  ; a transmitter that is never empty

struc serial_port
.base:          resd 1
.irq:           resd 1
.name:          resd 1
.taken:         resd 1                  ; is open
.head:          resd 1                  ; bytes ever put into the ring; also what readers sleep on
.tail:          resd 1                  ; bytes ever taken
.sent:          resd 1                  ; what the writer sleeps on
.lost:          resd 1                  ; the ring was full
.ring:          resb SERIAL_RING
endstruc

%macro serial_port_at 3                 ; base, line, name
        dd      %1, %2, %3
        times serial_port_size - 12 db 0
%endmacro

        file_operations_table serial_operations, serial_read, serial_write, 0, serial_open, serial_release

        section .data
        align   4
serial_ports:
        serial_port_at COM2, IRQ_COM2, ttys1_name
        serial_port_at COM3, IRQ_COM1, ttys2_name
        serial_port_at COM4, IRQ_COM2, ttys3_name
        section .bss
        alignb  4
serial_cdev:    resb cdev_size

        section .text

; void serial_devices(void)             minors of the terminals' major, of which they are taken out
proc serial_devices
        push    ebx
        push    esi
        ccall   cdev_init, serial_cdev, serial_operations
        ccall   cdev_add, serial_cdev, MKDEV(TTY_MAJOR, SERIAL_FIRST_MINOR), SERIAL_PORTS
        mov     ebx, serial_ports
        xor     esi, esi
.next:
        mov     edx, [ebx + serial_port.base]
        add     edx, UART_LSR
        in      al, dx
        cmp     al, 0xff
        je      .absent                 ; the bus floats
        lea     eax, [esi + MKDEV(TTY_MAJOR, SERIAL_FIRST_MINOR)]
        ccall   devfs_create_node, [ebx + serial_port.name], eax
.absent:
        add     ebx, serial_port_size
        inc     esi
        cmp     esi, SERIAL_PORTS
        jb      .next
        pop     esi
        pop     ebx
endproc

; serial_out: al to the register edx of the port ebx; serial_in: al from it
serial_out:
        add     edx, [ebx + serial_port.base]
        out     dx, al
        ret
serial_in:
        add     edx, [ebx + serial_port.base]
        in      al, dx
        ret

; int serial_open(struct inode *, struct file *)        one at a time
proc serial_open, .inode, .file
        push    ebx
        mov     ecx, [ebp + .inode]
        movzx   eax, byte [ecx + inode.i_rdev]
        sub     eax, SERIAL_FIRST_MINOR
        imul    ebx, eax, serial_port_size
        add     ebx, serial_ports
        mov     eax, -EBUSY
        lock bts dword [ebx + serial_port.taken], 0
        jc      .done
        mov     ecx, [ebp + .file]
        mov     [ecx + file.private_data], ebx
        mov     edx, UART_LCR
        mov     al, UART_LCR_DLAB
        call    serial_out
        mov     edx, UART_DLL
        mov     al, UART_DIVISOR_115200
        call    serial_out
        mov     edx, UART_DLM
        xor     eax, eax
        call    serial_out
        mov     edx, UART_LCR
        mov     al, UART_LCR_8N1
        call    serial_out
        mov     edx, UART_FCR
        mov     al, UART_FCR_TRIGGER_8
        call    serial_out
        ccall   request_irq, [ebx + serial_port.irq], serial_interrupt, IRQF_SHARED, [ebx + serial_port.name], ebx
        test    eax, eax
        jnz     .refused
        mov     edx, UART_IER
        mov     al, UART_IER_RDI
        call    serial_out
        mov     edx, UART_MCR
        mov     al, UART_MCR_DTR | UART_MCR_RTS | UART_MCR_OUT2
        call    serial_out
        xor     eax, eax
        jmp     .done
.refused:
        mov     dword [ebx + serial_port.taken], 0
.done:
        pop     ebx
endproc

; int serial_release(struct inode *, struct file *)
proc serial_release, .inode, .file
        push    ebx
        mov     ecx, [ebp + .file]
        mov     ebx, [ecx + file.private_data]
        mov     edx, UART_IER
        xor     eax, eax
        call    serial_out
        mov     edx, UART_MCR
        xor     eax, eax
        call    serial_out
        ccall   free_irq, [ebx + serial_port.irq], ebx
        mov     dword [ebx + serial_port.taken], 0
        xor     eax, eax
        pop     ebx
endproc

; irqreturn_t serial_interrupt(int irq, struct serial_port *port)
; The line is an edge: one that comes while another port holds it high is not seen. So all ports of the
; line are asked again and again until none has anything.
proc serial_interrupt, .irq, .port
        push    ebx
        push    esi
        push    edi
        mov     esi, IRQ_NONE
.round:
        xor     edi, edi                ; how many had something
        mov     ebx, serial_ports
.next:
        mov     eax, [ebp + .irq]
        cmp     eax, [ebx + serial_port.irq]
        jne     .other
        cmp     dword [ebx + serial_port.taken], 0
        je      .other
        ccall   serial_service, ebx
        add     edi, eax
.other:
        add     ebx, serial_port_size
        cmp     ebx, serial_ports + SERIAL_PORTS * serial_port_size
        jb      .next
        test    edi, edi
        jz      .quiet
        mov     esi, IRQ_HANDLED
        cmp     dword [ebp + .irq], IRQ_COM1
        jne     .round
        call    uart_interrupt          ; the console's has been asked before us
        jmp     .round
.quiet:
        mov     eax, esi
        pop     edi
        pop     esi
        pop     ebx
endproc

; int serial_service(struct serial_port *port)  hard IRQ; 1: it had something
; The IIR gives one reason at a time, the most urgent first, until there is none.
proc serial_service, .port
        push    ebx
        push    esi
        mov     ebx, [ebp + .port]
        xor     esi, esi
.next:
        mov     edx, UART_IIR
        call    serial_in
        test    al, UART_IIR_NO_INT
        jnz     .done
        mov     esi, 1
        and     al, UART_IIR_ID
        jz      .modem
        cmp     al, UART_IIR_THRI
        je      .empty
        call    serial_receive
        jmp     .next
.empty:
        mov     edx, UART_IER
        mov     al, UART_IER_RDI
        call    serial_out
        lea     eax, [ebx + serial_port.sent]
        ccall   wake_up, eax
        jmp     .next
.modem:
        mov     edx, UART_MSR           ; the read ends it
        call    serial_in
        jmp     .next
.done:
        mov     eax, esi
        pop     esi
        pop     ebx
endproc

; serial_receive: all that the FIFO of the port ebx holds
serial_receive:
        mov     edx, UART_LSR
        call    serial_in
        test    al, UART_LSR_DR
        jz      .empty
        mov     edx, UART_RX
        call    serial_in
        mov     ecx, [ebx + serial_port.head]
        mov     edx, ecx
        sub     edx, [ebx + serial_port.tail]
        cmp     edx, SERIAL_RING
        jae     .full
        mov     edx, ecx
        and     edx, SERIAL_RING - 1
        mov     [ebx + edx + serial_port.ring], al
        inc     dword [ebx + serial_port.head]
        jmp     serial_receive
.full:
        inc     dword [ebx + serial_port.lost]
        jmp     serial_receive
.empty:
        lea     eax, [ebx + serial_port.head]
        ccall   wake_up, eax
        ret

; ssize_t serial_read(struct file *, char *buffer, u32 count, loff_t *)
proc serial_read, .file, .buffer, .count, .place
        push    ebx
        push    esi
        mov     ecx, [ebp + .file]
        mov     ebx, [ecx + file.private_data]
        xor     esi, esi
        pushfd
        cli
.again:
        mov     eax, [ebx + serial_port.head]
        cmp     eax, [ebx + serial_port.tail]
        jne     .next
        ccall   signal_pending, [this_cpu(current)]
        test    eax, eax
        jnz     .interrupted
        lea     eax, [ebx + serial_port.head]
        ccall   interruptible_sleep_on, eax
        jmp     .again
.next:
        cmp     esi, [ebp + .count]
        jae     .done
        mov     eax, [ebx + serial_port.tail]
        cmp     eax, [ebx + serial_port.head]
        je      .done
        and     eax, SERIAL_RING - 1
        lea     eax, [ebx + eax + serial_port.ring]
        mov     ecx, [ebp + .buffer]
        add     ecx, esi
        ccall   copy_to_user, ecx, eax, 1
        test    eax, eax
        jnz     .bad_address
        inc     dword [ebx + serial_port.tail]
        inc     esi
        jmp     .next
.interrupted:
        mov     esi, -EINTR
        jmp     .done
.bad_address:
        mov     esi, -EFAULT
.done:
        popfd
        mov     eax, esi
        pop     esi
        pop     ebx
endproc

; ssize_t serial_write(struct file *, const char *buffer, u32 count, loff_t *)
; How many went into the FIFO; -EIO: the transmitter is never empty.
proc serial_write, .file, .buffer, .count, .place
.bytes          equ -UART_FIFO_SIZE
        sub     esp, UART_FIFO_SIZE
        push    ebx
        push    esi
        push    edi
        mov     ecx, [ebp + .file]
        mov     ebx, [ecx + file.private_data]
        xor     esi, esi                ; bytes sent
        pushfd
        cli
.next:
        mov     edi, [ebp + .count]
        sub     edi, esi
        jz      .done
        cmp     edi, UART_FIFO_SIZE
        jbe     .fits
        mov     edi, UART_FIFO_SIZE
.fits:
        lea     eax, [ebp + .bytes]
        mov     ecx, [ebp + .buffer]
        add     ecx, esi
        ccall   copy_from_user, eax, ecx, edi
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .stop
        ccall   serial_wait_empty, ebx
        test    eax, eax
        jnz     .stop
        xor     ecx, ecx
.byte:
        mov     al, [ebp + ecx + .bytes]
        mov     edx, UART_TX
        call    serial_out
        inc     ecx
        cmp     ecx, edi
        jb      .byte
        add     esi, edi
        jmp     .next
.stop:
        test    esi, esi
        jnz     .done
        mov     esi, eax
.done:
        popfd
        mov     eax, esi
        pop     edi
        pop     esi
        pop     ebx
endproc

; int serial_wait_empty(struct serial_port *port)       interrupts off; 0, -EIO, -EINTR
proc serial_wait_empty, .port
        push    ebx
        push    esi
        mov     ebx, [ebp + .port]
        mov     esi, SERIAL_TIMEOUT
.again:
        mov     edx, UART_LSR
        call    serial_in
        test    al, UART_LSR_THRE
        jnz     .empty
        mov     eax, -EIO
        test    esi, esi
        jz      .done
        ccall   signal_pending, [this_cpu(current)]
        test    eax, eax
        mov     eax, -EINTR
        jnz     .done
        mov     edx, UART_IER
        mov     al, UART_IER_RDI | UART_IER_THRI
        call    serial_out
        lea     eax, [ebx + serial_port.sent]
        ccall   sleep_on_timeout, eax, esi, TASK_INTERRUPTIBLE
        mov     esi, eax
        jmp     .again
.empty:
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc

        section .rodata
ttys1_name:     db "ttyS1", 0
ttys2_name:     db "ttyS2", 0
ttys3_name:     db "ttyS3", 0
        section .text
