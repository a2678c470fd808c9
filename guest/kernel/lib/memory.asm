; memory.asm: bytes, with the C library's names and meanings. gcc emits calls of them by itself.
;
;   memset(to, byte, n)  memcpy(to, from, n)  memmove(to, from, n)  memcmp(a, b, n)  memchr(at, byte, n)
;
; Any context.

        section .text

; void *memset(void *to, int byte_value, u32 n)         to
proc memset, .to, .byte_value, .n
        push    edi
        mov     edi, [ebp + .to]
        mov     eax, [ebp + .byte_value]
        mov     ecx, [ebp + .n]
        rep stosb
        mov     eax, [ebp + .to]
        pop     edi
endproc
EXPORT_SYMBOL memset

; void *memcpy(void *to, const void *from, u32 n)       to
proc memcpy, .to, .from, .n
        push    esi
        push    edi
        mov     edi, [ebp + .to]
        mov     esi, [ebp + .from]
        mov     ecx, [ebp + .n]
        rep movsb
        mov     eax, [ebp + .to]
        pop     edi
        pop     esi
endproc
EXPORT_SYMBOL memcpy

; void *memmove(void *to, const void *from, u32 n)      to; they may overlap
proc memmove, .to, .from, .n
        push    esi
        push    edi
        mov     edi, [ebp + .to]
        mov     esi, [ebp + .from]
        mov     ecx, [ebp + .n]
        mov     eax, edi
        sub     eax, esi
        cmp     eax, ecx
        jb      .backwards              ; to lies inside from
        rep movsb
        jmp     .done
.backwards:
        lea     edi, [edi + ecx - 1]
        lea     esi, [esi + ecx - 1]
        std
        rep movsb
        cld
.done:
        mov     eax, [ebp + .to]
        pop     edi
        pop     esi
endproc
EXPORT_SYMBOL memmove

; int memcmp(const void *a, const void *b, u32 n)       0 when equal, else their order
proc memcmp, .a, .b, .n
        push    esi
        push    edi
        mov     esi, [ebp + .a]
        mov     edi, [ebp + .b]
        mov     ecx, [ebp + .n]
        xor     eax, eax
        cmp     ecx, ecx                ; none: equal
        repe cmpsb
        je      .done
        movzx   eax, byte [esi - 1]
        movzx   ecx, byte [edi - 1]
        sub     eax, ecx
.done:
        pop     edi
        pop     esi
endproc
EXPORT_SYMBOL memcmp

; void *memchr(const void *at, int byte_value, u32 n)   the first, or 0
proc memchr, .at, .byte_value, .n
        push    edi
        mov     edi, [ebp + .at]
        mov     eax, [ebp + .byte_value]
        mov     ecx, [ebp + .n]
        test    ecx, ecx
        jz      .absent
        repne scasb
        lea     eax, [edi - 1]
        je      .done
.absent:
        xor     eax, eax
.done:
        pop     edi
endproc
EXPORT_SYMBOL memchr
