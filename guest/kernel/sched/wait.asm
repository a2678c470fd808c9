; wait.asm: sleeping until something happens, and waking who sleeps.
;
;   sleep_on(queue)               tasks, interrupts off    until wake_up(queue); a queue is any address
;   interruptible_sleep_on(queue) tasks, interrupts off    the same, or a signal
;   sleep_on_timeout(queue, ticks, state)   tasks, interrupts off   at most so long; ticks left
;   wake_up(queue)                any context          everyone who sleeps on it
;   schedule_timeout(ticks)       tasks                until so many ticks have gone by, or a signal
;   msleep(ms)                    tasks                at least so long
;   wait_task(task)               tasks                until that child has ended: its status
;
; To miss no wake-up: cli, test the condition, sleep_on, test again.

        section .text

; void sleep_on(void *queue)            interrupts must be off; they are when it returns, too
proc sleep_on, .queue
        might_sleep
        mov     eax, [this_cpu(current)]
        mov     ecx, [ebp + .queue]
        mov     [eax + task.wait_queue], ecx
        mov     dword [eax + task.state], TASK_UNINTERRUPTIBLE
        call    schedule
        mov     eax, [this_cpu(current)]
        mov     dword [eax + task.wait_queue], 0
endproc
EXPORT_SYMBOL sleep_on

; void interruptible_sleep_on(void *queue)
; A task that is to die does not go to sleep any more.
proc interruptible_sleep_on, .queue
        might_sleep
        mov     eax, [this_cpu(current)]
        cmp     dword [eax + task.sigpending], 0
        jne     .awake
        mov     ecx, [ebp + .queue]
        mov     [eax + task.wait_queue], ecx
        mov     dword [eax + task.state], TASK_INTERRUPTIBLE
        call    schedule
        mov     eax, [this_cpu(current)]
.awake:
        mov     dword [eax + task.wait_queue], 0
endproc
EXPORT_SYMBOL interruptible_sleep_on

; A timer and whom it wakes; on the sleeper's stack.
struc sleeper
.timer:         resb timer_list_size
.task:          resd 1
endstruc

; u32 sleep_on_timeout(void *queue, u32 ticks, int state)       ticks left, 0: none
proc sleep_on_timeout, .queue, .ticks, .state
.alarm          equ -sleeper_size
        sub     esp, sleeper_size
        push    ebx
        might_sleep
        mov     ebx, [this_cpu(current)]
        cmp     dword [ebp + .state], TASK_INTERRUPTIBLE
        jne     .sleep
        cmp     dword [ebx + task.sigpending], 0
        jne     .awake
.sleep:
        lea     eax, [ebp + .alarm]
        mov     [eax + sleeper.task], ebx
        ccall   timer_setup, eax, wake_sleeper, 0
        mov     ecx, [jiffies]
        add     ecx, [ebp + .ticks]
        lea     eax, [ebp + .alarm]
        ccall   mod_timer, eax, ecx
        mov     eax, [ebp + .queue]
        mov     [ebx + task.wait_queue], eax
        mov     eax, [ebp + .state]
        mov     [ebx + task.state], eax
        call    schedule
        mov     dword [ebx + task.wait_queue], 0
        lea     eax, [ebp + .alarm]
        ccall   del_timer, eax
        mov     eax, [ebp + .alarm + timer_list.expires]
        sub     eax, [jiffies]
        jns     .done
        xor     eax, eax
        jmp     .done
.awake:
        mov     eax, [ebp + .ticks]
.done:
        pop     ebx
endproc
EXPORT_SYMBOL sleep_on_timeout

; void wake_sleeper(struct timer_list *)
proc wake_sleeper, .alarm
        mov     eax, [ebp + .alarm]
        ccall   wake_up_process, [eax + sleeper.task]
endproc

; void wake_up(void *queue)
proc wake_up, .queue
        push    ebx
        push    esi
        mov     esi, [ebp + .queue]
        mov     ebx, tasks
.next:
        cmp     [ebx + task.wait_queue], esi
        jne     .other
        ccall   wake_up_process, ebx
.other:
        add     ebx, task_size
        cmp     ebx, tasks + task_size * NR_TASKS
        jb      .next
        pop     esi
        pop     ebx
endproc
EXPORT_SYMBOL wake_up

; u32 schedule_timeout(u32 ticks)       ticks left, 0: none; more than 0: a signal came
proc schedule_timeout, .ticks
        pushfd
        cli
        ccall   sleep_on_timeout, 0, [ebp + .ticks], TASK_INTERRUPTIBLE
        popfd
endproc
EXPORT_SYMBOL schedule_timeout

; void msleep(u32 ms)
proc msleep, .ms
        might_sleep
        cmp     dword [this_cpu(preempt_count)], 0
        jne     .awake
        pushfd
        cli
        ccall   msecs_to_jiffies, [ebp + .ms]
        inc     eax                     ; the tick that has begun does not count
.again:
        ccall   sleep_on_timeout, 0, eax, TASK_UNINTERRUPTIBLE
        test    eax, eax
        jnz     .again
        popfd
        return
.awake:
        ccall   mdelay, [ebp + .ms]     ; the bug was told; the time at least is kept
endproc
EXPORT_SYMBOL msleep

; int wait_task(struct task *child)
; What was the child's goes back: slot, number, address space.
proc wait_task, .child
        push    ebx
        pushfd
        cli
        mov     ebx, [ebp + .child]
.again:
        cmp     dword [ebx + task.state], TASK_ZOMBIE
        je      .ended
        ccall   interruptible_sleep_on, ebx
        jmp     .again
.ended:
        push    dword [ebx + task.exit_status]
        push    dword [ebx + task.pgd]
        ccall   release_task, ebx
        pop     ebx
        pop     ecx
        popfd
        push    ecx
        ccall   free_address_space, ebx ; nobody's by now: no need to keep interrupts out for so long
        pop     eax
        pop     ebx
endproc
