; n_tty.asm: the line discipline: from typed characters to edited lines.
;
;   n_tty_read_line(buffer, size) tasks                a line with its newline: its length; 0: Ctrl-D, the
;                                                      end; -EINTR: a signal came
;
; Backspace takes back a character, Ctrl-U the line; Ctrl-D ends it where it stands. A program that
; wants the keys themselves switches ICANON off, and this file has nothing to do with it (the shell).

        section .text

; int n_tty_read_line(char *buffer, u32 size)           what does not fit is not taken
proc n_tty_read_line, .buffer, .size
        push    ebx
        push    esi
        mov     ebx, [ebp + .buffer]
        xor     esi, esi
.next:
        call    tty_getc
        test    eax, eax
        js      .interrupted
        cmp     eax, NEWLINE
        je      .newline
        cmp     eax, BACKSPACE
        je      .backspace
        cmp     eax, CTRL_U
        je      .kill
        cmp     eax, CTRL_D
        je      .end
        cmp     eax, ESCAPE
        je      .escape
        cmp     eax, TAB
        je      .take
.printable:
        cmp     eax, SPACE
        jb      .next                   ; no other control character means anything here
.take:
        lea     ecx, [esi + 2]          ; the newline must fit, too
        cmp     ecx, [ebp + .size]
        ja      .next
        mov     [ebx + esi], al
        inc     esi
        ccall   n_tty_echo, eax
        jmp     .next
.backspace:
        test    esi, esi
        jz      .next
        dec     esi
        call    n_tty_rub_out
        jmp     .next
.kill:
        test    esi, esi
        jz      .next
        dec     esi
        call    n_tty_rub_out
        jmp     .kill
; an arrow or function key, as terminals send it: escape, bracket, parameters, a letter
.escape:
        call    tty_getc
        cmp     eax, '['
        jne     .printable
.sequence:
        call    tty_getc
        cmp     eax, '@'
        jb      .sequence               ; and -1, unsigned, ends it too
        jmp     .next
.interrupted:
        mov     eax, -EINTR
        jmp     .done
.newline:
        mov     [ebx + esi], al
        inc     esi
        ccall   n_tty_echo, eax
.end:
        mov     eax, esi
.done:
        pop     esi
        pop     ebx
endproc

; void n_tty_echo(int c)
proc n_tty_echo, .c
        test    dword [tty_lflag], ECHO
        jz      .silent
        ccall   console_putc, [ebp + .c]
.silent:
endproc

; void n_tty_rub_out(void)              takes the last character off the console
proc n_tty_rub_out
        ccall   n_tty_echo, BACKSPACE
        ccall   n_tty_echo, SPACE
        ccall   n_tty_echo, BACKSPACE
endproc
