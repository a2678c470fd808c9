; soak.asm: a lesson: everything at once, and nothing is lost. Two lines, one of them shared by two
; handlers; each interrupt schedules a tasklet, queues a work and wakes a thread, and all are counted.
;
;       insmod soak.ko                  lines 10 and 11
;       insmod soak.ko rtc=1            and the clock 8192 times a second; /dev/rtc's driver answers
;       rmmod soak                      tells the counts
;
; A tasklet, a work and a thread may each run once for several interrupts, but never more often than
; there were interrupts, and once at least after the last.

%include "include/kernel.inc"
        extern  request_irq, request_threaded_irq, free_irq, tasklet_schedule, tasklet_kill
        extern  schedule_work, flush_work, kmalloc, kfree, msleep
        module_license "GPL"

FIRST_LINE      equ 10
SECOND_LINE     equ 11

RTC_PORT        equ 0x70
RTC_REG_A       equ 10
RTC_REG_B       equ 11
RTC_8192_HZ     equ 0x23                ; register A: the divider runs, rate 3
RTC_1024_HZ     equ 0x26                ; as firmware leaves it
RTC_PIE         equ 0x40

        section .data
        align   4
rtc:            dd 0
        module_param rtc, PARAM_INT
        section .data
tasklet:        dd 0, 0, 0, tasklet_function, 0
work:           DECLARE_WORK work_function
handled:        dd 0                    ; by the first handler of line 10 ...
observed:       dd 0                    ; ... by the second ...
threaded:       dd 0                    ; ... and on line 11
tasklets:       dd 0
works:          dd 0
threads:        dd 0
first_name:     db "soak", 0
second_name:    db "soak_observer", 0
third_name:     db "soak_thread", 0

        section .text

proc init_module
        ccall   request_irq, FIRST_LINE, handler, IRQF_SHARED, first_name, first_name
        ccall   request_irq, FIRST_LINE, observer, IRQF_SHARED, second_name, second_name
        ccall   request_threaded_irq, SECOND_LINE, wake, thread_function, 0, third_name, third_name
        cmp     dword [rtc], 0
        je      .no_clock
        ccall   clock_rate, RTC_8192_HZ, RTC_PIE
.no_clock:
        xor     eax, eax
endproc

; void clock_rate(int register_a, int enable)
proc clock_rate, .register_a, .enable
        pushfd
        cli
        mov     al, RTC_REG_A
        out     RTC_PORT, al
        mov     eax, [ebp + .register_a]
        out     RTC_PORT + 1, al
        mov     al, RTC_REG_B
        out     RTC_PORT, al
        in      al, RTC_PORT + 1
        and     al, ~RTC_PIE
        or      al, [ebp + .enable]
        out     RTC_PORT + 1, al
        popfd
endproc

; irqreturn_t handler(int line, void *dev)      hard IRQ
proc handler
        inc     dword [handled]
        ccall   kmalloc, 200, GFP_ATOMIC
        ccall   kfree, eax
        ccall   tasklet_schedule, tasklet
        ccall   schedule_work, work
        mov     eax, IRQ_HANDLED
endproc

proc observer
        inc     dword [observed]
        mov     eax, IRQ_NONE
endproc

proc wake
        inc     dword [threaded]
        mov     eax, IRQ_WAKE_THREAD
endproc

; irqreturn_t thread_function(int line, void *dev)      task, real-time
proc thread_function
        inc     dword [threads]
        ccall   kmalloc, 3000, GFP_KERNEL
        ccall   kfree, eax
        mov     eax, IRQ_HANDLED
endproc

; void tasklet_function(unsigned long data)     softirq
proc tasklet_function
        inc     dword [tasklets]
endproc

; void work_function(struct work_struct *)      task: a kworker
proc work_function
        push    ebx
        inc     dword [works]
        ccall   kmalloc, 50, GFP_KERNEL
        mov     ebx, eax
        test    dword [works], 63
        jnz     .quick
        ccall   msleep, 1               ; now and then another worker has to take over
.quick:
        ccall   kfree, ebx
        pop     ebx
endproc

proc cleanup_module
        ccall   clock_rate, RTC_1024_HZ, 0
        ccall   free_irq, FIRST_LINE, first_name
        ccall   free_irq, FIRST_LINE, second_name
        ccall   free_irq, SECOND_LINE, third_name
        ccall   tasklet_kill, tasklet
        ccall   flush_work, work
        pr      KERN_INFO, "soak: handled %d, observed %d, threaded %d", [handled], [observed], [threaded]
        pr      KERN_INFO, "soak: tasklets %d, works %d, threads %d", [tasklets], [works], [threads]
endproc
