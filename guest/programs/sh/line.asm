; line.asm: a line is typed: cursor, history, and the terminal's two manners.
;
;   edit_line()                   into input_line; its length; -1: Ctrl-D in an empty line
;   own_terminal()                Ctrl-C is for the shell from here on
;   lend_terminal(pgrp)           and here for that group of processes
;
; While a line is typed the terminal gives single keys (ICANON off); programs find it as it was.
; Keys: arrows, Home and End, Backspace and Del, Ctrl-A, -B, -E, -F, -K, -L, -U, -W; Ctrl-C drops the line.

HISTORY         equ 32                  ; lines remembered; a power of two
CTRL_A          equ 1
CTRL_B          equ 2
CTRL_E          equ 5
CTRL_F          equ 6
CTRL_K          equ 11
CTRL_L          equ 12
CTRL_N          equ 14
CTRL_P          equ 16
CTRL_W          equ 23

        section .bss
        alignb  4
saved_termios:  resb termios_size       ; as programs want it
typing_termios: resb termios_size
line_length:    resd 1
line_cursor:    resd 1
history_count:  resd 1                  ; lines ever remembered
history_place:  resd 1                  ; which one is being shown
history:        resb HISTORY * LINE_SIZE
typed_byte:     resd 1

        section .text

; void own_terminal(void)
proc own_terminal
        syscall SYS_IOCTL, STDIN, TIOCSPGRP, shell_pgrp
endproc

; void lend_terminal(const int *pgrp)
proc lend_terminal, .pgrp
        syscall SYS_IOCTL, STDIN, TIOCSPGRP, [ebp + .pgrp]
endproc

; int edit_line(void)
proc edit_line
        mov     dword [line_length], 0
        mov     dword [line_cursor], 0
        mov     eax, [history_count]
        mov     [history_place], eax
        ccall   memcpy, typing_termios, saved_termios, termios_size
        and     dword [typing_termios + termios.c_lflag], ~(ISIG | ICANON | ECHO)
        syscall SYS_IOCTL, STDIN, TCSETS, typing_termios
.next:
        call    read_key
        test    eax, eax
        js      .end_of_input
        mov     ecx, line_keys
.find:
        cmp     [ecx], eax
        je      .found
        add     ecx, 8
        cmp     ecx, line_keys_end
        jb      .find
        cmp     eax, SPACE
        jb      .next
        ccall   insert_char, eax
        jmp     .next
.found:
        call    [ecx + 4]               ; 0: go on, 1: the line is done, -1: there will be none
        test    eax, eax
        jz      .next
        js      .end_of_input
        mov     eax, [line_length]
        mov     byte [input_line + eax], 0
        call    remember_line
        println ""
        mov     eax, [line_length]
        jmp     .done
.end_of_input:
        mov     eax, -1
.done:
        push    eax
        syscall SYS_IOCTL, STDIN, TCSETS, saved_termios
        pop     eax
endproc

; int read_key(void)                    a character, or a KEY_ for what begins with an escape; -1: end
proc read_key
        call    read_byte
        cmp     eax, ESCAPE
        jne     .done
        call    read_byte
        cmp     eax, '['
        je      .sequence
        cmp     eax, 'O'
        jne     .done
