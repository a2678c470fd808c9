; gpio.asm: the pins of the BCM2835's GPIO block at GPIO_BASE, whose events share IRQ 10.
;
;   gpio_init()                   boot                 is there a block?
;   gpio_is_valid(pin)            any context
;   gpio_request(pin, label)      tasks                0, -EINVAL, -EBUSY: taken, -ENODEV: no block
;   gpio_free(pin)                tasks
;   gpio_direction_input(pin), gpio_direction_output(pin, value)   any context
;   gpio_get_value(pin), gpio_set_value(pin, value)                any context
;   gpio_set_debounce(pin, us)    any context          edges closer together than that count once
;   gpio_to_irq(pin)              tasks                an IRQ number of its own, for request_irq
;
; Each pin that has been asked for by gpio_to_irq is a line of its own behind gpio_chip, numbered from
; GPIO_IRQ_BASE up; gpio_interrupt, on line 10, hands its events on to them.

GPIO_BASE       equ 0x3f200000
GPIO_SIZE       equ 0xb4
GPIO_PINS       equ 54
GPFSEL0         equ GPIO_BASE           ; three bits a pin, ten pins a register
GPSET0          equ GPIO_BASE + 0x1c    ; a bit a pin from here on, two registers each
GPCLR0          equ GPIO_BASE + 0x28
GPLEV0          equ GPIO_BASE + 0x34
GPEDS0          equ GPIO_BASE + 0x40    ; an event was detected; write 1 to clear
GPREN0          equ GPIO_BASE + 0x4c
GPFEN0          equ GPIO_BASE + 0x58
GPHEN0          equ GPIO_BASE + 0x64
GPLEN0          equ GPIO_BASE + 0x70
GPFSEL_OUTPUT   equ 1
GPFSEL_MASK     equ 7

struc gpio_pin
.label:         resd 1                  ; who has it, or 0
.type:          resd 1                  ; IRQF_TRIGGER_...
.debounce:      resd 1                  ; us
.last_event:    resd 1                  ; us since boot
endstruc

        section .bss
        alignb  4
gpio_present:   resd 1
gpio_pins:      resb gpio_pin_size * GPIO_PINS
gpio_irqs:      resd 1                  ; pins that have a line: they need IRQ 10

        section .data
        align   4
gpio_chip:
        dd      gpio_chip_name, gpio_mask, gpio_unmask, gpio_ack, gpio_mask_ack, gpio_set_type

        section .text

; void gpio_init(void)                  a register that keeps what is written: there is a block
proc gpio_init
        ccall   ioremap, GPIO_BASE, GPIO_SIZE
        test    eax, eax
        jz      .absent
        mov     eax, [GPFEN0]
        mov     dword [GPFEN0], 1
        mov     ecx, [GPFEN0]
        mov     [GPFEN0], eax
        dec     ecx
        jnz     .absent
        mov     dword [gpio_present], 1
.absent:
endproc

; bool gpio_is_valid(int pin)
proc gpio_is_valid, .pin
        xor     eax, eax
        cmp     dword [ebp + .pin], GPIO_PINS
        jae     .done
        mov     eax, [gpio_present]
.done:
endproc
EXPORT_SYMBOL gpio_is_valid

; int gpio_request(unsigned pin, const char *label)
proc gpio_request, .pin, .label
        mov     eax, -EINVAL
        cmp     dword [ebp + .pin], GPIO_PINS
        jae     .done
        mov     eax, -ENODEV
        cmp     dword [gpio_present], 0
        je      .done
        call    .entry
        mov     ecx, [ebp + .label]
        test    ecx, ecx
        jnz     .label_known
        mov     ecx, no_label
.label_known:
        xor     eax, eax
        lock cmpxchg [edx + gpio_pin.label], ecx
        mov     eax, -EBUSY
        jne     .done
        xor     eax, eax
        mov     [edx + gpio_pin.debounce], eax
.done:
        return
; edx: the pin's
.entry:
        mov     edx, [ebp + .pin]
        shl     edx, 4                  ; * gpio_pin_size
        add     edx, gpio_pins
        ret
endproc
EXPORT_SYMBOL gpio_request

; void gpio_free(unsigned pin)          its line goes, and with the last one IRQ 10
proc gpio_free, .pin
        push    ebx
        mov     ebx, [ebp + .pin]
        cmp     ebx, GPIO_PINS
        jae     .wrong
        mov     ecx, ebx
        shl     ecx, 4
        cmp     dword [gpio_pins + ecx + gpio_pin.label], 0
        je      .wrong
        mov     dword [gpio_pins + ecx + gpio_pin.label], 0
        add     ebx, GPIO_IRQ_BASE
        ccall   irq_to_desc, ebx
        test    eax, eax
        jz      .done
        cmp     dword [eax + irq_desc.action], 0
        jne     .done                   ; somebody forgot free_irq: the line stays his
        mov     dword [eax + irq_desc.chip], 0
        dec     dword [gpio_irqs]
        jnz     .done
        ccall   free_irq, IRQ_GPIO, gpio_chip
        jmp     .done
