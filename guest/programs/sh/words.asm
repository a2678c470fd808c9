; words.asm: lines are cut into words and operators.
;
;   split_line(lines)             into `tokens`; 0, or 1 after a complaint
;
; A token is an operator's number (OP_...), or else the address of a word as it was typed; OP_END is
; the last. Words are expanded (sh/expand.asm) when their command is run, so that $? is of the one before.

MAX_TOKENS      equ 256
WORDS_SIZE      equ 2048

OP_END          equ 0
OP_SEMICOLON    equ 1
OP_NEWLINE      equ 2
OP_AMPERSAND    equ 3
OP_PIPE         equ 4
OP_AND          equ 5
OP_OR           equ 6
OP_INPUT        equ 7                   ; from here on: redirections, in redirections' order
OP_OUTPUT       equ 8
OP_APPEND       equ 9
OP_ERRORS       equ 10
OP_ERRORS_APPEND equ 11
OP_LAST_WITH_FILE equ OP_ERRORS_APPEND
OP_ERRORS_TOO   equ 12                  ; 2>&1, the one without a file
OP_LAST         equ 12

        section .bss
        alignb  4
tokens:         resd MAX_TOKENS
words:          resb WORDS_SIZE         ; as they were typed

        section .rodata
operator_texts:                         ; the longer ones first; its letters, a NUL, its number
        db      "2>&1", 0, OP_ERRORS_TOO
        db      "2>>", 0, OP_ERRORS_APPEND
        db      "2>", 0, OP_ERRORS
        db      ">>", 0, OP_APPEND
        db      "&&", 0, OP_AND
        db      "||", 0, OP_OR
        db      ">", 0, OP_OUTPUT
        db      "<", 0, OP_INPUT
        db      "|", 0, OP_PIPE
        db      "&", 0, OP_AMPERSAND
        db      ";", 0, OP_SEMICOLON
        db      NEWLINE, 0, OP_NEWLINE
        db      0

        section .text

; int split_line(const char *line)
; esi walks the line, edi the words, ebx the tokens.
proc split_line, .line
.quote          equ -4                  ; the quote that we are in, or 0
        sub     esp, 4
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + .line]
        mov     edi, words
        mov     ebx, tokens
.next:
        movzx   eax, byte [esi]
        cmp     eax, SPACE
        je      .blank
        cmp     eax, TAB
        je      .blank
        test    eax, eax
        jz      .end
        cmp     eax, '#'
        je      .comment
        cmp     ebx, tokens + 4 * (MAX_TOKENS - 1)
        jae     .too_long
        call    .operator
        test    eax, eax
        jz      .word
        cmp     eax, OP_NEWLINE
        jne     .operator_taken
        ; behind | && || it is no more than a blank
        cmp     ebx, tokens
        je      .operator_taken
        mov     ecx, [ebx - 4]
        cmp     ecx, OP_PIPE
        je      .next
        cmp     ecx, OP_AND
        je      .next
        cmp     ecx, OP_OR
        je      .next
.operator_taken:
        mov     [ebx], eax
        add     ebx, 4
        jmp     .next
.comment:
        cmp     byte [esi + 1], NEWLINE
        je      .blank
        cmp     byte [esi + 1], 0
        je      .blank
        inc     esi
        jmp     .comment
.blank:
        inc     esi
        jmp     .next

.word:
        mov     [ebx], edi
        add     ebx, 4
        mov     dword [ebp + .quote], 0
.letter:
        cmp     edi, words + WORDS_SIZE - 4
        jae     .too_long
        movzx   eax, byte [esi]
        test    eax, eax
        jz      .word_ends
        mov     ecx, [ebp + .quote]
        cmp     eax, '\'
        je      .escaped
        test    ecx, ecx
        jnz     .quoted
        cmp     eax, "'"
        je      .open
        cmp     eax, '"'
        je      .open
        cmp     eax, SPACE
        jbe     .word_ends
        cmp     eax, '2'
        je      .take                   ; "a2>b" is no redirection of errors
        call    .operator_here
        test    eax, eax
        jnz     .word_ends
        jmp     .take
.escaped:
        cmp     ecx, "'"
        je      .take                   ; as it is
        cmp     byte [esi + 1], 0
        je      .take
        movsb                           ; and the next one, whatever it is
        jmp     .take
.quoted:
        cmp     eax, ecx
        jne     .take
        xor     eax, eax
.open:
        mov     [ebp + .quote], eax
.take:
        movsb
        jmp     .letter
.word_ends:
        cmp     dword [ebp + .quote], 0
        jne     .unclosed
        mov     byte [edi], 0
        inc     edi
        jmp     .next

.unclosed:
        complain "sh: a %c is not closed", [ebp + .quote]
        jmp     .failed
.too_long:
        complain "sh: the line is too long"
.failed:
        mov     eax, 1
        jmp     .done
.end:
        mov     dword [ebx], OP_END
        xor     eax, eax
.done:
        pop     edi
        pop     esi
        pop     ebx
        return

; eax: the operator at esi, which goes behind it; 0: there is none
.operator:
        call    .operator_here
        test    eax, eax
        jz      .not_operator
        add     esi, ecx
.not_operator:
        ret

; eax: the operator at esi, or 0; ecx: its length
.operator_here:
        mov     edx, operator_texts
.text:
        xor     ecx, ecx
.compare:
        mov     al, [edx + ecx]
        test    al, al
        jz      .matches
        cmp     al, [esi + ecx]
        jne     .differs
        inc     ecx
        jmp     .compare
.differs:
        cmp     byte [edx + ecx], 0
        lea     ecx, [ecx + 1]
        jne     .differs
        lea     edx, [edx + ecx + 1]
        cmp     byte [edx], 0
        jne     .text
        xor     eax, eax
        ret
.matches:
        movzx   eax, byte [edx + ecx + 1]
        ret
endproc
