; grep [-i] [-v] [-c] PATTERN [FILE...]: the lines that have it in them. Exit code 1: there was none.
;
; PATTERN is a basic regular expression without brackets: . any letter, x* any number of x, ^ and $ the
; line's start and end, \. a dot itself.

%include "include/utility.inc"

LINE_SIZE       equ 1024

        section .bss
        alignb  4
ignore_case:    resd 1
invert:         resd 1
count_only:     resd 1
pattern:        resd 1
with_names:     resd 1
found:          resd 1
from:           resb reader_size
line:           resb LINE_SIZE + 1

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        mov     esi, [ebp + .argv]
.option:
        add     esi, 4
        mov     eax, [esi]
        test    eax, eax
        jz      .usage
        cmp     byte [eax], '-'
        jne     .pattern
.letter:
        inc     eax
        mov     cl, [eax]
        test    cl, cl
        jz      .option
        mov     edx, ignore_case
        cmp     cl, 'i'
        je      .set
        mov     edx, invert
        cmp     cl, 'v'
        je      .set
        mov     edx, count_only
        cmp     cl, 'c'
        jne     .letter                 ; -E, -e and their like change nothing here
.set:
        mov     dword [edx], 1
        jmp     .letter
.pattern:
        mov     [pattern], eax
        add     esi, 4
        cmp     dword [esi], 0
        je      .input
        cmp     dword [esi + 4], 0
        setne   byte [with_names]
.next:
        cmp     dword [esi], 0
        je      .done
        syscall SYS_OPEN, [esi], O_RDONLY
        mov     ebx, eax
        test    eax, eax
        js      .no_file
        ccall   search, ebx, [esi]
        syscall SYS_CLOSE, ebx
        add     esi, 4
        jmp     .next
.no_file:
        ccall   strerror, eax
        complain "grep: %s: %s", [esi], eax
        mov     eax, 2
        jmp     .out
.input:
        ccall   search, STDIN, standard_input
.done:
        cmp     dword [found], 1
        sbb     eax, eax
        neg     eax
        jmp     .out
.usage:
        complain "usage: grep [-i] [-v] [-c] PATTERN [FILE...]"
        mov     eax, 2
.out:
        pop     esi
        pop     ebx
endproc

; void search(int fd, const char *name)
proc search, .fd, .name
        push    ebx
        push    esi
        xor     esi, esi                ; lines found here
        mov     eax, [ebp + .fd]
        mov     [from + reader.fd], eax
        mov     dword [from + reader.next], 0
        mov     dword [from + reader.count], 0
.next:
        ccall   read_line, from, line, LINE_SIZE
        mov     ebx, eax
        test    eax, eax
        jle     .end
        cmp     byte [line + ebx - 1], NEWLINE
        jne     .no_newline
        dec     ebx
.no_newline:
        mov     byte [line + ebx], 0
        ccall   matches, line
        xor     eax, [invert]
        jz      .next
        inc     esi
        cmp     dword [count_only], 0
        jne     .next
        cmp     dword [with_names], 0
        je      .show
        print   "%s:", [ebp + .name]
.show:
        mov     byte [line + ebx], NEWLINE
        inc     ebx
        ccall   write_all, STDOUT, line, ebx
        jmp     .next
.end:
        add     [found], esi
        cmp     dword [count_only], 0
        je      .done
        println "%d", esi
.done:
        pop     esi
        pop     ebx
endproc

; int matches(const char *text)         anywhere in it
proc matches, .text
        push    ebx
        push    esi
        mov     ebx, [ebp + .text]
        mov     esi, [pattern]
        cmp     byte [esi], '^'
        jne     .next
        inc     esi
        ccall   match_here, esi, ebx
        jmp     .done
.next:
        ccall   match_here, esi, ebx
        test    eax, eax
        jnz     .done
        inc     ebx
        cmp     byte [ebx - 1], 0
        jne     .next
.done:
        pop     esi
        pop     ebx
endproc

; int match_here(const char *pattern, const char *text)         from the text's first letter on
proc match_here, .pattern, .text
        push    ebx
        push    esi
        mov     esi, [ebp + .pattern]
        mov     ebx, [ebp + .text]
.next:
        mov     al, [esi]
        test    al, al
        jz      .yes
        cmp     word [esi], '$'         ; and the pattern's end
        je      .line_end
        ; esi + ecx: what follows this letter of the pattern
        xor     ecx, ecx
        cmp     al, '\'
        jne     .length_known
        cmp     byte [esi + 1], 0
        je      .length_known
        inc     ecx
.length_known:
        inc     ecx
        cmp     byte [esi + ecx], '*'
        je      .any_number
        call    .letter_matches
        test    eax, eax
        jz      .done
        add     esi, ecx
        inc     ebx
        jmp     .next
.any_number:
        ; as few as will do
        push    ecx
        lea     eax, [esi + ecx + 1]
        ccall   match_here, eax, ebx
        pop     ecx
        test    eax, eax
        jnz     .done
        call    .letter_matches
        test    eax, eax
        jz      .done
        inc     ebx
        jmp     .any_number
.line_end:
        xor     eax, eax
        cmp     byte [ebx], 0
        jne     .done
.yes:
        mov     eax, 1
.done:
        pop     esi
        pop     ebx
        return

; eax: 1 if the letter at ebx is what the pattern has at esi, with length ecx
.letter_matches:
        movzx   edx, byte [ebx]
        test    edx, edx
        jz      .no
        movzx   eax, byte [esi + ecx - 1]
        cmp     ecx, 1
        jne     .compare
        cmp     eax, '.'
        je      .is_it
.compare:
        call    .fold
        xchg    eax, edx
        call    .fold
        cmp     eax, edx
        jne     .no
.is_it:
        mov     eax, 1
        ret
.no:
        xor     eax, eax
        ret

; eax: a letter; with -i its small form
.fold:
        cmp     dword [ignore_case], 0
        je      .folded
        push    eax
        sub     eax, 'A'
        cmp     eax, 'Z' - 'A'
        pop     eax
        ja      .folded
        or      eax, LOWER_CASE
.folded:
        ret
endproc

        section .rodata
standard_input: db "(standard input)", 0
        section .text
