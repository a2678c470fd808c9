; lockup.asm: a lesson: a CPU that takes no interrupts for seven seconds. The watchdog's NMI gets through, and
; its handler says where it is stuck. Boot with `-append nmi_watchdog` and `--watchdog nmi`.
;
;       insmod lockup.ko

%include "include/kernel.inc"
        extern  mdelay
        module_license "GPL"

STUCK_MS        equ 7000

        section .text

proc init_module
        pr      KERN_INFO, "lockup: interrupts off for %d ms", STUCK_MS
        cli
        ccall   mdelay, STUCK_MS
        sti
        pr      KERN_INFO, "lockup: and on again"
        mov     eax, -ENODEV
endproc

proc cleanup_module
endproc
