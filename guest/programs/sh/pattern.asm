; pattern.asm: *, ? and [...] in a word, and what they match.
;
;   has_pattern(marked)           is there one that is not quoted?
;   matches_part(pattern, text)   does it match, all of it?
;
; What MARK_LITERAL stands before (sh/expand.asm) is nothing but itself.

        section .text

; int has_pattern(const char *marked)
proc has_pattern, .marked
        mov     ecx, [ebp + .marked]
.next:
        mov     al, [ecx]
        inc     ecx
        cmp     al, MARK_LITERAL
        je      .literal
        cmp     al, '*'
        je      .yes
        cmp     al, '?'
        je      .yes
        cmp     al, '['
        je      .yes
        test    al, al
        jnz     .next
        xor     eax, eax
        return
.literal:
        inc     ecx
        jmp     .next
.yes:
        mov     eax, 1
endproc

; int matches_part(const char *pattern, const char *text)       all of it
proc matches_part, .pattern, .text
        push    esi
        push    edi
        mov     esi, [ebp + .pattern]
        mov     edi, [ebp + .text]
.next:
        mov     al, [esi]
        inc     esi
        cmp     al, MARK_QUOTE
        je      .next
        cmp     al, '*'
        je      .star
        cmp     al, '?'
        je      .any
        cmp     al, '['
        je      .set
        cmp     al, MARK_LITERAL
        jne     .itself
        mov     al, [esi]
        inc     esi
.itself:
        cmp     al, [edi]
        jne     .no
        test    al, al
        jz      .yes
        inc     edi
        jmp     .next
.any:
        cmp     byte [edi], 0
        je      .no
        inc     edi
        jmp     .next
.set:
        ccall   in_set, esi, [edi]      ; what is behind the ], or 0
        test    eax, eax
        jz      .no
        mov     esi, eax
        inc     edi
        jmp     .next
.star:
        ccall   matches_part, esi, edi
        test    eax, eax
        jnz     .yes
        cmp     byte [edi], 0
        je      .no
        inc     edi
        jmp     .star
.yes:
        mov     eax, 1
        jmp     .done
.no:
        xor     eax, eax
.done:
        pop     edi
        pop     esi
endproc

; const char *in_set(const char *set, u8 letter)        [a-z], [^0-9]: what is behind the ]; 0: it is not in it
proc in_set, .set, .letter
        push    ebx
        push    esi
        mov     esi, [ebp + .set]
        mov     cl, [ebp + .letter]
        xor     ebx, ebx                ; bit 0: found; bit 1: turned round
        test    cl, cl
        jz      .no
        cmp     byte [esi], '^'
        je      .round
        cmp     byte [esi], '!'
        jne     .next
.round:
        mov     ebx, 2
        inc     esi
.next:
        mov     al, [esi]
        test    al, al
        jz      .no
        inc     esi
        cmp     al, ']'
        je      .end
        mov     ah, al
        cmp     byte [esi], '-'
        jne     .range_known
        cmp     byte [esi + 1], ']'
        je      .range_known
        mov     ah, [esi + 1]
        add     esi, 2
.range_known:
        cmp     cl, al
        jb      .next
        cmp     cl, ah
        ja      .next
        or      ebx, 1
        jmp     .next
.end:
        mov     eax, esi
        cmp     ebx, 1
        je      .done
        cmp     ebx, 2
        je      .done
.no:
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc
