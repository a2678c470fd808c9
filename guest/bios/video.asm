; video.asm: int 10h. Text modes 0 to 3 only; a call for another mode changes nothing. What is written to the screen is
; in video-text.asm.

%define SCREEN          0xb800
%define LAST_MODE       3
%define NO_CLEAR        0x80            ; of the mode asked for
%define STATUS_1        0x3da
%define MODE_3          0x29            ; what the CGA's mode register would hold
%define DEFAULT_SHAPE   0x0607
%define ATTRIBUTE       0x07
%define CURSOR_HIDDEN   0x20

service video_service
        caller_interrupts
        cmp     ah, 0x13
        ja      .others
        by_function .table, 0x14, service_done
.others:
        cmp     ax, 0x1a00
        jne     service_done
        mov     byte [bp + F_AL], 0x1a  ; display combination: a VGA in colour, alone
        mov     word [bp + F_BX], 0x0008
        jmp     service_done
.table:
        dw      video_set_mode, video_set_shape, video_set_cursor, video_get_cursor
        dw      service_done, video_select_page, video_scroll, video_scroll
        dw      video_read_cell, video_write_cells, video_write_characters, video_set_border
        dw      service_done, service_done, video_teletype, video_get_mode
        dw      video_palette, video_fonts, video_information, video_write_string

; AH = 0: mode al, with bit 7 keeping what is on the screen
video_set_mode:
        mov     bl, al
        and     bl, 0xff & ~NO_CLEAR
        cmp     bl, LAST_MODE
        ja      service_done
        mov     [VIDEO_MODE], bl
        call    program_vga
        call    load_palette
        call    load_font
        test    byte [bp + F_AL], NO_CLEAR
        jnz     .data
        push    SCREEN
        pop     es
        xor     di, di
        mov     ax, (ATTRIBUTE << 8) | ' '
        mov     cx, 0x8000 / 2
        rep stosw
.data:
        mov     ax, 40
        mov     dx, 0x0800
        cmp     byte [VIDEO_MODE], 2
        jb      .narrow
        mov     ax, 80
        mov     dx, 0x1000
.narrow:
        mov     [COLUMNS], ax
        mov     [PAGE_BYTES], dx
        xor     ax, ax
        mov     [PAGE_START], ax
        mov     [ACTIVE_PAGE], al
        mov     cx, 8
        mov     di, CURSORS
        push    ds
        pop     es
        rep stosw
        mov     word [CURSOR_SHAPE], DEFAULT_SHAPE
        mov     word [CRTC_PORT], 0x3d4
        mov     word [MODE_REGISTER], MODE_3 | 0x3000
        mov     byte [ROWS], 24
        mov     word [CELL_LINES], 16
        mov     byte [VIDEO_CONTROL], 0x60
        mov     byte [VIDEO_SWITCHES], 0xf9
        mov     byte [VIDEO_FLAGS], 0x51
        jmp     service_done

; The registers of mode 3; with 40 columns a few of them differ.
program_vga:
        mov     dx, 0x3c2
        mov     al, 0x67
        out     dx, al
        mov     si, sequencer_values
        mov     dx, 0x3c4
        mov     cx, 5
        call    .bank
        mov     ax, 0x0e11              ; CRTC registers 0-7 can be written
        mov     dx, 0x3d4
        out     dx, ax
        mov     cx, 25
        call    .bank
        mov     dx, 0x3ce
        mov     cx, 9
        call    .bank
        mov     dx, STATUS_1
        in      al, dx
        mov     dx, 0x3c0
        xor     ah, ah
.attribute:
        mov     al, ah
        out     dx, al
        cs lodsb
        out     dx, al
        inc     ah
        cmp     ah, 21
        jb      .attribute
        mov     al, 0x20                ; the screen is on
        out     dx, al
        cmp     byte [VIDEO_MODE], 2
        jae     .done
        mov     dx, 0x3c4
        mov     ax, 0x0801
        out     dx, ax
        mov     dx, 0x3d4
        mov     ax, 0x0e11
        out     dx, ax
        mov     si, narrow_values
        mov     cx, 8
.narrow:
        cs lodsw
        out     dx, ax
        loop    .narrow
.done:
        ret
; Writes cx values at cs:si to the registers 0, 1, 2 ... behind the index port dx.
.bank:
        xor     ah, ah
.next:
        mov     al, ah
        out     dx, al
        inc     dx
        cs lodsb
        out     dx, al
        dec     dx
        inc     ah
        loop    .next
        ret

sequencer_values:
        db      0x03, 0x00, 0x03, 0x00, 0x02
        db      0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0x00, 0x4f, 0x0d, 0x0e, 0x00    ; CRTC
        db      0x00, 0x00, 0x00, 0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff
        db      0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x0f, 0xff                            ; graphics
        db      0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3a, 0x3b          ; attributes
        db      0x3c, 0x3d, 0x3e, 0x3f, 0x0c, 0x00, 0x0f, 0x08, 0x00
narrow_values:
        db      0x00, 0x2d, 0x01, 0x27, 0x02, 0x28, 0x03, 0x90, 0x04, 0x2b, 0x05, 0xa0, 0x13, 0x14, 0x11, 0x8e

; The 64 colours of an EGA: bits 2-0 of the number are red, green and blue at two thirds, 5-3 at one third.
load_palette:
        mov     dx, 0x3c8
        xor     al, al
        out     dx, al
        inc     dx
        xor     bl, bl
.colour:
        mov     bh, 2                   ; red is bit 2, green 1, blue 0
.part:
        mov     cl, bh
        mov     ch, bl
        shr     ch, cl
        xor     al, al
        test    ch, 0x01
        jz      .weak
        mov     al, 42
.weak:
        test    ch, 0x08
        jz      .out
        add     al, 21
.out:
        out     dx, al
        dec     bh
        jns     .part
        inc     bl
        cmp     bl, 64
        jb      .colour
        ret

; The font goes into plane 2, of whose 32 lines a character it fills 16.
load_font:
        mov     si, .open
        call    .registers
        push    0xa000
        pop     es
        xor     di, di
        mov     si, font_8x16
        mov     dx, 256
.character:
        mov     cx, 8
        cs rep movsw
        add     di, 16
        dec     dx
        jnz     .character
        mov     si, .close
.registers:
        mov     cx, 5
.next:
        cs lodsb
        movzx   dx, al
        add     dx, 0x300
        cs lodsw
        out     dx, ax
        loop    .next
        ret
.open:
        db      0xc4, 0x02, 0x04, 0xc4, 0x04, 0x07, 0xce, 0x04, 0x02, 0xce, 0x05, 0x00, 0xce, 0x06, 0x04
.close:
        db      0xc4, 0x02, 0x03, 0xc4, 0x04, 0x02, 0xce, 0x04, 0x00, 0xce, 0x05, 0x10, 0xce, 0x06, 0x0e

; AH = 0Fh: al mode, ah columns, bh page
video_get_mode:
        mov     al, [VIDEO_MODE]
        mov     ah, [COLUMNS]
        mov     [bp + F_AX], ax
        mov     al, [ACTIVE_PAGE]
        mov     [bp + F_BH], al
        jmp     service_done

; AH = 10h: palette registers, blinking, DAC
video_palette:
        cmp     al, 0x00
        je      .set_one
        cmp     al, 0x01
        je      video_set_border.in_bh
        cmp     al, 0x02
        je      .set_all
        cmp     al, 0x03
        je      .blinking
        cmp     al, 0x07
        je      .get_one
        cmp     al, 0x10
        je      .set_colour
        cmp     al, 0x12
        je      .set_colours
        cmp     al, 0x15
        je      .get_colour
        cmp     al, 0x17
        je      .get_colours
        jmp     service_done
.set_one:                               ; bl register, bh value
        mov     ax, bx
        call    attribute_write
        jmp     service_done
