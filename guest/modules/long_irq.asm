; long_irq.asm: a lesson: a handler that takes long: with interrupts off all others wait; with them on they
; come in between, but never its own line.
;
;       insmod long_irq.ko              off, as handlers run: no tick for 50 ms
;       insmod long_irq.ko on=1         on
;       rmmod long_irq                  after a key

%include "include/kernel.inc"
        extern  request_irq, free_irq, mdelay, jiffies
        module_license "GPL"

WORK_MS         equ 50

        section .data
        align   4
on:             dd 0
times:          dd 2                    ; one key: the others are served at once
depth:          dd 0
deepest:        dd 0
my_name:        db "long_irq", 0
        module_param on, PARAM_INT

        section .text

proc init_module
        ccall   request_irq, IRQ_KEYBOARD, handler, IRQF_SHARED, my_name, my_name
endproc

; irqreturn_t handler(int line, void *dev)      hard IRQ
proc handler
        mov     eax, IRQ_NONE
        dec     dword [times]
        js      .done
        push    ebx
        inc     dword [depth]
        mov     eax, [depth]
        cmp     eax, [deepest]
        jbe     .not_deeper
        mov     [deepest], eax
.not_deeper:
        mov     ebx, [jiffies]
        cmp     dword [on], 0
        je      .off
        sti
.off:
        ccall   mdelay, WORK_MS
        cli                             ; as they were: the caller insists on it
        sub     ebx, [jiffies]
        neg     ebx
        pr      KERN_INFO, "long_irq: %d ms, %d ticks came in between", WORK_MS, ebx
        dec     dword [depth]
        mov     eax, IRQ_NONE
        pop     ebx
.done:
endproc

proc cleanup_module
        ccall   free_irq, IRQ_KEYBOARD, my_name
        pr      KERN_INFO, "long_irq: it was in itself %d deep", [deepest]
endproc
