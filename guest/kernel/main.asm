; main.asm: the order in which things come up, and what the first two tasks do.
;
; start_kernel becomes task 0, the idle task, which runs when nobody else wants to. Task 1, init,
; keeps a shell running.

; noreturn void start_kernel(void)      boot, interrupts off
proc start_kernel
        call    vga_init
        call    uart_init
        pr      KERN_NOTICE, "trapgate kernel version 1 (i386), every trap through its own IDT"
        pr      KERN_INFO, "Command line: %s", boot_command_line
        call    pages_init
        call    paging_init
        call    idt_init
        call    doublefault_init
        call    sched_init
        call    irq_init
        call    tasklets_init
        call    timers_init
        call    init_8259A
        call    i8254_init
        call    i8042_init
        call    keyboard_init
        call    uart_request_irq
        call    mouse_init
        call    rtc_init
        call    parport_init
        call    fpu_irq_init
        call    gpio_init
        call    nmi_watchdog_init
        sti
        call    initrd_init
        call    inode_init
        call    devfs_init
        call    sysfs_init
        call    proc_init
        call    mem_init
        call    tty_init
        call    rtc_devices
        call    watchdog_devices
        call    mouse_devices
        call    parport_devices
        call    cpuid_devices
        call    ramfs_populate
        ccall   kthread_create, init, 0, init_name ; it gets number 1, but begins when all is there
        mov     ebx, eax
        call    ksoftirqd_init
        call    workqueue_init
        ccall   wake_up_new_task, ebx
        call    cpu_idle
endproc

; noreturn void cpu_idle(void)          the idle task
; The test and the hlt may not be torn apart by an interrupt that sets need_resched: sti takes
; effect after the instruction behind it, so the hlt begins with interrupts still held.
proc cpu_idle
.again:
        cli
        cmp     dword [this_cpu(need_resched)], 0
        jne     .schedule
        sti
        hlt
        jmp     .again
.schedule:
        sti
        call    schedule
        jmp     .again
endproc

; int init(void *unused)                task 1
; With the word `tour` on the command line the tour is shown instead of the shell, and then the
; machine is switched off. A shell that dies in an oops is replaced.
proc init, .unused
        push    ebx
        ccall   has_word, boot_command_line, tour_word
        mov     ebx, tour_main
        mov     edx, tour_word
        test    eax, eax
        jnz     .run
        mov     ebx, shell_main
        mov     edx, shell_name
.run:
        ccall   kthread_run_child, ebx, 0, edx
        ccall   wait_task, eax
        cmp     ebx, tour_main
        je      .tour_over
        pr      KERN_INFO, "init: the shell ended with status %x, starting another", eax
        mov     edx, shell_name
        jmp     .run
.tour_over:
        call    machine_power_off
endproc

        section .rodata
init_name:      db "init", 0
shell_name:     db "sh", 0
tour_word:      db "tour", 0
        section .text
