; softirqs.asm: a lesson: softirqs: their order, when they run, how they are held off; one of one's own.
;
;       insmod softirqs.ko
;       cat /proc/softirqs              MY_SOFTIRQ stands before RCU
;
; Raised by a task a softirq runs in ksoftirqd; raised while they are held off, when that ends. None runs
; inside another, however long that takes, but interrupts do.

%include "include/kernel.inc"
        extern  open_softirq, raise_softirq, raise_softirq_irqoff, local_softirq_pending
        extern  local_bh_disable, local_bh_enable, in_softirq, in_hardirq, irqs_disabled, msleep
        extern  spin_lock_bh, spin_unlock_bh, mdelay, jiffies, timer_setup, mod_timer, del_timer_sync
        module_license "GPL"

LONG_MS         equ 30
MS_PER_TICK     equ 10

        section .data
        align   4
my_lock:          dd 0
long_action:      dd 0                  ; whether my action is to take long
        section .bss
        alignb  4
my_timer:       resb timer_list_size

        section .text

proc init_module
        ccall   open_softirq, MY_SOFTIRQ, my_action
        ccall   open_softirq, RCU_SOFTIRQ, other_action
        ccall   open_softirq, NET_RX_SOFTIRQ, other_action
        call    local_softirq_pending
        pr      KERN_INFO, "softirqs: pending %x", eax

        pr      KERN_INFO, "softirqs: raised by a task"
        ccall   raise_softirq, MY_SOFTIRQ
        ccall   msleep, 20

        pr      KERN_INFO, "softirqs: held off twice, raised last to first"
        call    local_bh_disable
        call    local_bh_disable
        ccall   raise_softirq, RCU_SOFTIRQ
        ccall   raise_softirq, MY_SOFTIRQ
        ccall   raise_softirq, NET_RX_SOFTIRQ
        call    local_softirq_pending
        pr      KERN_INFO, "softirqs: pending %x", eax
        call    local_bh_enable
        pr      KERN_INFO, "softirqs: enabled once"
        call    local_bh_enable
        pr      KERN_INFO, "softirqs: enabled twice"

        ccall   spin_lock_bh, my_lock
        ccall   raise_softirq, MY_SOFTIRQ
        pr      KERN_INFO, "softirqs: raised under spin_lock_bh"
        ccall   spin_unlock_bh, my_lock
        pr      KERN_INFO, "softirqs: unlocked"

        ccall   timer_setup, my_timer, timer_function, 0
        call    local_bh_disable
        ccall   take_long, held_off_text
        mov     dword [long_action], 1
        ccall   raise_softirq, MY_SOFTIRQ
        call    local_bh_enable
        xor     eax, eax
endproc

; void take_long(const char *where)     what gets in: interrupts, but no other softirq
proc take_long, .where
        push    ebx
        mov     ebx, [jiffies]
        lea     eax, [ebx + 1]
        ccall   mod_timer, my_timer, eax ; due while we are at it
        ccall   mdelay, LONG_MS
        sub     ebx, [jiffies]
        neg     ebx
        cmp     ebx, LONG_MS / MS_PER_TICK - 1
        setae   bl
        movzx   ebx, bl
        call    local_softirq_pending
        pr      KERN_INFO, "softirqs: %s: ticks came %d, pending %x", [ebp + .where], ebx, eax
        pop     ebx
endproc

; void timer_function(struct timer_list *)      softirq
proc timer_function
        pr      KERN_INFO, "softirqs: the timer's turn"
endproc

; void my_action(struct softirq_action *)       softirq
proc my_action
        cmp     dword [long_action], 0
        je      .short
        ccall   take_long, action_text
        return
.short:
        push    ebx
        push    esi
        call    local_softirq_pending
        mov     ebx, eax
        call    in_softirq
        mov     esi, eax
        call    irqs_disabled
        mov     ecx, [this_cpu(current)]
        lea     edx, [ecx + task.comm]
        pr      KERN_INFO, "softirqs: my action: pending %x, in_softirq %x, irqs_disabled %x, current %s", \
                ebx, esi, eax, edx
        pop     esi
        pop     ebx
endproc

; void other_action(struct softirq_action *)    one of the kernel's names, for the order
proc other_action
        pr      KERN_INFO, "softirqs: another action"
endproc

        section .rodata
held_off_text:  db "held off", 0
action_text:    db "in my action", 0
        section .text

proc cleanup_module
        ccall   del_timer_sync, my_timer
        ccall   open_softirq, MY_SOFTIRQ, 0
        ccall   open_softirq, RCU_SOFTIRQ, 0
        ccall   open_softirq, NET_RX_SOFTIRQ, 0
endproc
