; video-text.asm: the part of int 10h that puts characters on the screen.

; es:di = the cell of page bh at its cursor; dx = the cursor; ax lost
cursor_cell:
        movzx   si, bh
        and     si, 7
        shl     si, 1
        mov     dx, [CURSORS + si]
; es:di = the cell of page bh at column dl, row dh; ax lost
cell_at:
        push    dx
        mov     al, dh
        mul     byte [COLUMNS]
        pop     dx
        movzx   di, dl
        add     di, ax
        shl     di, 1
        movzx   ax, bh
        and     al, 7
        push    dx
        mul     word [PAGE_BYTES]
        pop     dx
        add     di, ax
        push    SCREEN
        pop     es
        ret

; The cursor of page bh becomes dx; ax, cx, si lost
move_cursor:
        movzx   si, bh
        and     si, 7
        shl     si, 1
        mov     [CURSORS + si], dx
        cmp     bh, [ACTIVE_PAGE]
        jne     cursor_done
; The CRTC's cursor where the active page has it; ax, cx lost
show_cursor:
        push    bx
        push    dx
        push    di
        push    es
        mov     bh, [ACTIVE_PAGE]
        call    cursor_cell
        shr     di, 1
        mov     cx, di
        mov     al, 0x0e
        call    crtc_word
        pop     es
        pop     di
        pop     dx
        pop     bx
cursor_done:
        ret

; CRTC registers al and al + 1 become ch and cl; ax, dx lost
crtc_word:
        mov     dx, [CRTC_PORT]
        mov     ah, ch
        out     dx, ax
        inc     al
        mov     ah, cl
        out     dx, ax
        ret

; AH = 1: ch first line and cl last of eight, of which the VGA has sixteen; bit 5 of ch hides it
video_set_shape:
        mov     [CURSOR_SHAPE], cx
        test    ch, CURSOR_HIDDEN
        jnz     .set
        cmp     cl, 8
        jae     .set
        cmp     ch, 8
        jae     .set
        test    ch, ch
        jz      .block
        shl     ch, 1
        inc     ch
.block:
        shl     cl, 1
.set:
        mov     al, 0x0a
        call    crtc_word
        jmp     service_done

; AH = 2: bh page, dh row, dl column
video_set_cursor:
        call    move_cursor
        jmp     service_done

; AH = 3: bh page; dx cursor, cx shape
video_get_cursor:
        call    cursor_cell
        mov     [bp + F_DX], dx
        mov     ax, [CURSOR_SHAPE]
        mov     [bp + F_CX], ax
        jmp     service_done

; AH = 5: al page
video_select_page:
        and     al, 7
        mov     [ACTIVE_PAGE], al
        movzx   ax, al
        mul     word [PAGE_BYTES]
        mov     [PAGE_START], ax
        mov     cx, ax
        shr     cx, 1
        mov     al, 0x0c
        call    crtc_word
        call    show_cursor
        jmp     service_done

; AH = 6 up, 7 down: al rows (0: all), bh attribute of those that come, cx upper left, dx lower right
video_scroll:
        mov     bl, ah
        call    scroll
        jmp     service_done

; bl 6 or 7, the rest as above; all but bp lost
scroll:
        cmp     dl, [COLUMNS]
        jb      .columns
        mov     dl, [COLUMNS]
        dec     dl
.columns:
        cmp     dh, [ROWS]
        jbe     .rows
        mov     dh, [ROWS]
.rows:
        cmp     dl, cl
        jb      cursor_done
        cmp     dh, ch
        jb      cursor_done
        mov     ah, dh                  ; rows of the window
        sub     ah, ch
        inc     ah
        test    al, al
        jz      .all
        cmp     al, ah
        jbe     .some
.all:
        mov     al, ah
.some:
        sub     ah, al                  ; ah rows move, al rows come
        push    bp
        push    ds
        mov     bp, [COLUMNS]           ; from row to row, in bytes
        shl     bp, 1
        sub     dl, cl
        inc     dl                      ; cells in a row
        cmp     bl, 6
        je      .from_top
        mov     ch, dh                  ; from the last row up
        neg     bp
.from_top:
        push    ax
        push    bx
        push    dx
        mov     dx, cx
        mov     bh, [ACTIVE_PAGE]
        call    cell_at
        pop     dx
        pop     bx
        pop     ax
        push    es
        pop     ds
        movzx   si, al
        imul    si, bp
        add     si, di
        movzx   cx, dl
