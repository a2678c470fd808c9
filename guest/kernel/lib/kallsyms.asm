; kallsyms.asm: the names of the kernel's own code.
;
; The table comes out of the kernel's own symbol table: it is assembled once without, the symbols of
; .text are written to kallsyms.inc, and it is assembled again with -D KALLSYMS. The table lies
; behind all other constants, so that no code moves between the two. kallsyms.inc holds, in rising
; order, a line for each label of .text that is not local to another:
;
;       kallsym 0x00101230, "schedule"
;
;   kallsyms_lookup(address)              any context  the entry that covers it, or 0
;   sprint_symbol(buffer, address, size)  any context  "schedule+0x1d/0x60", or 0x... if none does
;   sprint_symbol_name(buffer, address, size)   any context   the same without +0x1d/0x60

%macro kallsym 2                        ; address, name
        dd      %1
        db      %2, 0
%endmacro

        section .text

; const void *kallsyms_lookup(u32 address)
; An entry is an address and the name behind it; the end is marked by _etext without a name.
proc kallsyms_lookup, .address
        push    ebx
        push    esi
        mov     ebx, [ebp + .address]
        mov     esi, kallsyms_table
        xor     edx, edx                ; the last entry at or below it
        cmp     ebx, _etext
        jae     .done
.next:
        cmp     ebx, [esi]
        jb      .done
        cmp     esi, kallsyms_end
        jae     .done
        mov     edx, esi
        call    kallsyms_step
        jmp     .next
.done:
        mov     eax, edx
        pop     esi
        pop     ebx
endproc

; esi from one entry to the next; eax lost
kallsyms_step:
        add     esi, 4
.name:
        mov     al, [esi]
        inc     esi
        test    al, al
        jnz     .name
        ret

; int sprint_symbol(char *buffer, u32 address, u32 size)
proc sprint_symbol, .buffer, .address, .size
        push    ebx
        push    esi
        ccall   kallsyms_lookup, [ebp + .address]
        test    eax, eax
        jz      .not_kernel
        mov     ebx, eax
        mov     esi, eax
        call    kallsyms_step
        mov     ecx, [esi]              ; where the next begins, this one ends
        sub     ecx, [ebx]
        mov     edx, [ebp + .address]
        sub     edx, [ebx]
        lea     eax, [ebx + 4]
        push    ecx
        push    edx
        push    eax
        mov     eax, esp
        ccall   vsnprintf, [ebp + .buffer], [ebp + .size], symbol_format, eax
        add     esp, 3 * 4
        jmp     .done
.not_kernel:
        ccall   module_of_address, [ebp + .address]
        mov     esi, eax
        test    eax, eax
        jz      .unknown
        sub     esp, 2 * 4
        mov     ebx, esp
        ccall   module_kallsyms, esi, [ebp + .address], ebx
        mov     edx, [ebp + .address]
        sub     edx, [ebx]
        mov     ecx, [ebx + 4]
        sub     ecx, [ebx]
        add     esi, module.name
        push    esi
        push    ecx
        push    edx
        push    eax
        mov     eax, esp
        ccall   vsnprintf, [ebp + .buffer], [ebp + .size], module_symbol_format, eax
        add     esp, 6 * 4
        jmp     .done
.unknown:
        lea     eax, [ebp + .address]
        ccall   vsnprintf, [ebp + .buffer], [ebp + .size], unknown_format, eax
.done:
        pop     esi
        pop     ebx
endproc

; int sprint_symbol_name(char *buffer, u32 address, u32 size)
; "+0x1d/0x60" is taken out; a module's name in brackets stays
proc sprint_symbol_name, .buffer, .address, .size
        push    edi
        ccall   sprint_symbol, [ebp + .buffer], [ebp + .address], [ebp + .size]
        mov     edx, [ebp + .buffer]
.find:
        mov     al, [edx]
        test    al, al
        jz      .done
        inc     edx
        cmp     al, '+'
        jne     .find
        lea     edi, [edx - 1]
.skip:
        mov     al, [edx]
        inc     edx
        cmp     al, SPACE
        ja      .skip
.move:
        mov     [edi], al
        inc     edi
        test    al, al
        jz      .done
        mov     al, [edx]
        inc     edx
        jmp     .move
.done:
        mov     eax, [ebp + .buffer]
        pop     edi
endproc

; void show_kallsyms(struct seq_file *m, void *)        /proc/kallsyms
proc show_kallsyms, .m, .private
        push    esi
        mov     esi, kallsyms_table
.next:
        cmp     esi, kallsyms_end
        jae     .done
        lea     eax, [esi + 4]
        seqln   [ebp + .m], "%08x t %s", [esi], eax
        call    kallsyms_step
        jmp     .next
.done:
        pop     esi
endproc

        section .rodata
module_symbol_format: db "%s+0x%x/0x%x [%s]", 0
symbol_format:  db "%s+0x%x/0x%x", 0
unknown_format: db "0x%x", 0
        align   4
kallsyms_table:
%ifdef KALLSYMS
%include "kallsyms.inc"
%endif
kallsyms_end:
        dd      _etext
        db      0
        section .text