.wrong:
        warn    "gpio_free: pin %d is nobody's", ebx
.done:
        pop     ebx
endproc
EXPORT_SYMBOL gpio_free

; int gpio_to_irq(unsigned pin)         or -ENXIO; -EBUSY: IRQ 10 is somebody's alone
proc gpio_to_irq, .pin
        push    ebx
        push    esi
        mov     ebx, [ebp + .pin]
        mov     eax, -ENXIO
        cmp     ebx, GPIO_PINS
        jae     .done
        cmp     dword [gpio_present], 0
        je      .done
        imul    esi, ebx, irq_desc_size
        add     esi, irq_descs + GPIO_IRQ_BASE * irq_desc_size
        add     ebx, GPIO_IRQ_BASE
        cmp     dword [esi + irq_desc.chip], 0
        jne     .ready
        cmp     dword [gpio_irqs], 0
        jne     .have_line
        ccall   request_irq, IRQ_GPIO, gpio_interrupt, IRQF_SHARED | IRQF_TRIGGER_HIGH, gpio_name, gpio_chip
        test    eax, eax
        jnz     .done
.have_line:
        inc     dword [gpio_irqs]
        mov     [esi + irq_desc.irq], ebx
        mov     dword [esi + irq_desc.handle_irq], handle_edge_irq
        mov     dword [esi + irq_desc.depth], 1
        mov     dword [esi + irq_desc.istate], IRQD_DISABLED | IRQD_MASKED
        mov     dword [esi + irq_desc.chip], gpio_chip
.ready:
        mov     eax, ebx
.done:
        pop     esi
        pop     ebx
endproc
EXPORT_SYMBOL gpio_to_irq

; irqreturn_t gpio_interrupt(int irq, void *dev)        hard IRQ, IRQ 10
proc gpio_interrupt
        push    ebx
        push    esi
        push    edi
        xor     edi, edi                ; IRQ_NONE
        xor     ebx, ebx
.register:
        mov     esi, [GPEDS0 + ebx * 4]
.next:
        bsf     ecx, esi
        jz      .empty
        btr     esi, ecx
        mov     edi, IRQ_HANDLED
        push    ebx
        shl     ebx, 5
        add     ebx, ecx
        ccall   gpio_event, ebx
        pop     ebx
        jmp     .next
.empty:
        inc     ebx
        cmp     ebx, 2
        jb      .register
        mov     eax, edi
        pop     edi
        pop     esi
        pop     ebx
endproc

; void gpio_event(unsigned pin)         hard IRQ
proc gpio_event, .pin
        push    ebx
        push    esi
        mov     esi, [ebp + .pin]
        add     esi, GPIO_IRQ_BASE
        mov     ebx, [ebp + .pin]
        shl     ebx, 4
        add     ebx, gpio_pins
        cmp     dword [ebx + gpio_pin.debounce], 0
        je      .taken
        test    dword [ebx + gpio_pin.type], IRQF_TRIGGER_LEVEL
        jnz     .taken                  ; a level does not bounce
        call    sched_clock             ; eax: seconds, edx: microseconds
        imul    eax, eax, USEC_PER_SEC
        add     eax, edx
        mov     ecx, eax
        xchg    ecx, [ebx + gpio_pin.last_event]
        sub     eax, ecx
        cmp     eax, [ebx + gpio_pin.debounce]
        jb      .dropped                ; the contacts still bounce
.taken:
        ccall   irq_to_desc, esi
        test    eax, eax
        jz      .dropped
        ccall   [eax + irq_desc.handle_irq], eax
        jmp     .done
.dropped:
        ccall   gpio_ack, esi
.done:
        pop     esi
        pop     ebx
endproc

; gpio_bit: of the pin in the first argument, or of its IRQ number: ecx its bit, edx 0 or 4 for its register
gpio_bit_of_irq:
        mov     ecx, [ebp + FIRST_ARGUMENT]
        sub     ecx, GPIO_IRQ_BASE
        jmp     gpio_bit.pin
gpio_bit:
        mov     ecx, [ebp + FIRST_ARGUMENT]
.pin:
        mov     edx, ecx
        shr     edx, 5
        shl     edx, 2
        mov     eax, 1
        shl     eax, cl
        mov     ecx, eax
        ret

; void gpio_mask(int irq)
proc gpio_mask, .irq
        pushfd
        cli
        call    gpio_bit_of_irq
        not     ecx
        and     [GPREN0 + edx], ecx
        and     [GPFEN0 + edx], ecx
        and     [GPHEN0 + edx], ecx
        and     [GPLEN0 + edx], ecx
        popfd
