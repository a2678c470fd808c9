; probe_lines.asm: a lesson: which interrupt lines could one have? Ask for each, and give it back.
;
;       insmod probe_lines.ko           without sharing, then with
;
; -16 is -EBUSY: somebody has it and does not share on these terms. -22 is -EINVAL: not to be had at all.
; IRQF_PROBE_SHARED keeps the kernel from complaining of each refusal.

%include "include/kernel.inc"
        extern  request_irq, free_irq, request_threaded_irq
        module_license "GPL"

LINES           equ 17                  ; one more than there are

        section .data
my_name:        db "probe_lines", 0

        section .text

proc init_module
        push    ebx
        xor     ebx, ebx
.next:
        ccall   probe, ebx, IRQF_PROBE_SHARED
        ccall   probe, ebx, IRQF_PROBE_SHARED | IRQF_SHARED
        inc     ebx
        cmp     ebx, LINES
        jb      .next
        ; without IRQF_PROBE_SHARED the kernel says why
        ccall   request_irq, IRQ_KEYBOARD, nothing, 0, my_name, my_name
        pr      KERN_INFO, "probe_lines: the keyboard's, not shared: %d", eax
        ccall   request_irq, 10, nothing, IRQF_SHARED, my_name, 0
        pr      KERN_INFO, "probe_lines: shared without a cookie: %d", eax
        ccall   request_threaded_irq, 10, 0, nothing, 0, my_name, my_name
        pr      KERN_INFO, "probe_lines: a thread only, not one-shot: %d", eax
        ccall   request_threaded_irq, 10, 0, 0, IRQF_ONESHOT, my_name, my_name
        pr      KERN_INFO, "probe_lines: no handler and no thread: %d", eax
        ccall   free_irq, 10, my_name
        mov     eax, -ENODEV            ; nothing is left to stay for
        pop     ebx
endproc

; void probe(int line, u32 flags)
proc probe, .line, .flags
        ccall   request_irq, [ebp + .line], nothing, [ebp + .flags], my_name, my_name
        test    eax, eax
        jz      .got_it
        pr      KERN_INFO, "probe_lines: IRQ %d, flags %x: %d", [ebp + .line], [ebp + .flags], eax
        return
.got_it:
        pr      KERN_INFO, "probe_lines: IRQ %d, flags %x: free", [ebp + .line], [ebp + .flags]
        ccall   free_irq, [ebp + .line], my_name
endproc

proc nothing
        mov     eax, IRQ_NONE
endproc

proc cleanup_module
endproc
