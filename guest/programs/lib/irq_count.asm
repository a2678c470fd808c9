; irq_count.asm: how often a line has interrupted so far, from /proc/interrupts.
;
;   irq_count(irq)                on all CPUs there are: that is one

%include "lib/file.asm"

INTERRUPTS_SIZE equ 4096

        section .bss
        alignb  4
count_end:      resd 1
interrupts_text: resb INTERRUPTS_SIZE

        section .text

; u32 irq_count(int irq)
proc irq_count, .irq
        push    ebx
        ccall   read_file, interrupts_path, interrupts_text, INTERRUPTS_SIZE
        mov     ebx, interrupts_text
.line:
        cmp     byte [ebx], 0
        je      .none
        ccall   skip_spaces, ebx
        ccall   strtol, eax, count_end, 10
        mov     ecx, [count_end]
        cmp     byte [ecx], ':'
        jne     .next
        cmp     eax, [ebp + .irq]
        je      .found
.next:
        inc     ebx
        cmp     byte [ebx - 1], 0
        je      .none
        cmp     byte [ebx - 1], NEWLINE
        jne     .next
        jmp     .line
.found:
        inc     ecx
        ccall   skip_spaces, ecx
        ccall   strtol, eax, count_end, 10
        jmp     .done
.none:
        xor     eax, eax
.done:
        pop     ebx
endproc

        section .rodata
interrupts_path: db "/proc/interrupts", 0
        section .text
