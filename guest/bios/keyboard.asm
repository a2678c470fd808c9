; keyboard.asm: IRQ 1 turns scan codes into keys, which wait in a ring of words (character in the low byte, scan code in
; the high one) until int 16h takes them.
;
;   SHIFTS          bit 0 right shift, 1 left shift, 2 control, 3 alt, 4 scroll lock, 5 num lock, 6 caps lock, 7 insert
;   SHIFTS_2        bit 0 left control, 1 left alt, 3 pause, 4 scroll lock is held, 5 num lock, 6 caps lock, 7 insert

%define RIGHT_SHIFT     0x01
%define LEFT_SHIFT      0x02
%define CONTROL         0x04
%define ALT             0x08
%define SCROLL_LOCK     0x10
%define NUM_LOCK        0x20
%define CAPS_LOCK       0x40
%define INSERT          0x80
%define LEFT_CONTROL    0x01
%define LEFT_ALT        0x02
%define LAST_WAS_E0     0x02
%define LAST_WAS_E1     0x01
%define ENHANCED        0xe0
%define BREAK           0x80

%define SC_CONTROL      0x1d
%define SC_LEFT_SHIFT   0x2a
%define SC_RIGHT_SHIFT  0x36
%define SC_ALT          0x38
%define SC_CAPS         0x3a
%define SC_NUM          0x45
%define SC_SCROLL       0x46
%define SC_KEYPAD       0x47            ; to 53h
%define SC_INSERT       0x52
%define SC_DELETE       0x53
%define SC_PRINT        0x37            ; with E0
%define SC_BREAK        0x46            ; with E0
%define SC_ENTER        0x1c            ; with E0: the keypad's
%define SC_SLASH        0x35
%define LAST_KEY        0x58            ; of the table in keymap.asm

keyboard_interrupt:
        sti
        cld
        pushad
        push    ds
        push    es
        push    BDA
        pop     ds
        in      al, 0x64
        test    al, 0x01
        jz      .done
        in      al, 0x60
        mov     ah, 0x4f                ; whoever hooks int 15h sees it first, and may swallow it
        stc
        int     0x15
        jnc     .done
        call    take_scan_code
.done:
        mov     al, 0x20
        out     0x20, al
        pop     es
        pop     ds
        popad
        iret

; al = the scan code
take_scan_code:
        cmp     byte [PAUSE_SKIP], 0
        jne     .pause
        cmp     al, 0xe0
        je      .prefix
        cmp     al, 0xe1
        je      .pause_begins
        mov     bl, al
        and     bl, 0xff & ~BREAK
        mov     dl, [KEYBOARD_STATE]    ; bit 1: E0 came before
        and     byte [KEYBOARD_STATE], ~LAST_WAS_E0
        call    take_shift
        jc      .done
        test    al, BREAK
        jnz     .done
        jmp     take_key
.prefix:
        or      byte [KEYBOARD_STATE], LAST_WAS_E0
.done:
        ret
.pause_begins:                          ; E1 1D 45 E1 9D C5: nothing more comes of it
        mov     byte [PAUSE_SKIP], 5
        ret
.pause:
        dec     byte [PAUSE_SKIP]
        ret

; al the scan code, bl the same without bit 7, dl as above. CF set: it was a shift or a lock.
take_shift:
        mov     si, .table
.next:
        mov     cx, [cs:si]             ; cl scan code, ch its bit in SHIFTS
        test    cl, cl
        jz      .no
        cmp     cl, bl
        je      .found
        add     si, 2
        jmp     .next
.no:
        clc
        ret
.found:
        test    ch, RIGHT_SHIFT | LEFT_SHIFT | CONTROL | ALT
        jz      .lock
        cmp     bl, SC_LEFT_SHIFT       ; E0 2A and E0 36 are pretended
        je      .shift
        cmp     bl, SC_RIGHT_SHIFT
        jne     .held
.shift:
        test    dl, LAST_WAS_E0
        jnz     .yes
.held:
        test    al, BREAK
        jnz     .up
        or      [SHIFTS], ch
        jmp     .left
.up:
        not     ch
        and     [SHIFTS], ch
        not     ch
.left:                                  ; which of the two controls, which alt
        test    ch, CONTROL | ALT
        jz      .yes
        test    dl, LAST_WAS_E0
        jnz     .yes
        shr     ch, 2
        test    al, BREAK
        jnz     .left_up
        or      [SHIFTS_2], ch
        jmp     .yes
.left_up:
        not     ch
        and     [SHIFTS_2], ch
        jmp     .yes
.lock:
        test    dl, LAST_WAS_E0         ; E0 46 is Break, E0 52 the grey Insert
        jz      .plain_lock
        cmp     bl, SC_INSERT
        jne     .no
.plain_lock:
        test    al, BREAK
        jnz     .lock_up
        test    [SHIFTS_2], ch          ; it is held and repeats
        jnz     .repeats
        cmp     bl, SC_INSERT
        jne     .toggle
        call    keypad_is_digits        ; then it is a zero
        jc      .no
.toggle:
        or      [SHIFTS_2], ch
        xor     [SHIFTS], ch
        cmp     bl, SC_INSERT
        je      .no                     ; it is a key, too
        call    show_lights
        jmp     .yes
