; time.asm: IRQ 0, 18.2 times a second, and int 1Ah, the time of day.

%define TICKS_PER_DAY   0x1800b0
%define SECONDS_TO_TICKS 1193182        ; over 65536
%define UPDATING        0x80
%define SET             0x80

timer_interrupt:
        push    eax
        push    ds
        push    BDA
        pop     ds
        mov     eax, [TICKS]
        inc     eax
        cmp     eax, TICKS_PER_DAY
        jb      .today
        xor     eax, eax
        mov     byte [MIDNIGHT], 1
.today:
        mov     [TICKS], eax
        int     0x1c
        mov     al, 0x20
        out     0x20, al
        pop     ds
        pop     eax
        iret

; At the start: the ticks since midnight, by the clock.
set_ticks:
        call    clock_wait
        mov     al, 4
        call    cmos_binary
        imul    ecx, eax, 3600
        mov     al, 2
        call    cmos_binary
        imul    eax, 60
        add     ecx, eax
        xor     al, al
        call    cmos_binary
        add     eax, ecx
        mov     ecx, SECONDS_TO_TICKS
        mul     ecx
        shrd    eax, edx, 16
        mov     [TICKS], eax
        ret

; eax = the byte of the CMOS at al, which is in BCD
cmos_binary:
        call    cmos_read
        movzx   eax, al
        mov     ah, al
        shr     ah, 4
        and     al, 0x0f
        aad
        movzx   eax, al
        ret

; until no update is near; al lost
clock_wait:
        mov     al, 0x0a
        call    cmos_read
        test    al, UPDATING
        jnz     clock_wait
        ret

service time_service
        by_function .table, 6, .unknown
.table:
        dw      time_get_ticks, time_set_ticks, time_get_time, time_set_time, time_get_date, time_set_date
.unknown:
        jmp     service_failed

; AH = 0: cx:dx ticks since midnight, al: midnight has passed since the last time
time_get_ticks:
        mov     ax, [TICKS]
        mov     [bp + F_DX], ax
        mov     ax, [TICKS + 2]
        mov     [bp + F_CX], ax
        xor     ax, ax
        xchg    al, [MIDNIGHT]
        mov     [bp + F_AX], ax
        jmp     service_succeeded

time_set_ticks:
        mov     [TICKS], dx
        mov     [TICKS + 2], cx
        mov     byte [MIDNIGHT], 0
        mov     byte [bp + F_AH], 0
        jmp     service_succeeded

; AH = 2: ch hours, cl minutes, dh seconds in BCD, dl 1: daylight saving
time_get_time:
        call    clock_wait
        mov     al, 0x00
        call    cmos_read
        mov     [bp + F_DH], al
        mov     al, 0x02
        call    cmos_read
        mov     [bp + F_CL], al
        mov     al, 0x04
        call    cmos_read
        mov     [bp + F_CH], al
        mov     al, 0x0b
        call    cmos_read
        and     al, 1
        mov     [bp + F_DL], al
        mov     byte [bp + F_AH], 0
        jmp     service_succeeded

time_set_time:
        mov     bx, dx
        call    clock_stop
        mov     al, 0x00
        mov     ah, bh
        call    cmos_write
        mov     al, 0x02
        mov     ah, cl
        call    cmos_write
        mov     al, 0x04
        mov     ah, ch
        call    cmos_write
        jmp     clock_go_on

; AH = 4: ch century, cl year, dh month, dl day in BCD
time_get_date:
        call    clock_wait
        mov     al, 0x07
        call    cmos_read
        mov     [bp + F_DL], al
        mov     al, 0x08
        call    cmos_read
        mov     [bp + F_DH], al
        mov     al, 0x09
        call    cmos_read
        mov     [bp + F_CL], al
        mov     al, 0x32
        call    cmos_read
        mov     [bp + F_CH], al
        mov     byte [bp + F_AH], 0
        jmp     service_succeeded

time_set_date:
        mov     bx, dx
        call    clock_stop
        mov     al, 0x07
        mov     ah, bl
        call    cmos_write
        mov     al, 0x08
        mov     ah, bh
        call    cmos_write
        mov     al, 0x09
        mov     ah, cl
        call    cmos_write
        mov     al, 0x32
        mov     ah, ch
        call    cmos_write
clock_go_on:
        mov     al, 0x0b
        call    cmos_read
        and     al, 0xff & ~SET
        mov     ah, al
        mov     al, 0x0b
        call    cmos_write
        mov     byte [bp + F_AH], 0
        jmp     service_succeeded

clock_stop:
        mov     al, 0x0b
        call    cmos_read
        or      al, SET
        mov     ah, al
        mov     al, 0x0b
        jmp     cmos_write
