; button.asm: a lesson: a push button at GPIO 15: a pin's events are an interrupt line of their own.
;
;       insmod button.ko                IRQF_TRIGGER_FALLING: the button is let go
;       insmod button.ko type=3         both edges
;       insmod button.ko type=4         IRQF_TRIGGER_HIGH: again and again while it is held
;       rmmod button
;
; Press it: Ctrl-A g at the emulator's terminal, or --button 15@2s.

%include "include/kernel.inc"
        extern  gpio_request, gpio_free, gpio_direction_input, gpio_set_debounce
        extern  gpio_to_irq, gpio_get_value, request_threaded_irq, free_irq
        module_license "GPL"

PIN             equ 15
DEBOUNCE_US     equ 1000

        section .data
        align   4
type:           dd IRQF_TRIGGER_FALLING
irq:            dd 0
handled:        dd 0
told:           dd 0
my_name:        db "button", 0
        module_param type, PARAM_INT

        section .text

proc init_module
        push    ebx
        ccall   gpio_request, PIN, my_name
        test    eax, eax
        jnz     .done
        ccall   gpio_direction_input, PIN
        ccall   gpio_set_debounce, PIN, DEBOUNCE_US
        ccall   gpio_to_irq, PIN
        mov     [irq], eax
        pr      KERN_INFO, "button: GPIO %d is IRQ %d", PIN, eax
        mov     ecx, [type]
        or      ecx, IRQF_ONESHOT
        ccall   request_threaded_irq, [irq], handler, thread_function, ecx, my_name, my_name
        test    eax, eax
        jz      .done
        mov     ebx, eax
        ccall   gpio_free, PIN
        mov     eax, ebx
.done:
        pop     ebx
endproc

; irqreturn_t handler(int line, void *dev)      hard IRQ
proc handler
        inc     dword [handled]
        mov     eax, IRQ_WAKE_THREAD
endproc

; irqreturn_t thread_function(int line, void *dev)      task; the line is masked until it returns
proc thread_function
        cmp     dword [handled], 3
        ja      .quiet                  ; while a level lasts there is no end of them
        ccall   gpio_get_value, PIN
        mov     ecx, [this_cpu(current)]
        lea     ecx, [ecx + task.name]
        pr      KERN_INFO, "button: interrupt %d, level %d, in %s", [handled], eax, ecx
.quiet:
        mov     eax, IRQ_HANDLED
endproc

proc cleanup_module
        ccall   free_irq, [irq], my_name
        ccall   gpio_free, PIN
        cmp     dword [handled], 100
        ja      .many
        pr      KERN_INFO, "button: %d interrupts", [handled]
        return
.many:
        pr      KERN_INFO, "button: more than a hundred interrupts"
endproc
