; list.asm: lines are run: commands one after the other.
;
;   run_lines(lines)              last_status is how its last command ended; 1: a line more is needed, and
;                                 nothing has been run
;   run_list()                    from token_place up to the keyword that ends the list; 0, or -1

        section .bss
        alignb  4
token_place:    resd 1                  ; the next token to look at

        section .text

; int run_lines(const char *lines)
proc run_lines, .lines
        ccall   split_line, [ebp + .lines]
        test    eax, eax
        jnz     .error
        call    unfinished
        test    eax, eax
        jnz     .done
        mov     dword [leaving], 0
        mov     dword [interrupted], 0
        mov     dword [for_words_end], for_words
        mov     dword [token_place], tokens
        call    run_list
        test    eax, eax
        js      .error
        mov     eax, [token_place]
        cmp     dword [eax], OP_END
        je      .good
        cmp     dword [leaving], 0
        jne     .good
        complain "sh: syntax error: %s is out of place", [eax]
.error:
        mov     dword [last_status], 2
.good:
        xor     eax, eax
.done:
endproc

; int run_list(void)
; ebx is what stood before the next command.
proc run_list
        push    ebx
        mov     ebx, OP_SEMICOLON
.next:
        mov     eax, [token_place]
        mov     ecx, [eax]
        cmp     ecx, OP_NEWLINE
        je      .newline
        cmp     ecx, OP_END
        je      .good
        ccall   keyword_at, eax
        cmp     eax, KEY_LAST_OPENING
        ja      .good
        ; after && and || the next one may be passed over
        cmp     ebx, OP_AND
        je      .and
        cmp     ebx, OP_OR
        jne     .run
        cmp     dword [last_status], 0
        jne     .run
        jmp     .skip
.and:
        cmp     dword [last_status], 0
        je      .run
.skip:
        test    eax, eax
        jnz     .skip_compound
        ccall   pipeline_end, [token_place]
        mov     [token_place], eax
        jmp     .ran
.skip_compound:
        call    skip_compound
        jmp     .ran
.run:
        test    eax, eax
        jnz     .compound
.pipeline:
        call    run_pipeline
        test    eax, eax
        js      .done
        call    note_interrupt
        jmp     .ran
.compound:
        ; here, unless it is part of a pipeline, redirected, or in the background
        push    eax
        ccall   compound_end, [token_place]
        mov     ecx, eax
        pop     eax
        mov     ecx, [ecx]
        cmp     ecx, OP_PIPE
        je      .pipeline
        cmp     ecx, OP_AMPERSAND
        je      .pipeline
        cmp     ecx, OP_OR
        ja      .pipeline
        ccall   run_compound, eax
        test    eax, eax
        js      .done
.ran:
        cmp     dword [leaving], 0
        jne     .good
        mov     eax, [token_place]
        mov     ebx, [eax]
        cmp     ebx, OP_END
        je      .good
.newline:
        add     dword [token_place], 4
        jmp     .next
.good:
        xor     eax, eax
.done:
        pop     ebx
endproc

; void note_interrupt(void)             Ctrl-C ends lists, not only the command that heard it
proc note_interrupt
        cmp     dword [interrupted], 0
        jne     .leave
        cmp     dword [last_status], 128 + SIGINT
        jne     .done
.leave:
        mov     dword [leaving], LEAVE_ALL
.done:
endproc
