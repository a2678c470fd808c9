; numbered_text.asm: tables of numbers with a name and words, as errors and signals have them.
;
;   find_words(first, end, number)      the words; 0: no such number
;   name_after(words)                   the name, which lies behind them

%macro numbered_text 3                  ; number, name, words
        dd      %1, %%text
        section .data
%%text: db      %3, 0, %2, 0
        section .rodata
%endmacro

        section .text

; const char *find_words(const void *first, const void *end, int number)
proc find_words, .first, .end, .number
        mov     ecx, [ebp + .first]
.next:
        mov     eax, [ecx]
        cmp     eax, [ebp + .number]
        mov     eax, [ecx + 4]
        je      .done
        add     ecx, 8
        cmp     ecx, [ebp + .end]
        jb      .next
        xor     eax, eax
.done:
endproc

; const char *name_after(const char *words)
proc name_after, .words
        ccall   strlen, [ebp + .words]
        add     eax, [ebp + .words]
        inc     eax
endproc
