; proc.asm: /proc: what the kernel tells of itself.
;
;   proc_init()                   boot                 the folder and the files whose makers have no
;                                                      file of their own here
;
; Each file is a show routine (fs/seq_file.asm) that lives with what it shows; this table says where.
; /proc/PID is fs/proc_pid.asm's, /proc/irq is irq/affinity.asm's, /proc/sys is fs/proc_sys.asm's.

        section .bss
        alignb  4
proc_folder:    resd 1

        section .rodata
        align   4
proc_files:                             ; name, show
        dd      proc_cmdline_name, show_cmdline
        dd      proc_cpuinfo_name, show_cpuinfo
        dd      proc_devices_name, show_devices
        dd      proc_interrupts_name, show_interrupts
        dd      proc_ioports_name, show_ioports
        dd      proc_kallsyms_name, show_kallsyms
        dd      proc_meminfo_name, show_meminfo
        dd      proc_modules_name, show_modules
        dd      proc_softirqs_name, show_softirqs
        dd      proc_softirq_name, show_softirqs
        dd      proc_stat_name, show_stat
        dd      proc_uptime_name, show_uptime
        dd      proc_version_name, show_version
proc_files_end:
proc_name:      db "proc", 0
proc_cmdline_name: db "cmdline", 0
proc_cpuinfo_name: db "cpuinfo", 0
proc_devices_name: db "devices", 0
proc_interrupts_name: db "interrupts", 0
proc_ioports_name: db "ioports", 0
proc_kallsyms_name: db "kallsyms", 0
proc_meminfo_name: db "meminfo", 0
proc_modules_name: db "modules", 0
proc_softirqs_name: db "softirqs", 0
proc_softirq_name: db "softirq", 0      ; as older texts write it
proc_stat_name: db "stat", 0
proc_uptime_name: db "uptime", 0
proc_version_name: db "version", 0

        section .text

; void proc_init(void)
proc proc_init
        push    ebx
        ccall   mkdir, [root_inode], proc_name
        mov     [proc_folder], eax
        mov     ebx, proc_files
.next:
        ccall   create_seq, [proc_folder], [ebx], [ebx + 4], 0, 0
        add     ebx, 8
        cmp     ebx, proc_files_end
        jb      .next
        pop     ebx
endproc

; void show_cmdline(struct seq_file *m, void *)
proc show_cmdline, .m, .private
        seqln   [ebp + .m], "%s", boot_command_line
endproc

; void show_version(struct seq_file *m, void *)
proc show_version, .m, .private
        seqln   [ebp + .m], "trapgate kernel version 1 (i386)"
endproc

; void show_ioports(struct seq_file *m, void *)         who answers at which ports
proc show_ioports, .m, .private
        push    ebx
        mov     ebx, port_regions
.next:
        movzx   eax, word [ebx + 2]
        movzx   ecx, word [ebx]
        seqln   [ebp + .m], "%04x-%04x : %s", ecx, eax, [ebx + 4]
        add     ebx, 8
        cmp     ebx, port_regions_end
        jb      .next
        pop     ebx
endproc

        section .rodata
        align   4
port_regions:                           ; first, last, name
        dw      PIC1_COMMAND, PIC1_DATA
        dd      region_pic1
        dw      PIT_CHANNEL0, PIT_MODE
        dd      region_timer0
        dw      I8042_DATA, I8042_DATA
        dd      region_keyboard
        dw      I8042_COMMAND, I8042_COMMAND
        dd      region_keyboard
        dw      RTC_PORT, RTC_PORT + 1
        dd      region_rtc
        dw      PIC2_COMMAND, PIC2_DATA
        dd      region_pic2
        dw      FPU_CLEAR, FPU_CLEAR + 0xf
        dd      region_fpu
        dw      ATA_DATA, ATA_COMMAND
        dd      region_ata
        dw      LPT_DATA, LPT_CONTROL
        dd      region_parport
        dw      CRTC_INDEX, CRTC_DATA
        dd      region_vga
        dw      ATA_CONTROL, ATA_CONTROL
        dd      region_ata
        dw      COM1, COM1 + UART_LSR + 2
        dd      region_serial
        dw      ELCR1, ELCR1 + 1
        dd      region_elcr
port_regions_end:
region_rtc:     db "rtc0", 0
region_fpu:     db "fpu", 0
region_parport: db "parport0", 0
region_ata:     db "ide0", 0
region_pic1:    db "pic1", 0
region_timer0:  db "timer0", 0
region_keyboard: db "keyboard", 0
region_pic2:    db "pic2", 0
region_vga:     db "vga+", 0
region_serial:  db "serial", 0
region_elcr:    db "elcr", 0
        section .text

; void show_uptime(struct seq_file *m, void *)          seconds since boot, seconds spent idle
proc show_uptime, .m, .private
        push    ebx
        push    esi
        push    edi
        mov     ecx, HZ                 ; ticks of 1/100 s: quotient and remainder are the digits
        mov     eax, [this_cpu(idle_ticks)]
        xor     edx, edx
        div     ecx
        mov     esi, eax
        mov     edi, edx
        mov     eax, [jiffies]
        xor     edx, edx
        div     ecx
        seqln   [ebp + .m], "%u.%02u %u.%02u", eax, edx, esi, edi
        pop     edi
        pop     esi
        pop     ebx
endproc

; void show_meminfo(struct seq_file *m, void *)
proc show_meminfo, .m, .private
        mov     eax, [boot_ram_end]
        shr     eax, 10
        seqln   [ebp + .m], "MemTotal:  %8u kB", eax
        call    nr_free_pages
        shl     eax, PAGE_SHIFT - 10
        seqln   [ebp + .m], "MemFree:   %8u kB", eax
endproc
