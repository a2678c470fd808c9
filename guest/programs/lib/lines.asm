; lines.asm: what head and tail share: how many lines, of which file.
;
;   lines_option(argv)            lines_wanted is set; the first argument that is no option, or 0
;   open_argument(who, name)      lines_from reads it (0: standard input); 0, or -1 after a complaint

LINE_SIZE       equ 1024

        section .bss
        alignb  4
lines_from:     resb reader_size
one_line:       resb LINE_SIZE

        section .data
        align   4
lines_wanted:   dd 10

        section .text

; const char *lines_option(char **argv)         -n 5, -n5, -5
proc lines_option, .argv
        push    esi
        mov     esi, [ebp + .argv]
.next:
        add     esi, 4
        mov     eax, [esi]
        test    eax, eax
        jz      .done
        cmp     byte [eax], '-'
        jne     .done
        inc     eax
        cmp     byte [eax], 'n'
        jne     .number
        inc     eax
        cmp     byte [eax], 0
        jne     .number
        cmp     dword [esi + 4], 0
        je      .next
        add     esi, 4
        mov     eax, [esi]
.number:
        ccall   parse_decimal, eax
        mov     [lines_wanted], eax
        jmp     .next
.done:
        pop     esi
endproc

; int open_argument(const char *who, const char *name)
proc open_argument, .who, .name
        mov     dword [lines_from + reader.fd], STDIN
        xor     eax, eax
        cmp     [ebp + .name], eax
        je      .done
        syscall SYS_OPEN, [ebp + .name], O_RDONLY
        mov     [lines_from + reader.fd], eax
        test    eax, eax
        jns     .open
        ccall   strerror, eax
        complain "%s: %s: %s", [ebp + .who], [ebp + .name], eax
        mov     eax, -1
        return
.open:
        xor     eax, eax
.done:
endproc
