; format.asm: printf's formats.
;
;   vsnprintf(buffer, size, format, args)   any context   args points to the first argument
;   snprintf(buffer, size, format, ...)     any context
;   sprintf(buffer, format, ...)            any context   the buffer must be large enough
;
; All give the length written. %d %i %u %x %X %o %c %s %p %%; %pS for a code address as
; symbol+offset/size, %ps without these. Flags - 0 + space #, width and precision (also as *), h and l
; (all is 32 bits) and ll (64 bits).

NUMBER_SIZE     equ 24                  ; digits of a 64-bit number in octal
SYMBOL_SIZE     equ 128                 ; "name+0x123/0x456 [module]"

FORMAT_LEFT     equ 1                   ; pad on the right
FORMAT_ZERO     equ 2                   ; pad with zeros
FORMAT_PLUS     equ 4                   ; a sign always
FORMAT_SPACE    equ 8                   ; a blank where a sign would be
FORMAT_ALTERNATE equ 16                 ; 0x
FORMAT_UPPER    equ 32                  ; ABCDEF
FORMAT_LONG_LONG equ 64

        section .text

; int sprintf(char *buffer, const char *format, ...)
proc sprintf, .buffer, .format
        lea     eax, [ebp + .format + 4]
        ccall   vsnprintf, [ebp + .buffer], -1, [ebp + .format], eax
endproc
EXPORT_SYMBOL sprintf

; int snprintf(char *buffer, u32 size, const char *format, ...)
proc snprintf, .buffer, .size, .format
        lea     eax, [ebp + .format + 4]
        ccall   vsnprintf, [ebp + .buffer], [ebp + .size], [ebp + .format], eax
endproc
EXPORT_SYMBOL snprintf
EXPORT_ALIAS scnprintf, snprintf

; int vsnprintf(char *buffer, u32 size, const char *format, const u32 *args)
; esi walks the format, ebx the arguments, edi the buffer up to .end. What doesn't fit is dropped.
proc vsnprintf, .buffer, .size, .format, .args
.buffer_end     equ -4                  ; the last place, kept for the NUL
.field_width    equ -8
.precision      equ -12                 ; -1: none
.flags          equ -16
.number_base    equ -20
.prefix         equ -24                 ; a sign, or 0x ...
.prefix_length  equ -28                 ; ... of so many characters
.zeros          equ -32                 ; between it and the digits
.text           equ -(32 + SYMBOL_SIZE)
        sub     esp, 32 + SYMBOL_SIZE
        push    ebx
        push    esi
        push    edi
        mov     edi, [ebp + .buffer]
        mov     esi, [ebp + .format]
        mov     ebx, [ebp + .args]
        mov     eax, [ebp + .size]
        dec     eax
        js      .huge
        add     eax, edi
        jnc     .end_known
.huge:
        mov     eax, -1
.end_known:
        mov     [ebp + .buffer_end], eax

.next:
        movzx   eax, byte [esi]
        inc     esi
        test    eax, eax
        jz      .finish
        cmp     eax, '%'
        je      .conversion
        call    .put
        jmp     .next

.conversion:
        xor     eax, eax
        mov     [ebp + .flags], eax
        mov     [ebp + .prefix_length], eax
        mov     [ebp + .zeros], eax
        dec     eax
        mov     [ebp + .precision], eax
.flag:
        movzx   eax, byte [esi]
        xor     ecx, ecx
.flag_of:
        cmp     al, [format_flags + ecx]
        je      .flag_found
        inc     ecx
        cmp     ecx, FORMAT_FLAGS
        jb      .flag_of
        call    .number                 ; the width
        mov     [ebp + .field_width], eax
        test    eax, eax
        jns     .width_known
        neg     dword [ebp + .field_width]
        or      dword [ebp + .flags], FORMAT_LEFT
.width_known:
        cmp     byte [esi], '.'
        jne     .size_letter
        inc     esi
        call    .number
        mov     [ebp + .precision], eax
        jmp     .size_letter
.flag_found:
        bts     [ebp + .flags], ecx
        inc     esi
        jmp     .flag
