; softirq_storm.asm: a lesson: a softirq that raises itself for ever, and a task that goes on all the same.
;
;       insmod softirq_storm.ko         after ten rounds the rest is ksoftirqd's
;       rmmod softirq_storm

%include "include/kernel.inc"
        extern  open_softirq, raise_softirq, local_bh_disable, local_bh_enable, msleep
        module_license "GPL"

        section .data
        align   4
stop:           dd 0
rounds:         dd 0
in_ksoftirqd:   dd 0

        section .text

proc init_module
        ccall   open_softirq, MY_SOFTIRQ, action
        call    local_bh_disable
        ccall   raise_softirq, MY_SOFTIRQ
        call    local_bh_enable
        mov     eax, [rounds]
        sub     eax, [in_ksoftirqd]
        pr      KERN_INFO, "softirq_storm: %d rounds, and the task goes on", eax
        ccall   msleep, 50
        cmp     dword [in_ksoftirqd], 0
        je      .never
        pr      KERN_INFO, "softirq_storm: the rest ran in ksoftirqd"
.never:
        xor     eax, eax
endproc

; void action(struct softirq_action *)
proc action
        inc     dword [rounds]
        mov     eax, [this_cpu(current)]
        cmp     eax, [this_cpu(ksoftirqd)]
        jne     .elsewhere
        inc     dword [in_ksoftirqd]
.elsewhere:
        cmp     dword [stop], 0
        jne     .done
        ccall   raise_softirq, MY_SOFTIRQ
.done:
endproc

proc cleanup_module
        mov     dword [stop], 1
        ccall   msleep, 30
        ccall   open_softirq, MY_SOFTIRQ, 0
endproc
