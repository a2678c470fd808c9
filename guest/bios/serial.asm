; serial.asm: int 14h, the serial ports, and int 17h, the parallel one.

%define TIMED_OUT       0x80
%define PORT_PATIENCE   0x40000         ; reads of a status: about a second
%define THR_EMPTY       0x20
%define DATA_READY      0x01

; dx the port, 0 to 3; AH = 0 set up as al says, 1 send al, 2 receive to al, 3 status
service serial_service
        caller_interrupts
        mov     si, dx
        cmp     si, 4
        jae     service_done
        shl     si, 1
        mov     dx, [COM_PORTS + si]
        test    dx, dx
        jz      service_done
        mov     ecx, PORT_PATIENCE
        by_function .table, 4, service_done
.table:
        dw      serial_set_up, serial_send, serial_receive, serial_status

; al: bits 7-5 the rate, 4-3 parity, 2 stop bits, 1-0 data bits
serial_set_up:
        mov     bl, al
        add     dx, 3
        mov     al, 0x80
        out     dx, al
        sub     dx, 3
        movzx   si, bl
        shr     si, 5
        shl     si, 1
        mov     ax, [cs:.divisors + si]
        out     dx, al
        inc     dx
        mov     al, ah
        out     dx, al
        add     dx, 2
        mov     al, bl
        and     al, 0x1f
        out     dx, al
        inc     dx
        mov     al, 0x03
        out     dx, al
        sub     dx, 4
        jmp     serial_status
.divisors:
        dw      1047, 768, 384, 192, 96, 48, 24, 12 ; 110 to 9600 baud

serial_send:
        mov     ah, al
        add     dx, 5
.wait:
        in      al, dx
        test    al, THR_EMPTY
        jnz     .ready
        dec     ecx
        jnz     .wait
        or      al, TIMED_OUT
        mov     [bp + F_AH], al
        jmp     service_done
.ready:
        mov     [bp + F_AH], al
        sub     dx, 5
        mov     al, ah
        out     dx, al
        jmp     service_done

serial_receive:
        add     dx, 5
.wait:
        in      al, dx
        test    al, DATA_READY
        jnz     .ready
        dec     ecx
        jnz     .wait
        or      al, TIMED_OUT
        mov     [bp + F_AH], al
        jmp     service_done
.ready:
        and     al, 0x1e
        mov     [bp + F_AH], al
        sub     dx, 5
        in      al, dx
        mov     [bp + F_AL], al
        jmp     service_done

serial_status:
        add     dx, 5
        in      al, dx
        mov     [bp + F_AH], al
        inc     dx
        in      al, dx
        mov     [bp + F_AL], al
        jmp     service_done

; dx the port, 0; AH = 0 print al, 1 initialize, 2 status: ah as the printer's, inverted where int 17h has it so
service printer_service
        caller_interrupts
        test    dx, dx
        jnz     service_done
        mov     dx, [LPT_PORTS]
        test    dx, dx
        jz      service_done
        test    ah, ah
        jz      .print
        cmp     ah, 1
        ja      .status
        add     dx, 2
        mov     al, 0x08                ; nINIT low
        out     dx, al
        mov     ecx, 50
        push    dx
        call    wait_microseconds
        pop     dx
        mov     al, 0x0c
        out     dx, al
        sub     dx, 2
        jmp     .status
.print:
        out     dx, al
        inc     dx
        mov     ecx, PORT_PATIENCE
.wait:
        in      al, dx
        test    al, 0x80
        jnz     .ready
        dec     ecx
        jnz     .wait
        call    .told
        or      byte [bp + F_AH], 0x01
        jmp     service_done
.ready:
        inc     dx
        mov     al, 0x0d                ; strobe
        out     dx, al
        mov     al, 0x0c
        out     dx, al
        sub     dx, 2
.status:
        inc     dx
        in      al, dx
        call    .told
        jmp     service_done
.told:
        and     al, 0xf8
        xor     al, 0x48
        mov     [bp + F_AH], al
        ret
