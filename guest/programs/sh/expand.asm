; expand.asm: words become what they mean: without their quotes, with their $ put in.
;
;   expand_word(raw)              one word, whatever is in it
;   expand_words(raw, argv, count)   as many as its blanks and its pattern make: how many argv has then
;   forget_expansions()           before a pipeline: the room they took is free again
;
; $NAME  ${NAME}  $1 ... $9  $#  $@  $?  $!  $$. In between a word holds marks, for what was quoted is
; neither split nor a pattern.

EXPANSIONS_SIZE equ 8192
ROOM            equ 160                 ; what a variable and some more may take

MARK_LITERAL    equ 1                   ; the next character is nothing but itself
MARK_SPLIT      equ 2                   ; a blank out of a variable
MARK_QUOTE      equ 3                   ; nothing, but a word

        section .bss
        alignb  4
expansions:     resb EXPANSIONS_SIZE
expansions_end: resd 1                  ; the first free place there

        section .text

; void forget_expansions(void)
proc forget_expansions
        mov     dword [expansions_end], expansions
endproc

; char *expand_word(const char *raw)
proc expand_word, .raw
        push    ebx
        ccall   expand_marked, [ebp + .raw]
        mov     ebx, eax
        ccall   remove_marks, eax
        mov     eax, ebx
        pop     ebx
endproc

; int expand_words(const char *raw, char **argv, int count)
; ebx walks the marked word, edi is where the next of its parts begins.
proc expand_words, .raw, .argv, .count
        push    ebx
        push    edi
        ccall   expand_marked, [ebp + .raw]
        mov     ebx, eax
.part:
        mov     edi, ebx
.letter:
        mov     al, [ebx]
        inc     ebx
        cmp     al, MARK_SPLIT
        je      .ends
        test    al, al
        jnz     .letter
.ends:
        push    eax
        mov     byte [ebx - 1], 0
        cmp     byte [edi], 0
        je      .empty
        ccall   glob_word, edi, [ebp + .argv], [ebp + .count]
        mov     [ebp + .count], eax
.empty:
        pop     eax
        test    al, al
        jnz     .part
        mov     eax, [ebp + .count]
        pop     edi
        pop     ebx
endproc

; void remove_marks(char *word_marked)  in its place
proc remove_marks, .word_marked
        mov     ecx, [ebp + .word_marked]
        mov     edx, ecx
.next:
        mov     al, [ecx]
        inc     ecx
        cmp     al, MARK_QUOTE
        je      .next
        cmp     al, MARK_SPLIT
        je      .blank
        cmp     al, MARK_LITERAL
        jne     .take
        mov     al, [ecx]
        inc     ecx
        jmp     .take
.blank:
        mov     al, SPACE
.take:
        mov     [edx], al
        inc     edx
        test    al, al
        jnz     .next
endproc

; char *expand_marked(const char *raw)  when there is no more room: as it was typed
; esi walks the word, edi the expansions.
proc expand_marked, .raw
.quote          equ -4                  ; the quote that we are in, or 0
        sub     esp, 4
        push    ebx
        push    esi
        push    edi
        mov     dword [ebp + .quote], 0
        mov     esi, [ebp + .raw]
        mov     edi, [expansions_end]
.letter:
        cmp     edi, expansions + EXPANSIONS_SIZE - ROOM
        jae     .no_room
        movzx   eax, byte [esi]
        test    eax, eax
        jz      .end
        inc     esi
        mov     ecx, [ebp + .quote]
        cmp     ecx, "'"
        je      .single
        cmp     eax, '\'
        je      .escaped
        cmp     eax, '$'
        je      .dollar
        cmp     eax, '"'
        je      .double
        test    ecx, ecx
        jnz     .literal
        cmp     eax, "'"
        je      .open
.take:
        stosb
        jmp     .letter
.single:
        cmp     eax, "'"
        jne     .literal
        xor     eax, eax
        jmp     .open
.double:
        xor     eax, ecx                ; opens, or closes
.open:
        mov     [ebp + .quote], eax
        mov     al, MARK_QUOTE
        jmp     .take
.escaped:
        cmp     byte [esi], 0
        je      .take
        movzx   eax, byte [esi]
        inc     esi
.literal:
        mov     byte [edi], MARK_LITERAL
        inc     edi
        jmp     .take
.dollar:
        ccall   variable_at, esi        ; the value, and in edx what is behind the name
        test    eax, eax
        jz      .plain_dollar
        mov     esi, edx
        mov     ebx, eax
.value:
        movzx   eax, byte [ebx]
        inc     ebx
        test    eax, eax
        jz      .letter
        cmp     edi, expansions + EXPANSIONS_SIZE - 4
        jae     .no_room
        cmp     dword [ebp + .quote], 0
        jne     .value_literal
        cmp     eax, SPACE
        ja      .value_taken
        mov     al, MARK_SPLIT
        jmp     .value_taken
.value_literal:
        mov     byte [edi], MARK_LITERAL
        inc     edi
.value_taken:
        stosb
        jmp     .value
.plain_dollar:
        mov     al, '$'
        jmp     .take
.no_room:
        mov     eax, [ebp + .raw]
        jmp     .done
.end:
        mov     byte [edi], 0
        inc     edi
        mov     eax, [expansions_end]
        mov     [expansions_end], edi
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc
