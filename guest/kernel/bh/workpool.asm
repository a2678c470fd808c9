; workpool.asm: the threads that run works: kworker/C:I, kworker/C:IH, kworker/uP:I.
;
;   workpools_init()              boot
;   insert_work(pool, work)       interrupts off       it is run when its turn comes
;   start_pool(pool)              tasks                it shall have a worker: 0 or -ENOMEM
;   wq_worker_sleeping(task), wq_worker_waking_up(task)   the scheduler, interrupts off
;
; A CPU's pool keeps one worker running: while that one runs, works wait; when it sleeps in a work,
; another takes over, made when there is none. So a work that sleeps holds nobody back, and one that
; computes does. An unbound pool starts a worker for every work. One idle worker is always kept ready.
; Everything here is guarded by interrupts being off.

WORKER_NAME_LEN equ 24
POOLS           equ 2 * NR_CPUS + 2
UNBOUND_POOL    equ 2 * NR_CPUS

        section .bss
        alignb  4
worker_pools:   resb worker_pool_size * POOLS

        section .text

; void workpools_init(void)
proc workpools_init
        push    ebx
        push    esi
        mov     ebx, worker_pools
        xor     esi, esi
.next:
        mov     [ebx + worker_pool.id], esi
        mov     dword [ebx + worker_pool.cpu], POOL_UNBOUND
        cmp     esi, UNBOUND_POOL
        jae     .unbound
        mov     eax, esi
        shr     eax, 1
        mov     [ebx + worker_pool.cpu], eax
.unbound:
        test    esi, 1
        jz      .normal
        mov     dword [ebx + worker_pool.nice], MIN_NICE
.normal:
        lea     eax, [ebx + worker_pool.works]
        mov     [eax + work_list.end], eax
        cmp     esi, UNBOUND_POOL
        ja      .later                  ; when somebody wants it
        ccall   start_pool, ebx
.later:
        add     ebx, worker_pool_size
        inc     esi
        cmp     esi, POOLS
        jb      .next
        pop     esi
        pop     ebx
endproc

; int start_pool(struct worker_pool *pool)
proc start_pool, .pool
        mov     ecx, [ebp + .pool]
        xor     eax, eax
        cmp     [ecx + worker_pool.nr_workers], eax
        jne     .done
        ccall   create_worker, ecx
        test    eax, eax
        mov     eax, 0
        jnz     .done
        mov     eax, -ENOMEM
.done:
endproc

; struct worker *create_worker(struct worker_pool *pool)        it begins idle; 0: no memory, no slot
proc create_worker, .pool
.worker_name    equ -WORKER_NAME_LEN
        sub     esp, WORKER_NAME_LEN
        push    ebx
        push    esi
        mov     esi, [ebp + .pool]
        ccall   kzalloc, worker_size, GFP_KERNEL
        mov     ebx, eax
        test    ebx, ebx
        jz      .done
        mov     [ebx + worker.pool], esi
        mov     eax, [esi + worker_pool.nr_workers]
        mov     [ebx + worker.id], eax
        lea     edx, [ebp + .worker_name]
        cmp     dword [esi + worker_pool.cpu], POOL_UNBOUND
        je      .unbound
        mov     ecx, no_suffix
        cmp     dword [esi + worker_pool.nice], 0
        je      .suffix_known
        mov     ecx, high_suffix
.suffix_known:
        ccall   sprintf, edx, bound_format, [esi + worker_pool.cpu], eax, ecx
        jmp     .named
.unbound:
        ccall   sprintf, edx, unbound_format, [esi + worker_pool.id], eax
.named:
        lea     edx, [ebp + .worker_name]
        ccall   kthread_create, worker_thread, ebx, edx
        test    eax, eax
        jz      .no_task
        mov     [ebx + worker.task], eax
        mov     [eax + task.worker], ebx
        or      dword [eax + task.thread_flags], PF_WQ_WORKER
        cmp     dword [esi + worker_pool.cpu], POOL_UNBOUND
        je      .may_move
        or      dword [eax + task.thread_flags], PF_NO_SETAFFINITY
.may_move:
        ccall   set_user_nice, eax, [esi + worker_pool.nice]
        pushfd
        cli
        mov     dword [ebx + worker.idle], 1
        inc     dword [esi + worker_pool.nr_workers]
        inc     dword [esi + worker_pool.nr_idle]
        mov     eax, [esi + worker_pool.workers]
        mov     [ebx + worker.next], eax
        mov     [esi + worker_pool.workers], ebx
        popfd
        ccall   wake_up_new_task, [ebx + worker.task]
        jmp     .done
