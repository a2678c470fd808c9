; scan_codes.asm: a lesson: what the keyboard says: a code when a key goes down, the code + 0x80 when it
; comes up. The driver has read the byte already, but port 0x60 keeps it until the next comes.
;
;       insmod scan_codes.ko            then press letters
;       rmmod scan_codes

%include "include/kernel.inc"
        extern  request_irq, free_irq
        module_license "GPL"

RELEASED        equ 0x80
FIRST_ROW       equ 0x10                ; Q

        section .data
my_name:        db "scan_codes", 0
letters:        db "qwertyuiop[]", 0, 0, "asdfghjkl"
LETTERS         equ $ - letters

        section .text

proc init_module
        ccall   request_irq, IRQ_KEYBOARD, observe, IRQF_SHARED, my_name, my_name
endproc

; irqreturn_t observe(int line, void *dev)      hard IRQ
proc observe
        push    ebx
        xor     eax, eax
        in      al, I8042_DATA
        mov     ebx, eax
        and     ebx, ~RELEASED
        sub     ebx, FIRST_ROW
        cmp     ebx, LETTERS
        jae     .other
        movzx   ecx, byte [letters + ebx]
        test    ecx, ecx
        jz      .other
        test    eax, RELEASED
        jnz     .released
        pr      KERN_INFO, "Scan Code %02x: Character %c Pressed", eax, ecx
        jmp     .other
.released:
        pr      KERN_INFO, "Scan Code %02x: Character %c Released", eax, ecx
.other:
        mov     eax, IRQ_NONE
        pop     ebx
endproc

proc cleanup_module
        ccall   free_irq, IRQ_KEYBOARD, my_name
endproc
