; ib700wdt.asm: the IB700 watchdog, and what watches the kernel with it.
;
;   nmi_watchdog_init()           boot                 `nmi_watchdog` on the command line
;   nmi_watchdog_tick()           the tick             once a second: this CPU still takes interrupts
;   nmi_watchdog_expired(regs)    NMI                  1: it was the watchdog, and it has been told
;   watchdog_devices()            boot, as a task      /dev/watchdog
;
; With `nmi_watchdog` the tick keeps the card from acting. A CPU that keeps interrupts off for longer
; gets an NMI, if that is what the card's jumper says, and the report of where it is stuck.
; /dev/watchdog: opening it starts the card, each write keeps it from acting, closing it stops it.

WDT_STOP        equ 0x441
WDT_START       equ 0x443               ; it acts after 30 - 2 * value seconds
WDT_30_SECONDS  equ 0
WDT_6_SECONDS   equ 12
WATCHDOG_MAJOR  equ 10                  ; Linux's numbers: misc
WATCHDOG_MINOR  equ 130

        file_operations_table watchdog_operations, 0, watchdog_write, 0, watchdog_open, watchdog_release

        section .bss
        alignb  4
nmi_watchdog:   resd 1                  ; 1: the tick feeds it
watchdog_ticks: resd 1

        section .text

; void nmi_watchdog_init(void)
proc nmi_watchdog_init
        ccall   has_word, boot_command_line, nmi_watchdog_word
        test    eax, eax
        jz      .off
        mov     dword [nmi_watchdog], 1
        in      al, SYSTEM_PORT_B       ; let IOCHK through
        and     al, SYSTEM_B_WRITABLE & ~SYSTEM_B_IOCHK_OFF
        out     SYSTEM_PORT_B, al
        ccall   watchdog_start, WDT_6_SECONDS
        pr      KERN_INFO, "NMI watchdog: enabled, 6 s"
.off:
endproc

; void watchdog_start(int value)
proc watchdog_start, .value
        mov     eax, [ebp + .value]
        mov     edx, WDT_START
        out     dx, al
endproc

; void nmi_watchdog_tick(void)          hard IRQ
proc nmi_watchdog_tick
        cmp     dword [nmi_watchdog], 0
        je      .done
        dec     dword [watchdog_ticks]
        jns     .done
        mov     dword [watchdog_ticks], HZ
        ccall   watchdog_start, WDT_6_SECONDS
.done:
endproc

; int nmi_watchdog_expired(struct pt_regs *regs)        NMI, reason IOCHK
proc nmi_watchdog_expired, .regs
        push    ebx
        xor     eax, eax
        cmp     [nmi_watchdog], eax
        je      .done
        call    console_lock
        pr      KERN_EMERG, "NMI watchdog: Watchdog detected hard LOCKUP on cpu %d", [this_cpu(cpu_number)]
        ccall   show_regs, [ebp + .regs]
        pr      KERN_EMERG, "Call Trace:"
        ccall   show_trace_of, [ebp + .regs]
        call    console_unlock
        ccall   watchdog_start, WDT_6_SECONDS
        mov     eax, 1
.done:
        pop     ebx
endproc

; void watchdog_devices(void)           minors of misc, whose major the clock has taken
proc watchdog_devices
        ccall   cdev_init, watchdog_cdev, watchdog_operations
        ccall   cdev_add, watchdog_cdev, MKDEV(WATCHDOG_MAJOR, WATCHDOG_MINOR), 1
        ccall   devfs_create_node, watchdog_name, MKDEV(WATCHDOG_MAJOR, WATCHDOG_MINOR)
endproc

; int watchdog_open(struct inode *, struct file *)
proc watchdog_open, .inode, .file
        mov     eax, -EBUSY
        cmp     dword [nmi_watchdog], 0
        jne     .done
        ccall   watchdog_start, WDT_30_SECONDS
        xor     eax, eax
.done:
endproc

; ssize_t watchdog_write(struct file *, const char *buffer, u32 count, loff_t *)
proc watchdog_write, .file, .buffer, .count, .place
        ccall   watchdog_start, WDT_30_SECONDS
        mov     eax, [ebp + .count]
endproc

; int watchdog_release(struct inode *, struct file *)
proc watchdog_release, .inode, .file
        mov     edx, WDT_STOP
        xor     eax, eax
        out     dx, al
endproc

        section .bss
        alignb  4
watchdog_cdev:  resb cdev_size
        section .rodata
nmi_watchdog_word: db "nmi_watchdog", 0
watchdog_name:  db "watchdog", 0
        section .text