.no_task:
        ccall   kfree, ebx
        xor     ebx, ebx
.done:
        mov     eax, ebx
        pop     esi
        pop     ebx
endproc

; void insert_work(struct worker_pool *pool, struct work_struct *work)
proc insert_work, .pool, .work
        push    ebx
        mov     ebx, [ebp + .pool]
        lea     eax, [ebx + worker_pool.works]
        ccall   work_list_add, eax, [ebp + .work]
        cmp     dword [ebx + worker_pool.nr_running], 0
        jne     .somebody_runs
        ccall   wake_up_worker, ebx
.somebody_runs:
        pop     ebx
endproc

; void wake_up_worker(struct worker_pool *pool)         an idle one, if there is
proc wake_up_worker, .pool
        mov     ecx, [ebp + .pool]
        mov     ecx, [ecx + worker_pool.workers]
.next:
        test    ecx, ecx
        jz      .none
        cmp     dword [ecx + worker.idle], 0
        je      .busy
        mov     eax, [ecx + worker.task]
        cmp     dword [eax + task.state], TASK_RUNNING
        je      .none                   ; is on its way already
        ccall   wake_up_process, eax
        return
.busy:
        mov     ecx, [ecx + worker.next]
        jmp     .next
.none:
endproc

; int worker_thread(struct worker *worker)
proc worker_thread, .self
        push    ebx
        push    esi
        mov     ebx, [ebp + .self]
        mov     esi, [ebx + worker.pool]
        cli
.woke_up:
        mov     dword [ebx + worker.idle], 0
        dec     dword [esi + worker_pool.nr_idle]
        ccall   count_running, ebx, 1
.recheck:
        cmp     dword [esi + worker_pool.works + work_list.first], 0
        je      .sleep
        ccall   others_running, ebx
        test    eax, eax
        jnz     .sleep
        cmp     dword [esi + worker_pool.nr_idle], 0
        jne     .work
        ; nobody would take over if our work slept
        sti
        ccall   create_worker, esi
        cli
        test    eax, eax
        jnz     .recheck
.work:
        mov     eax, [esi + worker_pool.works + work_list.first]
        ccall   process_one_work, ebx, eax
        cmp     dword [esi + worker_pool.works + work_list.first], 0
        je      .sleep
        ccall   others_running, ebx
        test    eax, eax
        jz      .work
.sleep:
        mov     dword [ebx + worker.idle], 1
        inc     dword [esi + worker_pool.nr_idle]
        ccall   count_running, ebx, -1
        ccall   interruptible_sleep_on, ebx
        jmp     .woke_up
        pop     esi                     ; not reached: a worker has no end
        pop     ebx
endproc

; void count_running(struct worker *self, int change)   in bound pools only
proc count_running, .self, .change
        mov     eax, [ebp + .self]
        mov     eax, [eax + worker.pool]
        cmp     dword [eax + worker_pool.cpu], POOL_UNBOUND
        je      .not_counted
        mov     ecx, [ebp + .change]
        add     [eax + worker_pool.nr_running], ecx
.not_counted:
endproc

; int others_running(const struct worker *self)         besides this one, which counts as running
proc others_running, .self
        mov     eax, [ebp + .self]
        mov     eax, [eax + worker.pool]
        mov     eax, [eax + worker_pool.nr_running]
        cmp     eax, 2
        sbb     eax, eax
        inc     eax                     ; 1 if two or more
endproc

; void process_one_work(struct worker *self, struct work_struct *work)  interrupts off, and on meanwhile
; The function may free the work or queue it again, so all that is needed afterwards is taken before.
proc process_one_work, .self, .work
.function       equ -4
.pwq            equ -8
.color          equ -12
        sub     esp, 12
        push    ebx
        push    esi
        mov     ebx, [ebp + .self]
        mov     esi, [ebp + .work]
        mov     ecx, [ebx + worker.pool]
        lea     eax, [ecx + worker_pool.works]
        ccall   work_list_remove, eax, esi
        ; a work never runs twice at a time: whoever runs it now gets it back
        ccall   find_worker_of, esi
        test    eax, eax
        jz      .ours
        mov     [eax + worker.deferred], esi
        jmp     .done
