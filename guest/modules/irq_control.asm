; irq_control.asm: a lesson: switching interrupts off, for this CPU and for one line.
;
;       insmod irq_control.ko

%include "include/kernel.inc"
        extern  irqs_disabled, disable_irq, disable_irq_nosync, enable_irq, synchronize_irq
        extern  request_irq, free_irq, mdelay, jiffies
        module_license "GPL"

LINE            equ 10
HELD_MS         equ 300

        section .data
        align   4
count:          dd 0
my_name:        db "irq_control", 0

        section .text

proc init_module
        push    ebx
        ; this CPU: cli, sti, and back to what it was, twice over
        call    say_state
        pushfd                          ; local_irq_save
        cli
        call    say_state
        pushfd
        cli
        popfd                           ; local_irq_restore: still off
        call    say_state
        popfd
        call    say_state

        ; no tick comes through, but time goes on
        cli
        mov     ebx, [jiffies]
        ccall   mdelay, HELD_MS
        sub     ebx, [jiffies]
        neg     ebx
        pr      KERN_INFO, "irq_control: %d ms with interrupts off, %d ticks", HELD_MS, ebx
        add     ebx, [jiffies]
        sti
        nop
        sub     ebx, [jiffies]
        neg     ebx
        pr      KERN_INFO, "irq_control: then %d at once", ebx

        ; one line: a vector's int is its interrupt, but for the 8259
        ccall   request_irq, LINE, count_interrupt, 0, my_name, my_name
        int     ISA_IRQ_VECTOR + LINE
        ccall   disable_irq, LINE
        ccall   disable_irq_nosync, LINE
        int     ISA_IRQ_VECTOR + LINE
        pr      KERN_INFO, "irq_control: disabled twice: %d", [count]
        ccall   enable_irq, LINE
        int     ISA_IRQ_VECTOR + LINE
        pr      KERN_INFO, "irq_control: enabled once: %d", [count]
        ccall   enable_irq, LINE
        int     ISA_IRQ_VECTOR + LINE
        pr      KERN_INFO, "irq_control: enabled twice: %d", [count]
        ccall   synchronize_irq, LINE
        ccall   enable_irq, LINE        ; once too often
        ccall   free_irq, LINE, my_name
        ccall   free_irq, LINE, my_name ; twice
        mov     eax, -ENODEV
        pop     ebx
endproc

proc say_state
        call    irqs_disabled
        test    eax, eax
        jz      .on
        pr      KERN_INFO, "irq_control: interrupts off"
        return
.on:
        pr      KERN_INFO, "irq_control: interrupts on"
endproc

; irqreturn_t count_interrupt(int line, void *dev)      hard IRQ
proc count_interrupt
        inc     dword [count]
        mov     eax, IRQ_HANDLED
endproc

proc cleanup_module
endproc
