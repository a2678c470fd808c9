; keyboard-service.asm: int 16h, which takes keys out of the ring that keyboard.asm fills.
;
;   AH = 0, 10h wait for a key; 1, 11h look; 2, 12h shifts; 3 typematic rate; 5 put a key into the ring

service keyboard_service
        cmp     ah, 0x10
        je      .wait
        cmp     ah, 0x11
        je      .look
        cmp     ah, 0x12
        je      .more_shifts
        by_function .table, 6, service_done
.table:
        dw      .wait, .look, .shifts, .rate, service_done, .put

.wait:
        cli
        mov     bx, [KEY_HEAD]
        cmp     bx, [KEY_TAIL]
        jne     .taken
        sti                             ; an interrupt comes after hlt at the earliest
        hlt
        jmp     .wait
.taken:
        mov     ax, [bx]
        call    next_place
        mov     [KEY_HEAD], bx
        call    .as_asked
        jc      .wait
        mov     [bp + F_AX], ax
        jmp     service_done

.look:
        cli
        mov     bx, [KEY_HEAD]
        cmp     bx, [KEY_TAIL]
        je      .nothing
        mov     ax, [bx]
        call    .as_asked
        jnc     .seen
        call    next_place              ; a key that the caller cannot know
        mov     [KEY_HEAD], bx
        jmp     .look
.seen:
        mov     [bp + F_AX], ax
        and     byte [bp + F_FLAGS], ~ZERO
        jmp     service_done
.nothing:
        or      byte [bp + F_FLAGS], ZERO
        jmp     service_done

; ax as functions 0 and 1 know keys: those of the 84-key board. CF set: it has none like it.
.as_asked:
        test    byte [bp + F_AH], 0x10
        jnz     .known
        cmp     ah, 0x84
        ja      .beyond
        cmp     al, ENHANCED
        jne     .known
        xor     al, al
.known:
        clc
        ret
.beyond:
        cmp     ah, ENHANCED            ; the keypad's Enter and slash
        jne     .unknown
        mov     ah, SC_ENTER
        cmp     al, '/'
        jne     .known
        mov     ah, SC_SLASH
        jmp     .known
.unknown:
        stc
        ret

.shifts:
        mov     al, [SHIFTS]
        mov     [bp + F_AL], al
        jmp     service_done
.more_shifts:
        mov     al, [SHIFTS]
        mov     ah, [SHIFTS_2]
        mov     [bp + F_AX], ax
        jmp     service_done

.rate:                                  ; al 5: bh delay, bl rate
        cmp     al, 5
        jne     service_done
        cli
        mov     al, 0xf3
        call    show_lights.tell
        mov     al, bh
        and     al, 0x03
        shl     al, 5
        and     bl, 0x1f
        or      al, bl
        call    show_lights.tell
        jmp     service_done

.put:                                   ; cx: al 0, or 1 when the ring is full
        mov     ax, cx
        cli
        mov     bx, [KEY_TAIL]
        mov     si, bx
        call    next_place
        mov     byte [bp + F_AL], 1
        cmp     bx, [KEY_HEAD]
        je      service_done
        mov     [si], ax
        mov     [KEY_TAIL], bx
        mov     byte [bp + F_AL], 0
        jmp     service_done
