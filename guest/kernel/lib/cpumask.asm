; cpumask.asm: sets of CPUs, as people write them: a mask in hex digits, or a list.
;
;   seq_cpumask(m, mask)          show routines        "01": as many digits as there may be CPUs
;   seq_cpulist(m, mask)          show routines        "0-2,5"
;   cpumask_parse(text, mask)     tasks                0 and the mask, or -EINVAL; "0,0000003f" too
;   cpulist_parse(text, mask)     tasks                the same from a list
;
; A mask is one word: there are never more than 32 CPUs here.

        section .text

; void seq_cpumask(struct seq_file *m, u32 mask)
proc seq_cpumask, .m, .mask
        seqln   [ebp + .m], "%x", [ebp + .mask]
endproc

; void seq_cpulist(struct seq_file *m, u32 mask)        without a newline
proc seq_cpulist, .m, .mask
        push    ebx
        push    esi
        push    edi
        xor     edi, edi                ; 1: something stands there already
        xor     ebx, ebx
.next:
        bt      [ebp + .mask], ebx
        jnc     .clear
        mov     esi, ebx
.run:
        inc     esi
        cmp     esi, 32
        jae     .run_ends
        bt      [ebp + .mask], esi
        jc      .run
.run_ends:
        test    edi, edi
        jz      .first
        seq     [ebp + .m], ","
.first:
        mov     edi, 1
        seq     [ebp + .m], "%d", ebx
        lea     eax, [ebx + 1]
        mov     ebx, esi
        dec     esi
        cmp     eax, ebx
        je      .next_clear
        seq     [ebp + .m], "-%d", esi
        jmp     .next_clear
.clear:
        inc     ebx
.next_clear:
        cmp     ebx, 32
        jb      .next
        pop     edi
        pop     esi
        pop     ebx
endproc

; int cpumask_parse(const char *text, u32 *mask)
; Commas stand between groups of 32 bits; what does not fit into the last group must be 0.
proc cpumask_parse, .text, .mask
        push    ebx
        push    esi
        mov     esi, [ebp + .text]
        xor     ebx, ebx
        xor     ecx, ecx                ; digits seen
.next:
        movzx   eax, byte [esi]
        inc     esi
        cmp     eax, ','
        je      .group
        cmp     eax, SPACE
        jbe     .end
        ccall   hex_digit, eax
        test    eax, eax
        js      .invalid
        test    ebx, 0xf0000000
        jnz     .invalid
        shl     ebx, 4
        or      ebx, eax
        inc     ecx
        jmp     .next
.group:
        test    ebx, ebx
        jz      .next
.invalid:
        mov     eax, -EINVAL
        jmp     .done
.end:
        cmp     eax, NEWLINE            ; echo's
        je      .good
        test    eax, eax
        jnz     .invalid
.good:
        mov     eax, [ebp + .mask]
        mov     [eax], ebx
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc

; int hex_digit(int c)                  its value, or -1; ecx and edx kept
proc hex_digit, .c
        mov     eax, [ebp + .c]
        sub     eax, '0'
        cmp     eax, 9
        jbe     .done
        or      eax, LOWER_CASE
        sub     eax, ('a' - '0') - 10
        cmp     eax, 10
        jb      .no
        cmp     eax, 15
        jbe     .done
.no:
        mov     eax, -1
.done:
endproc

; int cpulist_parse(const char *text, u32 *mask)
proc cpulist_parse, .text, .mask
.end            equ -4
        sub     esp, 4
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + .text]
        xor     ebx, ebx
.next:
        cmp     byte [esi], SPACE
        jbe     .done                   ; an empty list is a mask without CPUs
        call    .number
        mov     edi, eax
        cmp     byte [esi], '-'
        jne     .range_known
        inc     esi
        call    .number
        xchg    edi, eax                ; from eax to edi
.range_known:
        cmp     edi, 32
        jae     .invalid
        cmp     eax, edi
        ja      .invalid
.bit:
        bts     ebx, eax
        inc     eax
        cmp     eax, edi
        jbe     .bit
        cmp     byte [esi], ','
        jne     .next
        inc     esi
        jmp     .next
.invalid:
        mov     eax, -EINVAL
        jmp     .out
.done:
        mov     eax, [ebp + .mask]
        mov     [eax], ebx
        xor     eax, eax
.out:
        pop     edi
        pop     esi
        pop     ebx
        return

; eax: the number at esi, which goes behind it; 32 if there is none
.number:
        lea     ecx, [ebp + .end]
        ccall   strtol, esi, ecx, 10
        cmp     esi, [ebp + .end]
        mov     esi, [ebp + .end]
        jne     .number_known
        mov     eax, 32
        inc     esi                     ; so that nobody looks at it again
.number_known:
        ret
endproc
