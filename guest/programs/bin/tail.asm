; tail [-n LINES | -LINES] [FILE]: the last lines, ten if nothing is said.
;
; All is read into a ring; only what it still holds can be shown.

%include "include/utility.inc"
%include "lib/lines.asm"

RING_SIZE       equ 65536               ; a power of two

        section .bss
ring:           resb RING_SIZE

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        push    edi
        ccall   lines_option, [ebp + .argv]
        mov     ebx, eax
        ccall   open_argument, tail_name, ebx
        test    eax, eax
        mov     eax, 1
        js      .out
        xor     edi, edi                ; bytes ever read
.next:
        ccall   read_line, lines_from, one_line, LINE_SIZE
        test    eax, eax
        jle     .end
        mov     esi, one_line
        mov     ecx, eax
.byte:
        mov     al, [esi]
        inc     esi
        mov     edx, edi
        and     edx, RING_SIZE - 1
        mov     [ring + edx], al
        inc     edi
        dec     ecx
        jnz     .byte
        jmp     .next
.end:
        ; back over so many newlines; the one at the very end belongs to the last line
        mov     esi, edi
        mov     ebx, [lines_wanted]
.back:
        test    esi, esi
        jz      .show
        mov     eax, edi
        sub     eax, esi
        cmp     eax, RING_SIZE
        jae     .show
        lea     edx, [esi - 1]
        and     edx, RING_SIZE - 1
        cmp     byte [ring + edx], NEWLINE
        jne     .inside
        cmp     esi, edi
        je      .inside
        dec     ebx
        jz      .show
.inside:
        dec     esi
        jmp     .back
.show:
        cmp     dword [lines_wanted], 0
        je      .done
.show_next:
        cmp     esi, edi
        jae     .done
        ; up to the ring's end in one piece
        mov     edx, esi
        and     edx, RING_SIZE - 1
        mov     ecx, RING_SIZE
        sub     ecx, edx
        mov     eax, edi
        sub     eax, esi
        cmp     ecx, eax
        jbe     .piece_known
        mov     ecx, eax
.piece_known:
        add     esi, ecx
        add     edx, ring
        ccall   write_all, STDOUT, edx, ecx
        jmp     .show_next
.done:
        xor     eax, eax
.out:
        pop     edi
        pop     esi
        pop     ebx
endproc

        section .rodata
tail_name:      db "tail", 0
        section .text
