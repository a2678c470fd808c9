; parse.asm: words and numbers in text.
;
;   has_word(s, word)             is word one of the blank-separated words of s?
;   skip_spaces(s)                the first character that is no blank
;   parse_hex(s, digits)          a number written in exactly so many hex digits
;   parse_decimal(s)              the number that s begins with; 0 if with none
;   strtol(s, end, base)          a number with a sign; base 0: decimal, or 0x... ; *end is what follows it
;   kstrtoint(s, base, result)    0, or -EINVAL when anything but a newline follows it
;   simple_strtol(s, end, base)   strtol for C, where end may be 0
;
; Any context.

        section .text

; char *skip_spaces(const char *s)
proc skip_spaces, .s
        mov     eax, [ebp + .s]
.next:
        cmp     byte [eax], SPACE
        jne     .done
        inc     eax
        jmp     .next
.done:
endproc

; int has_word(const char *s, const char *word_wanted)
proc has_word, .s, .word_wanted
        push    ebx
        push    esi
        ccall   strlen, [ebp + .word_wanted]
        mov     esi, eax
        mov     ebx, [ebp + .s]
.next:
        ccall   skip_spaces, ebx
        mov     ebx, eax
        cmp     byte [ebx], 0
        je      .absent
        ccall   strncmp, ebx, [ebp + .word_wanted], esi
        test    eax, eax
        jnz     .skip_word
        movzx   eax, byte [ebx + esi]
        test    eax, eax
        jz      .present
        cmp     eax, SPACE
        je      .present
.skip_word:
        cmp     byte [ebx], SPACE
        jbe     .next
        inc     ebx
        jmp     .skip_word
.present:
        mov     eax, 1
        jmp     .done
.absent:
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc

; u32 parse_hex(const char *s, int digits)
proc parse_hex, .s, .digits
        push    ebx
        mov     ecx, [ebp + .s]
        mov     edx, [ebp + .digits]
        xor     eax, eax
.next:
        movzx   ebx, byte [ecx]
        inc     ecx
        sub     ebx, '0'
        cmp     ebx, 9
        jbe     .digit
        or      ebx, LOWER_CASE
        sub     ebx, ('a' - '0') - 10
.digit:
        shl     eax, 4
        or      eax, ebx
        dec     edx
        jnz     .next
        pop     ebx
endproc

; u32 parse_decimal(const char *s)
proc parse_decimal, .s
        mov     ecx, [ebp + .s]
        xor     eax, eax
.next:
        movzx   edx, byte [ecx]
        inc     ecx
        sub     edx, '0'
        cmp     edx, 9
        ja      .done
        imul    eax, eax, 10
        add     eax, edx
        jmp     .next
.done:
endproc

; int strtol(const char *s, const char **end, u32 base)
proc strtol, .s, .end, .number_base
        push    ebx
        push    esi
        mov     ecx, [ebp + .s]
        xor     eax, eax
        xor     esi, esi                ; 1: negative
        cmp     byte [ecx], '-'
        jne     .positive_so_far
        inc     esi
        inc     ecx
.positive_so_far:
        mov     ebx, [ebp + .number_base]
        test    ebx, ~16
        jnz     .next                   ; neither 0 nor 16
        cmp     byte [ecx], '0'
        jne     .decimal
        mov     dl, [ecx + 1]
        or      dl, LOWER_CASE
        cmp     dl, 'x'
        jne     .decimal
        mov     ebx, 16
        add     ecx, 2
        jmp     .next
.decimal:
        test    ebx, ebx
        jnz     .next
        mov     ebx, 10
.next:
        movzx   edx, byte [ecx]
        sub     edx, '0'
        cmp     edx, 9
        jbe     .digit
        or      edx, LOWER_CASE
        sub     edx, ('a' - '0') - 10
        cmp     edx, 10
        jb      .done
.digit:
        cmp     edx, ebx
        jae     .done
        imul    eax, ebx
        add     eax, edx
        inc     ecx
        jmp     .next
.done:
        mov     edx, [ebp + .end]
        mov     [edx], ecx
        test    esi, esi
        jz      .positive
        neg     eax
.positive:
        pop     esi
        pop     ebx
endproc

; int simple_strtol(const char *s, char **end, u32 base)
proc simple_strtol, .s, .end, .number_base
        mov     eax, [ebp + .end]
        test    eax, eax
        jnz     .wanted
        lea     eax, [ebp + .end]
.wanted:
        ccall   strtol, [ebp + .s], eax, [ebp + .number_base]
endproc
EXPORT_SYMBOL simple_strtol

; int kstrtoint(const char *s, u32 base, int *result)
proc kstrtoint, .s, .number_base, .result
.end            equ -4
        sub     esp, 4
        lea     eax, [ebp + .end]
        ccall   strtol, [ebp + .s], eax, [ebp + .number_base]
        mov     ecx, [ebp + .end]
        cmp     ecx, [ebp + .s]
        je      .invalid
        cmp     byte [ecx], NEWLINE
        jne     .behind
        inc     ecx
.behind:
        cmp     byte [ecx], 0
        jne     .invalid
        mov     ecx, [ebp + .result]
        mov     [ecx], eax
        xor     eax, eax
        return
.invalid:
        mov     eax, -EINVAL
endproc
EXPORT_SYMBOL kstrtoint