.set_all:                               ; es:dx 17 bytes
        mov     si, dx
        xor     bl, bl
.next:
        mov     al, bl
        mov     ah, [es:si]
        inc     si
        cmp     bl, 16
        jne     .palette
        mov     al, 0x11                ; the last one is the border
.palette:
        call    attribute_write
        inc     bl
        cmp     bl, 16
        jbe     .next
        jmp     service_done
.blinking:                              ; bl 1: bit 7 of an attribute blinks, 0: it is a bright background
        mov     al, 0x10
        call    attribute_read
        and     al, ~0x08
        test    bl, bl
        jz      .bright
        or      al, 0x08
.bright:
        mov     ah, al
        mov     al, 0x10
        call    attribute_write
        jmp     service_done
.get_one:                               ; bl register
        mov     al, bl
        call    attribute_read
        mov     [bp + F_BH], al
        jmp     service_done
.set_colour:                            ; bx number, dh red, ch green, cl blue
        mov     ah, dh
        mov     dx, 0x3c8
        mov     al, bl
        out     dx, al
        inc     dx
        mov     al, ah
        out     dx, al
        mov     al, ch
        out     dx, al
        mov     al, cl
        out     dx, al
        jmp     service_done
.set_colours:                           ; bx first, cx how many, es:dx three bytes each
        mov     si, dx
        mov     dx, 0x3c8
        mov     al, bl
        out     dx, al
        inc     dx
        lea     ecx, [ecx + ecx * 2]
        es rep outsb
        jmp     service_done
.get_colour:                            ; bx number
        mov     dx, 0x3c7
        mov     al, bl
        out     dx, al
        mov     dx, 0x3c9
        in      al, dx
        mov     [bp + F_DH], al
        in      al, dx
        mov     [bp + F_CH], al
        in      al, dx
        mov     [bp + F_CL], al
        jmp     service_done
.get_colours:                           ; bx first, cx how many, es:dx
        mov     di, dx
        mov     dx, 0x3c7
        mov     al, bl
        out     dx, al
        mov     dx, 0x3c9
        lea     ecx, [ecx + ecx * 2]
        rep insb
        jmp     service_done

; AH = 0Bh, bh = 0: border bl
video_set_border:
        test    bh, bh
        jnz     service_done
        mov     bh, bl
.in_bh:
        mov     ah, bh
        mov     al, 0x11
        call    attribute_write
        jmp     service_done

; register al of the attribute controller becomes ah; dx lost
attribute_write:
        mov     dx, STATUS_1
        push    ax
        in      al, dx
        pop     ax
        mov     dx, 0x3c0
        out     dx, al
        xchg    al, ah
        out     dx, al
        xchg    al, ah
        push    ax
        mov     al, 0x20
        out     dx, al
        pop     ax
        ret

; al = register al of the attribute controller; dx lost
attribute_read:
        push    ax
        mov     dx, STATUS_1
        in      al, dx
        pop     ax
        mov     dx, 0x3c0
        out     dx, al
        inc     dx
        in      al, dx
        push    ax
        mov     dx, STATUS_1
        in      al, dx
        mov     dx, 0x3c0
        mov     al, 0x20
        out     dx, al
        pop     ax
        ret

; AH = 11h: al 04h, 14h load the font, 30h tells where it is (whichever is asked for: there is one)
video_fonts:
        cmp     al, 0x30
        je      .information
        and     al, ~0x10
        cmp     al, 0x04
        jne     service_done
        call    load_font
        jmp     service_done
.information:
        mov     word [bp + F_ES], BIOS_SEGMENT
        mov     word [bp + F_BP], font_8x16
        mov     word [bp + F_CX], 16
        mov     al, [ROWS]
        mov     [bp + F_DL], al
        jmp     service_done

; AH = 12h, bl = 10h: a VGA in colour with 256 KB
video_information:
        cmp     bl, 0x10
        jne     service_done
        mov     word [bp + F_BX], 0x0003
        mov     word [bp + F_CX], 0x0009
        jmp     service_done
