; polling.asm: a lesson: waiting for a key by asking again and again, and by an interrupt.
;
;       insmod polling.ko               press a key within two seconds
;       insmod polling.ko poll=1        the same

%include "include/kernel.inc"
        extern  request_irq, free_irq, jiffies, init_completion, complete, wait_for_completion_timeout
        module_license "GPL"

PATIENCE        equ 200                 ; ticks
RELEASED        equ 0x80

        section .data
        align   4
poll:           dd 0
key_came:       dd 0                    ; a completion
my_name:        db "polling", 0
        module_param poll, PARAM_INT

        section .text

proc init_module
        push    ebx
        push    esi
        ccall   request_irq, IRQ_KEYBOARD, handler, IRQF_SHARED, my_name, my_name
        mov     ebx, [jiffies]
        mov     esi, [this_cpu(idle_ticks)]
        cmp     dword [poll], 0
        jne     .ask
        ccall   wait_for_completion_timeout, key_came, PATIENCE
        jmp     .came
.ask:
        cmp     dword [key_came], 0
        jne     .came
        mov     eax, [jiffies]
        sub     eax, ebx
        cmp     eax, PATIENCE
        jb      .ask
.came:
        sub     ebx, [jiffies]
        neg     ebx
        sub     esi, [this_cpu(idle_ticks)]
        neg     esi
        ; in tenths, for it depends on the finger how many there were
        mov     eax, esi
        imul    eax, eax, 10
        xor     edx, edx
        inc     ebx
        div     ebx
        pr      KERN_INFO, "polling: of ten ticks that we waited the CPU was free for %d", eax
        ccall   free_irq, IRQ_KEYBOARD, my_name
        mov     eax, -ENODEV
        pop     esi
        pop     ebx
endproc

; irqreturn_t handler(int line, void *dev)      hard IRQ
proc handler
        in      al, I8042_DATA
        test    al, RELEASED
        jnz     .not_pressed            ; perhaps of the Enter that started us
        ccall   complete, key_came
.not_pressed:
        mov     eax, IRQ_NONE
endproc

proc cleanup_module
endproc
