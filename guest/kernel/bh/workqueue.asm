; workqueue.asm: queues of works.
;
;   alloc_workqueue(format, flags, max_active, ...)   tasks   0: no memory
;   destroy_workqueue(wq)         tasks                all its works end first
;   queue_work(wq, work), queue_work_on(cpu, wq, work)   any context   0: it was pending already
;   schedule_work(work)           any context          on system_wq
;   flush_work(work)              tasks                until it has run; 0: it was idle
;   cancel_work_sync(work)        tasks                1: it was pending; waits if it runs
;   flush_workqueue(wq)           tasks                until all that is queued now has run
;
; Of a queue at most max_active works are with the pool at a time; the others wait here, in order.

        section .bss
        alignb  4
workqueues:     resd 1                  ; all of them
system_wq:      resd 1
system_highpri_wq: resd 1
system_long_wq: resd 1
system_unbound_wq: resd 1

        section .text

; void workqueue_init(void)             boot, when threads can be made
proc workqueue_init
        call    workpools_init
        ccall   alloc_workqueue, events_name, 0, 0
        mov     [system_wq], eax
        ccall   alloc_workqueue, events_highpri_name, WQ_HIGHPRI, 0
        mov     [system_highpri_wq], eax
        ccall   alloc_workqueue, events_long_name, 0, 0
        mov     [system_long_wq], eax
        ccall   alloc_workqueue, events_unbound_name, WQ_UNBOUND, WQ_MAX_ACTIVE
        mov     [system_unbound_wq], eax
endproc
EXPORT_SYMBOL system_wq
EXPORT_SYMBOL system_highpri_wq
EXPORT_SYMBOL system_long_wq
EXPORT_SYMBOL system_unbound_wq

; struct workqueue_struct *alloc_workqueue(const char *format, u32 flags, int max_active, ...)
; max_active 0: WQ_DFL_ACTIVE
proc alloc_workqueue, .format, .flags, .max_active
        push    ebx
        push    esi
        push    edi
        might_sleep
        ccall   kzalloc, workqueue_struct_size, GFP_KERNEL
        mov     ebx, eax
        test    ebx, ebx
        jz      .done
        lea     edx, [ebx + workqueue_struct.name]
        lea     eax, [ebp + .max_active + 4]
        ccall   vsnprintf, edx, WQ_NAME_LEN, [ebp + .format], eax
        mov     eax, [ebp + .flags]
        mov     [ebx + workqueue_struct.flags], eax
        mov     eax, [ebp + .max_active]
        test    eax, eax
        jnz     .active_known
        mov     eax, WQ_DFL_ACTIVE
.active_known:
        mov     [ebx + workqueue_struct.max_active], eax
        lea     esi, [ebx + workqueue_struct.pwqs]
        mov     edi, worker_pools
        test    dword [ebp + .flags], WQ_UNBOUND
        jz      .bound
        mov     edi, worker_pools + UNBOUND_POOL * worker_pool_size
.bound:
        test    dword [ebp + .flags], WQ_HIGHPRI
        jz      .next
        add     edi, worker_pool_size
.next:
        mov     [esi + pool_workqueue.pool], edi
        mov     [esi + pool_workqueue.wq], ebx
        lea     eax, [esi + pool_workqueue.inactive]
        mov     [eax + work_list.end], eax
        ccall   start_pool, edi
        test    eax, eax
        jnz     .no_pool
        add     esi, pool_workqueue_size
        test    dword [ebp + .flags], WQ_UNBOUND
        jnz     .ready                  ; the first serves all CPUs
        add     edi, 2 * worker_pool_size
        lea     eax, [ebx + workqueue_struct_size]
        cmp     esi, eax
        jb      .next
.ready:
        pushfd
        cli
        mov     eax, [workqueues]
        mov     [ebx + workqueue_struct.next], eax
        mov     [workqueues], ebx
        popfd
        mov     dword [ebx + workqueue_struct.cpumask], CPU_MASK_ALL
        test    dword [ebp + .flags], WQ_SYSFS
        jz      .done
        ccall   workqueue_sysfs_register, ebx
        test    eax, eax
        jz      .done
        ccall   destroy_workqueue, ebx
        xor     ebx, ebx
        jmp     .done
.no_pool:
        ccall   kfree, ebx
        xor     ebx, ebx
.done:
        mov     eax, ebx
        pop     edi
        pop     esi
        pop     ebx
endproc
EXPORT_SYMBOL alloc_workqueue

; void destroy_workqueue(struct workqueue_struct *wq)
proc destroy_workqueue, .wq
        push    ebx
        mov     ebx, [ebp + .wq]
        ccall   workqueue_sysfs_unregister, ebx
