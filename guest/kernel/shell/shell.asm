; shell.asm: a prompt, a line, a command. A kernel thread: what it cannot do itself, programs do.
;
;   shell_main(unused)            kthread              never ends of itself
;   run_command(line)             tasks                one line: a command of ours, or a program;
;                                                      a child's wait status, or 0
;
; A program runs in the foreground, or with a & at the line's end in the background.

LINE_SIZE       equ 128

        section .text

; int shell_main(void *unused)
proc shell_main, .unused
        sub     esp, LINE_SIZE
        push    ebx
        println "Type help for what there is."
        lea     ebx, [ebp - LINE_SIZE]
.next:
        call    yield                   ; so that typing ahead does not hold programs up
        ccall   reap_children, 1
        print   "# "
        ccall   tty_read_line, ebx, LINE_SIZE
        test    eax, eax
        jle     .next
        ccall   run_command, ebx
        jmp     .next
        pop     ebx                     ; not reached: a shell has no end
endproc

; int run_command(const char *line)
proc run_command, .line
        push    ebx
        push    esi
        push    edi
        ccall   skip_spaces, [ebp + .line]
        mov     ebx, eax
        cmp     byte [ebx], 0
        je      .nothing
        ; the first word's length, then what follows it
        mov     esi, ebx
.letter:
        cmp     byte [esi], SPACE
        jbe     .word_ends
        inc     esi
        jmp     .letter
.word_ends:
        mov     edi, commands
.next:
        mov     eax, [edi + command.name]
        mov     ecx, esi
        sub     ecx, ebx
        cmp     byte [eax + ecx], 0     ; as long as the word?
        jne     .another
        ccall   strncmp, ebx, [edi + command.name], ecx
        test    eax, eax
        jz      .found
.another:
        add     edi, command_size
        cmp     edi, commands_end
        jb      .next
        ccall   run_program, ebx
        jmp     .done
.found:
        ccall   skip_spaces, esi
        ccall   [edi + command.function], eax
        jmp     .done
.nothing:
        xor     eax, eax
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc
