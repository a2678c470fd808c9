; softirqs.asm: a lesson: softirqs: their order, when they run, how they are held off; one of one's own.
;
;       insmod softirqs.ko
;       cat /proc/softirqs              MY_SOFTIRQ stands before RCU
;
; Raised by a task a softirq runs in ksoftirqd; raised while they are held off, when that ends.

%include "include/kernel.inc"
        extern  open_softirq, raise_softirq, raise_softirq_irqoff, local_softirq_pending
        extern  local_bh_disable, local_bh_enable, in_softirq, in_hardirq, irqs_disabled, msleep
        extern  spin_lock_bh, spin_unlock_bh
        module_license "GPL"

        section .data
        align   4
my_lock:          dd 0

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
        xor     eax, eax
endproc

; void my_action(struct softirq_action *)       softirq
proc my_action
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

proc cleanup_module
        ccall   open_softirq, MY_SOFTIRQ, 0
        ccall   open_softirq, RCU_SOFTIRQ, 0
        ccall   open_softirq, NET_RX_SOFTIRQ, 0
endproc
