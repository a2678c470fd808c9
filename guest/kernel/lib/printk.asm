; printk.asm: the kernel's log.
;
;   printk(format, ...)           any context          one line; use `pr` (include/printk.inc)
;   show_log()                    tasks                dmesg
;
; A line is stamped with the seconds since boot, goes into a ring with interrupts off, and from there
; onto the console when its level is below CONSOLE_LOGLEVEL, with interrupts as they were: the serial
; port is slow, and the tick must not wait for it.

LOG_BUF_SIZE    equ 16384               ; a power of two
LOG_LINE_SIZE   equ 320
DEFAULT_LEVEL   equ 4

        section .bss
        alignb  4
log_buf:        resb LOG_BUF_SIZE
log_end:        resd 1                  ; where the next character goes
log_length:     resd 1                  ; characters ever logged
printk_text:    resb LOG_LINE_SIZE
printk_line:    resb LOG_LINE_SIZE + 32

        section .text

; int printk(const char *format, ...)   gives the line's length
proc printk, .format
        push    ebx
        push    esi
        push    edi
        pushfd
        cli
        lea     eax, [ebp + .format + 4]
        ccall   vsnprintf, printk_text, LOG_LINE_SIZE, [ebp + .format], eax
        mov     esi, printk_text
        mov     ebx, DEFAULT_LEVEL
        cmp     byte [esi], KERN_SOH
        jne     .level_known
        movzx   ebx, byte [esi + 1]
        sub     ebx, '0'
        add     esi, 2
.level_known:
        call    sched_clock             ; eax: seconds, edx: microseconds
        ccall   sprintf, printk_line, stamp_format, eax, edx, esi
        mov     edi, eax
        mov     esi, [log_end]
        ccall   log_store, printk_line, edi
        popfd
        cmp     ebx, CONSOLE_LOGLEVEL
        jae     .quiet
        ccall   log_to_console, esi, edi
.quiet:
        mov     eax, edi
        pop     edi
        pop     esi
        pop     ebx
endproc

; void log_store(const char *text, u32 length)          interrupts off
proc log_store, .text, .length
        push    ebx
        mov     ecx, [ebp + .text]
        mov     edx, [ebp + .length]
        mov     ebx, [log_end]
.next:
        test    edx, edx
        jz      .done
        mov     al, [ecx]
        mov     [log_buf + ebx], al
        inc     ebx
        and     ebx, LOG_BUF_SIZE - 1
        inc     ecx
        dec     edx
        inc     dword [log_length]
        jmp     .next
.done:
        mov     [log_end], ebx
        pop     ebx
endproc

; void log_to_console(u32 place, u32 length)
proc log_to_console, .place, .length
        push    ebx
        mov     ebx, [ebp + .place]
.next:
        dec     dword [ebp + .length]
        js      .done
        movzx   eax, byte [log_buf + ebx]
        ccall   console_putc, eax
        inc     ebx
        and     ebx, LOG_BUF_SIZE - 1
        jmp     .next
.done:
        pop     ebx
endproc

; void show_log(void)
proc show_log
        push    ebx
        push    esi
        xor     ebx, ebx
        mov     esi, [log_length]
        cmp     esi, LOG_BUF_SIZE
        jbe     .next
        ; the ring has come round: begin with the oldest line that is whole
        mov     esi, LOG_BUF_SIZE
        mov     ebx, [log_end]
.skip:
        mov     al, [log_buf + ebx]
        inc     ebx
        and     ebx, LOG_BUF_SIZE - 1
        dec     esi
        jz      .done
        cmp     al, NEWLINE
        jne     .skip
.next:
        ccall   log_to_console, ebx, esi
.done:
        pop     esi
        pop     ebx
endproc

        section .rodata
stamp_format:   db "[%5u.%06u] %s", 0
        section .text
