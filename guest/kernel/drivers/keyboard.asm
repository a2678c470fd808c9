; keyboard.asm: from scan codes (set 1) to characters.
;
;   keyboard_init()               boot
;   keyboard_interrupt            hard IRQ, IRQ 1      every press and every release
;
; A key sends its code when pressed, the code + 0x80 when released; the keys that the AT keyboard
; added send 0xe0 first. Characters go to the terminal (tty.asm).

SCAN_RELEASED   equ 0x80
SCAN_PREFIX     equ 0xe0
SCAN_CTRL       equ 0x1d                ; with the prefix: the right one
SCAN_LEFT_SHIFT equ 0x2a
SCAN_RIGHT_SHIFT equ 0x36
SCAN_SLASH      equ 0x35
SCAN_ENTER      equ 0x1c
SCAN_CAPS_LOCK  equ 0x3a

        section .bss
        alignb  4
shift_held:     resd 1
ctrl_held:      resd 1
caps_on:        resd 1
prefix_seen:    resd 1
last_scancode:  resd 1                  ; of the last press; the tour tells it

        section .text

; void keyboard_init(void)
proc keyboard_init
        ccall   request_irq, IRQ_KEYBOARD, keyboard_interrupt, IRQF_SHARED, keyboard_name, keyboard_name
endproc

; irqreturn_t keyboard_interrupt(int irq, void *dev)
proc keyboard_interrupt
        push    ebx
        mov     ebx, IRQ_NONE
        in      al, I8042_STATUS
        test    al, I8042_STR_AUXDATA
        jnz     .done                   ; the mouse's
        call    i8042_read_data
        test    eax, eax
        js      .done
        ccall   keyboard_scancode, eax
        mov     ebx, IRQ_HANDLED
.done:
        mov     eax, ebx
        pop     ebx
endproc

; void keyboard_scancode(int code)
proc keyboard_scancode, .code
        push    ebx
        push    esi
        mov     ebx, [ebp + .code]
        cmp     ebx, SCAN_PREFIX
        jne     .key
        mov     dword [prefix_seen], 1
        jmp     .done
.key:
        xor     ecx, ecx
        xchg    ecx, [prefix_seen]
        xor     esi, esi
        btr     ebx, 7                  ; SCAN_RELEASED
        jc      .state_known
        inc     esi                     ; esi: 1 pressed, 0 released
        mov     [last_scancode], ebx
.state_known:
        cmp     ebx, SCAN_CTRL
        je      .ctrl
        test    ecx, ecx
        jnz     .prefixed
        cmp     ebx, SCAN_LEFT_SHIFT
        je      .shift
        cmp     ebx, SCAN_RIGHT_SHIFT
        je      .shift
        cmp     ebx, SCAN_CAPS_LOCK
        je      .caps
.character:
        test    esi, esi
        jz      .done
        ccall   keyboard_translate, ebx
        test    eax, eax
        jz      .done
        ccall   tty_insert_char, eax, IRQ_KEYBOARD
        jmp     .done

; of the prefixed keys only the keypad's / and Enter are characters
.prefixed:
        cmp     ebx, SCAN_SLASH
        je      .character
        cmp     ebx, SCAN_ENTER
        je      .character
        jmp     .done
.ctrl:
        mov     [ctrl_held], esi
        jmp     .done
.shift:
        mov     [shift_held], esi
        jmp     .done
.caps:
        xor     [caps_on], esi          ; turns over at each press
.done:
        pop     esi
        pop     ebx
endproc

; int keyboard_translate(int code)      the character under the modifiers, or 0
proc keyboard_translate, .code
        mov     ecx, [ebp + .code]
        xor     eax, eax
        cmp     ecx, SCANCODES
        jae     .done
        mov     al, [plain_keys + ecx]
        cmp     dword [shift_held], 0
        je      .caps
        mov     al, [shifted_keys + ecx]
.caps:
        ; Caps Lock turns the case of letters, and Shift turns it back
        mov     edx, eax
        or      edx, LOWER_CASE
        sub     edx, 'a'
        cmp     edx, 'z' - 'a'
        ja      .done
        cmp     dword [caps_on], 0
        je      .ctrl
        xor     eax, LOWER_CASE
.ctrl:
        cmp     dword [ctrl_held], 0
        je      .done
        and     eax, CTRL_MASK
.done:
endproc

        section .rodata
keyboard_name:  db "i8042", 0
; What each scan code means on a US keyboard: plain, and with Shift.
plain_keys:
        db      0, ESCAPE, "1234567890-=", BACKSPACE
        db      TAB, "qwertyuiop[]", NEWLINE
        db      0, "asdfghjkl;'`"
        db      0, "\zxcvbnm,./", 0, "*", 0, " ", 0
        times 10 db 0                   ; F1 to F10
        db      0, 0, "789-456+1230."
SCANCODES       equ $ - plain_keys
shifted_keys:
        db      0, ESCAPE, "!@#$%^&*()_+", BACKSPACE
        db      TAB, "QWERTYUIOP{}", NEWLINE
        db      0, 'ASDFGHJKL:"~'
        db      0, "|ZXCVBNM<>?", 0, "*", 0, " ", 0
        times 10 db 0
        db      0, 0, "789-456+1230."
        section .text