.move:
        test    ah, ah
        jz      .moved
        push    cx
        push    si
        push    di
        rep movsw
        pop     di
        pop     si
        pop     cx
        add     si, bp
        add     di, bp
        dec     ah
        jmp     .move
.moved:
        mov     dl, al
        mov     al, ' '
        mov     ah, bh
.fill:
        push    cx
        push    di
        rep stosw
        pop     di
        pop     cx
        add     di, bp
        dec     dl
        jnz     .fill
        pop     ds
        pop     bp
        ret

; AH = 8: bh page; al character, ah attribute at the cursor
video_read_cell:
        call    cursor_cell
        mov     ax, [es:di]
        mov     [bp + F_AX], ax
        jmp     service_done

; AH = 9: al character, bl attribute, bh page, cx times
video_write_cells:
        push    ax
        call    cursor_cell
        pop     ax
        mov     ah, bl
        mov     cx, [bp + F_CX]
        rep stosw
        jmp     service_done

; AH = 0Ah: the same, keeping the attributes
video_write_characters:
        push    ax
        call    cursor_cell
        pop     ax
        mov     cx, [bp + F_CX]
        jcxz    .done
.next:
        stosb
        inc     di
        loop    .next
.done:
        jmp     service_done

; AH = 0Eh: al character, on the active page
video_teletype:
        mov     bh, [ACTIVE_PAGE]
        call    teletype
        jmp     service_done

; Character al on page bh, keeping the attribute; bell, backspace, line feed and carriage return move the cursor. All
; but ax, bx, cx and bp lost.
teletype:
        push    ax
        push    bx
        push    cx
        push    ax
        call    cursor_cell
        pop     ax
        cmp     al, 7
        je      .bell
        cmp     al, 8
        je      .backspace
        cmp     al, 10
        je      .line_feed
        cmp     al, 13
        je      .return
        mov     [es:di], al
        inc     dl
        cmp     dl, [COLUMNS]
        jb      .move
        xor     dl, dl
.line_feed:
        cmp     dh, [ROWS]
        jae     .scroll
        inc     dh
        jmp     .move
.return:
        xor     dl, dl
        jmp     .move
.backspace:
        test    dl, dl
        jz      .move
        dec     dl
.move:
        call    move_cursor
.done:
        pop     cx
        pop     bx
        pop     ax
        ret
.scroll:
        call    move_cursor
        mov     bh, [es:di + 1]         ; new rows are as the last cell
        mov     bl, 6
        mov     al, 1
        xor     cx, cx
        mov     dl, [COLUMNS]
        dec     dl
        mov     dh, [ROWS]
        call    scroll
        jmp     .done
.bell:
        call    beep
        jmp     .done

; AH = 13h: al bit 0 moves the cursor, bit 1: each character has its attribute behind it; bl attribute, bh page, cx
; characters, dx where, es:bp the string
video_write_string:
        jcxz    .nothing
        push    es
        call    cursor_cell
        pop     es
        push    dx                      ; the cursor as it was
        mov     dx, [bp + F_DX]
        push    cx
        call    move_cursor
        pop     cx
        mov     si, [bp + F_BP]
.next:
        mov     al, [es:si]
        inc     si
        test    byte [bp + F_AL], 2
        jz      .one_attribute
        mov     bl, [es:si]
        inc     si
.one_attribute:
        push    si
        push    es
        cmp     al, 13
        ja      .plain
        cmp     al, 7
        je      .control
        cmp     al, 8
        je      .control
        cmp     al, 10
        je      .control
        cmp     al, 13
        je      .control
.plain:
        push    ax
        call    cursor_cell
        pop     ax
        mov     [es:di + 1], bl
.control:
        call    teletype
        pop     es
        pop     si
        loop    .next
        pop     dx
        test    byte [bp + F_AL], 1
        jnz     .nothing
        mov     bh, [bp + F_BH]
        call    move_cursor
.nothing:
        jmp     service_done

; The string at cs:si, ended by 0, on the active page; all but bp lost
print:
        cs lodsb
        test    al, al
        jz      .done
        mov     ah, 0x0e
        int     0x10
        jmp     print
.done:
        ret