.sequence:
        call    read_byte
        cmp     eax, '@'
        jae     .letter
        ; ESC [ 3 ~ and the like: the number matters
        mov     ecx, eax
        push    ecx
.skip:
        call    read_byte
        cmp     eax, '@'
        jb      .skip                   ; and -1, unsigned, ends it too
        pop     eax
.letter:
        add     eax, KEY_ESCAPED
.done:
endproc

KEY_ESCAPED     equ 256                 ; what an escape sequence's letter or digit is raised by

; int read_byte(void)
proc read_byte
.again:
        syscall SYS_READ, STDIN, typed_byte, 1
        cmp     eax, -EINTR
        je      .again
        dec     eax
        jnz     .end
        movzx   eax, byte [typed_byte]
        return
.end:
        mov     eax, -1
endproc

        section .rodata
        align   4
line_keys:
        dd      NEWLINE, key_enter, CTRL_C, key_interrupt, CTRL_D, key_end_of_input
        dd      BACKSPACE, key_backspace, DELETE, key_backspace, KEY_ESCAPED + '3', key_delete
        dd      CTRL_A, key_home, KEY_ESCAPED + 'H', key_home, KEY_ESCAPED + '1', key_home
        dd      CTRL_E, key_end, KEY_ESCAPED + 'F', key_end, KEY_ESCAPED + '4', key_end
        dd      CTRL_B, key_left, KEY_ESCAPED + 'D', key_left
        dd      CTRL_F, key_right, KEY_ESCAPED + 'C', key_right
        dd      CTRL_P, key_up, KEY_ESCAPED + 'A', key_up
        dd      CTRL_N, key_down, KEY_ESCAPED + 'B', key_down
        dd      CTRL_U, key_kill_line, CTRL_K, key_kill_rest, CTRL_W, key_kill_word, CTRL_L, key_clear
line_keys_end:
        section .text

proc key_enter
        mov     eax, 1
endproc

proc key_interrupt
        print   "^C"
        mov     dword [line_length], 0
        mov     eax, 1
endproc

proc key_end_of_input
        cmp     dword [line_length], 1
        sbb     eax, eax                ; -1 if it is empty
endproc

proc key_left
        xor     eax, eax
        cmp     [line_cursor], eax
        je      .done
        dec     dword [line_cursor]
        print   "%c", BACKSPACE
        xor     eax, eax
.done:
endproc

proc key_right
        mov     ecx, [line_cursor]
        cmp     ecx, [line_length]
        jae     .done
        movzx   eax, byte [input_line + ecx]
        inc     dword [line_cursor]
        print   "%c", eax
.done:
        xor     eax, eax
endproc

proc key_home
.next:
        cmp     dword [line_cursor], 0
        je      .done
        call    key_left
        jmp     .next
.done:
        xor     eax, eax
endproc

proc key_end
.next:
        mov     ecx, [line_cursor]
        cmp     ecx, [line_length]
        jae     .done
        call    key_right
        jmp     .next
.done:
        xor     eax, eax
endproc

proc key_backspace
        cmp     dword [line_cursor], 0
        je      .done
        call    key_left
        call    key_delete
.done:
        xor     eax, eax
endproc

proc key_delete
        mov     ecx, [line_cursor]
        cmp     ecx, [line_length]
        jae     .done
        ; what follows moves down by one: memcpy goes upwards
        mov     edx, [line_length]
        sub     edx, ecx
        lea     eax, [input_line + ecx]
        lea     ecx, [eax + 1]
        ccall   memcpy, eax, ecx, edx
        dec     dword [line_length]
        ccall   show_rest, 1
.done:
        xor     eax, eax
endproc

proc key_kill_rest
        mov     eax, [line_length]
        sub     eax, [line_cursor]
        mov     ecx, [line_cursor]
        mov     [line_length], ecx
        ccall   show_rest, eax
        xor     eax, eax
endproc

proc key_kill_line
        call    key_home
        call    key_kill_rest
endproc

proc key_kill_word
.blank:
        mov     ecx, [line_cursor]
        jecxz   .done
        cmp     byte [input_line + ecx - 1], SPACE
        jne     .letter
        call    key_backspace
        jmp     .blank
.letter:
        mov     ecx, [line_cursor]
        jecxz   .done
        cmp     byte [input_line + ecx - 1], SPACE
        je      .done
        call    key_backspace
        jmp     .letter
.done:
        xor     eax, eax
endproc

proc key_clear
        print   "%c[H%c[J# ", ESCAPE, ESCAPE
        push    dword [line_cursor]
        mov     dword [line_cursor], 0
        call    key_end
        pop     ecx
.back:
        cmp     [line_cursor], ecx
        je      .done
        push    ecx
        call    key_left
        pop     ecx
        jmp     .back
.done:
        xor     eax, eax
endproc

proc key_up
        mov     eax, [history_place]
        mov     ecx, [history_count]
        sub     ecx, HISTORY
        jae     .oldest_known
        xor     ecx, ecx
.oldest_known:
        cmp     eax, ecx
        je      .done
        dec     dword [history_place]
        call    show_history
.done:
        xor     eax, eax
endproc

proc key_down
        mov     eax, [history_place]
        cmp     eax, [history_count]
        je      .done
        inc     dword [history_place]
        call    show_history
.done:
        xor     eax, eax
endproc

; void show_history(void)               the line at history_place instead of what stands there
proc show_history
        call    key_kill_line
        mov     eax, [history_place]
        cmp     eax, [history_count]
        je      .empty
        ccall   history_line, eax
        ccall   strlcpy, input_line, eax, LINE_SIZE
        ccall   strlen, input_line
        mov     [line_length], eax
        call    key_end
.empty:
endproc

; char *history_line(u32 number)
proc history_line, .number
        mov     eax, [ebp + .number]
        and     eax, HISTORY - 1
        imul    eax, eax, LINE_SIZE
        add     eax, history
endproc

; void remember_line(void)              unless it is empty, or the same as the last
proc remember_line
        cmp     dword [line_length], 0
        je      .done
        mov     eax, [history_count]
        test    eax, eax
        jz      .new
        dec     eax
        ccall   history_line, eax
        ccall   strcmp, eax, input_line
        test    eax, eax
        jz      .done
.new:
        ccall   history_line, [history_count]
        ccall   strlcpy, eax, input_line, LINE_SIZE
        inc     dword [history_count]
.done:
endproc

; void insert_char(int c)               at the cursor
proc insert_char, .c
        push    esi
        push    edi
        mov     ecx, [line_length]
        cmp     ecx, LINE_SIZE - 1
        jae     .full
        inc     dword [line_length]
        ; what follows moves up by one, the last first
        lea     edi, [input_line + ecx]
        lea     esi, [edi - 1]
        sub     ecx, [line_cursor]
        std
        rep movsb
        cld
        mov     ecx, [line_cursor]
        mov     eax, [ebp + .c]
        mov     [input_line + ecx], al
        inc     dword [line_cursor]
        print   "%c", eax
        ccall   show_rest, 0
.full:
        pop     edi
        pop     esi
endproc

; void show_rest(u32 rubbed_out)        what is right of the cursor, blanks over what was, and back
proc show_rest, .rubbed_out
        push    ebx
        mov     ecx, [line_length]
        mov     ebx, ecx
        sub     ebx, [line_cursor]
        mov     byte [input_line + ecx], 0
        mov     eax, [line_cursor]
        lea     eax, [input_line + eax]
        test    ebx, ebx
        jz      .shown
        ccall   write_all, STDOUT, eax, ebx
.shown:
        add     ebx, [ebp + .rubbed_out]
.blank:
        dec     dword [ebp + .rubbed_out]
        js      .back
        print   " "
        jmp     .blank
.back:
        dec     ebx
        js      .done
        print   "%c", BACKSPACE
        jmp     .back
.done:
        pop     ebx
endproc
