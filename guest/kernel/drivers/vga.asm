; vga.asm: the text screen, 80 by 25, and its cursor.
;
;   vga_init()                    boot                 clear
;   vga_putc(c)                   any context
;   vga_erase(cell, count)        any context          blanks there

VGA_TEXT        equ 0xb8000             ; a character and its attribute, row by row
VGA_COLUMNS     equ 80
VGA_ROWS        equ 25
VGA_CELLS       equ VGA_COLUMNS * VGA_ROWS
VGA_BLANK       equ (VGA_ATTRIBUTE << 8) | SPACE
VGA_ATTRIBUTE   equ 0x07                ; light grey on black
TAB_STOP        equ 8

        section .bss
        alignb  4
vga_cell:       resd 1                  ; where the next character goes

        section .data
vga_attribute:  db VGA_ATTRIBUTE        ; its colours

        section .text

; void vga_init(void)
proc vga_init
        push    edi
        mov     dword [vga_cell], 0
        mov     edi, VGA_TEXT
        mov     eax, VGA_BLANK | (VGA_BLANK << 16)
        mov     ecx, VGA_CELLS / 2
        rep stosd
        call    vga_move_cursor
        pop     edi
endproc

; void vga_putc(int c)
proc vga_putc, .c
        push    ebx
        pushfd
        cli
        mov     ebx, [vga_cell]
        mov     eax, [ebp + .c]
        cmp     eax, NEWLINE
        je      .newline
        cmp     eax, CARRIAGE_RETURN
        je      .carriage_return
        cmp     eax, BACKSPACE
        je      .backspace
        cmp     eax, TAB
        je      .tab
        mov     ah, [vga_attribute]
        mov     [VGA_TEXT + ebx * 2], ax
        inc     ebx
        jmp     .moved
.backspace:
        test    ebx, ebx
        jz      .moved
        dec     ebx
        jmp     .moved
.tab:
        add     ebx, TAB_STOP
        and     ebx, -TAB_STOP          ; a row is a whole number of stops
        jmp     .moved
.newline:
        add     ebx, VGA_COLUMNS
.carriage_return:
        mov     eax, ebx
        xor     edx, edx
        mov     ecx, VGA_COLUMNS
        div     ecx
        sub     ebx, edx
.moved:
        cmp     ebx, VGA_CELLS
        jb      .on_screen
        call    vga_scroll
        sub     ebx, VGA_COLUMNS
.on_screen:
        mov     [vga_cell], ebx
        call    vga_move_cursor
        popfd
        pop     ebx
endproc

; void vga_erase(u32 cell, u32 count)
proc vga_erase, .cell, .count
        push    edi
        mov     edi, [ebp + .cell]
        lea     edi, [VGA_TEXT + edi * 2]
        mov     eax, VGA_BLANK
        mov     ecx, [ebp + .count]
        rep stosw
        pop     edi
endproc

; void vga_scroll(void)                 everything one row up
proc vga_scroll
        push    esi
        push    edi
        mov     esi, VGA_TEXT + VGA_COLUMNS * 2
        mov     edi, VGA_TEXT
        mov     ecx, (VGA_CELLS - VGA_COLUMNS) / 2
        rep movsd
        mov     eax, VGA_BLANK | (VGA_BLANK << 16)
        mov     ecx, VGA_COLUMNS / 2
        rep stosd
        pop     edi
        pop     esi
endproc

; void vga_move_cursor(void)            the blinking one, to vga_cell
proc vga_move_cursor
        mov     edx, CRTC_INDEX
        mov     al, CRTC_CURSOR_HI
        out     dx, al
        mov     edx, CRTC_DATA
        mov     eax, [vga_cell]
        shr     eax, 8
        out     dx, al
        mov     edx, CRTC_INDEX
        mov     al, CRTC_CURSOR_LO
        out     dx, al
        mov     edx, CRTC_DATA
        mov     eax, [vga_cell]
        out     dx, al
endproc
