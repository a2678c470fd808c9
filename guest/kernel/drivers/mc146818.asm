; mc146818.asm: the real-time clock, on IRQ 8: /dev/rtc.
;
;   rtc_init()                    boot
;   rtc_devices()                 boot, as a task      /dev/rtc and /dev/rtc0
;   show_rtc(m)                   tasks                /proc/driver/rtc
;
; read() waits for an interrupt and gives 4 bytes: how many there were since the last one, times 256,
; and which kinds. ioctl() switches them on: once a second after the clock has moved on (RTC_UIE_ON),
; at the alarm (RTC_AIE_ON), 2 to 8192 times a second (RTC_PIE_ON). Linux's numbers and structures.

RTC_PORT        equ 0x70                ; index, and the byte at the next one
RTC_SECONDS     equ 0
RTC_SECONDS_ALARM equ 1
RTC_MINUTES     equ 2
RTC_MINUTES_ALARM equ 3
RTC_HOURS       equ 4
RTC_HOURS_ALARM equ 5
RTC_DAY         equ 7
RTC_MONTH       equ 8
RTC_YEAR        equ 9
RTC_REG_A       equ 10
RTC_REG_B       equ 11
RTC_REG_C       equ 12                  ; a read clears it, and lets the next interrupt out
RTC_UIP         equ 0x80                ; A: the time is about to change
RTC_RATE_MASK   equ 0x0f
RTC_RATE_1024   equ 6
RTC_PIE         equ 0x40                ; B, and which they were in C: periodic ...
RTC_AIE         equ 0x20                ; ... alarm ...
RTC_UIE         equ 0x10                ; ... update ended
RTC_IRQ_MASK    equ 0x70
RTC_MAJOR       equ 10                  ; Linux's numbers
RTC_MINOR       equ 135
RTC_FREQ_MIN    equ 2
RTC_FREQ_MAX    equ 8192
RTC_RATES       equ 15                  ; rate n is 32768 >> (n - 1) Hz

RTC_AIE_ON      equ 0x7001
RTC_AIE_OFF     equ 0x7002
RTC_UIE_ON      equ 0x7003
RTC_UIE_OFF     equ 0x7004
RTC_PIE_ON      equ 0x7005
RTC_PIE_OFF     equ 0x7006
RTC_ALM_SET     equ 0x40247007
RTC_RD_TIME     equ 0x80247009
RTC_IRQP_READ   equ 0x8004700b
RTC_IRQP_SET    equ 0x4004700c

struc rtc_time                          ; a struct tm
.tm_sec:        resd 1
.tm_min:        resd 1
.tm_hour:       resd 1
.tm_mday:       resd 1
.tm_mon:        resd 1                  ; from 0
.tm_year:       resd 1                  ; since 1900
.rest:          resd 3
endstruc

        file_operations_table rtc_operations, rtc_read, 0, rtc_ioctl, 0, rtc_release

        section .bss
        alignb  4
rtc_events:     resd 1                  ; since the last read(); what readers sleep on
rtc_kinds:      resd 1
rtc_freq:       resd 1                  ; Hz of the periodic interrupt

        section .text

; void rtc_init(void)
proc rtc_init
        mov     dword [rtc_freq], 1024
        ccall   request_irq, IRQ_RTC, rtc_interrupt, 0, rtc0_name, rtc_operations
        ccall   cmos_read, RTC_REG_C    ; what a loader left over would hold the line
endproc

; void rtc_devices(void)
proc rtc_devices
        ccall   register_chrdev, RTC_MAJOR, misc_name, rtc_operations
        ccall   devfs_create_node, rtc_name, MKDEV(RTC_MAJOR, RTC_MINOR)
        ccall   devfs_create_node, rtc0_name, MKDEV(RTC_MAJOR, RTC_MINOR)
        ccall   mkdir, [proc_folder], driver_name
        ccall   create_seq, eax, rtc_name, show_rtc, 0, 0
endproc

; int cmos_read(int index)
proc cmos_read, .index
        pushfd
        cli
        mov     eax, [ebp + .index]
        out     RTC_PORT, al
        xor     eax, eax
        in      al, RTC_PORT + 1
        popfd
endproc

; void cmos_write(int index, int value)
proc cmos_write, .index, .value
        pushfd
        cli
        mov     eax, [ebp + .index]
        out     RTC_PORT, al
        mov     eax, [ebp + .value]
        out     RTC_PORT + 1, al
        popfd
endproc

