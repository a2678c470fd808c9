; delayed_work.asm: works that are queued when a timer says so.
;
;   init_delayed_work(w, func)                    any context
;   queue_delayed_work(wq, w, ticks)              any context      0: it was pending already
;   queue_delayed_work_on(cpu, wq, w, ticks), schedule_delayed_work(w, ticks)   the same
;   mod_delayed_work(wq, w, ticks)                any context      1: it was pending, and now later
;   cancel_delayed_work(w), cancel_delayed_work_sync(w)   1: it was pending; sync waits if it runs
;   flush_delayed_work(w)                         tasks            now, and wait
;
; Pending from the moment it is asked for until its function begins.

        section .text

; void init_delayed_work(struct delayed_work *w, void (*func)(struct work_struct *))
proc init_delayed_work, .w, .func
        push    ebx
        mov     ebx, [ebp + .w]
        ccall   memset, ebx, 0, delayed_work_size
        mov     eax, [ebp + .func]
        mov     [ebx + delayed_work.work + work_struct.func], eax
        lea     eax, [ebx + delayed_work.timer]
        ccall   timer_setup, eax, delayed_work_timer_fn, 0
        pop     ebx
endproc
EXPORT_SYMBOL init_delayed_work

; void delayed_work_timer_fn(struct timer_list *t)
proc delayed_work_timer_fn, .t
        pushfd
        cli
        mov     ecx, [ebp + .t]
        sub     ecx, delayed_work.timer
        ccall   __queue_work, [this_cpu(cpu_number)], [ecx + delayed_work.wq], ecx
        popfd
endproc
EXPORT_SYMBOL delayed_work_timer_fn

; bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *w, u32 ticks)
proc queue_delayed_work_on, .cpu, .wq, .w, .ticks
        push    ebx
        pushfd
        cli
        mov     ebx, [ebp + .w]
        xor     eax, eax
        lock bts dword [ebx + delayed_work.work + work_struct.pending], 0
        jc      .done
        mov     eax, [ebp + .wq]
        mov     [ebx + delayed_work.wq], eax
        cmp     dword [ebp + .ticks], 0
        je      .now
        lea     eax, [ebx + delayed_work.timer]
        mov     dword [eax + timer_list.function], delayed_work_timer_fn
        mov     ecx, [jiffies]
        add     ecx, [ebp + .ticks]
        ccall   mod_timer, eax, ecx
        jmp     .queued
.now:
        ccall   __queue_work, [ebp + .cpu], [ebp + .wq], ebx
.queued:
        mov     eax, 1
.done:
        popfd
        pop     ebx
endproc
EXPORT_SYMBOL queue_delayed_work_on

; bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *w, u32 ticks)
proc queue_delayed_work, .wq, .w, .ticks
        ccall   queue_delayed_work_on, [this_cpu(cpu_number)], [ebp + .wq], [ebp + .w], [ebp + .ticks]
endproc
EXPORT_SYMBOL queue_delayed_work

; bool schedule_delayed_work(struct delayed_work *w, u32 ticks)
proc schedule_delayed_work, .w, .ticks
        ccall   queue_delayed_work, [system_wq], [ebp + .w], [ebp + .ticks]
endproc
EXPORT_SYMBOL schedule_delayed_work

; bool schedule_delayed_work_on(int cpu, struct delayed_work *w, u32 ticks)
proc schedule_delayed_work_on, .cpu, .w, .ticks
        ccall   queue_delayed_work_on, [ebp + .cpu], [system_wq], [ebp + .w], [ebp + .ticks]
endproc
EXPORT_SYMBOL schedule_delayed_work_on

; bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *w, u32 ticks)
proc mod_delayed_work, .wq, .w, .ticks
        push    ebx
        pushfd
        cli
        ccall   cancel_delayed_work, [ebp + .w]
        mov     ebx, eax
        ccall   queue_delayed_work, [ebp + .wq], [ebp + .w], [ebp + .ticks]
        popfd
        mov     eax, ebx
        pop     ebx
endproc
EXPORT_SYMBOL mod_delayed_work

; bool cancel_delayed_work(struct delayed_work *w)
proc cancel_delayed_work, .w
        push    ebx
        pushfd
        cli
        mov     ebx, [ebp + .w]
        lea     eax, [ebx + delayed_work.timer]
        ccall   del_timer, eax
        test    eax, eax
        jnz     .had_timer
        ccall   cancel_work, ebx
        jmp     .done
.had_timer:
        mov     dword [ebx + delayed_work.work + work_struct.pending], 0
.done:
        popfd
        pop     ebx
endproc
EXPORT_SYMBOL cancel_delayed_work

; bool cancel_delayed_work_sync(struct delayed_work *w)
; One that queues itself again while it is waited for is cancelled once more.
proc cancel_delayed_work_sync, .w
        push    ebx
        xor     ebx, ebx
.again:
        ccall   cancel_delayed_work, [ebp + .w]
        or      ebx, eax
        ccall   flush_work, [ebp + .w]
        test    eax, eax
        jnz     .again
        mov     eax, ebx
        pop     ebx
endproc
EXPORT_SYMBOL cancel_delayed_work_sync

; bool flush_delayed_work(struct delayed_work *w)
proc flush_delayed_work, .w
        push    ebx
        pushfd
        cli
        mov     ebx, [ebp + .w]
        lea     eax, [ebx + delayed_work.timer]
        ccall   del_timer, eax
        test    eax, eax
        jz      .no_timer
        ccall   __queue_work, [this_cpu(cpu_number)], [ebx + delayed_work.wq], ebx
.no_timer:
        popfd
        ccall   flush_work, ebx
        pop     ebx
endproc
EXPORT_SYMBOL flush_delayed_work