endproc

; void gpio_unmask(int irq)             what happened while nobody looked does not count
proc gpio_unmask, .irq
        push    ebx
        pushfd
        cli
        call    gpio_bit_of_irq
        mov     ebx, [ebp + .irq]
        shl     ebx, 4
        mov     ebx, [gpio_pins + ebx - GPIO_IRQ_BASE * gpio_pin_size + gpio_pin.type]
        mov     [GPEDS0 + edx], ecx
        test    ebx, IRQF_TRIGGER_RISING
        jz      .not_rising
        or      [GPREN0 + edx], ecx
.not_rising:
        test    ebx, IRQF_TRIGGER_FALLING
        jz      .not_falling
        or      [GPFEN0 + edx], ecx
.not_falling:
        test    ebx, IRQF_TRIGGER_HIGH
        jz      .not_high
        or      [GPHEN0 + edx], ecx
.not_high:
        test    ebx, IRQF_TRIGGER_LOW
        jz      .not_low
        or      [GPLEN0 + edx], ecx
.not_low:
        popfd
        pop     ebx
endproc

; int gpio_ack(int irq)
proc gpio_ack, .irq
        call    gpio_bit_of_irq
        mov     [GPEDS0 + edx], ecx
        mov     eax, 1                  ; never spurious
endproc

; int gpio_mask_ack(int irq)
proc gpio_mask_ack, .irq
        ccall   gpio_mask, [ebp + .irq]
        ccall   gpio_ack, [ebp + .irq]
endproc

; int gpio_set_type(int irq, u32 trigger)       taken over when it is unmasked
proc gpio_set_type, .irq, .trigger
        mov     ecx, [ebp + .irq]
        shl     ecx, 4
        mov     eax, [ebp + .trigger]
        mov     [gpio_pins + ecx - GPIO_IRQ_BASE * gpio_pin_size + gpio_pin.type], eax
        xor     eax, eax
endproc

; int gpio_direction_input(unsigned pin)
proc gpio_direction_input, .pin
        ccall   gpio_select, [ebp + .pin], 0
endproc
EXPORT_SYMBOL gpio_direction_input

; int gpio_direction_output(unsigned pin, int value)    at that level from the first moment
proc gpio_direction_output, .pin, .value
        ccall   gpio_set_value, [ebp + .pin], [ebp + .value]
        ccall   gpio_select, [ebp + .pin], GPFSEL_OUTPUT
endproc
EXPORT_SYMBOL gpio_direction_output

; int gpio_select(unsigned pin, u32 function_nr)
proc gpio_select, .pin, .function_nr
        push    ebx
        mov     eax, -EINVAL
        ccall   gpio_is_valid, [ebp + .pin]
        dec     eax
        jnz     .invalid
        mov     eax, [ebp + .pin]
        xor     edx, edx
        mov     ecx, 10
        div     ecx                     ; eax: the register, edx: the place in it
        lea     ecx, [edx + edx * 2]
        mov     edx, GPFSEL_MASK
        shl     edx, cl
        mov     ebx, [ebp + .function_nr]
        shl     ebx, cl
        not     edx
        pushfd
        cli
        and     edx, [GPFSEL0 + eax * 4]
        or      edx, ebx
        mov     [GPFSEL0 + eax * 4], edx
        popfd
        xor     eax, eax
        jmp     .done
.invalid:
        mov     eax, -EINVAL
.done:
        pop     ebx
endproc

; int gpio_get_value(unsigned pin)      0 or 1
proc gpio_get_value, .pin
        call    gpio_bit
        xor     eax, eax
        test    [GPLEV0 + edx], ecx
        setnz   al
endproc
EXPORT_SYMBOL gpio_get_value

; void gpio_set_value(unsigned pin, int value)
proc gpio_set_value, .pin, .value
        call    gpio_bit
        cmp     dword [ebp + .value], 0
        je      .low
        mov     [GPSET0 + edx], ecx
        return
.low:
        mov     [GPCLR0 + edx], ecx
endproc
EXPORT_SYMBOL gpio_set_value

; int gpio_set_debounce(unsigned pin, unsigned us)
; The block has no filter: gpio_event counts the time.
proc gpio_set_debounce, .pin, .us
        mov     eax, -EINVAL
        mov     ecx, [ebp + .pin]
        cmp     ecx, GPIO_PINS
        jae     .done
        shl     ecx, 4
        mov     eax, [ebp + .us]
        mov     [gpio_pins + ecx + gpio_pin.debounce], eax
        xor     eax, eax
.done:
endproc
EXPORT_SYMBOL gpio_set_debounce

        section .rodata
gpio_name:      db "bcm2835-gpio", 0
gpio_chip_name: db "pinctrl-bcm2835", 0
no_label:       db "?", 0
        section .text
