; time.asm: IRQ 0, 18.2 times a second, and int 1Ah, the time of day.

%define TICKS_PER_DAY   0x1800b0
%define SECONDS_TO_TICKS 1193182        ; over 65536
%define UPDATING        0x80
%define SET             0x80
%define NO_FIELD        0xff

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

; AH = 2 and 3: ch hours, cl minutes, dh seconds in BCD; 4 and 5: ch century, cl year, dh month, dl day.
; Registers of the clock, and where the caller has their values.
time_fields:
        db      0x00, F_DH, 0x02, F_CL, 0x04, F_CH, NO_FIELD
date_fields:
        db      0x07, F_DL, 0x08, F_DH, 0x09, F_CL, 0x32, F_CH, NO_FIELD

; AH = 2: dl 1: daylight saving
time_get_time:
        mov     si, time_fields
        call    get_fields
        mov     al, 0x0b
        call    cmos_read
        and     al, 1
        mov     [bp + F_DL], al
        jmp     clock_done

time_get_date:
        mov     si, date_fields
        call    get_fields
clock_done:
        mov     byte [bp + F_AH], 0
        jmp     service_succeeded

time_set_time:
        mov     si, time_fields
        jmp     set_fields

time_set_date:
        mov     si, date_fields
        jmp     set_fields

; cs:si: the fields; from the clock to the caller's registers; ax, si and di lost
get_fields:
        call    clock_wait
.next:
        mov     al, [cs:si]
        cmp     al, NO_FIELD
        je      .done
        call    cmos_read
        movzx   di, byte [cs:si + 1]
        mov     [bp + di], al
        add     si, 2
        jmp     .next
.done:
        ret

; cs:si: the fields; from the caller's registers to the clock, which stands still meanwhile
set_fields:
        mov     al, 0x0b
        call    cmos_read
        or      al, SET
        call    .control
.next:
        mov     al, [cs:si]
        cmp     al, NO_FIELD
        je      .over
        movzx   di, byte [cs:si + 1]
        mov     ah, [bp + di]
        call    cmos_write
        add     si, 2
        jmp     .next
.over:
        mov     al, 0x0b
        call    cmos_read
        and     al, 0xff & ~SET
        call    .control
        jmp     clock_done

; al into register B
.control:
        mov     ah, al
        mov     al, 0x0b
        jmp     cmos_write
