; seconds.asm: times as people write them, "1", "0.5", and waiting.
;
;   parse_seconds(text, timespec) 1, or 0: that is no number
;   sleep_for(timespec)           0, or -EINTR

NSEC_DIGITS     equ 9

struc timespec
.tv_sec:        resd 1
.tv_nsec:       resd 1
endstruc

        section .text

; int parse_seconds(const char *text, struct timespec *to)
proc parse_seconds, .text, .to
        push    ebx
        push    esi
        push    edi
        mov     edi, [ebp + .to]
        mov     esi, [ebp + .text]
        xor     eax, eax
        xor     ebx, ebx                ; digits seen
        mov     [edi + timespec.tv_nsec], eax
.whole:
        movzx   ecx, byte [esi]
        sub     ecx, '0'
        cmp     ecx, 9
        ja      .whole_ends
        imul    eax, eax, 10
        add     eax, ecx
        inc     esi
        inc     ebx
        jmp     .whole
.whole_ends:
        mov     [edi + timespec.tv_sec], eax
        cmp     byte [esi], '.'
        je      .dot
        cmp     byte [esi], ','
        jne     .end
.dot:
        inc     esi
        xor     eax, eax
        mov     edx, NSEC_DIGITS
.fraction:
        movzx   ecx, byte [esi]
        sub     ecx, '0'
        cmp     ecx, 9
        ja      .fill
        inc     esi
        inc     ebx
        test    edx, edx
        jz      .fraction
        imul    eax, eax, 10
        add     eax, ecx
        dec     edx
        jmp     .fraction
.fill:
        dec     edx
        js      .filled
        imul    eax, eax, 10
        jmp     .fill
.filled:
        mov     [edi + timespec.tv_nsec], eax
.end:
        xor     eax, eax
        cmp     byte [esi], 0
        jne     .done
        test    ebx, ebx
        jz      .done
        inc     eax
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; int sleep_for(const struct timespec *how_long)
proc sleep_for, .how_long
        syscall SYS_NANOSLEEP, [ebp + .how_long], 0
endproc
