; tty.asm: the terminal's input: keyboard and serial port put characters in, readers take them out.
;
;   tty_insert_char(c, irq)       hard IRQ             a character came, over that line
;   tty_room()                    any context          how many more it would take
;   tty_getc()                    tasks                waits for the next one; -1: a signal came
;   tty_available()               any context          how many wait
;
; Ctrl-C is no character but SIGINT for the processes in the foreground, unless the terminal's owner
; has switched that off (ISIG). A full ring loses what comes.

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
        cmp     dword [ebp + .c], CTRL_C
        jne     .insert
        test    dword [tty_lflag], ISIG
        jz      .insert
        cmp     dword [tty_foreground], 0
        je      .insert
        ccall   console_write, tty_interrupt_echo, TTY_INTERRUPT_ECHO
        ccall   send_signal_group, [tty_foreground], SIGINT
        return
.insert:
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
tty_interrupt_echo: db "^C", NEWLINE
TTY_INTERRUPT_ECHO equ $ - tty_interrupt_echo
        section .text
