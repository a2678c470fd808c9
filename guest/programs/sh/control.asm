; control.asm: if, while, until, for.
;
;   run_compound(keyword)         what begins with it, at token_place; 0, or -1 after a complaint
;   builtin_break, builtin_continue

FOR_WORDS_SIZE  equ 2048

        section .bss
        alignb  4
leaving:        resd 1                  ; why the running lists are left: LEAVE_..., or 0
interrupted:    resd 1                  ; Ctrl-C came while the shell itself was running
for_words_end:  resd 1                  ; what the running fors still have to go through
for_words:      resb FOR_WORDS_SIZE

LEAVE_BREAK     equ 1
LEAVE_CONTINUE  equ 2
LEAVE_ALL       equ 3                   ; Ctrl-C

        section .rodata
in_word:        db "in", 0

        section .text

; int run_compound(int keyword)
proc run_compound, .keyword
        add     dword [token_place], 4
        mov     eax, [ebp + .keyword]
        cmp     eax, KEY_IF
        je      .if
        cmp     eax, KEY_FOR
        je      .for
        ccall   run_while, eax
        return
.if:
        call    run_if
        return
.for:
        call    run_for
endproc

; int run_if(void)                      behind if
proc run_if
        push    ebx
.condition:
        call    run_list
        test    eax, eax
        js      .done
        ccall   expect, KEY_THEN
        test    eax, eax
        js      .done
        cmp     dword [leaving], 0
        jne     .rest
        cmp     dword [last_status], 0
        jne     .otherwise
.chosen:
        call    run_list
        test    eax, eax
        js      .done
.rest:                                  ; what is not chosen
        call    skip_list
        cmp     eax, KEY_ELIF
        je      .pass
        cmp     eax, KEY_ELSE
        je      .pass
        cmp     eax, KEY_THEN
        jne     .end
.pass:
        add     dword [token_place], 4
        jmp     .rest
.otherwise:
        call    skip_list
        cmp     eax, KEY_ELIF
        je      .elif
        mov     dword [last_status], 0
        cmp     eax, KEY_ELSE
        jne     .end
        add     dword [token_place], 4
        jmp     .chosen
.elif:
        add     dword [token_place], 4
        jmp     .condition
.end:
        ccall   expect, KEY_FI
.done:
        pop     ebx
endproc

; int run_while(int keyword)            behind while or until
; ebx is where the condition begins, esi the body's last status.
proc run_while, .keyword
        push    ebx
        push    esi
        mov     ebx, [token_place]
        xor     esi, esi
.again:
        mov     [token_place], ebx
        call    run_list
        test    eax, eax
        js      .done
        ccall   expect, KEY_DO
        test    eax, eax
        js      .done
        cmp     dword [leaving], 0
        jne     .end
        xor     eax, eax
        cmp     dword [last_status], 0
        sete    al
        mov     ecx, KEY_UNTIL
        sub     ecx, [ebp + .keyword]   ; 1: while; 0: until
        cmp     eax, ecx
        jne     .over
        call    run_list
        test    eax, eax
        js      .done
        mov     esi, [last_status]
        call    leaves_loop
        test    eax, eax
        jz      .again
        jmp     .end
.over:
        mov     [last_status], esi
.end:
        call    skip_list
        ccall   expect, KEY_DONE
.done:
        pop     esi
        pop     ebx
endproc

; int run_for(void)                     behind for: NAME in WORDS; do LIST; done
; ebx is the next of its words, esi the body; the words lie in for_words as long as it runs.
proc run_for
.argv           equ -4 * MAX_ARGS
.name           equ -(4 * MAX_ARGS + 4)
.words          equ -(4 * MAX_ARGS + 8)
.words_end      equ -(4 * MAX_ARGS + 12)
        sub     esp, 4 * MAX_ARGS + 12
        push    ebx
        push    esi
        push    edi
        mov     eax, [for_words_end]
        mov     [ebp + .words], eax
        mov     ebx, [token_place]
        mov     eax, [ebx]
        mov     [ebp + .name], eax
        cmp     eax, OP_LAST
        jbe     .no_name
        ccall   name_length, eax
        mov     ecx, [ebp + .name]
        test    eax, eax
        jz      .no_name
        cmp     byte [ecx + eax], 0
        jne     .no_name
        add     ebx, 4
        cmp     dword [ebx], OP_LAST
        jbe     .no_name
        ccall   strcmp, [ebx], in_word
        test    eax, eax
        jnz     .no_name
        add     ebx, 4
        ; its words, before the first round: the body may change what they came from
        call    forget_expansions
        xor     esi, esi
.word:
        mov     eax, [ebx]
        cmp     eax, OP_LAST
        jbe     .words_known
        lea     ecx, [ebp + .argv]
        ccall   expand_words, eax, ecx, esi
        mov     esi, eax
        add     ebx, 4
        jmp     .word
.words_known:
        mov     edi, [for_words_end]
        xor     ecx, ecx
.keep:
        cmp     ecx, esi
        jae     .kept
        push    ecx
        ccall   strlen, [ebp + .argv + ecx * 4]
        mov     ecx, [esp]
        lea     edx, [edi + eax + 1]
        cmp     edx, for_words + FOR_WORDS_SIZE
        ja      .too_many
        push    edx
        ccall   strcpy, edi, [ebp + .argv + ecx * 4]
        pop     edi
        pop     ecx
        inc     ecx
        jmp     .keep
.too_many:
        pop     ecx
        complain "sh: too many words"
        jmp     .failed
.kept:
        mov     [ebp + .words_end], edi
        mov     [for_words_end], edi
        mov     [token_place], ebx
        call    skip_separators
        ccall   expect, KEY_DO
        test    eax, eax
        js      .out
        mov     esi, [token_place]
        mov     ebx, [ebp + .words]
        mov     dword [last_status], 0
.next:
        mov     [token_place], esi
        cmp     ebx, [ebp + .words_end]
        jae     .end
        ccall   strlen, [ebp + .name]
        ccall   set_variable, [ebp + .name], eax, ebx
        ccall   strlen, ebx
        lea     ebx, [ebx + eax + 1]
        call    run_list
        test    eax, eax
        js      .out
        call    leaves_loop
        test    eax, eax
        jz      .next
.end:
        call    skip_list
        ccall   expect, KEY_DONE
        jmp     .out
.no_name:
        complain "sh: syntax error: for NAME in WORDS"
.failed:
        mov     eax, -1
.out:
        mov     ecx, [ebp + .words]
        mov     [for_words_end], ecx
        pop     edi
        pop     esi
        pop     ebx
endproc

; int leaves_loop(void)                 after its body: 1: no more rounds
proc leaves_loop
        xor     eax, eax
        cmp     dword [leaving], LEAVE_ALL
        je      .yes
        xchg    eax, [leaving]
        cmp     eax, LEAVE_BREAK
        je      .yes
        xor     eax, eax
        return
.yes:
        mov     eax, 1
endproc

; void skip_separators(void)            ; and newlines
proc skip_separators
.next:
        mov     eax, [token_place]
        cmp     dword [eax], OP_SEMICOLON
        je      .pass
        cmp     dword [eax], OP_NEWLINE
        jne     .done
.pass:
        add     dword [token_place], 4
        jmp     .next
.done:
endproc

proc builtin_break, .argc, .argv
        mov     dword [leaving], LEAVE_BREAK
        xor     eax, eax
endproc

proc builtin_continue, .argc, .argv
        mov     dword [leaving], LEAVE_CONTINUE
        xor     eax, eax
endproc
