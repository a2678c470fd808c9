; task.asm: the table of tasks: finding an empty slot, giving it a name and a number.
;
;   alloc_task(name)      tasks                        a new task, not yet runnable, or 0
;   release_task(task)    tasks                        its slot is free again
;
; The table, like all of sched/, is guarded by interrupts being off.

        section .bss
        alignb  16
tasks:          resb task_size * NR_TASKS
last_pid:       resd 1
        alignb  PAGE_SIZE
task_stacks:    resb THREAD_SLOT * NR_TASKS
boot_stack_top  equ task_stacks + THREAD_SLOT   ; task 0 is what boot becomes

        section .text

; void sched_init(void)                 boot: what runs since _start becomes task 0, the idle task
proc sched_init
        mov     eax, tasks
        mov     dword [eax + task.state], TASK_RUNNING
        mov     dword [eax + task.stack_top], boot_stack_top
        mov     dword [eax + task.pgd], swapper_pg_dir
        mov     [this_cpu(current)], eax
        lea     edx, [eax + task.comm]
        ccall   strlcpy, edx, .idle_name, TASK_COMM_LEN
        mov     edx, tasks + task.name
        ccall   strlcpy, edx, .idle_name, TASK_NAME_LEN
        return
        section .rodata
.idle_name:     db "swapper/0", 0
        section .text
endproc

; struct task *alloc_task(const char *name)
; It sleeps on nothing until whoever asked for it calls wake_up_new_task.
proc alloc_task, .name
        push    ebx
        push    esi
        pushfd
        cli
        mov     ebx, tasks
        xor     esi, esi
.next:
        cmp     dword [ebx + task.state], TASK_DEAD
        je      .found
        add     ebx, task_size
        inc     esi
        cmp     esi, NR_TASKS
        jb      .next
        xor     ebx, ebx
        jmp     .done
.found:
        ccall   memset, ebx, 0, task_size
        mov     dword [ebx + task.state], TASK_UNINTERRUPTIBLE
        inc     dword [last_pid]
        mov     eax, [last_pid]
        mov     [ebx + task.pid], eax
        inc     esi
        imul    esi, esi, THREAD_SLOT
        add     esi, task_stacks
        mov     [ebx + task.stack_top], esi
        mov     dword [ebx + task.pgd], swapper_pg_dir
        mov     eax, [this_cpu(current)]
        mov     [ebx + task.parent], eax
        lea     eax, [ebx + task.comm]
        ccall   strlcpy, eax, [ebp + .name], TASK_COMM_LEN
        lea     eax, [ebx + task.name]
        ccall   strlcpy, eax, [ebp + .name], TASK_NAME_LEN
        mov     dword [ebx + task.cpus_allowed], CPU_MASK_ALL
        mov     eax, [jiffies]
        mov     [ebx + task.start_time], eax
        popfd
        ccall   proc_pid_create, ebx
        pushfd
.done:
        popfd
        mov     eax, ebx
        pop     esi
        pop     ebx
endproc

; struct task *get_current(void)        any context; in an interrupt, whom it interrupted
proc get_current
        mov     eax, [this_cpu(current)]
endproc
EXPORT_SYMBOL get_current

; int signal_pending(const struct task *which)
proc signal_pending, .which
        mov     ecx, [ebp + .which]
        xor     eax, eax
        cmp     [ecx + task.sigpending], eax
        setne   al
endproc
EXPORT_SYMBOL signal_pending

; void release_task(struct task *which)
proc release_task, .which
        ccall   proc_pid_remove, [ebp + .which]
        mov     eax, [ebp + .which]
        mov     dword [eax + task.state], TASK_DEAD
endproc
