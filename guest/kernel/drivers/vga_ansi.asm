; vga_ansi.asm: the escape sequences that programs move the cursor and change colours with (ECMA-48).
;
;   vga_write(c)                  any context          a character for the screen, or a part of a sequence
;
;   ESC [ row ; column H          go there, from 1     ESC [ n A, B, C, D      up, down, right, left
;   ESC [ J, ESC [ 2 J            erase below, all     ESC [ K                 erase to the row's end
;   ESC [ n ; ... m               0 plain, 1 bright, 7 reversed, 30-37 and 40-47 colours
;
; Other sequences are swallowed. A serial terminal understands them all by itself.

ANSI_PARAMS     equ 4

        section .bss
        alignb  4
ansi_state:     resd 1                  ; 0: plain text, 1: ESC was seen, 2: ESC [
ansi_count:     resd 1                  ; parameters begun, less one
ansi_params:    resd ANSI_PARAMS

        section .text

; void vga_write(int c)
proc vga_write, .c
        pushfd
        cli
        mov     eax, [ebp + .c]
        mov     ecx, [ansi_state]
        test    ecx, ecx
        jz      .plain
        dec     ecx
        jz      .escape_seen
        ; in the parameters
        lea     ecx, [eax - '0']
        cmp     ecx, 9
        jbe     .digit
        cmp     eax, ';'
        je      .separator
        cmp     eax, '@'
        jb      .done                   ; ? and other signs: a dialect
        mov     dword [ansi_state], 0
        ccall   ansi_do, eax
        jmp     .done
.digit:
        mov     edx, [ansi_count]
        imul    eax, [ansi_params + edx * 4], 10
        add     eax, ecx
        mov     [ansi_params + edx * 4], eax
        jmp     .done
.separator:
        cmp     dword [ansi_count], ANSI_PARAMS - 1
        jae     .done
        inc     dword [ansi_count]
        jmp     .done
.escape_seen:
        mov     dword [ansi_state], 0
        cmp     eax, '['
        jne     .print
        mov     dword [ansi_state], 2
        mov     dword [ansi_count], 0
        xor     eax, eax
        mov     [ansi_params], eax
        mov     [ansi_params + 4], eax
        mov     [ansi_params + 8], eax
        mov     [ansi_params + 12], eax
        jmp     .done
.plain:
        cmp     eax, ESCAPE
        jne     .print
        mov     dword [ansi_state], 1
        jmp     .done
.print:
        ccall   vga_putc, eax
.done:
        popfd
endproc

; void ansi_do(int final)               interrupts off
proc ansi_do, .final
        push    ebx
        push    esi
        mov     ebx, [vga_cell]
        mov     ecx, [ansi_params]
        cmp     ecx, 1
        adc     ecx, 0                  ; how far: nothing means 1
        mov     eax, [ebp + .final]
        cmp     eax, 'm'
        je      .colours
        cmp     eax, 'H'
        je      .go
        cmp     eax, 'f'
        je      .go
        cmp     eax, 'J'
        je      .erase
        cmp     eax, 'K'
        je      .erase_row
        cmp     eax, 'C'
        je      .right
        cmp     eax, 'D'
        je      .left
        imul    ecx, ecx, VGA_COLUMNS
        cmp     eax, 'B'
        je      .right
        cmp     eax, 'A'
        jne     .done
.left:
        sub     ebx, ecx
        jmp     .moved
.right:
        add     ebx, ecx
.moved:
        cmp     ebx, VGA_CELLS
        jae     .done                   ; off the screen: it stays
        mov     [vga_cell], ebx
        call    vga_move_cursor
        jmp     .done
.go:
        dec     ecx
        imul    ebx, ecx, VGA_COLUMNS
        mov     ecx, [ansi_params + 4]
        cmp     ecx, 1
        adc     ecx, -1                 ; from 1, and nothing means 1
        cmp     ecx, VGA_COLUMNS
        jae     .done
        add     ebx, ecx
        jmp     .moved
.erase:
        mov     ecx, VGA_CELLS
        sub     ecx, ebx
        cmp     dword [ansi_params], 2
        jne     .blank
        xor     ebx, ebx
        mov     ecx, VGA_CELLS
        jmp     .blank
.erase_row:
        mov     eax, ebx
        xor     edx, edx
        mov     ecx, VGA_COLUMNS
        div     ecx
        sub     ecx, edx
.blank:
        ccall   vga_erase, ebx, ecx
        jmp     .done
.colours:
        xor     esi, esi
.colour:
        ccall   ansi_colour, [ansi_params + esi * 4]
        inc     esi
        cmp     esi, [ansi_count]
        jbe     .colour
.done:
        pop     esi
        pop     ebx
endproc

; void ansi_colour(int parameter)       of ESC [ ... m
proc ansi_colour, .parameter
        mov     ecx, [ebp + .parameter]
        movzx   eax, byte [vga_attribute]
        test    ecx, ecx
        jz      .plain
        cmp     ecx, 1
        je      .bright
        cmp     ecx, 7
        je      .reversed
        cmp     ecx, 27
        je      .plain
        sub     ecx, 30
        cmp     ecx, 7
        jbe     .foreground
        sub     ecx, 10
        cmp     ecx, 7
        ja      .done
        and     eax, 0x0f
        mov     cl, [ansi_to_vga + ecx]
        shl     ecx, 4
        or      eax, ecx
        jmp     .set
.foreground:
        and     eax, 0xf8
        or      al, [ansi_to_vga + ecx]
        jmp     .set
.bright:
        or      eax, 8
        jmp     .set
.reversed:
        mov     eax, (VGA_ATTRIBUTE << 4) & 0x70
        jmp     .set
.plain:
        mov     eax, VGA_ATTRIBUTE
.set:
        mov     [vga_attribute], al
.done:
endproc

        section .rodata
ansi_to_vga:    db 0, 4, 2, 6, 1, 5, 3, 7       ; red and blue change places
        section .text
