; ticks [COUNT]: sleeps for so many ticks of the timer, ten if nothing is said, and tells whether they came.

%include "include/utility.inc"
%include "lib/irq_count.asm"

HZ              equ 100
NSEC_PER_TICK   equ 1000000000 / HZ
IRQ_TIMER       equ 0
ISA_IRQ_VECTOR  equ 0x20                ; of line 0
DEFAULT_TICKS   equ 10

        section .text

proc main, .argc, .argv
.time           equ -8
        sub     esp, 8
        push    ebx
        push    esi
        mov     esi, DEFAULT_TICKS
        mov     eax, [ebp + .argv]
        mov     eax, [eax + 4]
        test    eax, eax
        jz      .count_known
        ccall   parse_decimal, eax
        mov     esi, eax
.count_known:
        println "This task sleeps for %d ticks of 1/%d second.", esi, HZ
        mov     eax, esi
        xor     edx, edx
        mov     ecx, HZ
        div     ecx
        mov     [ebp + .time], eax
        imul    edx, edx, NSEC_PER_TICK
        mov     [ebp + .time + 4], edx
        ccall   irq_count, IRQ_TIMER
        mov     ebx, eax
        lea     ecx, [ebp + .time]
        syscall SYS_NANOSLEEP, ecx, 0
        ccall   irq_count, IRQ_TIMER
        sub     eax, ebx
        cmp     eax, esi
        jb      .wrong
        println "   IRQ 0 came through vector 0x%x at each of them, and the last one woke it.", \
                ISA_IRQ_VECTOR + IRQ_TIMER
        xor     eax, eax
        jmp     .done
.wrong:
        println "   WRONG: %d interrupts.", eax
        mov     eax, 1
.done:
        pop     esi
        pop     ebx
endproc
