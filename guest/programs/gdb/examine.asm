; examine.asm: what is in its registers and in its memory.

WORDS_A_LINE    equ 4

%macro register_name 2                  ; name, where in struct user_regs
        dd      %2, %%name
        section .data
%%name: db      %1, 0
        section .rodata
%endmacro

        section .rodata
        align   4
register_names:                         ; in gdb's order
        register_name "eax", user_regs.eax
        register_name "ecx", user_regs.ecx
        register_name "edx", user_regs.edx
        register_name "ebx", user_regs.ebx
        register_name "esp", user_regs.esp
        register_name "ebp", user_regs.ebp
        register_name "esi", user_regs.esi
        register_name "edi", user_regs.edi
        register_name "eip", user_regs.eip
        register_name "eflags", user_regs.eflags
        register_name "cs", user_regs.cs
        register_name "ss", user_regs.ss
        register_name "ds", user_regs.ds
        register_name "es", user_regs.es
        register_name "fs", user_regs.fs
        register_name "gs", user_regs.gs
register_names_end:
registers_word: db "registers", 0
registers_short: db "r", 0

        section .text

; void command_info(char *rest)
proc command_info, .rest
        push    ebx
        ccall   is_one_of, [ebp + .rest], registers_word, registers_short
        test    eax, eax
        jz      .usage
        call    is_run
        test    eax, eax
        jz      .done
        mov     ebx, register_names
.next:
        mov     eax, [ebx]
        mov     eax, [regs + eax]
        println "%-15s0x%-17x%d", [ebx + 4], eax, eax
        add     ebx, 8
        cmp     ebx, register_names_end
        jb      .next
        jmp     .done
.usage:
        println "info registers"
.done:
        pop     ebx
endproc

; void command_examine(char *rest)      [/COUNT] ADDRESS
; ebx is the address, esi how many are left, edi how many stand on this line.
proc command_examine, .rest
.word           equ -4
.rest_end       equ -8
        sub     esp, 8
        push    ebx
        push    esi
        push    edi
        call    is_run
        test    eax, eax
        jz      .done
        mov     esi, 1
        mov     eax, [ebp + .rest]
        cmp     byte [eax], '/'
        jne     .address
        inc     eax
        lea     ecx, [ebp + .rest_end]
        ccall   strtol, eax, ecx, 10
        mov     esi, eax
        mov     eax, [ebp + .rest_end]
.letters:                               ; x/4xw: there is no other form
        cmp     byte [eax], SPACE
        jbe     .address
        inc     eax
        jmp     .letters
.address:
        ccall   skip_spaces, eax
        ccall   address_of, eax
        mov     ebx, eax
        xor     edi, edi
.next:
        dec     esi
        js      .end
        test    edi, edi
        jnz     .same_line
        print   "0x%x:", ebx
.same_line:
        lea     eax, [ebp + .word]
        syscall SYS_PTRACE, PTRACE_PEEKDATA, [tracee], ebx, eax
        test    eax, eax
        js      .nothing_there
        print   {TAB, "0x%08x"}, [ebp + .word]
        add     ebx, 4
        inc     edi
        cmp     edi, WORDS_A_LINE
        jb      .next
        println ""
        xor     edi, edi
        jmp     .next
.nothing_there:
        print   {TAB, "Cannot access memory at address 0x%x", NEWLINE}, ebx
        jmp     .done
.end:
        test    edi, edi
        jz      .done
        println ""
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; u32 address_of(const char *text)      0x..., a decimal number, or $REGISTER
proc address_of, .text
        push    ebx
        mov     eax, [ebp + .text]
        cmp     byte [eax], '$'
        je      .register
        lea     ecx, [ebp + .text]
        ccall   strtol, eax, ecx, 0
        jmp     .done
.register:
        inc     eax
        mov     [ebp + .text], eax
        mov     ebx, register_names
.next:
        ccall   strcmp, [ebp + .text], [ebx + 4]
        test    eax, eax
        jz      .found
        add     ebx, 8
        cmp     ebx, register_names_end
        jb      .next
        xor     eax, eax
        jmp     .done
.found:
        mov     eax, [ebx]
        mov     eax, [regs + eax]
.done:
        pop     ebx
endproc
