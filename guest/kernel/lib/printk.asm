; printk.asm: the kernel's log.
;
;   printk(format, ...)           any context          use `pr` (include/printk.inc)
;   console_lock(), console_unlock()   any context     what is printed in between stays in one piece
;   log_close_line()              any context          end a line that was left without its newline
;
; Each line is stamped with the seconds since boot and goes into a ring with interrupts off; from there
; whoever holds the console brings it out, when its level is below console_loglevel. Who interrupts
; the holder only adds to the ring. The serial port is slow, so interrupts are as they were meanwhile.
;
; In the ring a line begins with its level, one character that is never shown. A text without a newline
; leaves its line open: KERN_CONT goes on with it, anything else ends it first.

LOG_BUF_SIZE    equ 32768               ; a power of two
LOG_TEXT_SIZE   equ 1024                ; of one call
LOG_STAMP_SIZE  equ 32
DEFAULT_LEVEL   equ 4

        section .bss
        alignb  4
log_buf:        resb LOG_BUF_SIZE
log_length:     resd 1                  ; characters ever logged: the next one's place, less whole rounds
log_line_open:  resd 1                  ; 1: the last has not had its newline yet
console_seq:    resd 1                  ; of them the console has had so many
console_level:  resd 1                  ; of the line it is in, or 0: the next character is a level
console_held:   resd 1                  ; how often console_lock was called and not undone
printk_text:    resb LOG_TEXT_SIZE
printk_stamp:   resb LOG_STAMP_SIZE

        section .data
        align   4
console_loglevel: dd CONSOLE_LOGLEVEL   ; what is less urgent stays off the console

        section .text

; int printk(const char *format, ...)   gives the text's length
proc printk, .format
        lea     eax, [ebp + .format + 4]
        ccall   vprintk, [ebp + .format], eax
endproc
EXPORT_SYMBOL printk
EXPORT_ALIAS _printk, printk            ; its name since Linux 5.15

; int vprintk(const char *format, const u32 *args)
proc vprintk, .format, .args
        push    ebx
        push    esi
        push    edi
        pushfd
        cli
        ccall   vsnprintf, printk_text, LOG_TEXT_SIZE, [ebp + .format], [ebp + .args]
        mov     esi, printk_text
        lea     edi, [esi + eax]        ; a NUL does not end it: its length does
        mov     ebx, DEFAULT_LEVEL + '0'
        cmp     byte [esi], KERN_SOH
        jne     .level_known
        movzx   ebx, byte [esi + 1]
        add     esi, 2
        cmp     ebx, KERN_CONT
        jne     .level_known
        mov     ebx, DEFAULT_LEVEL + '0'
        jmp     .next_line
.level_known:
        call    log_end_line
.next_line:
        cmp     esi, edi
        jae     .stored
        cmp     dword [log_line_open], 0
        jne     .text
        call    sched_clock             ; eax: seconds, edx: microseconds
        ccall   sprintf, printk_stamp, stamp_format, ebx, eax, edx
        ccall   log_store, printk_stamp, eax
        mov     dword [log_line_open], 1
.text:
        mov     ecx, esi
.find:
        cmp     ecx, edi
        jae     .left_open
        cmp     byte [ecx], NEWLINE
        je      .line_ends
        inc     ecx
        jmp     .find
.line_ends:
        inc     ecx
        mov     dword [log_line_open], 0
.left_open:
        push    ecx
        sub     ecx, esi
        ccall   log_store, esi, ecx
        pop     esi
        jmp     .next_line
.stored:
        mov     ebx, edi
        sub     ebx, printk_text
        ccall   wake_up, log_length     ; who follows /dev/kmsg
        popfd
        call    console_lock
        call    console_unlock
        mov     eax, ebx
        pop     edi
        pop     esi
        pop     ebx
endproc
EXPORT_SYMBOL vprintk

; void log_end_line(void)               interrupts off; into the log only
proc log_end_line
        cmp     dword [log_line_open], 0
        je      .closed
        mov     dword [log_line_open], 0
        ccall   log_store, newline_text, 1
.closed:
endproc

; void log_close_line(void)             and onto the console
proc log_close_line
        pushfd
        cli
        call    log_end_line
        popfd
        call    console_lock
        call    console_unlock
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
        cmp     eax, ebx
        je      .still_there
        mov     ebx, eax
        mov     dword [console_level], 0
.still_there:
        ccall   log_char, ebx
        inc     ebx
        mov     [console_seq], ebx
        cmp     dword [console_level], 0
        jne     .character
        mov     [console_level], eax
        jmp     .again
.character:
        mov     ebx, eax
        mov     ecx, [console_level]
        sub     ecx, '0'
        cmp     ecx, [console_loglevel]
        jae     .quiet
        ccall   console_emit, ebx
        call    clock_read              ; a line may take longer than a tick: keep the clock going
.quiet:
        cmp     ebx, NEWLINE
        jne     .again
        mov     dword [console_level], 0
        jmp     .again
.done:
        dec     dword [console_held]
        popfd
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

        section .rodata
stamp_format:   db "%c[%5u.%06u] ", 0
newline_text:   db NEWLINE
        section .text
