; wc [-l] [FILE]: lines, words and bytes.

%include "include/utility.inc"
%include "lib/lines.asm"

        section .text

proc main, .argc, .argv
.words          equ -4
.bytes          equ -8
.lines_only     equ -12
        sub     esp, 12
        push    ebx
        push    esi
        push    edi
        mov     dword [ebp + .words], 0
        mov     dword [ebp + .bytes], 0
        mov     dword [ebp + .lines_only], 0
        mov     ebx, [ebp + .argv]
        add     ebx, 4
        mov     eax, [ebx]
        test    eax, eax
        jz      .named
        cmp     word [eax], '-' + 'l' * 256
        jne     .named
        inc     dword [ebp + .lines_only]
        add     ebx, 4
.named:
        ccall   open_argument, wc_name, [ebx]
        test    eax, eax
        mov     eax, 1
        js      .out
        xor     edi, edi                ; lines
        mov     ebx, SPACE              ; the byte before
.next:
        ccall   read_line, lines_from, one_line, LINE_SIZE
        test    eax, eax
        jle     .end
        add     [ebp + .bytes], eax
        mov     esi, one_line
        mov     ecx, eax
.byte:
        movzx   eax, byte [esi]
        inc     esi
        cmp     eax, NEWLINE
        jne     .not_line
        inc     edi
.not_line:
        cmp     ebx, SPACE
        ja      .not_word
        cmp     eax, SPACE
        jbe     .not_word
        inc     dword [ebp + .words]
.not_word:
        mov     ebx, eax
        dec     ecx
        jnz     .byte
        jmp     .next
.end:
        cmp     dword [ebp + .lines_only], 0
        jne     .lines
        println "%7d %7d %7d", edi, [ebp + .words], [ebp + .bytes]
        jmp     .done
.lines:
        println "%d", edi
.done:
        xor     eax, eax
.out:
        pop     edi
        pop     esi
        pop     ebx
endproc

        section .rodata
wc_name:        db "wc", 0
        section .text