; irqreturn_t rtc_interrupt(int irq, void *dev)         hard IRQ, IRQ 8
; The chip notes what happened also of kinds that nobody asked for.
proc rtc_interrupt
        ccall   cmos_read, RTC_REG_C
        push    eax
        ccall   cmos_read, RTC_REG_B
        pop     ecx
        and     eax, ecx
        and     eax, RTC_IRQ_MASK
        jz      .nothing                ; its reason was read away before it came through
        or      [rtc_kinds], eax
        inc     dword [rtc_events]
        ccall   wake_up, rtc_events
.nothing:
        mov     eax, IRQ_HANDLED
endproc

; void rtc_set_bits(u32 clear, u32 set) of register B
proc rtc_set_bits, .clear_bits, .set_bits
        pushfd
        cli
        ccall   cmos_read, RTC_REG_B
        mov     ecx, [ebp + .clear_bits]
        not     ecx
        and     eax, ecx
        or      eax, [ebp + .set_bits]
        ccall   cmos_write, RTC_REG_B, eax
        ccall   cmos_read, RTC_REG_C
        popfd
endproc

; ssize_t rtc_read(struct file *, char *buffer, u32 count, loff_t *)
proc rtc_read, .file, .buffer, .count, .place
.data           equ -4
        sub     esp, 4
        mov     eax, -EINVAL
        cmp     dword [ebp + .count], 4
        jb      .out
        pushfd
        cli
.again:
        xor     eax, eax
        xchg    eax, [rtc_events]
        test    eax, eax
        jnz     .ready
        ccall   signal_pending, [this_cpu(current)]
        test    eax, eax
        mov     eax, -EINTR
        jnz     .done
        ccall   interruptible_sleep_on, rtc_events
        jmp     .again
.ready:
        shl     eax, 8
        xor     ecx, ecx
        xchg    ecx, [rtc_kinds]
        or      eax, ecx
        mov     [ebp + .data], eax
        lea     eax, [ebp + .data]
        ccall   copy_to_user, [ebp + .buffer], eax, 4
        cmp     eax, 1                  ; carry if it came out even
        sbb     eax, eax
        and     eax, 4 + EFAULT
        sub     eax, EFAULT             ; 4, or -EFAULT
.done:
        popfd
.out:
endproc

; int rtc_release(struct inode *, struct file *)        nobody listens any more
proc rtc_release, .inode, .file
        ccall   rtc_set_bits, RTC_IRQ_MASK, 0
        mov     dword [rtc_events], 0
        xor     eax, eax
endproc

; long rtc_ioctl(struct file *, u32 command, u32 argument)
proc rtc_ioctl, .file, .command, .argument
.tm             equ -rtc_time_size
        sub     esp, rtc_time_size
        push    ebx
        mov     eax, [ebp + .command]
        mov     ecx, RTC_IRQ_MASK       ; the bit of the six commands that only switch
        sub     eax, RTC_AIE_ON
        cmp     eax, RTC_PIE_OFF - RTC_AIE_ON
        ja      .other
        movzx   ecx, byte [rtc_switches + eax]
        test    eax, 1
        jnz     .off
        ccall   rtc_set_bits, 0, ecx
        jmp     .good
.off:
        ccall   rtc_set_bits, ecx, 0
        jmp     .good
.other:
        mov     eax, [ebp + .command]
        cmp     eax, RTC_RD_TIME
        je      .read_time
        cmp     eax, RTC_ALM_SET
        je      .set_alarm
        cmp     eax, RTC_IRQP_SET
        je      .set_rate
        cmp     eax, RTC_IRQP_READ
        mov     eax, -ENOTTY
        jne     .done
        ccall   copy_to_user, [ebp + .argument], rtc_freq, 4
        jmp     .copied
.read_time:
        lea     ebx, [ebp + .tm]
        ccall   rtc_read_time, ebx
        ccall   copy_to_user, [ebp + .argument], ebx, rtc_time_size
.copied:
        test    eax, eax
        jz      .good
.bad_address:
        mov     eax, -EFAULT
        jmp     .done
.set_alarm:
        lea     ebx, [ebp + .tm]
        ccall   copy_from_user, ebx, [ebp + .argument], rtc_time_size
        test    eax, eax
        jnz     .bad_address
        ccall   rtc_set_alarm, ebx
        jmp     .good
.set_rate:
        ccall   rtc_set_freq, [ebp + .argument]
        jmp     .done
.good:
        xor     eax, eax
.done:
        pop     ebx
endproc

