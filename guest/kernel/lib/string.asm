; string.asm: bytes and strings, with the C library's names and meanings.
;
;   strlen(s)  strcmp(a, b)  strncmp(a, b, n)  strlcpy(to, from, size)
;   memset(to, byte, n)  memcpy(to, from, n)
;   has_word(s, word)             is word one of the blank-separated words of s?
;   skip_spaces(s)                the first character that is no blank
;   parse_hex(s, digits)          a number written in exactly so many hex digits
;   parse_decimal(s)              the number that s begins with; 0 if with none
;   strtol(s, end)                a number, decimal or 0x..., with a sign; *end is what follows it
;
; Any context.

        section .text

; u32 strlen(const char *s)
proc strlen, .s
        mov     eax, [ebp + .s]
.next:
        cmp     byte [eax], 0
        je      .end
        inc     eax
        jmp     .next
.end:
        sub     eax, [ebp + .s]
endproc
EXPORT_SYMBOL strlen

; int strcmp(const char *a, const char *b)      0 when equal, else their order
proc strcmp, .a, .b
        mov     ecx, [ebp + .a]
        mov     edx, [ebp + .b]
.next:
        movzx   eax, byte [ecx]
        cmp     al, [edx]
        jne     .differ
        inc     ecx
        inc     edx
        test    eax, eax
        jnz     .next
        return
.differ:
        movzx   ecx, byte [edx]
        sub     eax, ecx
endproc
EXPORT_SYMBOL strcmp

; int strncmp(const char *a, const char *b, u32 n)
proc strncmp, .a, .b, .n
        push    ebx
        mov     ecx, [ebp + .a]
        mov     edx, [ebp + .b]
        mov     ebx, [ebp + .n]
        xor     eax, eax
.next:
        test    ebx, ebx
        jz      .equal
        movzx   eax, byte [ecx]
        cmp     al, [edx]
        jne     .differ
        inc     ecx
        inc     edx
        dec     ebx
        test    eax, eax
        jnz     .next
.equal:
        xor     eax, eax
        jmp     .done
.differ:
        movzx   ecx, byte [edx]
        sub     eax, ecx
.done:
        pop     ebx
endproc
EXPORT_SYMBOL strncmp

; void strlcpy(char *to, const char *from, u32 size)
; Copies what fits, always ends it with NUL; size is at least 1.
proc strlcpy, .to, .from, .size
        mov     ecx, [ebp + .from]
        mov     edx, [ebp + .to]
.next:
        dec     dword [ebp + .size]
        jz      .full
        mov     al, [ecx]
        mov     [edx], al
        inc     ecx
        inc     edx
        test    al, al
        jnz     .next
        return
.full:
        mov     byte [edx], 0
endproc
EXPORT_SYMBOL strlcpy

; void memset(void *to, int byte_value, u32 n)
proc memset, .to, .byte_value, .n
        push    edi
        mov     edi, [ebp + .to]
        mov     eax, [ebp + .byte_value]
        mov     ecx, [ebp + .n]
        rep stosb
        pop     edi
endproc
EXPORT_SYMBOL memset

; void memcpy(void *to, const void *from, u32 n)
proc memcpy, .to, .from, .n
        push    esi
        push    edi
        mov     edi, [ebp + .to]
        mov     esi, [ebp + .from]
        mov     ecx, [ebp + .n]
        rep movsb
        pop     edi
        pop     esi
endproc
EXPORT_SYMBOL memcpy

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

; int strtol(const char *s, const char **end)
proc strtol, .s, .end
        push    ebx
        push    esi
        mov     ecx, [ebp + .s]
        xor     eax, eax
        xor     esi, esi                ; 1: negative
        mov     ebx, 10
        cmp     byte [ecx], '-'
        jne     .base
        inc     esi
        inc     ecx
.base:
        cmp     word [ecx], 'x' * 256 + '0'
        jne     .next
        mov     ebx, 16
        add     ecx, 2
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
