; main.asm: the order in which things come up, and what the first two tasks do.
;
; start_kernel becomes task 0, the idle task, which runs when nobody else wants to. Task 1 is the program
; /bin/init of the archive (guest/programs/bin), which keeps a shell running.

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
        call    files_init
        ccall   prepare_init_process, init_path
        test    eax, eax
        js      .no_init
        mov     ebx, eax                ; number 1; it starts when the kernel's threads are there
        call    ksoftirqd_init
        call    workqueue_init
        ccall   wake_up_new_task, ebx
        call    cpu_idle
.no_init:
        ccall   panic, no_init_text
endproc

; void files_init(void)                 boot: what the tree of files begins with
proc files_init
        call    inode_init
        call    devfs_init
        call    sysfs_init
        call    proc_init
        call    proc_sys_init
        call    irq_affinity_init
        call    workqueue_sysfs_init
        call    lkdtm_init
        call    mem_init
        call    kmsg_init
        call    tty_init
        call    serial_devices
        call    rtc_devices
        call    watchdog_devices
        call    mouse_devices
        call    parport_devices
        call    ata_devices
        call    cpuid_devices
        call    ramfs_populate
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

        section .rodata
init_path:      db "/bin/init", 0
no_init_text:   db "No working init found.", 0
        section .text
