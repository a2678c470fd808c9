; locks.asm: a lesson: threads, and what they wait for each other with: mutex and completion.
;
;       insmod locks.ko
;       insmod locks.ko nice=10         the second thread gets a tenth of the CPU

%include "include/kernel.inc"
        extern  kthread_run, kthread_create, kthread_stop, kthread_should_stop, wake_up_process, set_user_nice
        extern  mutex_lock, mutex_trylock, mutex_unlock, init_completion, complete, complete_all
        extern  wait_for_completion, wait_for_completion_timeout, msleep, cond_resched, mdelay
        module_license "GPL"

RUN_MS          equ 1000

        section .data
        align   4
nice:           dd 5
my_mutex:       dd 0
my_completion:  dd 0
counts:         dd 0, 0
        module_param nice, PARAM_INT
        section .rodata
waiter_name:    db "waiter", 0
runner_name:    db "runner", 0

        section .text

proc init_module
        push    ebx
        push    esi
        ccall   mutex_lock, my_mutex
        ccall   kthread_run, waiter, 0, waiter_name
        mov     ebx, eax
        ccall   msleep, 20
        pr      KERN_INFO, "locks: the waiter stands before the mutex"
        ccall   mutex_unlock, my_mutex
        ccall   wait_for_completion, my_completion
        pr      KERN_INFO, "locks: the waiter has it"
        ccall   mutex_trylock, my_mutex
        pr      KERN_INFO, "locks: trylock: %d", eax
        ccall   wait_for_completion_timeout, my_completion, 3
        pr      KERN_INFO, "locks: completion: %d ticks left", eax
        ccall   kthread_stop, ebx
        pr      KERN_INFO, "locks: the waiter gave %d", eax
        ccall   mutex_trylock, my_mutex
        pr      KERN_INFO, "locks: trylock: %d", eax
        ccall   mutex_unlock, my_mutex

        ; two that never sleep share the CPU by their nice levels
        ccall   kthread_create, runner, counts, runner_name
        mov     ebx, eax
        ccall   kthread_create, runner, counts + 4, runner_name
        mov     esi, eax
        ccall   set_user_nice, esi, [nice]
        ccall   wake_up_process, ebx
        ccall   wake_up_process, esi
        ccall   msleep, RUN_MS
        ccall   kthread_stop, ebx
        ccall   kthread_stop, esi
        mov     eax, [counts]
        mov     ecx, 100
        mul     ecx
        div     dword [counts + 4]
        pr      KERN_INFO, "locks: nice 0 got %d %% of what nice %d got", eax, [nice]
        mov     eax, -ENODEV
        pop     esi
        pop     ebx
endproc

; int waiter(void *unused)
proc waiter
        ccall   mutex_lock, my_mutex
        ccall   complete, my_completion
.stay:
        call    kthread_should_stop
        test    eax, eax
        jnz     .end
        ccall   msleep, 10
        jmp     .stay
.end:
        ccall   mutex_unlock, my_mutex
        mov     eax, 42
endproc

; int runner(u32 *count)                never gives the CPU up by itself: it is preempted
proc runner, .count
.again:
        mov     eax, [ebp + .count]
        inc     dword [eax]
        call    kthread_should_stop
        test    eax, eax
        jz      .again
        xor     eax, eax
endproc

proc cleanup_module
endproc
