; interrupts.asm: the interrupt table, and handlers of what nobody wants.

%define VECTORS         256
%define USER_VECTORS    0x60            ; 60h to 67h are the programs' own: 0

; ds is kept
set_vectors:
        push    ds
        xor     ax, ax
        mov     es, ax
        xor     di, di
        mov     cx, VECTORS
.default:
        mov     ax, nothing
        stosw
        mov     ax, cs
        stosw
        loop    .default
        mov     di, USER_VECTORS * 4
        xor     ax, ax
        mov     cx, 8 * 2
        rep stosw
        mov     si, .table
.next:
        cs lodsb
        test    al, al
        jz      .done
        movzx   di, al
        shl     di, 2
        cs lodsw
        stosw
        jmp     .next
.done:
        pop     ds
        ret
.table:
%macro vector 2
        db      %1
        dw      %2
%endmacro
        vector  0x02, nmi
        vector  0x08, timer_interrupt
        vector  0x09, keyboard_interrupt
        vector  0x0a, end_of_master
        vector  0x0b, end_of_master
        vector  0x0c, end_of_master
        vector  0x0d, end_of_master
        vector  0x0e, end_of_master
        vector  0x0f, end_of_master
        vector  0x10, video_service
        vector  0x11, equipment_service
        vector  0x12, memory_service
        vector  0x13, disk_service
        vector  0x14, serial_service
        vector  0x15, system_service
        vector  0x16, keyboard_service
        vector  0x17, printer_service
        vector  0x18, no_boot_service
        vector  0x19, boot_service
        vector  0x1a, time_service
        vector  0x1e, diskette_parameters
        vector  0x70, end_of_slave
        vector  0x71, irq_2_redirected
        vector  0x72, end_of_slave
        vector  0x73, end_of_slave
        vector  0x74, end_of_slave
        vector  0x75, fpu_error
        vector  0x76, end_of_slave
        vector  0x77, end_of_slave
        db      0

end_of_slave:
        push    ax
        mov     al, 0x20
        out     0xa0, al
        jmp     end_both
end_of_master:
        push    ax
        mov     al, 0x20
end_both:
        out     0x20, al
        pop     ax
nothing:
        iret

; IRQ 9 is the IRQ 2 of the cards that were made for the PC: end it at the slave and go there.
irq_2_redirected:
        push    ax
        mov     al, 0x20
        out     0xa0, al
        pop     ax
        int     0x0a
        iret

; As the AT did it: the FPU's error is an NMI to programs that know the PC.
fpu_error:
        push    ax
        xor     al, al
        out     0xf0, al
        mov     al, 0x20
        out     0xa0, al
        out     0x20, al
        pop     ax
        int     0x02
        iret

; IOCHK is disabled and enabled again, which clears what has asked.
nmi:
        push    ax
        in      al, 0x61
        and     al, 0x0f
        or      al, 0x0c
        out     0x61, al
        and     al, 0x03
        out     0x61, al
        pop     ax
        iret
