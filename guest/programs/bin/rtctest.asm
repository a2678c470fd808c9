; rtctest: the real-time clock's interrupts, each kind in turn: update, periodic, alarm.

%include "include/utility.inc"

RTC_AIE_ON      equ 0x7001
RTC_AIE_OFF     equ 0x7002
RTC_UIE_ON      equ 0x7003
RTC_UIE_OFF     equ 0x7004
RTC_PIE_ON      equ 0x7005
RTC_PIE_OFF     equ 0x7006
RTC_ALM_SET     equ 0x40247007
RTC_RD_TIME     equ 0x80247009
RTC_IRQP_SET    equ 0x4004700c
UPDATES         equ 2
PERIODS         equ 20
HERTZ           equ 64
ALARM_SECONDS   equ 3

        section .bss
        alignb  4
time:   resd    9                       ; a struct tm
event:  resd    1

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        syscall SYS_OPEN, device, O_RDONLY
        mov     ebx, eax
        test    eax, eax
        js      .no_device
        call    show_time
        syscall SYS_IOCTL, ebx, RTC_UIE_ON
        mov     esi, UPDATES
.update:
        syscall SYS_READ, ebx, event, 4
        movzx   eax, byte [event]
        mov     ecx, [event]
        shr     ecx, 8
        println "update: %d interrupt, kind 0x%x", ecx, eax
        dec     esi
        jnz     .update
        syscall SYS_IOCTL, ebx, RTC_UIE_OFF
        call    show_time
        syscall SYS_IOCTL, ebx, RTC_IRQP_SET, HERTZ
        syscall SYS_IOCTL, ebx, RTC_PIE_ON
        xor     esi, esi
.period:
        syscall SYS_READ, ebx, event, 4
        mov     eax, [event]
        shr     eax, 8
        add     esi, eax
        cmp     esi, PERIODS
        jb      .period
        syscall SYS_IOCTL, ebx, RTC_PIE_OFF
        println "periodic: %d interrupts at %d Hz", esi, HERTZ
        mov     eax, [time]
        add     eax, ALARM_SECONDS
        cmp     eax, 60
        jb      .second_known
        sub     eax, 60
        inc     dword [time + 4]        ; near midnight this lesson fails; one may try again
.second_known:
        mov     [time], eax
        syscall SYS_IOCTL, ebx, RTC_ALM_SET, time
        syscall SYS_IOCTL, ebx, RTC_AIE_ON
        syscall SYS_READ, ebx, event, 4
        syscall SYS_IOCTL, ebx, RTC_AIE_OFF
        call    show_time
        movzx   eax, byte [event]
        println "alarm: kind 0x%x", eax
        xor     eax, eax
        jmp     .done
.no_device:
        ccall   strerror, eax
        complain "rtctest: %s: %s", device, eax
        mov     eax, 1
.done:
        pop     esi
        pop     ebx
endproc

; void show_time(void)                  ebx the descriptor
show_time:
        syscall SYS_IOCTL, ebx, RTC_RD_TIME, time
        println "%02d:%02d:%02d", [time + 8], [time + 4], [time]
        ret

        section .rodata
device: db "/dev/rtc", 0
        section .text
