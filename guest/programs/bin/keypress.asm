; keypress: asks for a key, and tells which interrupt brought it.
;
; The counts of /proc/interrupts before and after say which line it was. The keyboard keeps its last
; scan code at port 0x60, which ring 3 may read once ioperm has said so.

%include "include/utility.inc"
%include "include/termios.inc"
%include "lib/irq_count.asm"

I8042_DATA      equ 0x60
IRQ_KEYBOARD    equ 1
IRQ_SERIAL      equ 4
ISA_IRQ_VECTOR  equ 0x20                ; of line 0
SCAN_RELEASED   equ 0x80

        section .bss
        alignb  4
cooked:         resb termios_size
raw:            resb termios_size
key:            resd 1

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        syscall SYS_IOCTL, STDIN, TCGETS, cooked
        ccall   memcpy, raw, cooked, termios_size
        and     dword [raw + termios.c_lflag], ~(ISIG | ICANON | ECHO)
        syscall SYS_IOCTL, STDIN, TCSETS, raw
        ccall   irq_count, IRQ_KEYBOARD
        mov     ebx, eax
        println "Please press one."
        syscall SYS_READ, STDIN, key, 1
        syscall SYS_IOCTL, STDIN, TCSETS, cooked
        ccall   irq_count, IRQ_KEYBOARD
        cmp     eax, ebx
        je      .serial
        syscall SYS_IOPERM, I8042_DATA, 1, 1
        xor     eax, eax
        in      al, I8042_DATA
        and     eax, ~SCAN_RELEASED
        println "   The keyboard raised IRQ %d, the 8259 gave vector 0x%x, the handler read scan code 0x%02x.", \
                IRQ_KEYBOARD, ISA_IRQ_VECTOR + IRQ_KEYBOARD, eax
        jmp     .character
.serial:
        println "   The serial port raised IRQ %d, the 8259 gave vector 0x%x, the handler read its FIFO.", \
                IRQ_SERIAL, ISA_IRQ_VECTOR + IRQ_SERIAL
.character:
        mov     eax, [key]
        cmp     eax, SPACE
        jb      .control
        println "   It means the character '%c'.", eax
        jmp     .done
.control:
        println "   It means the control character 0x%02x.", eax
.done:
        xor     eax, eax
        pop     esi
        pop     ebx
endproc
