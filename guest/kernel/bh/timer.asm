; timer.asm: functions to be called at a tick to come, as a softirq.
;
;   timer_setup(t, function, flags)    any context
;   add_timer(t), mod_timer(t, expires)   any context  mod_timer gives 1 if it was pending
;   del_timer(t), del_timer_sync(t)    any context     the same; sync: and its function does not run
;   timer_pending(t)                   any context
;   run_local_timers()                 the tick        raises TIMER_SOFTIRQ when one is due
;
; Each CPU has its list, the timer due first in front. Guarded by interrupts being off.

        section .text

; void timers_init(void)                boot
proc timers_init
        ccall   open_softirq, TIMER_SOFTIRQ, run_timer_softirq
endproc

; void timer_setup(struct timer_list *t, void (*function)(struct timer_list *), u32 flags)
proc timer_setup, .t, .function, .flags
        mov     ecx, [ebp + .t]
        mov     dword [ecx + timer_list.pprev], 0
        mov     eax, [ebp + .function]
        mov     [ecx + timer_list.function], eax
        mov     eax, [ebp + .flags]
        mov     [ecx + timer_list.flags], eax
endproc
EXPORT_SYMBOL timer_setup

; int timer_pending(const struct timer_list *t)
proc timer_pending, .t
        mov     ecx, [ebp + .t]
        xor     eax, eax
        cmp     [ecx + timer_list.pprev], eax
        setne   al
endproc
EXPORT_SYMBOL timer_pending

; void add_timer(struct timer_list *t)
proc add_timer, .t
        mov     ecx, [ebp + .t]
        ccall   mod_timer, ecx, [ecx + timer_list.expires]
endproc
EXPORT_SYMBOL add_timer

; int mod_timer(struct timer_list *t, u32 expires)
proc mod_timer, .t, .expires
        push    ebx
        push    esi
        pushfd
        cli
        mov     ebx, [ebp + .t]
        ccall   del_timer, ebx
        mov     esi, eax
        mov     eax, [ebp + .expires]
        mov     [ebx + timer_list.expires], eax
        mov     ecx, [this_cpu(cpu_number)]
        imul    ecx, ecx, percpu_size
        add     ecx, percpu_areas + timers
.find:
        mov     edx, [ecx]
        test    edx, edx
        jz      .here
        mov     eax, [edx + timer_list.expires]
        sub     eax, [ebp + .expires]
        jg      .here                   ; behind those due at the same tick
        mov     ecx, edx                ; .next is its first word
        jmp     .find
.here:
        mov     [ebx + timer_list.next], edx
        mov     [ebx + timer_list.pprev], ecx
        mov     [ecx], ebx
        test    edx, edx
        jz      .last
        mov     [edx + timer_list.pprev], ebx
.last:
        popfd
        mov     eax, esi
        pop     esi
        pop     ebx
endproc
EXPORT_SYMBOL mod_timer

; int del_timer(struct timer_list *t)
proc del_timer, .t
        pushfd
        cli
        mov     ecx, [ebp + .t]
        xor     eax, eax
        mov     edx, [ecx + timer_list.pprev]
        test    edx, edx
        jz      .done
        inc     eax
        mov     dword [ecx + timer_list.pprev], 0
        mov     ecx, [ecx + timer_list.next]
        mov     [edx], ecx
        test    ecx, ecx
        jz      .done
        mov     [ecx + timer_list.pprev], edx
.done:
        popfd
endproc
EXPORT_SYMBOL del_timer

; int del_timer_sync(struct timer_list *t)
; Where a task runs no softirq does, on this CPU: only another one's has to be waited for.
proc del_timer_sync, .t
        ccall   del_timer, [ebp + .t]
endproc
EXPORT_SYMBOL del_timer_sync

; void run_local_timers(void)           hard IRQ
proc run_local_timers
        mov     ecx, [this_cpu(timers)]
        test    ecx, ecx
        jz      .none_due
        mov     eax, [jiffies]
        sub     eax, [ecx + timer_list.expires]
        js      .none_due               ; a difference, so that jiffies may wrap
        ccall   raise_softirq_irqoff, TIMER_SOFTIRQ
.none_due:
endproc

; void run_timer_softirq(struct softirq_action *)
proc run_timer_softirq, .action
        push    ebx
.next:
        cli
        mov     ebx, [this_cpu(timers)]
        test    ebx, ebx
        jz      .done
        mov     eax, [jiffies]
        sub     eax, [ebx + timer_list.expires]
        js      .done
        ccall   del_timer, ebx
        mov     [this_cpu(running_timer)], ebx
        sti
        ccall   [ebx + timer_list.function], ebx
        jmp     .next
.done:
        mov     dword [this_cpu(running_timer)], 0
        sti
        pop     ebx
endproc
