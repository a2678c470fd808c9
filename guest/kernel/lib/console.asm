; console.asm: what is printed appears on the screen and on the first serial port alike.
;
;   console_putc(c)               any context          ends a line that the log has left open first
;   console_emit(c)               printk.asm           a character of the log
;   console_write(text, length)   any context


        section .text

; void console_putc(int c)
proc console_putc, .c
        cmp     dword [log_line_open], 0
        je      .emit
        call    log_close_line
.emit:
        cmp     dword [ebp + .c], BELL
        jne     .visible
        call    speaker_bell
        ccall   uart_putc, [ebp + .c]   ; the screen has no picture for it
        return
.visible:
        ccall   console_emit, [ebp + .c]
endproc

; void console_emit(int c)
proc console_emit, .c
        ccall   vga_write, [ebp + .c]
        ccall   uart_putc, [ebp + .c]
endproc

; void console_write(const char *text, u32 length)
proc console_write, .text, .length
        push    ebx
        push    esi
        mov     ebx, [ebp + .text]
        mov     esi, [ebp + .length]
.next:
        test    esi, esi
        jz      .done
        movzx   eax, byte [ebx]
        ccall   console_putc, eax
        inc     ebx
        dec     esi
        jmp     .next
.done:
        pop     esi
        pop     ebx
endproc
