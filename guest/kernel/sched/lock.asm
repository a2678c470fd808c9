; lock.asm: keeping others out: spinlocks where nobody may sleep, mutexes and completions where one may.
;
;   spin_lock(lock), spin_trylock(lock), spin_unlock(lock)                tasks and softirqs that no interrupt disturbs
;   spin_lock_bh(lock), spin_unlock_bh(lock)          tasks: against softirqs too
;   spin_lock_irqsave(lock), spin_unlock_irqrestore(lock, flags)   any context: against interrupts too
;   mutex_lock(m), mutex_trylock(m), mutex_unlock(m)  tasks; who locks it unlocks it
;   init_completion(c), complete(c), complete_all(c)  any context
;   wait_for_completion(c)                            tasks
;   wait_for_completion_timeout(c, ticks)             tasks     ticks left, 0: it did not come
;
; A spinlock is one word, bit 0 taken. A mutex is one word, its owner. A completion is one word, how
; often it is still done.

        section .text

; void spin_lock(spinlock_t *lock)
proc spin_lock, .lock
        preempt_disable
        mov     ecx, [ebp + .lock]
.again:
        lock bts dword [ecx], 0
        jnc     .taken
.wait:
        test    dword [ecx], 1          ; looking is cheaper than trying
        jnz     .wait
        jmp     .again
.taken:
endproc
EXPORT_SYMBOL spin_lock

; int spin_trylock(spinlock_t *lock)    1: it is ours now
proc spin_trylock, .lock
        preempt_disable
        mov     ecx, [ebp + .lock]
        mov     eax, 1
        lock bts dword [ecx], 0
        jnc     .taken
        call    preempt_enable
        xor     eax, eax
.taken:
endproc
EXPORT_SYMBOL spin_trylock

; void spin_unlock(spinlock_t *lock)
proc spin_unlock, .lock
        mov     ecx, [ebp + .lock]
        lock btr dword [ecx], 0
        call    preempt_enable
endproc
EXPORT_SYMBOL spin_unlock

; void spin_lock_bh(spinlock_t *lock)
proc spin_lock_bh, .lock
        call    local_bh_disable
        ccall   spin_lock, [ebp + .lock]
endproc
EXPORT_SYMBOL spin_lock_bh

; void spin_unlock_bh(spinlock_t *lock)
proc spin_unlock_bh, .lock
        ccall   spin_unlock, [ebp + .lock]
        call    local_bh_enable
endproc
EXPORT_SYMBOL spin_unlock_bh

; u32 spin_lock_irqsave(spinlock_t *lock)       EFLAGS as they were
proc spin_lock_irqsave, .lock
        pushfd
        cli
        ccall   spin_lock, [ebp + .lock]
        pop     eax
endproc
EXPORT_SYMBOL spin_lock_irqsave

; void spin_unlock_irqrestore(spinlock_t *lock, u32 flags)
proc spin_unlock_irqrestore, .lock, .flags
        mov     ecx, [ebp + .lock]
        lock btr dword [ecx], 0
        push    dword [ebp + .flags]
        popfd
        call    preempt_enable
endproc
EXPORT_SYMBOL spin_unlock_irqrestore

; void mutex_lock(struct mutex *m)
proc mutex_lock, .m
        push    ebx
        might_sleep
        mov     ebx, [ebp + .m]
        pushfd
        cli
.again:
        cmp     dword [ebx], 0
        je      .free
        ccall   sleep_on, ebx
        jmp     .again
.free:
        mov     eax, [this_cpu(current)]
        mov     [ebx], eax
        popfd
        pop     ebx
endproc
EXPORT_SYMBOL mutex_lock

; int mutex_trylock(struct mutex *m)    1: it is ours now
proc mutex_trylock, .m
        xor     eax, eax
        mov     ecx, [ebp + .m]
        mov     edx, [this_cpu(current)]
        lock cmpxchg [ecx], edx
        sete    al
        movzx   eax, al
endproc
EXPORT_SYMBOL mutex_trylock

; void mutex_unlock(struct mutex *m)
proc mutex_unlock, .m
        mov     ecx, [ebp + .m]
        mov     eax, [this_cpu(current)]
        cmp     [ecx], eax
        je      .ours
        warn    "mutex_unlock: %p is not held by whom unlocks it", ecx
        return
.ours:
        mov     dword [ecx], 0
        ccall   wake_up, ecx
endproc
EXPORT_SYMBOL mutex_unlock

; void init_completion(struct completion *c)
proc init_completion, .c
        mov     eax, [ebp + .c]
        mov     dword [eax], 0
endproc
EXPORT_SYMBOL init_completion

; void complete(struct completion *c)   one waiter may go on
proc complete, .c
        mov     eax, [ebp + .c]
        lock inc dword [eax]
        ccall   wake_up, eax
endproc
EXPORT_SYMBOL complete

; void complete_all(struct completion *c)       all may, for good
proc complete_all, .c
        mov     eax, [ebp + .c]
        mov     dword [eax], COMPLETED_FOR_ALL
        ccall   wake_up, eax
endproc
EXPORT_SYMBOL complete_all

COMPLETED_FOR_ALL equ 0x7fffffff

; void wait_for_completion(struct completion *c)
proc wait_for_completion, .c
        push    ebx
        might_sleep
        mov     ebx, [ebp + .c]
        pushfd
        cli
.again:
        cmp     dword [ebx], 0
        jne     .done
        ccall   sleep_on, ebx
        jmp     .again
.done:
        ccall   take_completion, ebx
        popfd
        pop     ebx
endproc
EXPORT_SYMBOL wait_for_completion

; u32 wait_for_completion_timeout(struct completion *c, u32 ticks)
proc wait_for_completion_timeout, .c, .ticks
        push    ebx
        might_sleep
        mov     ebx, [ebp + .c]
        pushfd
        cli
        mov     eax, [ebp + .ticks]
.again:
        cmp     dword [ebx], 0
        jne     .done
        test    eax, eax
        jz      .out
        ccall   sleep_on_timeout, ebx, eax, TASK_UNINTERRUPTIBLE
        jmp     .again
.done:
        push    eax
        ccall   take_completion, ebx
        pop     eax
        test    eax, eax
        jnz     .out
        inc     eax                     ; just in time
.out:
        popfd
        pop     ebx
endproc
EXPORT_SYMBOL wait_for_completion_timeout

; void take_completion(struct completion *c)    interrupts off; ecx lost
proc take_completion, .c
        mov     ecx, [ebp + .c]
        cmp     dword [ecx], COMPLETED_FOR_ALL
        je      .for_all
        dec     dword [ecx]
.for_all:
endproc