.drain:
        ccall   flush_workqueue, ebx
        ccall   in_flight_of, ebx, 0
        test    eax, eax
        jnz     .drain                  ; works that queue works
        ccall   in_flight_of, ebx, 1
        test    eax, eax
        jnz     .drain
        pushfd
        cli
        mov     ecx, workqueues
.next:
        mov     eax, [ecx]
        cmp     eax, ebx
        je      .found
        lea     ecx, [eax + workqueue_struct.next]
        jmp     .next
.found:
        mov     eax, [ebx + workqueue_struct.next]
        mov     [ecx], eax
        popfd
        ccall   kfree, ebx
        pop     ebx
endproc
EXPORT_SYMBOL destroy_workqueue

; u32 in_flight_of(const struct workqueue_struct *wq, int color)        in all its parts
proc in_flight_of, .wq, .color
        push    ebx
        mov     ebx, [ebp + .wq]
        mov     edx, [ebp + .color]
        lea     ecx, [ebx + workqueue_struct_size]
        add     ebx, workqueue_struct.pwqs
        xor     eax, eax
.next:
        add     eax, [ebx + pool_workqueue.in_flight + edx * 4]
        add     ebx, pool_workqueue_size
        cmp     ebx, ecx
        jb      .next
        pop     ebx
endproc

; bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
proc queue_work, .wq, .work
        ccall   queue_work_on, [this_cpu(cpu_number)], [ebp + .wq], [ebp + .work]
endproc
EXPORT_SYMBOL queue_work

; bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work)
proc queue_work_on, .cpu, .wq, .work
        push    ebx
        pushfd
        cli
        mov     ecx, [ebp + .work]
        xor     ebx, ebx
        lock bts dword [ecx + work_struct.pending], 0
        jc      .pending_already
        ccall   __queue_work, [ebp + .cpu], [ebp + .wq], ecx
        inc     ebx
.pending_already:
        popfd
        mov     eax, ebx
        pop     ebx
endproc
EXPORT_SYMBOL queue_work_on

; bool schedule_work(struct work_struct *work)
proc schedule_work, .work
        ccall   queue_work, [system_wq], [ebp + .work]
endproc
EXPORT_SYMBOL schedule_work

; bool schedule_work_on(int cpu, struct work_struct *work)
proc schedule_work_on, .cpu, .work
        ccall   queue_work_on, [ebp + .cpu], [system_wq], [ebp + .work]
endproc
EXPORT_SYMBOL schedule_work_on

; void __queue_work(int cpu, struct workqueue_struct *wq, struct work_struct *work)
; Its pending bit is ours; interrupts off. A CPU that is not there means this one.
proc __queue_work, .cpu, .wq, .work
        push    ebx
        push    esi
        mov     esi, [ebp + .work]
        mov     ecx, [ebp + .wq]
        mov     eax, [ebp + .cpu]
        cmp     eax, NR_CPUS
        jb      .cpu_known
        mov     eax, [this_cpu(cpu_number)]
.cpu_known:
        test    dword [ecx + workqueue_struct.flags], WQ_UNBOUND
        jz      .bound
        xor     eax, eax
.bound:
        imul    eax, eax, pool_workqueue_size
        lea     ebx, [ecx + eax + workqueue_struct.pwqs]
        mov     [esi + work_struct.pwq], ebx
        mov     eax, [ecx + workqueue_struct.color]
        mov     [esi + work_struct.color], eax
        inc     dword [ebx + pool_workqueue.in_flight + eax * 4]
        mov     eax, [ebx + pool_workqueue.nr_active]
        cmp     eax, [ecx + workqueue_struct.max_active]
        jae     .waits
        inc     dword [ebx + pool_workqueue.nr_active]
        ccall   insert_work, [ebx + pool_workqueue.pool], esi
        jmp     .done
.waits:
        lea     eax, [ebx + pool_workqueue.inactive]
        ccall   work_list_add, eax, esi
.done:
        pop     esi
        pop     ebx
endproc

; void pwq_dec_in_flight(struct pool_workqueue *pwq, int color)         interrupts off
proc pwq_dec_in_flight, .pwq, .color
        mov     ecx, [ebp + .pwq]
        mov     eax, [ebp + .color]
        dec     dword [ecx + pool_workqueue.in_flight + eax * 4]
        jnz     .more
        ccall   wake_up, [ecx + pool_workqueue.wq]
.more:
endproc

; void pwq_dec_active(struct pool_workqueue *pwq)       interrupts off; the next that waits goes on
proc pwq_dec_active, .pwq
        push    ebx
        push    esi
        mov     ebx, [ebp + .pwq]
        dec     dword [ebx + pool_workqueue.nr_active]
        mov     esi, [ebx + pool_workqueue.inactive + work_list.first]
        test    esi, esi
        jz      .none_waits
        lea     eax, [ebx + pool_workqueue.inactive]
        ccall   work_list_remove, eax, esi
        inc     dword [ebx + pool_workqueue.nr_active]
        ccall   insert_work, [ebx + pool_workqueue.pool], esi
