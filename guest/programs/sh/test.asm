; test.asm: the builtins test and [: questions, answered by an exit code.
;
;   -e FILE  -f FILE  -d FILE  -n TEXT  -z TEXT  TEXT
;   A = B  A != B  A -eq B  -ne  -lt  -le  -gt  -ge        ! before any of them

S_IFMT_OCTAL    equ 0xf000

        section .bss
        alignb  4
test_stat:      resd 16                 ; as stat(2) gives it
TEST_STAT_MODE  equ 8

        section .rodata
        align   4
comparisons:                            ; how it is written, which orders are so: bit 0 less, 1 equal, 2 greater
        dd      .eq, 2, .ne, 5, .lt, 1, .le, 3, .gt, 4, .ge, 6
.end:
.eq:            db "-eq", 0
.ne:            db "-ne", 0
.lt:            db "-lt", 0
.le:            db "-le", 0
.gt:            db "-gt", 0
.ge:            db "-ge", 0

        section .text

; int builtin_test(int argc, char **argv)
; esi is the first word of the question, ebx how many there are, edi whether the answer is turned round.
proc builtin_test, .argc, .argv
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + .argv]
        mov     ebx, [ebp + .argc]
        dec     ebx
        mov     eax, [esi]
        cmp     word [eax], '['         ; and its NUL
        jne     .question
        mov     eax, [esi + ebx * 4]
        cmp     word [eax], ']'
        jne     .unclosed
        dec     ebx
.question:
        add     esi, 4
        xor     edi, edi
.not:
        cmp     ebx, 2
        jb      .count
        mov     eax, [esi]
        cmp     word [eax], '!'
        jne     .count
        xor     edi, 1
        add     esi, 4
        dec     ebx
        jmp     .not
.count:
        mov     eax, 0
        test    ebx, ebx
        jz      .answered               ; nothing is not so
        dec     ebx
        jz      .one
        dec     ebx
        jz      .two
        dec     ebx
        jnz     .senseless
        ccall   compare_words, [esi], [esi + 4], [esi + 8]
        test    eax, eax
        js      .senseless
        jmp     .answered
.one:
        mov     eax, [esi]
        cmp     byte [eax], 0
        setne   al
        movzx   eax, al
        jmp     .answered
.two:
        ccall   ask_of, [esi], [esi + 4]
        test    eax, eax
        js      .senseless
.answered:
        xor     eax, edi
        xor     eax, 1                  ; so: exit code 0
        jmp     .done
.unclosed:
        complain "[: a ] is missing"
        jmp     .error
.senseless:
        complain "test: no such question"
.error:
        mov     eax, 2
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; int ask_of(const char *option, const char *text)      1, 0, or -1: there is no such option
proc ask_of, .option, .text
        mov     ecx, [ebp + .option]
        mov     edx, [ebp + .text]
        cmp     byte [ecx], '-'
        jne     .none
        cmp     byte [ecx + 1], 0
        je      .none
        cmp     byte [ecx + 2], 0
        jne     .none
        mov     cl, [ecx + 1]
        xor     eax, eax
        cmp     cl, 'z'
        je      .empty
        cmp     cl, 'n'
        je      .not_empty
        push    ecx
        syscall SYS_STAT, edx, test_stat
        pop     ecx
        mov     edx, eax
        xor     eax, eax
        cmp     cl, 'e'
        je      .exists
        movzx   ecx, cl
        cmp     ecx, 'f'
        je      .file
        cmp     ecx, 'd'
        jne     .none
        mov     ecx, S_IFDIR
        jmp     .kind
.file:
        mov     ecx, S_IFREG
.kind:
        test    edx, edx
        jnz     .done
        movzx   edx, word [test_stat + TEST_STAT_MODE]
        and     edx, S_IFMT_OCTAL
        cmp     edx, ecx
        sete    al
        return
.exists:
        test    edx, edx
        sete    al
        return
.empty:
        cmp     byte [edx], 0
        sete    al
        return
.not_empty:
        cmp     byte [edx], 0
        setne   al
        return
.none:
        mov     eax, -1
.done:
endproc

; int compare_words(const char *a, const char *how, const char *b)      1, 0, or -1
proc compare_words, .a, .how, .b
        push    ebx
        push    esi
        mov     ecx, [ebp + .how]
        cmp     word [ecx], '='
        je      .same
        cmp     word [ecx], '!='
        jne     .numbers
        ccall   strcmp, [ebp + .a], [ebp + .b]
        test    eax, eax
        setne   al
        movzx   eax, al
        jmp     .done
.same:
        ccall   strcmp, [ebp + .a], [ebp + .b]
        test    eax, eax
        sete    al
        movzx   eax, al
        jmp     .done
.numbers:
        mov     ebx, comparisons
.next:
        ccall   strcmp, [ebp + .how], [ebx]
        test    eax, eax
        jz      .found
        add     ebx, 8
        cmp     ebx, comparisons.end
        jb      .next
        mov     eax, -1
        jmp     .done
.found:
        lea     ecx, [ebp + .how]       ; serves as a place for the end
        ccall   strtol, [ebp + .a], ecx, 10
        mov     esi, eax
        lea     ecx, [ebp + .how]
        ccall   strtol, [ebp + .b], ecx, 10
        mov     ecx, 1
        cmp     esi, eax
        jl      .order_known
        mov     ecx, 2
        je      .order_known
        mov     ecx, 4
.order_known:
        xor     eax, eax
        test    [ebx + 4], ecx
        setnz   al
.done:
        pop     esi
        pop     ebx
endproc
