; tour.asm: every kind of trap, one after the other, each told as it happens.
;
;   tour_main(arguments)          tasks                the shell's `tour`, or instead of the shell when
;                                                      the word is on the kernel's command line

TOUR_TICKS      equ 10
SPIN_TICKS      equ 20

        section .text

; int tour_main(const char *arguments)
proc tour_main, .arguments
        println ""
        println "A tour of trapgate. Each step is an interrupt or a trap, taken through the kernel's own IDT."
        call    tour_key
        call    tour_ticks
        call    tour_breakpoint
        call    tour_kernel_faults
        call    tour_programs
        call    tour_preemption
        println ""
        println "The end of the tour. The kernel lives."
        xor     eax, eax
endproc

; The serial line counts as a keyboard: whoever has no other should not wait for ever.
proc tour_key
        push    ebx
        println ""
        println "1. A key. Please press one."
        call    tty_getc
        mov     ebx, eax
        mov     eax, [tty_last_irq]
        lea     ecx, [eax + ISA_IRQ_VECTOR]
        cmp     eax, IRQ_KEYBOARD
        jne     .serial
        println "   The keyboard raised IRQ %d, the 8259 gave vector 0x%x, the handler read scan code 0x%02x.", \
                eax, ecx, [last_scancode]
        jmp     .character
.serial:
        println "   The serial port raised IRQ %d, the 8259 gave vector 0x%x, the handler read its FIFO.", \
                eax, ecx
.character:
        cmp     ebx, SPACE
        jb      .control
        println "   It means the character '%c'.", ebx
        jmp     .done
.control:
        println "   It means the control character 0x%02x.", ebx
.done:
        pop     ebx
endproc

; jiffies must go on by as many as were asked for, driven by IRQ 0.
proc tour_ticks
        push    ebx
        push    esi
        println ""
        println "2. The timer. This task sleeps for %d ticks of 1/%d second.", TOUR_TICKS, HZ
        cli
        mov     ebx, [irq_descs + IRQ_TIMER * irq_desc_size + irq_desc.kstat_irqs]
        mov     esi, [jiffies]
        ccall   schedule_timeout, TOUR_TICKS
        sub     ebx, [irq_descs + IRQ_TIMER * irq_desc_size + irq_desc.kstat_irqs]
        sub     esi, [jiffies]
        sti
        test    ebx, ebx
        jz      .wrong
        cmp     esi, -TOUR_TICKS
        jg      .wrong
        println "   IRQ 0 came through vector 0x%x at each of them, and the last one woke it.", \
                ISA_IRQ_VECTOR + IRQ_TIMER
        jmp     .done
.wrong:
        println "   WRONG: %d interrupts, %d ticks.", ebx, esi
.done:
        pop     esi
        pop     ebx
endproc

proc tour_breakpoint
        println ""
        println "3. A breakpoint in the kernel: a trap, so the code behind it goes on."
        ccall   trap_command, kind_int3
endproc

proc tour_kernel_faults
        println ""
        println "4. The kernel divides by zero, three calls deep. The thread dies; its trace says who called whom."
        ccall   trap_command, kind_nested
        println ""
        println "5. The kernel loads a selector beyond its GDT: a general protection fault that names it."
        ccall   trap_command, kind_gp
        println ""
        println "6. The kernel writes where nothing is mapped: a page fault, with the address in CR2."
        ccall   trap_command, kind_pf
endproc

proc tour_programs
        push    ebx
        cmp     dword [initrd_start], 0
        je      .no_programs
        println ""
        println "7. Programs in ring 3. What they do wrong ends them alone."
        mov     ebx, tour_program_lines
.next:
        println "# %s", ebx
        ccall   run_command, ebx
        ccall   strlen, ebx
        lea     ebx, [ebx + eax + 1]
        cmp     byte [ebx], 0
        jne     .next
.no_programs:
        pop     ebx
endproc

; A program that never asks for anything: only the tick can take the CPU from it.
proc tour_preemption
        sub     esp, 4
        push    ebx
        cmp     dword [initrd_start], 0
        je      .no_programs
        println ""
        println "8. A program that loops for ever. The tick takes the CPU from it, so this task goes on and ends it."
        lea     eax, [ebp - 4]
        ccall   spawn, tour_spin, eax
        test    eax, eax
        jnz     .no_programs
        mov     ebx, [ebp - 4]
        ccall   schedule_timeout, SPIN_TICKS
        ccall   send_signal, ebx, SIGKILL
        ccall   wait_task, ebx
        ccall   report_status, eax
.no_programs:
        pop     ebx
endproc

        section .rodata
kind_int3:      db "int3", 0
kind_nested:    db "nested", 0
kind_gp:        db "gp", 0
kind_pf:        db "pf", 0
tour_spin:      db "spin", 0
tour_program_lines:                     ; one behind the other, an empty one at the end
        db      "hello", 0
        db      "syscalls", 0
        db      "div_by_zero", 0
        db      "privileged", 0
        db      "int3", 0
        db      "null_pointer", 0
        db      0
        section .text