.size_letter:
        movzx   eax, byte [esi]
        inc     esi
        cmp     eax, 'h'
        je      .size_letter
        cmp     eax, 'z'
        je      .size_letter
        cmp     eax, 't'
        je      .size_letter
        cmp     eax, 'l'
        jne     .letter
        cmp     byte [esi], 'l'
        jne     .size_letter
        or      dword [ebp + .flags], FORMAT_LONG_LONG
        jmp     .size_letter
.letter:
        mov     dword [ebp + .number_base], 10
        cmp     eax, 'd'
        je      .signed
        cmp     eax, 'i'
        je      .signed
        cmp     eax, 'u'
        je      .unsigned
        cmp     eax, 'x'
        je      .hex
        cmp     eax, 'X'
        je      .upper_hex
        cmp     eax, 'o'
        je      .octal
        cmp     eax, 's'
        je      .string
        cmp     eax, 'c'
        je      .character
        cmp     eax, 'p'
        je      .pointer
        test    eax, eax
        jz      .finish
        call    .put                    ; %%, or what we do not know, as it stands
        jmp     .next

.character:
        mov     eax, [ebx]
        add     ebx, 4
        lea     edx, [ebp + .text]
        mov     [edx], al               ; also a NUL
        mov     ecx, 1
        jmp     .field
.string:
        mov     edx, [ebx]
        add     ebx, 4
        test    edx, edx
        jnz     .measure
        mov     edx, null_text
.measure:
        xor     ecx, ecx
.measure_next:
        cmp     ecx, [ebp + .precision] ; unsigned: none is more than any text
        jae     .field
        cmp     byte [edx + ecx], 0
        je      .field
        inc     ecx
        jmp     .measure_next
.pointer:
        movzx   eax, byte [esi]
        cmp     eax, 'S'
        je      .symbol
        cmp     eax, 'F'
        je      .symbol
        cmp     eax, 'B'
        je      .symbol
        cmp     eax, 's'
        je      .symbol_name
        cmp     eax, 'f'
        je      .symbol_name
        cmp     eax, 'x'
        je      .pointer_letter
        cmp     eax, 'K'
        jne     .plain_pointer
.pointer_letter:
        inc     esi
.plain_pointer:
        or      dword [ebp + .flags], FORMAT_ZERO
        mov     dword [ebp + .field_width], 8
        jmp     .hex
.symbol:
        inc     esi
        lea     edx, [ebp + .text]
        ccall   sprint_symbol, edx, [ebx], SYMBOL_SIZE
        jmp     .symbol_ready
.symbol_name:
        inc     esi
        lea     edx, [ebp + .text]
        ccall   sprint_symbol_name, edx, [ebx], SYMBOL_SIZE
.symbol_ready:
        add     ebx, 4
        lea     edx, [ebp + .text]
        jmp     .measure

.octal:
        mov     dword [ebp + .number_base], 8
        jmp     .unsigned
.upper_hex:
        or      dword [ebp + .flags], FORMAT_UPPER
.hex:
        mov     dword [ebp + .number_base], 16
        test    dword [ebp + .flags], FORMAT_ALTERNATE
        jz      .unsigned
        mov     word [ebp + .prefix], 'x' * 256 + '0'
        mov     dword [ebp + .prefix_length], 2
.unsigned:
        call    .fetch
        jmp     .digits
.signed:
        call    .fetch
        test    dword [ebp + .flags], FORMAT_LONG_LONG
        jnz     .sign
        mov     edx, eax
        sar     edx, 31
.sign:
        test    edx, edx
        jns     .not_negative
        neg     eax
        adc     edx, 0
        neg     edx
        mov     byte [ebp + .prefix], '-'
        jmp     .signed_prefix
.not_negative:
        mov     byte [ebp + .prefix], '+'
        test    dword [ebp + .flags], FORMAT_PLUS
        jnz     .signed_prefix
        mov     byte [ebp + .prefix], SPACE
        test    dword [ebp + .flags], FORMAT_SPACE
        jz      .digits
.signed_prefix:
        mov     dword [ebp + .prefix_length], 1

; edx:eax in digits, from the end of .text down; then how many zeros go in front
.digits:
        push    esi
        lea     esi, [ebp + .text + NUMBER_SIZE]
