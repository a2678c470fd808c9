; keywords.asm: if, while and the others, among the tokens: where they open something, and where it ends.
;
;   keyword_at(token)             its number (KEY_...), 0: it is none
;   expect(keyword)               it is passed over; -1 after a complaint: something else is there
;   skip_list()                   up to the keyword that ends this list
;   skip_compound()               what an opening keyword begins, passed over
;   unfinished()                  1: a line more is needed
;
; A keyword is one only where a command may begin.

KEY_IF          equ 1                   ; these open ...
KEY_WHILE       equ 2
KEY_UNTIL       equ 3
KEY_FOR         equ 4
KEY_LAST_OPENING equ 4
KEY_THEN        equ 5                   ; ... and from here on they end a list ...
KEY_ELIF        equ 6
KEY_ELSE        equ 7
KEY_DO          equ 8
KEY_FI          equ 9                   ; ... and these close
KEY_DONE        equ 10

        section .rodata
keywords:                               ; in their numbers' order
        db      "if", 0, "while", 0, "until", 0, "for", 0, "then", 0, "elif", 0, "else", 0, "do", 0
        db      "fi", 0, "done", 0, 0

        section .text

; int keyword_at(const u32 *token)      only where a command may begin, and unquoted
proc keyword_at, .token
        push    ebx
        push    esi
        xor     esi, esi
        mov     eax, [ebp + .token]
        mov     eax, [eax]
        cmp     eax, OP_LAST
        jbe     .none
        mov     ebx, keywords
.next:
        inc     esi
        push    eax
        ccall   strcmp, eax, ebx
        mov     ecx, eax
        pop     eax
        test    ecx, ecx
        jz      .done
        push    eax
        ccall   strlen, ebx
        lea     ebx, [ebx + eax + 1]
        pop     eax
        cmp     byte [ebx], 0
        jne     .next
.none:
        xor     esi, esi
.done:
        mov     eax, esi
        pop     esi
        pop     ebx
endproc

; int skip_list(void)                   the keyword it stops before; 0: the end
; esi counts what has been opened on the way, ebx says whether a command may begin here.
proc skip_list
        push    ebx
        push    esi
        xor     esi, esi
        mov     ebx, 1
.next:
        mov     ecx, [token_place]
        mov     eax, [ecx]
        cmp     eax, OP_END
        je      .done
        cmp     eax, OP_LAST
        ja      .word
        cmp     eax, OP_OR
        setbe   bl                      ; a redirection's file is no command
        jmp     .pass
.word:
        test    ebx, ebx
        jz      .pass
        xor     ebx, ebx
        ccall   keyword_at, ecx
        test    eax, eax
        jz      .pass
        cmp     eax, KEY_LAST_OPENING
        jbe     .opens
        test    esi, esi
        jz      .done
        cmp     eax, KEY_FI
        jae     .closes
        inc     ebx
        jmp     .pass
.opens:
        inc     esi
        cmp     eax, KEY_FOR
        setne   bl
        jmp     .pass
.closes:
        dec     esi
.pass:
        add     dword [token_place], 4
        jmp     .next
.done:
        pop     esi
        pop     ebx
endproc

; void skip_compound(void)
proc skip_compound
.next:
        add     dword [token_place], 4  ; the keyword that opens it, or one within it
        call    skip_list
        test    eax, eax
        jz      .done
        cmp     eax, KEY_FI
        jb      .next
        add     dword [token_place], 4
.done:
endproc

; int unfinished(void)                  of the tokens: something is open, or waits for a command
; esi walks them, edi counts what is open, ebx says whether a command may begin here, edx is the last one
; but newlines.
proc unfinished
        push    ebx
        push    esi
        push    edi
        mov     esi, tokens
        xor     edi, edi
        mov     ebx, 1
        xor     edx, edx
.next:
        mov     eax, [esi]
        cmp     eax, OP_END
        je      .end
        cmp     eax, OP_NEWLINE
        je      .newline
        mov     edx, eax
.newline:
        cmp     eax, OP_LAST
        ja      .word
        cmp     eax, OP_OR
        setbe   bl
        jmp     .pass
.word:
        test    ebx, ebx
        jz      .pass
        xor     ebx, ebx
        push    edx
        ccall   keyword_at, esi
        pop     edx
        test    eax, eax
        jz      .pass
        cmp     eax, KEY_FOR
        je      .opens
        cmp     eax, KEY_FI
        jae     .closes
        inc     ebx                     ; a command follows
        cmp     eax, KEY_LAST_OPENING
        ja      .pass
.opens:
        inc     edi
        jmp     .pass
.closes:
        dec     edi
.pass:
        add     esi, 4
        jmp     .next
.end:
        mov     eax, 1
        test    edi, edi
        jg      .done
        cmp     edx, OP_PIPE
        je      .done
        cmp     edx, OP_AND
        je      .done
        cmp     edx, OP_OR
        je      .done
        xor     eax, eax
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; int expect(int keyword)               passed over; -1 after a complaint: something else is there
proc expect, .keyword
        ccall   keyword_at, [token_place]
        cmp     eax, [ebp + .keyword]
        jne     .other
        add     dword [token_place], 4
        xor     eax, eax
        return
.other:
        mov     ecx, keywords
        mov     edx, [ebp + .keyword]
.text:
        dec     edx
        jz      .say
.letter:
        inc     ecx
        cmp     byte [ecx - 1], 0
        jne     .letter
        jmp     .text
.say:
        complain "sh: syntax error: %s is missing", ecx
        mov     eax, -1
endproc
