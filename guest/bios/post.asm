; post.asm: from the reset to int 19h.

%define CMOS_INDEX      0x70
%define CMOS_DATA       0x71
%define CMOS_SHUTDOWN   0x0f
%define SHUTDOWN_EOI    0x05            ; end the interrupt, then go on at RESET_VECTOR
%define SHUTDOWN_JUMP   0x0a            ; go on at RESET_VECTOR
%define STACK           0x7000
%define OPTION_ROMS     0xc000          ; segments
%define OPTION_ROMS_END 0xe000
%define KBC_COMMAND_BYTE 0x65           ; translate, aux port off, system flag, IRQ 1

post:
        cli
        cld
        xor     ax, ax
        mov     ss, ax
        mov     sp, STACK
        mov     al, CMOS_SHUTDOWN
        call    cmos_read
        mov     bl, al
        mov     ax, CMOS_SHUTDOWN       ; this once
        call    cmos_write
        push    BDA
        pop     ds
        cmp     bl, SHUTDOWN_JUMP
        je      .resume
        cmp     bl, SHUTDOWN_EOI
        jne     .start
        mov     al, 0x20
        out     0xa0, al
        out     0x20, al
.resume:
        jmp     far [RESET_VECTOR]

.start:
        xor     di, di                  ; the data area, empty
        push    ds
        pop     es
        xor     ax, ax
        mov     cx, 0x100 / 2
        rep stosw
        mov     al, 2                   ; port 0x92: A20 open
        out     0x92, al
        call    set_vectors
        call    set_pics
        call    set_timer
        call    set_keyboard
        call    find_memory
        call    find_ports
        mov     ax, 0x0003
        int     0x10
        call    find_disk
        call    start_option_roms
        call    set_ticks
        sti
        int     0x19

; IRQ 0-7 are vectors 8 to 0fh, IRQ 8-15 are 70h to 77h; timer, keyboard and cascade are let through.
set_pics:
        mov     si, .words
        mov     cx, (.words_end - .words) / 2
.next:
        cs lodsb
        movzx   dx, al
        cs lodsb
        out     dx, al
        loop    .next
        ret
.words:
        db      0x20, 0x11, 0xa0, 0x11, 0x21, 0x08, 0xa1, 0x70, 0x21, 0x04, 0xa1, 0x02, 0x21, 0x01, 0xa1, 0x01
        db      0x21, 0xf8, 0xa1, 0xff
.words_end:

; Counter 0 ticks 18.2 times a second, counter 1 paces the refresh, counter 2 is ready for the speaker.
set_timer:
        mov     al, 0x36
        out     0x43, al
        xor     al, al
        out     0x40, al
        out     0x40, al
        mov     al, 0x54
        out     0x43, al
        mov     al, 18
        out     0x41, al
        mov     al, 0xb6
        out     0x43, al
        ret

set_keyboard:
        mov     word [KEY_HEAD], KEY_BUFFER
        mov     word [KEY_TAIL], KEY_BUFFER
        mov     word [KEY_START], KEY_BUFFER
        mov     word [KEY_END], KEY_BUFFER_END
        mov     byte [KEYBOARD_STATE], 0x10
        mov     al, 0x60
        out     0x64, al
        call    kbc_wait
        mov     al, KBC_COMMAND_BYTE
        out     0x60, al
        ret

; The byte at 0 of the extended area says how many KB it has.
find_memory:
        mov     word [MEMORY_KB], BASE_KB
        mov     word [EBDA_SEGMENT], EBDA
        mov     ax, EBDA
        mov     es, ax
        xor     di, di
        mov     ax, 1
        stosw
        xor     ax, ax
        mov     cx, 1024 / 2 - 1
        rep stosw
        ret

; Serial ports have a scratch register, parallel ones a data register, that keep what they are given.
find_ports:
        mov     word [EQUIPMENT], 0x0026 ; 80 by 25 in colour, a mouse, an FPU
        mov     si, .serial
        mov     di, COM_PORTS
.next_serial:
        cs lodsw
        test    ax, ax
        jz      .parallel
        mov     dx, ax
        add     dx, 7
        call    .keeps
        jne     .next_serial
        mov     [di], ax
        add     di, 2
        add     word [EQUIPMENT], 1 << 9
        jmp     .next_serial
.parallel:
        mov     dx, 0x378
        call    .keeps
        jne     .done
        mov     [LPT_PORTS], dx
        or      word [EQUIPMENT], 1 << 14
.done:
        ret
.keeps:
        push    ax
        mov     al, 0x5a
        out     dx, al
        in      al, dx
        cmp     al, 0x5a
        pop     ax
        ret
.serial:
        dw      0x3f8, 0x2f8, 0x3e8, 0x2e8, 0

; A ROM begins with 55 AA and its size in blocks of 512 bytes, which add up to 0; it is called at its offset 3.
start_option_roms:
        mov     bx, OPTION_ROMS
.next:
        cmp     bx, OPTION_ROMS_END
        jae     .done
        mov     es, bx
        add     bx, 2048 / 16
        cmp     word [es:0], 0xaa55
        jne     .next
        movzx   cx, byte [es:2]
        shl     cx, 9
        xor     si, si
        xor     ah, ah
.sum:
        es lodsb
        add     ah, al
        loop    .sum
        test    ah, ah
        jnz     .next
        pushad
        push    ds
        push    es
        push    cs                      ; where the ROM returns to
        push    .returned
        push    es
        push    3
        retf
.returned:
        cli
        cld
        pop     es
        pop     ds
        popad
        jmp     .next
.done:
        ret

; al = the byte of the CMOS at al
cmos_read:
        out     CMOS_INDEX, al
        in      al, CMOS_DATA
        ret

; the byte of the CMOS at al becomes ah
cmos_write:
        out     CMOS_INDEX, al
        mov     al, ah
        out     CMOS_DATA, al
        ret
