; words.asm: a line is cut into words and operators, and words become what they mean.
;
;   split_line(line)              into `tokens`; 0, or 1 after a complaint
;   expand_word(raw)              what it means: without its quotes, with its $ put in
;   forget_expansions()           before a pipeline: the room they took is free again
;
; A token is an operator's number (OP_...), or else the address of a word as it was typed; OP_END is
; the last. Words are expanded when their command is run, so that $? is of the one before.

MAX_TOKENS      equ 64
WORDS_SIZE      equ 1024

OP_END          equ 0
OP_SEMICOLON    equ 1
OP_AMPERSAND    equ 2
OP_PIPE         equ 3
OP_AND          equ 4
OP_OR           equ 5
OP_INPUT        equ 6                   ; from here on: redirections, in redirections' order
OP_OUTPUT       equ 7
OP_APPEND       equ 8
OP_ERRORS       equ 9
OP_ERRORS_APPEND equ 10
OP_LAST_WITH_FILE equ OP_ERRORS_APPEND
OP_ERRORS_TOO   equ 11                  ; 2>&1, the one without a file
OP_LAST         equ 11

        section .bss
        alignb  4
tokens:         resd MAX_TOKENS
words:          resb WORDS_SIZE         ; as they were typed
expansions:     resb WORDS_SIZE         ; and what they mean
expansions_end: resd 1                  ; the first free place there

        section .rodata
number_format:  db "%d", 0
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
        cmp     eax, NEWLINE
        je      .blank
        test    eax, eax
        jz      .end
        cmp     eax, '#'
        je      .end
        cmp     ebx, tokens + 4 * (MAX_TOKENS - 1)
        jae     .too_long
        call    .operator
        test    eax, eax
        jz      .word
        mov     [ebx], eax
        add     ebx, 4
        jmp     .next
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

; void forget_expansions(void)
proc forget_expansions
        mov     dword [expansions_end], expansions
endproc

; char *expand_word(const char *raw)    when there is no more room: as it was typed
proc expand_word, .raw
.quote          equ -4                  ; the quote that we are in, or 0
        sub     esp, 4
        push    esi
        push    edi
        mov     dword [ebp + .quote], 0
        mov     esi, [ebp + .raw]
        mov     edi, [expansions_end]
.letter:
        cmp     edi, expansions + WORDS_SIZE - 16
        jae     .no_room
        movzx   eax, byte [esi]
        test    eax, eax
        jz      .end
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
        jnz     .take
        cmp     eax, "'"
        je      .open
.take:
        movsb
        jmp     .letter
.single:
        cmp     eax, "'"
        jne     .take
        xor     eax, eax
        jmp     .open
.double:
        xor     eax, ecx                ; opens, or closes
.open:
        mov     [ebp + .quote], eax
        inc     esi
        jmp     .letter
.escaped:
        cmp     byte [esi + 1], 0
        je      .take
        inc     esi
        jmp     .take
.dollar:
        mov     edx, [last_status]
        cmp     byte [esi + 1], '?'
        je      .number
        mov     edx, [last_background]
        cmp     byte [esi + 1], '!'
        je      .number
        cmp     byte [esi + 1], '$'
        jne     .take
        syscall SYS_GETPID
        mov     edx, eax
.number:
        add     esi, 2
        ccall   sprintf, edi, number_format, edx
        add     edi, eax
        jmp     .letter
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
endproc
