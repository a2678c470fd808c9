; format.asm: printf's formats.
;
;   vsnprintf(buffer, size, format, args)   any context   args points to the first argument
;   sprintf(buffer, format, ...)            any context   the buffer must be large enough
;
; Both give the length. %d %i %u %x %c %s %p %%, %pS for a code address as symbol+offset/size, %ps without these;
; with a width, - to pad on the right, 0 to pad with zeros; l and h are read over: all is 32 bits.

NUMBER_SIZE     equ 12                  ; digits of a 32-bit number, its sign, NUL
SYMBOL_SIZE     equ 64                  ; "name+0x123/0x456"

        section .text

; int sprintf(char *buffer, const char *format, ...)
proc sprintf, .buffer, .format
        lea     eax, [ebp + .format + 4]
        ccall   vsnprintf, [ebp + .buffer], -1, [ebp + .format], eax
endproc
EXPORT_SYMBOL sprintf

; int vsnprintf(char *buffer, u32 size, const char *format, const u32 *args)
; esi walks the format, ebx the arguments, edi the buffer up to .end. What doesn't fit is dropped.
proc vsnprintf, .buffer, .size, .format, .args
.buffer_end     equ -4                  ; the last place, kept for the NUL
.field_width    equ -8
.pad_left       equ -12                 ; 0: text first, then the padding
.pad_byte       equ -16
.number_text    equ -(16 + SYMBOL_SIZE)
        sub     esp, 16 + SYMBOL_SIZE
        push    ebx
        push    esi
        push    edi
        mov     edi, [ebp + .buffer]
        mov     esi, [ebp + .format]
        mov     ebx, [ebp + .args]
        mov     eax, [ebp + .size]
        dec     eax
        add     eax, edi
        jnc     .end_known
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
        mov     dword [ebp + .field_width], 0
        mov     dword [ebp + .pad_left], 1
        mov     dword [ebp + .pad_byte], SPACE
.flag:
        movzx   eax, byte [esi]
        inc     esi
        cmp     eax, '-'
        je      .left_flag
        cmp     eax, '0'
        jne     .width
        mov     dword [ebp + .pad_byte], '0'
        jmp     .flag
.left_flag:
        mov     dword [ebp + .pad_left], 0
        jmp     .flag
        jmp     .flag
.width:
        lea     ecx, [eax - '0']
        cmp     ecx, 9
        ja      .letter
        imul    edx, [ebp + .field_width], 10
        add     edx, ecx
        mov     [ebp + .field_width], edx
        movzx   eax, byte [esi]
        inc     esi
        jmp     .width
.skip_size:
        movzx   eax, byte [esi]
        inc     esi
.letter:
        cmp     eax, 'l'
        je      .skip_size
        cmp     eax, 'h'
        je      .skip_size
        cmp     eax, 'd'
        je      .signed
        cmp     eax, 'i'
        je      .signed
        cmp     eax, 'u'
        je      .unsigned
        cmp     eax, 'x'
        je      .hex
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
        and     eax, 0xff
        mov     [ebp + .number_text], eax
        jmp     .number_ready
.string:
        mov     edx, [ebx]
        add     ebx, 4
        test    edx, edx
        jnz     .field
        mov     edx, null_text
        jmp     .field
.pointer:
        cmp     byte [esi], 'S'
        je      .symbol
        cmp     byte [esi], 's'
        je      .symbol_name
        mov     dword [ebp + .pad_byte], '0'
        mov     dword [ebp + .field_width], 8
.hex:
        mov     ecx, 16
        jmp     .number
.unsigned:
        mov     ecx, 10
.number:
        mov     eax, [ebx]
        add     ebx, 4
        lea     edx, [ebp + .number_text]
        ccall   utoa, edx, eax, ecx
        jmp     .number_ready
.signed:
        mov     eax, [ebx]
        test    eax, eax
        jns     .unsigned
        add     ebx, 4
        neg     eax
        mov     byte [ebp + .number_text], '-'
        lea     edx, [ebp + .number_text + 1]
        ccall   utoa, edx, eax, 10
        jmp     .number_ready
.symbol_name:
        inc     esi
        lea     edx, [ebp + .number_text]
        ccall   sprint_symbol, edx, [ebx], SYMBOL_SIZE
        add     ebx, 4
        lea     edx, [ebp + .number_text]
.cut:
        mov     al, [edx]
        inc     edx
        test    al, al
        jz      .number_ready
        cmp     al, '+'
        jne     .cut
        ; "+0x123/0x456" is taken out; a module's name in brackets stays
        lea     ecx, [edx - 1]
.rest:
        mov     al, [edx]
        inc     edx
        test    al, al
        jz      .move
        cmp     al, SPACE
        jne     .rest
.move:
        mov     [ecx], al
        inc     ecx
        test    al, al
        jz      .number_ready
        mov     al, [edx]
        inc     edx
        jmp     .move
        jmp     .number_ready
.symbol:
        inc     esi
        lea     edx, [ebp + .number_text]
        ccall   sprint_symbol, edx, [ebx], SYMBOL_SIZE
        add     ebx, 4
.number_ready:
        lea     edx, [ebp + .number_text]

; edx is the text: write it into its field
.field:
        push    edx
        ccall   strlen, edx
        pop     edx
        sub     [ebp + .field_width], eax
        cmp     dword [ebp + .pad_left], 0
        je      .text
        call    .pad
.text:
        movzx   eax, byte [edx]
        inc     edx
        test    eax, eax
        jz      .text_done
        call    .put
        jmp     .text
.text_done:
        cmp     dword [ebp + .pad_left], 0
        jne     .next
        mov     dword [ebp + .pad_byte], SPACE
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

; the rest of the field
.pad:
        dec     dword [ebp + .field_width]
        js      .padded
        mov     eax, [ebp + .pad_byte]
        call    .put
        jmp     .pad
.padded:
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

; void utoa(char *to, u32 value, u32 base)      lower-case digits and a NUL
proc utoa, .to, .value, .number_base
        push    edi
        mov     edi, [ebp + .to]
        mov     eax, [ebp + .value]
        xor     ecx, ecx
.divide:
        xor     edx, edx
        div     dword [ebp + .number_base]
        push    edx                     ; the digits come last first
        inc     ecx
        test    eax, eax
        jnz     .divide
.write:
        pop     eax
        mov     al, [digits_text + eax]
        stosb
        dec     ecx
        jnz     .write
        mov     byte [edi], 0
        pop     edi
endproc

        section .rodata
digits_text:    db "0123456789abcdef"
null_text:      db "(null)", 0
        section .text
