; printk.asm: the kernel's log.
;
;   printk(format, ...)           any context          one line; use `pr` (include/printk.inc)
;   console_lock(), console_unlock()   any context     what is printed in between stays in one piece
;   show_log()                    tasks                dmesg
;
; A line is stamped with the seconds since boot and goes into a ring with interrupts off; from there
; whoever holds the console brings it out, when its level is below CONSOLE_LOGLEVEL. Who interrupts
; the holder only adds to the ring. The serial port is slow, so interrupts are as they were meanwhile.
;
; In the ring a line begins with its level, one character that is never shown.

LOG_BUF_SIZE    equ 32768               ; a power of two
LOG_LINE_SIZE   equ 320
DEFAULT_LEVEL   equ 4

        section .bss
        alignb  4
log_buf:        resb LOG_BUF_SIZE
log_length:     resd 1                  ; characters ever logged: the next one's place, less whole rounds
console_seq:    resd 1                  ; of them the console has had so many
console_held:   resd 1                  ; how often console_lock was called and not undone
printk_text:    resb LOG_LINE_SIZE
printk_line:    resb LOG_LINE_SIZE + 32

        section .text

; int printk(const char *format, ...)   gives the line's length
proc printk, .format
        lea     eax, [ebp + .format + 4]
        ccall   vprintk, [ebp + .format], eax
endproc
EXPORT_SYMBOL printk

; int vprintk(const char *format, const u32 *args)
proc vprintk, .format, .args
        push    ebx
        push    esi
        pushfd
        cli
        ccall   vsnprintf, printk_text, LOG_LINE_SIZE, [ebp + .format], [ebp + .args]
        mov     esi, printk_text
        mov     ebx, DEFAULT_LEVEL + '0'
        cmp     byte [esi], KERN_SOH
        jne     .level_known
        movzx   ebx, byte [esi + 1]
        add     esi, 2
.level_known:
        call    sched_clock             ; eax: seconds, edx: microseconds
        ccall   sprintf, printk_line, stamp_format, ebx, eax, edx, esi
        mov     ebx, eax
        ccall   log_store, printk_line, ebx
        popfd
        call    console_lock
        call    console_unlock
        mov     eax, ebx
        pop     esi
        pop     ebx
endproc

; void log_store(const char *text, u32 length)          interrupts off
proc log_store, .text, .length
        push    ebx
        mov     ecx, [ebp + .text]
        mov     edx, [ebp + .length]
.next:
        test    edx, edx
        jz      .done
        mov     al, [ecx]
        mov     ebx, [log_length]
        and     ebx, LOG_BUF_SIZE - 1
        mov     [log_buf + ebx], al
        inc     dword [log_length]
        inc     ecx
        dec     edx
        jmp     .next
.done:
        pop     ebx
endproc

; void console_lock(void)
; No other task may come between; an interrupt may, and leaves its lines in the ring.
proc console_lock
        inc     dword [this_cpu(preempt_count)]
        inc     dword [console_held]
endproc

; void console_unlock(void)             the outermost brings out what has come meanwhile
proc console_unlock
        push    ebx
        push    esi
.again:
        pushfd
        cli                             ; nobody may add a line between the look and the letting go
        cmp     dword [console_held], 1
        jne     .done
        mov     ebx, [console_seq]
        cmp     ebx, [log_length]
        je      .done
        popfd
        ccall   log_oldest, ebx
        mov     ebx, eax
        ccall   log_char, ebx
        mov     esi, eax                ; the line's level
        inc     ebx
.character:
        ccall   log_char, ebx
        inc     ebx
        mov     [console_seq], ebx
        push    eax
        cmp     esi, CONSOLE_LOGLEVEL + '0'
        jae     .quiet
        ccall   console_putc, eax
        call    clock_read              ; a line may take longer than a tick: keep the clock going
.quiet:
        pop     eax
        cmp     eax, NEWLINE
        jne     .character
        jmp     .again
.done:
        dec     dword [console_held]
        popfd
        pop     esi
        pop     ebx
        call    preempt_enable
endproc

; int log_char(u32 place)
proc log_char, .place
        mov     ecx, [ebp + .place]
        and     ecx, LOG_BUF_SIZE - 1
        movzx   eax, byte [log_buf + ecx]
endproc

; u32 log_oldest(u32 place)             place, or where the oldest whole line is if that is later
proc log_oldest, .place
        mov     ecx, [ebp + .place]
        mov     edx, [log_length]
        sub     edx, ecx
        cmp     edx, LOG_BUF_SIZE
        jbe     .still_there
        mov     ecx, [log_length]
        sub     ecx, LOG_BUF_SIZE
.skip:
        mov     edx, ecx
        and     edx, LOG_BUF_SIZE - 1
        inc     ecx
        cmp     byte [log_buf + edx], NEWLINE
        jne     .skip
.still_there:
        mov     eax, ecx
endproc

; void show_log(void)
proc show_log
        push    ebx
        call    console_lock
        ccall   log_oldest, 0
        mov     ebx, eax
.line:
        cmp     ebx, [log_length]
        jae     .done
        inc     ebx                     ; the level
.character:
        ccall   log_char, ebx
        inc     ebx
        push    eax
        ccall   console_putc, eax
        pop     eax
        cmp     eax, NEWLINE
        jne     .character
        jmp     .line
.done:
        call    console_unlock
        pop     ebx
endproc

        section .rodata
stamp_format:   db "%c[%5u.%06u] %s", 0
        section .text
