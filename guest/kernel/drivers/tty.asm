; tty.asm: the terminal's input: keyboard and serial port put characters in, readers take them out.
;
;   tty_insert_char(c, irq)       hard IRQ             a character came, over that line
;   tty_room()                    any context          how many more it would take
;   tty_getc()                    tasks                waits for the next one; -1: a signal came
;   tty_available()               any context          how many wait
;
; Ctrl-C, Ctrl-Z and Ctrl-\ are no characters but SIGINT, SIGTSTP and SIGQUIT for the processes in the
; foreground, unless the terminal's owner has switched that off (ISIG). A full ring loses what comes.

TTY_RING_SIZE   equ 1024                ; a power of two

        section .bss
        alignb  4
tty_ring:       resb TTY_RING_SIZE
tty_head:       resd 1                  ; next place to fill
tty_tail:       resd 1                  ; next to take; also the queue that readers sleep on
tty_foreground: resd 1                  ; the process group that Ctrl-C means, or 0

        section .data
        align   4
tty_lflag:      dd ISIG | ICANON | ECHO

        section .text

; void tty_insert_char(int c, int irq)
proc tty_insert_char, .c, .irq
        ccall   tty_signal, [ebp + .c]
        test    eax, eax
        jnz     .full
        mov     ecx, [tty_head]
        lea     edx, [ecx + 1]
        and     edx, TTY_RING_SIZE - 1
        cmp     edx, [tty_tail]
        je      .full
        mov     eax, [ebp + .c]
        mov     [tty_ring + ecx], al
        mov     [tty_head], edx
        ccall   wake_up, tty_tail
.full:
endproc

; int tty_signal(int c)                 1: it was a signal, and has been sent
proc tty_signal, .c
        push    ebx
        mov     ebx, tty_signals
.next:
        mov     eax, [ebx]
        test    eax, eax
        jz      .done                   ; a character
        cmp     eax, [ebp + .c]
        je      .found
        add     ebx, 8
        jmp     .next
.found:
        xor     eax, eax
        test    dword [tty_lflag], ISIG
        jz      .done
        cmp     [tty_foreground], eax
        je      .done
        mov     eax, [ebx]
        add     eax, CTRL_LETTER
        mov     [tty_echo + 1], al
        ccall   console_write, tty_echo, TTY_ECHO
        ccall   send_signal_group, [tty_foreground], [ebx + 4]
        mov     eax, 1
.done:
        pop     ebx
endproc

; u32 tty_room(void)
proc tty_room
        mov     eax, [tty_tail]
        sub     eax, [tty_head]
        dec     eax
        and     eax, TTY_RING_SIZE - 1
endproc

; u32 tty_available(void)
proc tty_available
        mov     eax, [tty_head]
        sub     eax, [tty_tail]
        and     eax, TTY_RING_SIZE - 1
endproc

; int tty_getc(void)
proc tty_getc
        push    ebx
        pushfd
        cli
.again:
        mov     ecx, [tty_tail]
        cmp     ecx, [tty_head]
        jne     .take
        ccall   interruptible_sleep_on, tty_tail
        mov     ebx, -1
        mov     eax, [this_cpu(current)]
        cmp     dword [eax + task.sigpending], 0
        je      .again
        jmp     .done
.take:
        movzx   ebx, byte [tty_ring + ecx]
        inc     ecx
        and     ecx, TTY_RING_SIZE - 1
        mov     [tty_tail], ecx
        cmp     ecx, [tty_head]
        jne     .done
        call    uart_unthrottle
.done:
        popfd
        mov     eax, ebx
        pop     ebx
endproc

        section .rodata
        align   4
tty_signals:                            ; character, signal
        dd      CTRL_C, SIGINT, CTRL_Z, SIGTSTP, CTRL_BACKSLASH, SIGQUIT, 0

        section .data
tty_echo:       db "^?", NEWLINE
TTY_ECHO        equ $ - tty_echo
        section .text
