; procinfo: the system's numbers, from /proc.

%include "include/utility.inc"
%include "lib/file.asm"

TEXT_SIZE       equ 4096

        section .bss
        alignb  4
number_end:     resd 1
text:           resb TEXT_SIZE

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        push    edi
        ; of the sizes in /proc/meminfo: all, and what is free of it
        ccall   read_file, meminfo_path, text, TEXT_SIZE
        ccall   number_after, total_word
        mov     ebx, eax
        println "Memory:        Total        Used        Free"
        ccall   number_after, free_word
        mov     ecx, ebx
        sub     ecx, eax
        println "RAM:    %12u%12u%12u", ebx, ecx, eax
        println ""
        ccall   read_file, uptime_path, text, TEXT_SIZE
        ccall   cut_at_blank, text
        mov     ebx, eax
        ccall   read_file, stat_path, stat_text, TEXT_SIZE
        ccall   copy_stat
        ccall   number_after, cpu_word
        mov     esi, eax
        ccall   next_number, 2          ; nice is between
        mov     edi, eax
        ccall   next_number, 1
        push    eax
        println "user  : %10u ticks      context : %10u", esi, [context_switches]
        println "system: %10u ticks      forks   : %10u", edi, [forks]
        pop     eax
        println "idle  : %10u ticks      intr    : %10u", eax, [interrupts]
        ccall   read_file, uptime_path, text, TEXT_SIZE
        ccall   cut_at_blank, text
        println "uptime: %10s seconds", text
        println ""
        call    show_lines
        xor     eax, eax
        pop     edi
        pop     esi
        pop     ebx
endproc

; const char *cut_at_blank(char *from)  what follows the first word, which gets an end
proc cut_at_blank, .from
        mov     eax, [ebp + .from]
.next:
        inc     eax
        cmp     byte [eax], SPACE
        ja      .next
        mov     byte [eax], 0
        inc     eax
endproc

; void copy_stat(void)                  three numbers of /proc/stat, and the text of its first line
proc copy_stat
        ccall   strlcpy, text, stat_text, TEXT_SIZE
        ccall   number_after, intr_word
        mov     [interrupts], eax
        ccall   number_after, ctxt_word
        mov     [context_switches], eax
        ccall   number_after, processes_word
        mov     [forks], eax
endproc

; u32 number_after(const char *word_before)     in text; 0 if the word is not there
proc number_after, .word_before
        push    ebx
        push    esi
        ccall   strlen, [ebp + .word_before]
        mov     esi, eax
        mov     ebx, text
.next:
        cmp     byte [ebx], 0
        je      .none
        ccall   strncmp, ebx, [ebp + .word_before], esi
        lea     ebx, [ebx + 1]
        test    eax, eax
        jnz     .next
        lea     eax, [ebx + esi - 1]
        ccall   skip_spaces, eax
        ccall   strtol, eax, number_end, 10
        jmp     .done
.none:
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc

; u32 next_number(int how_many)         the so manieth behind the last one
proc next_number, .how_many
.next:
        ccall   skip_spaces, [number_end]
        ccall   strtol, eax, number_end, 10
        dec     dword [ebp + .how_many]
        jnz     .next
endproc

; void show_lines(void)                 of /proc/interrupts those with a number
proc show_lines
        push    ebx
        ccall   read_file, interrupts_path, text, TEXT_SIZE
        mov     ebx, text
.line:
        ccall   skip_spaces, ebx
        movzx   eax, byte [eax]
        sub     eax, '0'
        cmp     eax, 9
        ja      .not_line
        ; "irq " and the line as it is
        mov     ecx, ebx
.newline:
        inc     ecx
        cmp     byte [ecx - 1], NEWLINE
        jne     .newline
        sub     ecx, ebx
        push    ecx
        print   "irq "
        pop     ecx
        push    ecx
        ccall   write_all, STDOUT, ebx, ecx
        pop     ecx
        add     ebx, ecx
        jmp     .line
.not_line:
        cmp     byte [ebx], 0
        je      .done
        inc     ebx
        cmp     byte [ebx - 1], NEWLINE
        jne     .not_line
        jmp     .line
.done:
        pop     ebx
endproc

        section .bss
        alignb  4
interrupts:     resd 1
context_switches: resd 1
forks:          resd 1
stat_text:      resb TEXT_SIZE

        section .rodata
meminfo_path:   db "/proc/meminfo", 0
uptime_path:    db "/proc/uptime", 0
stat_path:      db "/proc/stat", 0
interrupts_path: db "/proc/interrupts", 0
total_word:     db "MemTotal:", 0
free_word:      db "MemFree:", 0
cpu_word:       db "cpu ", 0
intr_word:      db "intr ", 0
ctxt_word:      db "ctxt ", 0
processes_word: db "processes ", 0
        section .text