; int rtc_set_freq(u32 hertz)           0; -EINVAL: no power of two from 2 to 8192
proc rtc_set_freq, .hertz
        mov     eax, -EINVAL
        mov     ecx, [ebp + .hertz]
        cmp     ecx, RTC_FREQ_MIN
        jb      .done
        cmp     ecx, RTC_FREQ_MAX
        ja      .done
        lea     edx, [ecx - 1]
        test    edx, ecx
        jnz     .done
        mov     [rtc_freq], ecx
        bsr     edx, ecx
        sub     edx, RTC_RATES + 1
        neg     edx                     ; 32768 >> (rate - 1) is so many
        pushfd
        cli
        push    edx
        ccall   cmos_read, RTC_REG_A
        pop     edx
        and     eax, ~RTC_RATE_MASK
        or      eax, edx
        ccall   cmos_write, RTC_REG_A, eax
        popfd
        xor     eax, eax
.done:
endproc

; void rtc_read_time(struct rtc_time *tm)       not while it changes
proc rtc_read_time, .tm
        push    ebx
        push    esi
        mov     ebx, [ebp + .tm]
        pushfd
        cli
.again:
        ccall   cmos_read, RTC_REG_A
        test    eax, RTC_UIP
        jnz     .again
        xor     esi, esi
.field:
        movzx   eax, byte [rtc_time_fields + esi]
        ccall   cmos_read, eax
        mov     ecx, eax                ; two decimal digits
        shr     eax, 4
        and     ecx, 0x0f
        imul    eax, eax, 10
        add     eax, ecx
        mov     [ebx + esi * 4], eax
        inc     esi
        cmp     esi, RTC_TIME_FIELDS
        jb      .field
        popfd
        dec     dword [ebx + rtc_time.tm_mon]
        add     dword [ebx + rtc_time.tm_year], 100
        xor     eax, eax
        mov     [ebx + rtc_time.rest], eax
        mov     [ebx + rtc_time.rest + 4], eax
        mov     [ebx + rtc_time.rest + 8], eax
        pop     esi
        pop     ebx
endproc

; void rtc_set_alarm(const struct rtc_time *tm)         its hour, minute and second
proc rtc_set_alarm, .tm
        push    ebx
        push    esi
        mov     ebx, [ebp + .tm]
        xor     esi, esi
.field:
        mov     eax, [ebx + esi * 4]
        xor     edx, edx
        mov     ecx, 10
        div     ecx
        shl     eax, 4
        or      eax, edx
        lea     ecx, [RTC_SECONDS_ALARM + esi * 2]
        ccall   cmos_write, ecx, eax
        inc     esi
        cmp     esi, 3
        jb      .field
        pop     esi
        pop     ebx
endproc

; void show_rtc(struct seq_file *m, void *)     /proc/driver/rtc
proc show_rtc, .m, .private
.tm             equ -rtc_time_size
        sub     esp, rtc_time_size
        push    ebx
        lea     ebx, [ebp + .tm]
        ccall   rtc_read_time, ebx
        seqln   [ebp + .m], "rtc_time        : %02d:%02d:%02d", [ebx + rtc_time.tm_hour], \
                [ebx + rtc_time.tm_min], [ebx + rtc_time.tm_sec]
        mov     eax, [ebx + rtc_time.tm_year]
        add     eax, 1900
        mov     ecx, [ebx + rtc_time.tm_mon]
        inc     ecx
        seqln   [ebp + .m], "rtc_date        : %d-%02d-%02d", eax, ecx, [ebx + rtc_time.tm_mday]
        ccall   cmos_read, RTC_REG_B
        mov     ebx, eax
        mov     ecx, yes_text
        test    ebx, RTC_AIE
        jnz     .alarm
        mov     ecx, no_text
.alarm:
        seqln   [ebp + .m], "alarm_IRQ       : %s", ecx
        mov     ecx, yes_text
        test    ebx, RTC_UIE
        jnz     .update
        mov     ecx, no_text
.update:
        seqln   [ebp + .m], "update_IRQ      : %s", ecx
        mov     ecx, yes_text
        test    ebx, RTC_PIE
        jnz     .periodic
        mov     ecx, no_text
.periodic:
        seqln   [ebp + .m], "periodic_IRQ    : %s", ecx
        seqln   [ebp + .m], "periodic_freq   : %u", [rtc_freq]
        pop     ebx
endproc

        section .rodata
rtc_switches:   db RTC_AIE, RTC_AIE, RTC_UIE, RTC_UIE, RTC_PIE, RTC_PIE
rtc_time_fields: db RTC_SECONDS, RTC_MINUTES, RTC_HOURS, RTC_DAY, RTC_MONTH, RTC_YEAR
RTC_TIME_FIELDS equ $ - rtc_time_fields
rtc_name:       db "rtc", 0
rtc0_name:      db "rtc0", 0
driver_name:    db "driver", 0
misc_name:      db "misc", 0
yes_text:       db "yes", 0
no_text:        db "no", 0
        section .text
