; seq [FIRST [STEP]] LAST: numbers, one a line.

%include "include/utility.inc"

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        push    edi
        mov     esi, 1                  ; the first
        mov     edi, 1                  ; the step
        mov     ebx, [ebp + .argv]
        mov     ecx, [ebp + .argc]
        cmp     ecx, 2
        jb      .usage
        cmp     ecx, 4
        ja      .usage
        ccall   number, [ebx + ecx * 4 - 4]
        push    eax                     ; the last
        cmp     dword [ebp + .argc], 2
        je      .known
        ccall   number, [ebx + 4]
        mov     esi, eax
        cmp     dword [ebp + .argc], 3
        je      .known
        ccall   number, [ebx + 8]
        mov     edi, eax
.known:
        pop     ebx
.next:
        test    edi, edi
        jle     .down
        cmp     esi, ebx
        jg      .done
        jmp     .print
.down:
        jz      .usage                  ; for ever
        cmp     esi, ebx
        jl      .done
.print:
        println "%d", esi
        add     esi, edi
        jmp     .next
.done:
        xor     eax, eax
        jmp     .out
.usage:
        complain "usage: seq [FIRST [STEP]] LAST"
        mov     eax, 1
.out:
        pop     edi
        pop     esi
        pop     ebx
endproc

; int number(const char *text)
proc number, .text
        lea     ecx, [ebp + .text]      ; serves as a place for the end
        ccall   strtol, [ebp + .text], ecx, 10
endproc
