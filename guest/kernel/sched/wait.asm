; wait.asm: sleeping until something happens, and waking who sleeps.
;
;   sleep_on(queue)           tasks, interrupts off    until wake_up(queue) or a signal; a queue is
;                                                      any address
;   wake_up(queue)            any context              everyone who sleeps on it
;   schedule_timeout(ticks)   tasks                    until so many ticks have gone by, or a signal
;   wake_expired()            timer interrupt
;   wake_task(task)           any context
;   wait_task(task)           tasks                    until that child has ended: its status
;
; To miss no wake-up: cli, test the condition, sleep_on, test again.

        section .text

; void sleep_on(void *queue)            interrupts must be off; they are when it returns, too
; A task that is to die does not go to sleep any more.
proc sleep_on, .queue
        mov     eax, [this_cpu(current)]
        cmp     dword [eax + task.signal], 0
        jne     .awake
        mov     ecx, [ebp + .queue]
        mov     [eax + task.wait_queue], ecx
        mov     dword [eax + task.state], TASK_SLEEPING
        call    schedule
        mov     eax, [this_cpu(current)]
.awake:
        mov     dword [eax + task.wait_queue], 0
        mov     dword [eax + task.has_timeout], 0
endproc

; void wake_task(struct task *which)
proc wake_task, .which
        pushfd
        cli
        mov     eax, [ebp + .which]
        cmp     dword [eax + task.state], TASK_SLEEPING
        jne     .done
        mov     dword [eax + task.state], TASK_RUNNING
        mov     dword [this_cpu(need_resched)], 1
.done:
        popfd
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
        ccall   wake_task, ebx
.other:
        add     ebx, task_size
        cmp     ebx, tasks + task_size * NR_TASKS
        jb      .next
        pop     esi
        pop     ebx
endproc

; u32 schedule_timeout(u32 ticks)       gives jiffies as they stood on waking
proc schedule_timeout, .ticks
        pushfd
        cli
        mov     edx, [this_cpu(current)]
        mov     eax, [jiffies]
        add     eax, [ebp + .ticks]
        mov     [edx + task.timeout], eax
        mov     dword [edx + task.has_timeout], 1
        ccall   sleep_on, edx
        mov     eax, [jiffies]
        popfd
endproc

; void wake_expired(void)               hard IRQ
proc wake_expired
        push    ebx
        mov     ebx, tasks
.next:
        cmp     dword [ebx + task.has_timeout], 0
        je      .other
        mov     eax, [jiffies]
        sub     eax, [ebx + task.timeout]
        js      .other                  ; a difference, so that jiffies may wrap
        ccall   wake_task, ebx
.other:
        add     ebx, task_size
        cmp     ebx, tasks + task_size * NR_TASKS
        jb      .next
        pop     ebx
endproc

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
        ccall   sleep_on, ebx
        jmp     .again
.ended:
        ccall   free_address_space, [ebx + task.pgd]
        push    dword [ebx + task.exit_status]
        ccall   release_task, ebx
        pop     eax
        popfd
        pop     ebx
endproc
