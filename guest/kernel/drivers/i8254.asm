; i8254.asm: the interval timer: HZ ticks a second on IRQ 0, and the time between them.
;
;   i8254_init()                  boot
;   sched_clock()                 any context          eax: seconds since init, edx: microseconds
;   jiffies                       ticks since init; read it anywhere

HZ              equ 100
LATCH           equ (PIT_HZ + HZ / 2) / HZ      ; counts a tick
USEC_PER_SEC    equ 1000000
USEC_PER_TICK   equ USEC_PER_SEC / HZ

        section .bss
        alignb  4
jiffies:        resd 1
i8254_running:  resd 1
last_seconds:   resd 1                  ; what sched_clock said last: it never goes back
last_microseconds: resd 1

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
        ccall   request_irq, IRQ_TIMER, timer_interrupt, 0, timer_name, 0
endproc

; irqreturn_t timer_interrupt(int irq, void *dev)       hard IRQ
proc timer_interrupt
        inc     dword [jiffies]
        mov     eax, [this_cpu(current)]
        cmp     dword [eax + task.pid], 0
        jne     .busy
        inc     dword [this_cpu(idle_ticks)]
.busy:
        call    wake_expired
        call    scheduler_tick
        mov     eax, IRQ_HANDLED
endproc

; sched_clock: eax seconds, edx microseconds; ecx lost
; The counter runs down from LATCH to 1 and starts again as IRQ 0 rises. With interrupts off that
; interrupt may still be waiting, and the tick it stands for is added here: surely when it waited
; before the counter was latched; when it came about that moment, only if the counter had restarted.
proc sched_clock
        push    ebx
        push    esi
        pushfd
        cli
        xor     eax, eax
        xor     edx, edx
        cmp     dword [i8254_running], 0
        je      .done
        ccall   irq_pending_8259A, IRQ_TIMER
        mov     esi, eax
        mov     al, PIT_CH0_LATCH
        out     PIT_MODE, al
        xor     eax, eax
        in      al, PIT_CHANNEL0
        mov     ebx, eax
        in      al, PIT_CHANNEL0
        shl     eax, 8
        or      ebx, eax
        neg     ebx
        add     ebx, LATCH              ; counts since it last started
        jns     .started
        xor     ebx, ebx                ; latched before its first clock
.started:
        test    esi, esi
        jnz     .ticks_known
        cmp     ebx, LATCH / 2
        ja      .ticks_known
        ccall   irq_pending_8259A, IRQ_TIMER
        mov     esi, eax
.ticks_known:
        add     esi, [jiffies]
        mov     eax, USEC_PER_TICK
        mul     ebx
        mov     ecx, LATCH
        div     ecx
        mov     ebx, eax                ; microseconds within the tick
        mov     eax, esi
        xor     edx, edx
        mov     ecx, HZ
        div     ecx
        imul    edx, edx, USEC_PER_TICK
        add     edx, ebx
        ; The counter may have started again without its interrupt being raised yet (an emulated one
        ; does): then this looks earlier than the last answer, by less than a tick.
        cmp     eax, [last_seconds]
        ja      .later
        jb      .tick_missing
        cmp     edx, [last_microseconds]
        jae     .later
.tick_missing:
        add     edx, USEC_PER_TICK
        cmp     edx, USEC_PER_SEC
        jb      .later
        sub     edx, USEC_PER_SEC
        inc     eax
.later:
        mov     [last_seconds], eax
        mov     [last_microseconds], edx
.done:
        popfd
        pop     esi
        pop     ebx
endproc

        section .rodata
timer_name:     db "timer", 0
        section .text
