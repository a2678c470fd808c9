; i8254.asm: the interval timer: HZ ticks a second on IRQ 0, and the time between them.
;
;   i8254_init()                  boot
;   sched_clock()                 any context          eax: seconds since init, edx: microseconds
;   clock_read()                  any context          eax: whole periods since init, edx: counts since
;   sched_clock_ns()              any context          edx:eax: nanoseconds since init
;   jiffies                       ticks since init; read it anywhere
;
; The counter runs down from LATCH to 1 and starts again as IRQ 0 rises. Whoever reads it and finds
; that it has started again since the last reading counts a period. So the clock goes on, and never
; back, while interrupts are off, as long as somebody reads it once a period: mdelay does, and the
; console while it prints. jiffies take over what the clock has when the interrupt comes through.

HZ              equ 100
LATCH           equ (PIT_HZ + HZ / 2) / HZ      ; counts a tick
USEC_PER_SEC    equ 1000000
USEC_PER_TICK   equ USEC_PER_SEC / HZ
NSEC_PER_TICK   equ 1000 * USEC_PER_TICK

        section .bss
        alignb  4
jiffies:        resd 1
i8254_running:  resd 1
clock_periods:  resd 1                  ; of LATCH counts; never behind jiffies
clock_phase:    resd 1                  ; counts into the current one, at the last reading

        section .text

; void i8254_init(void)
proc i8254_init
        mov     al, PIT_CH0_RATE
        out     PIT_MODE, al
        mov     al, LATCH & 0xff
        out     PIT_CHANNEL0, al
        mov     al, LATCH >> 8
        out     PIT_CHANNEL0, al
        mov     dword [i8254_running], 1
        ccall   request_irq, IRQ_TIMER, timer_interrupt, __IRQF_TIMER | IRQF_NOBALANCING | IRQF_IRQPOLL, timer_name, 0
endproc

; irqreturn_t timer_interrupt(int irq, void *dev)       hard IRQ
; The interrupt itself proves that a period has ended, also when nobody saw the counter start again.
proc timer_interrupt
        call    clock_read
        cmp     eax, [jiffies]
        jne     .seen
        inc     dword [clock_periods]
.seen:
        mov     eax, [clock_periods]
        mov     [jiffies], eax
        call    nmi_watchdog_tick
        call    run_local_timers
        call    scheduler_tick
        mov     eax, IRQ_HANDLED
endproc

; clock_read: eax periods, edx counts into the current one; ecx lost
proc clock_read
        push    ebx
        pushfd
        cli
        cmp     dword [i8254_running], 0
        je      .known
        mov     al, PIT_CH0_LATCH
        out     PIT_MODE, al
        xor     eax, eax
        in      al, PIT_CHANNEL0
        mov     ebx, eax
        in      al, PIT_CHANNEL0
        shl     eax, 8
        or      ebx, eax
        neg     ebx
        add     ebx, LATCH
        jns     .started
        xor     ebx, ebx                ; latched before its first clock
.started:
        cmp     ebx, [clock_phase]
        jae     .same_period
        inc     dword [clock_periods]
.same_period:
        mov     [clock_phase], ebx
.known:
        mov     eax, [clock_periods]
        mov     edx, [clock_phase]
        popfd
        pop     ebx
endproc

; sched_clock: eax seconds, edx microseconds; ecx lost
proc sched_clock
        push    ebx
        call    clock_read
        push    eax
        mov     eax, USEC_PER_TICK
        mul     edx
        mov     ecx, LATCH
        div     ecx
        mov     ebx, eax                ; microseconds within the tick
        pop     eax
        xor     edx, edx
        mov     ecx, HZ
        div     ecx
        imul    edx, edx, USEC_PER_TICK
        add     edx, ebx
        pop     ebx
endproc

; u64 sched_clock_ns(void)
proc sched_clock_ns
        push    ebx
        push    esi
        call    clock_read
        mov     esi, eax
        mov     eax, NSEC_PER_TICK
        mul     edx
        mov     ecx, LATCH
        div     ecx
        mov     ebx, eax                ; nanoseconds within the tick
        mov     eax, NSEC_PER_TICK
        mul     esi
        add     eax, ebx
        adc     edx, 0
        pop     esi
        pop     ebx
endproc
EXPORT_SYMBOL sched_clock_ns

        section .rodata
timer_name:     db "timer", 0
        section .text
EXPORT_SYMBOL jiffies
