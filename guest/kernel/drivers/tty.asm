; tty.asm: the terminal: keyboard and serial port put characters in, a reader takes edited lines out.
;
;   tty_insert_char(c, irq)       hard IRQ             a character came, over that line
;   tty_room()                    any context          how many more it would take
;   tty_getc()                    tasks                waits for the next one
;   tty_read_line(buffer, size)   tasks                a line, edited and echoed; its length
;
; Backspace takes back a character, Ctrl-U the line; Ctrl-C drops it, or, while a program runs in
; the foreground, ends that. A full ring loses what comes.

TTY_RING_SIZE   equ 1024                ; a power of two

        section .bss
        alignb  4
tty_ring:       resb TTY_RING_SIZE
tty_head:       resd 1                  ; next place to fill
tty_tail:       resd 1                  ; next to take; also the queue that readers sleep on
tty_last_irq:   resd 1                  ; over which line the last character came
tty_foreground: resd 1                  ; struct task * that Ctrl-C ends, or 0

        section .text

; void tty_insert_char(int c, int irq)
proc tty_insert_char, .c, .irq
        mov     eax, [ebp + .irq]
        mov     [tty_last_irq], eax
        cmp     dword [ebp + .c], CTRL_C
        jne     .insert
        mov     eax, [tty_foreground]
        test    eax, eax
        jz      .insert
        ccall   send_signal, eax, SIGINT
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

; int tty_getc(void)                    the character, or -1 if a signal came instead
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
        cmp     dword [eax + task.signal], 0
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

; int tty_read_line(char *buffer, u32 size)
; The line without its newline, with a NUL. -1: given up by Ctrl-C, or a signal came.
proc tty_read_line, .buffer, .size
        push    ebx
        push    esi
        mov     ebx, [ebp + .buffer]
        xor     esi, esi
.next:
        call    tty_getc
        test    eax, eax
        js      .given_up
        cmp     eax, NEWLINE
        je      .end
        cmp     eax, BACKSPACE
        je      .backspace
        cmp     eax, CTRL_U
        je      .kill
        cmp     eax, CTRL_C
        je      .interrupt
        cmp     eax, ESCAPE
        je      .escape
.printable:
        cmp     eax, SPACE
        jl      .next                   ; no other control character means anything here
        lea     ecx, [esi + 1]
        cmp     ecx, [ebp + .size]
        jae     .next
        mov     [ebx + esi], al
        inc     esi
        ccall   console_putc, eax
        jmp     .next
.backspace:
        test    esi, esi
        jz      .next
        dec     esi
        call    tty_rub_out
        jmp     .next
.kill:
        test    esi, esi
        jz      .next
        dec     esi
        call    tty_rub_out
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
.interrupt:
        println "^C"
.given_up:
        mov     eax, -1
        jmp     .done
.end:
        mov     byte [ebx + esi], 0
        ccall   console_putc, NEWLINE
        mov     eax, esi
.done:
        pop     esi
        pop     ebx
endproc

; void tty_rub_out(void)                takes the last character off the console
proc tty_rub_out
        ccall   console_putc, BACKSPACE
        ccall   console_putc, SPACE
        ccall   console_putc, BACKSPACE
endproc
