; string.asm: strings, with the C library's names and meanings. lib/memory.asm has those for bytes.
;
;   strlen(s)  strnlen(s, n)  strcmp(a, b)  strncmp(a, b, n)
;   strcpy(to, from)  strncpy(to, from, n)  strcat(to, from)  strncat(to, from, n)
;   strlcpy(to, from, size), strscpy(to, from, size)   what fits, always with a NUL
;   strchr(s, c)  strrchr(s, c)  strstr(s, what)
;
; Any context.

        section .text

; u32 strlen(const char *s)
proc strlen, .s
        mov     eax, [ebp + .s]
.next:
        cmp     byte [eax], 0
        je      .end
        inc     eax
        jmp     .next
.end:
        sub     eax, [ebp + .s]
endproc
EXPORT_SYMBOL strlen

; int strcmp(const char *a, const char *b)      0 when equal, else their order
proc strcmp, .a, .b
        mov     ecx, [ebp + .a]
        mov     edx, [ebp + .b]
.next:
        movzx   eax, byte [ecx]
        cmp     al, [edx]
        jne     .differ
        inc     ecx
        inc     edx
        test    eax, eax
        jnz     .next
        return
.differ:
        movzx   ecx, byte [edx]
        sub     eax, ecx
endproc
EXPORT_SYMBOL strcmp

; int strncmp(const char *a, const char *b, u32 n)
proc strncmp, .a, .b, .n
        push    ebx
        mov     ecx, [ebp + .a]
        mov     edx, [ebp + .b]
        mov     ebx, [ebp + .n]
        xor     eax, eax
.next:
        test    ebx, ebx
        jz      .equal
        movzx   eax, byte [ecx]
        cmp     al, [edx]
        jne     .differ
        inc     ecx
        inc     edx
        dec     ebx
        test    eax, eax
        jnz     .next
.equal:
        xor     eax, eax
        jmp     .done
.differ:
        movzx   ecx, byte [edx]
        sub     eax, ecx
.done:
        pop     ebx
endproc
EXPORT_SYMBOL strncmp

; u32 strlcpy(char *to, const char *from, u32 size)     the length of from
; Copies what fits, always ends it with NUL; size is at least 1.
proc strlcpy, .to, .from, .size
        ccall   strscpy, [ebp + .to], [ebp + .from], [ebp + .size]
        ccall   strlen, [ebp + .from]
endproc
EXPORT_SYMBOL strlcpy

; int strscpy(char *to, const char *from, u32 size)     how many were copied, or -E2BIG
proc strscpy, .to, .from, .size
        mov     ecx, [ebp + .from]
        mov     edx, [ebp + .to]
.next:
        dec     dword [ebp + .size]
        jz      .full
        mov     al, [ecx]
        mov     [edx], al
        test    al, al
        jz      .done
        inc     ecx
        inc     edx
        jmp     .next
.full:
        mov     byte [edx], 0
        mov     eax, -E2BIG
        cmp     byte [ecx], 0
        jne     .out
.done:
        mov     eax, edx
        sub     eax, [ebp + .to]
.out:
endproc
EXPORT_SYMBOL strscpy

; char *strcpy(char *to, const char *from)
proc strcpy, .to, .from
        mov     ecx, [ebp + .from]
        mov     edx, [ebp + .to]
.next:
        mov     al, [ecx]
        mov     [edx], al
        inc     ecx
        inc     edx
        test    al, al
        jnz     .next
        mov     eax, [ebp + .to]
endproc
EXPORT_SYMBOL strcpy

; char *strncpy(char *to, const char *from, u32 n)      what is left of n is filled with NUL
proc strncpy, .to, .from, .n
        push    esi
        push    edi
        mov     esi, [ebp + .from]
        mov     edi, [ebp + .to]
        mov     ecx, [ebp + .n]
.next:
        test    ecx, ecx
        jz      .done
        mov     al, [esi]
        mov     [edi], al
        inc     edi
        dec     ecx
        test    al, al
        jz      .next                   ; esi stays at the NUL
        inc     esi
        jmp     .next
.done:
        mov     eax, [ebp + .to]
        pop     edi
        pop     esi
endproc
EXPORT_SYMBOL strncpy

; char *strcat(char *to, const char *from)
proc strcat, .to, .from
        ccall   strlen, [ebp + .to]
        add     eax, [ebp + .to]
        ccall   strcpy, eax, [ebp + .from]
        mov     eax, [ebp + .to]
endproc
EXPORT_SYMBOL strcat

; char *strncat(char *to, const char *from, u32 n)      at most n of from's, and a NUL
proc strncat, .to, .from, .n
        ccall   strlen, [ebp + .to]
        add     eax, [ebp + .to]
        mov     ecx, [ebp + .n]
        inc     ecx
        ccall   strscpy, eax, [ebp + .from], ecx
        mov     eax, [ebp + .to]
endproc
EXPORT_SYMBOL strncat

; u32 strnlen(const char *s, u32 n)     at most n
proc strnlen, .s, .n
        mov     ecx, [ebp + .s]
        xor     eax, eax
.next:
        cmp     eax, [ebp + .n]
        jae     .done
        cmp     byte [ecx + eax], 0
        je      .done
        inc     eax
        jmp     .next
.done:
endproc
EXPORT_SYMBOL strnlen

; char *strchr(const char *s, int c)    the first, or 0
proc strchr, .s, .c
        mov     eax, [ebp + .s]
        mov     ecx, [ebp + .c]
.next:
        cmp     [eax], cl
        je      .done
        inc     eax
        cmp     byte [eax - 1], 0
        jne     .next
        xor     eax, eax
.done:
endproc
EXPORT_SYMBOL strchr

; char *strrchr(const char *s, int c)   the last, or 0
proc strrchr, .s, .c
        mov     edx, [ebp + .s]
        mov     ecx, [ebp + .c]
        xor     eax, eax
.next:
        cmp     [edx], cl
        jne     .other
        mov     eax, edx
.other:
        inc     edx
        cmp     byte [edx - 1], 0
        jne     .next
endproc
EXPORT_SYMBOL strrchr

; char *strstr(const char *s, const char *what)         the first, or 0
proc strstr, .s, .what
        push    ebx
        push    esi
        ccall   strlen, [ebp + .what]
        mov     esi, eax
        mov     ebx, [ebp + .s]
.next:
        ccall   strncmp, ebx, [ebp + .what], esi
        test    eax, eax
        mov     eax, ebx
        jz      .done
        inc     ebx
        cmp     byte [ebx - 1], 0
        jne     .next
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc
EXPORT_SYMBOL strstr