.none_waits:
        pop     esi
        pop     ebx
endproc

; void flush_workqueue(struct workqueue_struct *wq)
; From now on works get the other colour; those of the old one are waited for.
proc flush_workqueue, .wq
        push    ebx
        push    esi
        might_sleep
        mov     ebx, [ebp + .wq]
        lea     eax, [ebx + workqueue_struct.flush_mutex]
        ccall   mutex_lock, eax
        pushfd
        cli
        mov     esi, [ebx + workqueue_struct.color]
        xor     dword [ebx + workqueue_struct.color], 1
.again:
        ccall   in_flight_of, ebx, esi
        test    eax, eax
        jz      .done
        ccall   sleep_on, ebx
        jmp     .again
.done:
        popfd
        lea     eax, [ebx + workqueue_struct.flush_mutex]
        ccall   mutex_unlock, eax
        pop     esi
        pop     ebx
endproc
EXPORT_SYMBOL flush_workqueue

; bool flush_work(struct work_struct *work)
proc flush_work, .work
.waiter         equ -flusher_size
        sub     esp, flusher_size
        push    ebx
        might_sleep
        pushfd
        cli
        mov     ecx, [ebp + .work]
        lea     ebx, [ecx + work_struct.flushers]
        ccall   is_queued, ecx
        test    eax, eax
        jnz     .wait
        ccall   find_worker_of, [ebp + .work]
        test    eax, eax
        jz      .idle
        lea     ebx, [eax + worker.flushers]
.wait:
        mov     eax, [ebx]
        mov     [ebp + .waiter + flusher.next], eax
        mov     dword [ebp + .waiter + flusher.done], 0
        lea     eax, [ebp + .waiter]
        mov     [ebx], eax
        lea     eax, [ebp + .waiter + flusher.done]
        ccall   wait_for_completion, eax
        mov     eax, 1
.idle:
        popfd
        pop     ebx
endproc
EXPORT_SYMBOL flush_work

; int is_queued(const struct work_struct *work)         interrupts off; on a list, not only with a timer
proc is_queued, .work
        mov     edx, [ebp + .work]
        xor     eax, eax
        cmp     [edx + work_struct.pending], eax
        je      .done
        mov     ecx, [edx + work_struct.pwq]
        test    ecx, ecx
        jz      .done
        mov     eax, [ecx + pool_workqueue.inactive + work_list.first]
        ccall   is_in_chain, eax, edx
        test    eax, eax
        jnz     .done
        mov     edx, [ebp + .work]
        mov     ecx, [edx + work_struct.pwq]
        mov     ecx, [ecx + pool_workqueue.pool]
        mov     eax, [ecx + worker_pool.works + work_list.first]
        ccall   is_in_chain, eax, edx
        test    eax, eax
        jnz     .done
        ccall   find_worker_of, [ebp + .work] ; or set aside by whom runs it
        test    eax, eax
        jz      .done
        mov     eax, [eax + worker.deferred]
.done:
endproc

; bool cancel_work(struct work_struct *work)    1: it was queued, and is not any more
proc cancel_work, .work
        push    ebx
        push    esi
        pushfd
        cli
        mov     ebx, [ebp + .work]
        ccall   is_queued, ebx
        test    eax, eax
        jz      .done
        mov     esi, [ebx + work_struct.pwq]
        lea     eax, [esi + pool_workqueue.inactive]
        ccall   work_list_remove, eax, ebx
        test    eax, eax
        jnz     .taken
        mov     ecx, [esi + pool_workqueue.pool]
        lea     eax, [ecx + worker_pool.works]
        ccall   work_list_remove, eax, ebx
        test    eax, eax
        jnz     .was_active
        ccall   find_worker_of, ebx
        mov     dword [eax + worker.deferred], 0
.was_active:
        ccall   pwq_dec_active, esi
.taken:
        mov     dword [ebx + work_struct.pending], 0
        ccall   complete_flushers, [ebx + work_struct.flushers]
        mov     dword [ebx + work_struct.flushers], 0
        ccall   pwq_dec_in_flight, esi, [ebx + work_struct.color]
        mov     eax, 1
.done:
        popfd
        pop     esi
        pop     ebx
endproc
EXPORT_SYMBOL cancel_work

; bool cancel_work_sync(struct work_struct *work)
proc cancel_work_sync, .work
        push    ebx
        ccall   cancel_work, [ebp + .work]
        mov     ebx, eax
        ccall   flush_work, [ebp + .work]
        mov     eax, ebx
        pop     ebx
endproc
EXPORT_SYMBOL cancel_work_sync

        section .rodata
events_name:    db "events", 0
events_highpri_name: db "events_highpri", 0
events_long_name: db "events_long", 0
events_unbound_name: db "events_unbound", 0
        section .text
