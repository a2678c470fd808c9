; speaker.asm: the PC speaker, a square wave of the timer's counter 2.
;
;   kd_mksound(hertz, ticks)      any context          a tone for so long; 0 Hz: silence
;   speaker_bell()                any context          what BEL, \a, sounds like

PIT_CHANNEL2    equ 0x42
PIT_CH2_SQUARE  equ 0xb6                ; channel 2, low byte then high, mode 3, binary
SPEAKER_ON      equ 0x03                ; port B: the counter's gate, and its output let through
BELL_HERTZ      equ 750                 ; Linux's
BELL_TICKS      equ HZ / 8

        section .data
        align   4
speaker_timer:  dd 0, 0, 0, speaker_off, 0

        section .text

; void kd_mksound(u32 hertz, u32 ticks) from 20 Hz up
proc kd_mksound, .hertz, .ticks
        pushfd
        cli
        ccall   del_timer, speaker_timer
        cmp     dword [ebp + .hertz], 20
        jb      .silence
        mov     al, PIT_CH2_SQUARE
        out     PIT_MODE, al
        mov     eax, PIT_HZ
        xor     edx, edx
        div     dword [ebp + .hertz]
        out     PIT_CHANNEL2, al
        mov     al, ah
        out     PIT_CHANNEL2, al
        in      al, SYSTEM_PORT_B
        or      al, SPEAKER_ON
        and     al, SYSTEM_B_WRITABLE
        out     SYSTEM_PORT_B, al
        mov     eax, [jiffies]
        add     eax, [ebp + .ticks]
        ccall   mod_timer, speaker_timer, eax
        jmp     .done
.silence:
        ccall   speaker_off, 0
.done:
        popfd
endproc
EXPORT_SYMBOL kd_mksound

; void speaker_bell(void)
proc speaker_bell
        ccall   kd_mksound, BELL_HERTZ, BELL_TICKS
endproc

; void speaker_off(struct timer_list *) softirq
proc speaker_off, .timer
        pushfd
        cli
        in      al, SYSTEM_PORT_B
        and     al, SYSTEM_B_WRITABLE & ~SPEAKER_ON
        out     SYSTEM_PORT_B, al
        popfd
endproc
