; delay.asm: waiting without sleeping.
;
;   udelay(us), mdelay(ms)        any context          at least so long
;   msecs_to_jiffies(ms)          any context          rounded up
;   jiffies_to_msecs(ticks)       any context
;
; They read the timer's counter, so they hold with interrupts off too, for as long as one likes.

MSEC_PER_SEC    equ 1000
MSEC_PER_TICK   equ MSEC_PER_SEC / HZ
SHORTEST_ROUND  equ 16                  ; times round a loop of two instructions

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
; Asking the chip is slow, so most of the time nothing is asked: it is counted. How long a round of that
; is shows only by the chip; rounds grow while eight of them fit into what is left, and a reading comes
; many times a tick, which the clock needs.
proc delay_counts, .counts
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .counts]
        inc     ebx                     ; one more for the one that has begun
        mov     edi, SHORTEST_ROUND
        call    delay_now
        mov     esi, eax
.wait:
        mov     ecx, edi
.count:
        dec     ecx
        jnz     .count
        call    delay_now
        mov     edx, eax
        sub     eax, esi                ; so long was this round; a difference, so that it may wrap
        mov     esi, edx
        sub     ebx, eax
        jbe     .done
        lea     ecx, [eax * 8]
        cmp     ecx, ebx
        ja      .shorter
        cmp     eax, LATCH / 16
        ja      .wait
        shl     edi, 1
        jmp     .wait
.shorter:
        shr     edi, 1
        cmp     edi, SHORTEST_ROUND
        jae     .wait
        mov     edi, SHORTEST_ROUND
        jmp     .wait
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; delay_now: eax the clock in counts, edx and ecx lost
delay_now:
        call    clock_read
        imul    eax, eax, LATCH
        add     eax, edx
        ret

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