.digit:
        mov     ecx, eax                ; the 64 bits by the base: the upper half first
        mov     eax, edx
        xor     edx, edx
        div     dword [ebp + .number_base]
        xchg    eax, ecx                ; ecx: the quotient's upper half
        div     dword [ebp + .number_base]
        dec     esi
        mov     dl, [digits_text + edx]
        cmp     dl, 'a'
        jb      .case_known
        test    dword [ebp + .flags], FORMAT_UPPER
        jz      .case_known
        xor     dl, LOWER_CASE
.case_known:
        mov     [esi], dl
        mov     edx, ecx
        or      ecx, eax
        jnz     .digit
        mov     edx, esi
        pop     esi
        lea     ecx, [ebp + .text + NUMBER_SIZE]
        sub     ecx, edx
        mov     eax, [ebp + .precision]
        test    eax, eax
        jns     .zeros_to
        mov     eax, [ebp + .flags]
        and     eax, FORMAT_ZERO | FORMAT_LEFT
        cmp     eax, FORMAT_ZERO
        jne     .field
        mov     eax, [ebp + .field_width]
        sub     eax, [ebp + .prefix_length]
.zeros_to:
        sub     eax, ecx
        jle     .field
        mov     [ebp + .zeros], eax

; edx is the text, ecx its length: write it into its field
.field:
        mov     eax, [ebp + .field_width]
        sub     eax, ecx
        sub     eax, [ebp + .prefix_length]
        sub     eax, [ebp + .zeros]
        mov     [ebp + .field_width], eax
        test    dword [ebp + .flags], FORMAT_LEFT
        jnz     .prefix_out
        call    .pad
.prefix_out:
        push    edx
        push    ecx
        lea     edx, [ebp + .prefix]
        mov     ecx, [ebp + .prefix_length]
        call    .write
        mov     eax, '0'
.zero_out:
        dec     dword [ebp + .zeros]
        js      .zeros_done
        call    .put
        jmp     .zero_out
.zeros_done:
        pop     ecx
        pop     edx
        call    .write
        test    dword [ebp + .flags], FORMAT_LEFT
        jz      .next
        call    .pad
        jmp     .next

.finish:
        mov     byte [edi], 0
        mov     eax, edi
        sub     eax, [ebp + .buffer]
        pop     edi
        pop     esi
        pop     ebx
        return

; eax: the number in the format, or * for the next argument
.number:
        xor     eax, eax
        cmp     byte [esi], '*'
        jne     .number_digit
        inc     esi
        mov     eax, [ebx]
        add     ebx, 4
        ret
.number_digit:
        movzx   ecx, byte [esi]
        sub     ecx, '0'
        cmp     ecx, 9
        ja      .number_done
        imul    eax, eax, 10
        add     eax, ecx
        inc     esi
        jmp     .number_digit
.number_done:
        ret

; edx:eax: the next argument
.fetch:
        mov     eax, [ebx]
        xor     edx, edx
        add     ebx, 4
        test    dword [ebp + .flags], FORMAT_LONG_LONG
        jz      .fetched
        mov     edx, [ebx]
        add     ebx, 4
.fetched:
        ret

; blanks for the rest of the field
.pad:
        mov     eax, SPACE
.pad_next:
        dec     dword [ebp + .field_width]
        js      .padded
        call    .put
        jmp     .pad_next
.padded:
        ret

; ecx characters at edx
.write:
        test    ecx, ecx
        jz      .written
        mov     al, [edx]
        call    .put
        inc     edx
        dec     ecx
        jmp     .write
.written:
        ret

; al into the buffer, if there is room
.put:
        cmp     edi, [ebp + .buffer_end]
        jae     .full
        mov     [edi], al
        inc     edi
.full:
        ret
endproc
EXPORT_SYMBOL vsnprintf

        section .rodata
format_flags:   db "-0+ #"              ; FORMAT_LEFT ... FORMAT_ALTERNATE, bit by bit
FORMAT_FLAGS    equ $ - format_flags
digits_text:    db "0123456789abcdef"
null_text:      db "(null)", 0
        section .text