.ours:
        mov     [ebx + worker.current], esi
        mov     eax, [esi + work_struct.func]
        mov     [ebp + .function], eax
        mov     eax, [esi + work_struct.pwq]
        mov     [ebp + .pwq], eax
        mov     eax, [esi + work_struct.color]
        mov     [ebp + .color], eax
        xor     eax, eax
        xchg    eax, [esi + work_struct.flushers]
        mov     [ebx + worker.flushers], eax
        mov     dword [esi + work_struct.pending], 0
        mov     ecx, [ebx + worker.pool]
        cmp     dword [ecx + worker_pool.nr_running], 0
        jne     .started
        cmp     dword [ecx + worker_pool.works + work_list.first], 0
        je      .started
        ccall   wake_up_worker, ecx     ; unbound: the next work need not wait
.started:
        sti
        ccall   [ebp + .function], esi
        cmp     dword [this_cpu(preempt_count)], 0
        je      .sound
        mov     eax, [ebx + worker.task]
        lea     ecx, [eax + task.comm]
        pr      KERN_ERR, "BUG: workqueue leaked lock or atomic: %s/0x%08x/%d", \
                ecx, [this_cpu(preempt_count)], [eax + task.pid]
        pr      KERN_ERR, "     last function: %ps", [ebp + .function]
        mov     dword [this_cpu(preempt_count)], 0
.sound:
        call    cond_resched
        cli
        mov     dword [ebx + worker.current], 0
        ccall   complete_flushers, [ebx + worker.flushers]
        mov     dword [ebx + worker.flushers], 0
        xor     eax, eax
        xchg    eax, [ebx + worker.deferred]
        test    eax, eax
        jz      .not_again
        ccall   insert_work, [ebx + worker.pool], eax
.not_again:
        ccall   pwq_dec_in_flight, [ebp + .pwq], [ebp + .color]
        ccall   pwq_dec_active, [ebp + .pwq]
.done:
        pop     esi
        pop     ebx
endproc

; struct worker *find_worker_of(const struct work_struct *work)  who runs it now, or 0
proc find_worker_of, .work
        push    ebx
        mov     edx, [ebp + .work]
        mov     ebx, worker_pools
.pool:
        mov     eax, [ebx + worker_pool.workers]
.next:
        test    eax, eax
        jz      .next_pool
        cmp     [eax + worker.current], edx
        je      .found
        mov     eax, [eax + worker.next]
        jmp     .next
.next_pool:
        add     ebx, worker_pool_size
        cmp     ebx, worker_pools + worker_pool_size * POOLS
        jb      .pool
        xor     eax, eax
.found:
        pop     ebx
endproc

; void complete_flushers(struct flusher *first)
proc complete_flushers, .first
        push    ebx
        mov     ebx, [ebp + .first]
.next:
        test    ebx, ebx
        jz      .done
        push    dword [ebx + flusher.next] ; it goes with the waiter's stack
        lea     eax, [ebx + flusher.done]
        ccall   complete, eax
        pop     ebx
        jmp     .next
.done:
        pop     ebx
endproc

; void wq_worker_sleeping(struct task *which)
; The last one that ran falls asleep in its work: somebody else goes on with the list.
proc wq_worker_sleeping, .which
        mov     eax, [ebp + .which]
        mov     ecx, [eax + task.worker]
        cmp     dword [ecx + worker.idle], 0
        jne     .done
        cmp     dword [ecx + worker.asleep], 0
        jne     .done
        mov     dword [ecx + worker.asleep], 1
        push    dword [ecx + worker.pool]
        ccall   count_running, ecx, -1
        pop     ecx
        cmp     dword [ecx + worker_pool.nr_running], 0
        jne     .done
        cmp     dword [ecx + worker_pool.works + work_list.first], 0
        je      .done
        ccall   wake_up_worker, ecx
.done:
endproc

; void wq_worker_waking_up(struct task *which)
proc wq_worker_waking_up, .which
        mov     eax, [ebp + .which]
        mov     ecx, [eax + task.worker]
        test    ecx, ecx
        jz      .done
        cmp     dword [ecx + worker.asleep], 0
        je      .done
        mov     dword [ecx + worker.asleep], 0
        ccall   count_running, ecx, 1
.done:
endproc

        section .rodata
bound_format:   db "kworker/%d:%d%s", 0
unbound_format: db "kworker/u%d:%d", 0
high_suffix:    db "H"
no_suffix:      db 0
        section .text
