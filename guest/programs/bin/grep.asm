; grep [-i] [-v] [-c] TEXT [FILE...]: the lines that have it in them. Exit code 1: there was none.
;
; TEXT is what it says, no regular expression, but ^ at its start and $ at its end mean the line's.

%include "include/utility.inc"

LINE_SIZE       equ 1024

        section .bss
        alignb  4
ignore_case:    resd 1
invert:         resd 1
count_only:     resd 1
anchored_start: resd 1
anchored_end:   resd 1
text:           resd 1
text_length:    resd 1
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
        jne     .text
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
.text:
        cmp     byte [eax], '^'
        jne     .not_start
        mov     dword [anchored_start], 1
        inc     eax
.not_start:
        mov     [text], eax
        push    eax
        ccall   strlen, eax
        pop     ecx
        test    eax, eax
        jz      .length_known
        cmp     byte [ecx + eax - 1], '$'
        jne     .length_known
        mov     dword [anchored_end], 1
        dec     eax
.length_known:
        mov     [text_length], eax
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
        complain "usage: grep [-i] [-v] [-c] TEXT [FILE...]"
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
        ccall   matches, line, ebx
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

; int matches(const char *line, u32 length)
proc matches, .line, .length
        push    ebx
        push    esi
        mov     ebx, [ebp + .line]
        mov     esi, [ebp + .length]
        sub     esi, [text_length]
        js      .no
        add     esi, ebx                ; the last place it could begin at
        cmp     dword [anchored_end], 0
        je      .try
        cmp     dword [anchored_start], 0
        je      .only_last
        cmp     ebx, esi
        jne     .no
.only_last:
        mov     ebx, esi
.try:
        xor     ecx, ecx
.letter:
        cmp     ecx, [text_length]
        jae     .yes
        mov     edx, [text]
        movzx   edx, byte [edx + ecx]
        movzx   eax, byte [ebx + ecx]
        call    .fold
        xchg    eax, edx
        call    .fold
        inc     ecx
        cmp     eax, edx
        je      .letter
        cmp     dword [anchored_start], 0
        jne     .no
        inc     ebx
        cmp     ebx, esi
        jbe     .try
.no:
        xor     eax, eax
        jmp     .done
.yes:
        mov     eax, 1
.done:
        pop     esi
        pop     ebx
        return

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
