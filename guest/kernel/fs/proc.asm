; proc.asm: the files under /proc: each is a routine that prints.
;
;   proc_show(path)               tasks                1, or 0: there is no such file
;   proc_list()                   tasks                their names

        section .rodata
        align   4
proc_files:
        dd      proc_interrupts_path, show_interrupts
        dd      proc_softirqs_path, show_softirqs
        dd      proc_ioports_path, show_ioports
        dd      proc_kallsyms_path, show_kallsyms
        dd      proc_cmdline_path, show_cmdline
        dd      proc_modules_path, show_modules
        dd      proc_uptime_path, show_uptime
        dd      proc_meminfo_path, show_meminfo
proc_files_end:
proc_interrupts_path: db "/proc/interrupts", 0
proc_softirqs_path: db "/proc/softirqs", 0
proc_ioports_path: db "/proc/ioports", 0
proc_kallsyms_path: db "/proc/kallsyms", 0
proc_cmdline_path: db "/proc/cmdline", 0
proc_modules_path: db "/proc/modules", 0
proc_uptime_path: db "/proc/uptime", 0
proc_meminfo_path: db "/proc/meminfo", 0

        section .text

; int proc_show(const char *path)
proc proc_show, .path
        push    ebx
        mov     ebx, proc_files
.next:
        ccall   strcmp, [ebp + .path], [ebx]
        test    eax, eax
        jz      .found
        add     ebx, 8
        cmp     ebx, proc_files_end
        jb      .next
        xor     eax, eax
        jmp     .done
.found:
        call    [ebx + 4]
        mov     eax, 1
.done:
        pop     ebx
endproc

; void proc_list(void)
proc proc_list
        push    ebx
        mov     ebx, proc_files
.next:
        println "%s", [ebx]
        add     ebx, 8
        cmp     ebx, proc_files_end
        jb      .next
        pop     ebx
endproc

; void show_cmdline(void)
proc show_cmdline
        println "%s", boot_command_line
endproc

; void show_ioports(void)               who answers at which ports
proc show_ioports
        push    ebx
        mov     ebx, port_regions
.next:
        movzx   eax, word [ebx + 2]
        movzx   ecx, word [ebx]
        println "%04x-%04x : %s", ecx, eax, [ebx + 4]
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
        dw      PIC2_COMMAND, PIC2_DATA
        dd      region_pic2
        dw      CRTC_INDEX, CRTC_DATA
        dd      region_vga
        dw      COM1, COM1 + UART_LSR + 2
        dd      region_serial
        dw      ELCR1, ELCR1 + 1
        dd      region_elcr
port_regions_end:
region_pic1: db "pic1", 0
region_timer0: db "timer0", 0
region_keyboard: db "keyboard", 0
region_pic2: db "pic2", 0
region_vga: db "vga+", 0
region_serial: db "serial", 0
region_elcr: db "elcr", 0
        section .text

; void show_uptime(void)                seconds since boot, seconds spent idle
proc show_uptime
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
        println "%u.%02u %u.%02u", eax, edx, esi, edi
        pop     edi
        pop     esi
        pop     ebx
endproc

; void show_meminfo(void)
proc show_meminfo
        mov     eax, [boot_ram_end]
        shr     eax, 10
        println "MemTotal:  %8u kB", eax
        call    nr_free_pages
        shl     eax, PAGE_SHIFT - 10
        println "MemFree:   %8u kB", eax
endproc