.repeats:
        cmp     bl, SC_INSERT
        je      .no
        jmp     .yes
.lock_up:
        not     ch
        and     [SHIFTS_2], ch
.yes:
        stc
        ret
.table:
        db      SC_LEFT_SHIFT, LEFT_SHIFT, SC_RIGHT_SHIFT, RIGHT_SHIFT, SC_CONTROL, CONTROL, SC_ALT, ALT
        db      SC_SCROLL, SCROLL_LOCK, SC_NUM, NUM_LOCK, SC_CAPS, CAPS_LOCK, SC_INSERT, INSERT, 0, 0

; CF set: keys 47h to 53h are digits. Of grey keys (dl) never. All registers kept.
keypad_is_digits:
        push    ax
        test    dl, LAST_WAS_E0
        jnz     .no
        mov     al, [SHIFTS]
        test    al, RIGHT_SHIFT | LEFT_SHIFT
        mov     ah, 0
        jz      .unshifted
        mov     ah, NUM_LOCK
.unshifted:
        and     al, NUM_LOCK
        cmp     al, ah
        je      .no
        pop     ax
        stc
        ret
.no:
        pop     ax
        clc
        ret

; The keyboard's lights as the locks are. Interrupts are held off, so that its answers are ours.
show_lights:
        pushf
        cli
        push    ax
        mov     al, 0xed
        call    .tell
        mov     al, [SHIFTS]
        shr     al, 4                   ; scroll, num and caps lock in both their orders
        and     al, 0x07
        call    .tell
        pop     ax
        popf
        ret
.tell:
        call    kbc_wait
        out     0x60, al
        push    cx
        mov     cx, 0xffff
.wait:
        in      al, 0x64
        test    al, 0x01
        jnz     .answered
        loop    .wait
        jmp     .told
.answered:
        in      al, 0x60
.told:
        pop     cx
        ret

; bl a make code that is no shift; dl as above
take_key:
        cmp     bl, SC_DELETE
        jne     .no_reset
        mov     al, [SHIFTS]
        and     al, CONTROL | ALT
        cmp     al, CONTROL | ALT
        je      .reset
.no_reset:
        test    dl, LAST_WAS_E0
        jnz     .extended
        cmp     bl, LAST_KEY
        ja      .done
        call    column_of
        movzx   si, bl
        shl     si, 3
        add     si, keys
        jmp     .put
.extended:
        cmp     bl, SC_PRINT
        je      .print_screen
        cmp     bl, SC_BREAK
        je      .break
        mov     si, extended_keys - 9
.next:
        add     si, 9
        cmp     byte [cs:si], 0
        je      .done
        cmp     [cs:si], bl
        jne     .next
        inc     si
        call    column_of
.put:
        add     si, di
        mov     ax, [cs:si]
        test    ax, ax
        jz      .done
        jmp     put_key
.done:
        ret
.reset:
        mov     word [0x72], 0x1234     ; what a warm start is known by
        mov     al, 0xfe
        out     0x64, al
        hlt
.print_screen:
        int     0x05
        ret
.break:
        test    byte [SHIFTS], CONTROL
        jz      .done
        mov     byte [BREAK_FLAG], 0x80
        mov     ax, KEY_BUFFER
        mov     [KEY_HEAD], ax
        mov     [KEY_TAIL], ax
        int     0x1b
        xor     ax, ax
        jmp     put_key

; di = 0, 2, 4 or 6: which of a key's four words counts now
column_of:
        mov     al, [SHIFTS]
        mov     di, 6
        test    al, ALT
        jnz     .done
        mov     di, 4
        test    al, CONTROL
        jnz     .done
        xor     di, di
        cmp     bl, SC_KEYPAD
        jb      .letters
        cmp     bl, SC_DELETE
        ja      .letters
        call    keypad_is_digits
        jnc     .done
        mov     di, 2
.done:
        ret
.letters:
        test    al, RIGHT_SHIFT | LEFT_SHIFT
        jz      .unshifted
        mov     di, 2
.unshifted:
        test    al, CAPS_LOCK           ; moves letters alone
        jz      .done
        call    is_letter
        jnc     .done
        xor     di, 2
        ret

; CF set: bl is the key of a letter
is_letter:
        cmp     bl, 0x10
        jb      .no
        cmp     bl, 0x19
        jbe     .yes
        cmp     bl, 0x1e
        jb      .no
        cmp     bl, 0x26
        jbe     .yes
        cmp     bl, 0x2c
        jb      .no
        cmp     bl, 0x32
        jbe     .yes
.no:
        clc
        ret
.yes:
        stc
        ret

; ax goes into the ring; a full one loses it, with a beep. CF set: it was full. bx, si lost
put_key:
        mov     bx, [KEY_TAIL]
        mov     si, bx
        call    next_place
        cmp     bx, [KEY_HEAD]
        je      .full
        mov     [si], ax
        mov     [KEY_TAIL], bx
        clc
        ret
.full:
        push    ax
        call    beep
        pop     ax
        stc
        ret

; bx = the place in the ring behind bx
next_place:
        add     bx, 2
        cmp     bx, [KEY_END]
        jb      .done
        mov     bx, [KEY_START]
.done:
        ret
