; delay.asm: waiting without sleeping.
;
;   udelay(us), mdelay(ms)        any context          at least so long
;   msecs_to_jiffies(ms)          any context          rounded up
;   jiffies_to_msecs(ticks)       any context
;
; They read the timer's counter, so they hold with interrupts off too, for as long as one likes.

MSEC_PER_SEC    equ 1000
MSEC_PER_TICK   equ MSEC_PER_SEC / HZ

        section .text

; void mdelay(u32 ms)                   at most an hour
proc mdelay, .ms
        mov     eax, PIT_HZ
        mul     dword [ebp + .ms]
        mov     ecx, MSEC_PER_SEC
        div     ecx
        ccall   delay_counts, eax
endproc
EXPORT_SYMBOL mdelay

; void udelay(u32 us)                   at most an hour
proc udelay, .us
        mov     eax, PIT_HZ
        mul     dword [ebp + .us]
        mov     ecx, USEC_PER_SEC
        div     ecx
        ccall   delay_counts, eax
endproc
EXPORT_SYMBOL udelay
EXPORT_ALIAS __udelay, udelay

; void __const_udelay(u32 xloops)       udelay of a constant, in 2^32nds of a second
proc __const_udelay, .xloops
        mov     eax, USEC_PER_SEC
        mul     dword [ebp + .xloops]
        ccall   udelay, edx
endproc
EXPORT_SYMBOL __const_udelay

; void delay_counts(u32 counts)         of the timer
proc delay_counts, .counts
        push    ebx
        push    esi
        mov     eax, [ebp + .counts]
        inc     eax                     ; one more for the one that has begun
        xor     edx, edx
        mov     ecx, LATCH
        div     ecx
        mov     ebx, eax                ; whole periods ...
        mov     esi, edx                ; ... and counts still to go
        call    clock_read
        add     ebx, eax
        add     esi, edx
        cmp     esi, LATCH
        jb      .wait
        sub     esi, LATCH
        inc     ebx
.wait:
        call    clock_read
        sub     eax, ebx                ; a difference, so that the count may wrap
        js      .wait
        jnz     .done
        cmp     edx, esi
        jb      .wait
.done:
        pop     esi
        pop     ebx
endproc

; u32 msecs_to_jiffies(u32 ms)
proc msecs_to_jiffies, .ms
        mov     eax, [ebp + .ms]
        xor     edx, edx
        mov     ecx, MSEC_PER_TICK
        div     ecx
        cmp     edx, 1                  ; carry if it came out even
        sbb     eax, -1
endproc
EXPORT_SYMBOL msecs_to_jiffies
EXPORT_ALIAS __msecs_to_jiffies, msecs_to_jiffies

; u32 jiffies_to_msecs(u32 ticks)
proc jiffies_to_msecs, .ticks
        imul    eax, [ebp + .ticks], MSEC_PER_TICK
endproc
EXPORT_SYMBOL jiffies_to_msecs
