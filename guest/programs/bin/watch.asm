; watch [-d] [-n SECONDS] [-t] COMMAND: runs it again and again, and shows what it says, until Ctrl-C.
;
;   -d  what has changed since the last time stands out
;   -n  how often; two seconds if nothing is said, a tenth at the least
;   -t  no headline
;
; COMMAND's words are put together and given to the shell, so '...' may hold a pipeline.

%include "include/utility.inc"
%include "lib/seconds.asm"

ROWS            equ 25
COLUMNS         equ 80
TAB_STOP        equ 8
COMMAND_SIZE    equ 256
CHUNK           equ 512
PICTURE_SIZE    equ ROWS * COLUMNS * 3  ; letters, and what makes them stand out
SHORTEST_NSEC   equ 100000000

        section .bss
        alignb  4
differences:    resd 1
no_title:       resd 1
first_time:     resd 1
period_text:    resd 1
pipe_ends:      resd 2
child:          resd 1
command:        resb COMMAND_SIZE
chunk:          resb CHUNK
screen:         resb ROWS * COLUMNS     ; what the command says now
before:         resb ROWS * COLUMNS     ; and what it said the last time
picture:        resb PICTURE_SIZE

        section .data
        align   4
period:         dd 2, 0

        section .text

proc main, .argc, .argv
        push    esi
        mov     dword [period_text], default_period
        mov     esi, [ebp + .argv]
.option:
        add     esi, 4
        mov     eax, [esi]
        test    eax, eax
        jz      .usage
        cmp     byte [eax], '-'
        jne     .command
        ccall   long_option, eax
        test    eax, eax
        jnz     .option
        mov     eax, [esi]
.letter:
        inc     eax
        mov     cl, [eax]
        test    cl, cl
        jz      .option
        cmp     cl, 'd'
        je      .differences
        cmp     cl, 't'
        je      .no_title
        cmp     cl, 'n'
        jne     .usage
        inc     eax
        cmp     byte [eax], 0
        jne     .seconds
        add     esi, 4
        mov     eax, [esi]
        test    eax, eax
        jz      .usage
.seconds:
        mov     [period_text], eax
        ccall   parse_seconds, eax, period
        test    eax, eax
        jz      .no_number
        cmp     dword [period + timespec.tv_sec], 0
        jne     .option
        cmp     dword [period + timespec.tv_nsec], SHORTEST_NSEC
        jae     .option
        mov     dword [period + timespec.tv_nsec], SHORTEST_NSEC
        mov     dword [period_text], shortest_period
        jmp     .option
.differences:
        mov     dword [differences], 1
        jmp     .letter
.no_title:
        mov     dword [no_title], 1
        jmp     .letter
.command:
        ccall   join_words, esi
        mov     dword [first_time], 1
        print   "%c[2J", ESCAPE
.next:
        call    run_command
        test    eax, eax
        js      .failed
        call    draw
        mov     dword [first_time], 0
        ccall   memcpy, before, screen, ROWS * COLUMNS
        ccall   sleep_for, period
        jmp     .next
.failed:
        ccall   strerror, eax
        complain "watch: %s", eax
        jmp     .error
.no_number:
        complain "watch: failed to parse argument: '%s'", [period_text]
        jmp     .error
.usage:
        complain "usage: watch [-d] [-n SECONDS] [-t] COMMAND"
.error:
        mov     eax, 1
        pop     esi
endproc

; int long_option(const char *word_given)       1: it was one
proc long_option, .word_given
        mov     ecx, differences
        push    ecx
        ccall   strcmp, [ebp + .word_given], long_differences
        pop     ecx
        test    eax, eax
        jz      .found
        ccall   strcmp, [ebp + .word_given], long_no_title
        mov     ecx, no_title
        test    eax, eax
        jz      .found
        xor     eax, eax
        return
.found:
        mov     dword [ecx], 1
        mov     eax, 1
endproc

; void join_words(char **argv)          into command, with blanks between
proc join_words, .argv
        push    esi
        push    edi
        mov     esi, [ebp + .argv]
        mov     edi, command
.next:
        ccall   strlen, [esi]
        lea     ecx, [edi + eax + 2]
        cmp     ecx, command + COMMAND_SIZE
        ja      .done
        push    eax
        inc     eax
        ccall   strlcpy, edi, [esi], eax
        pop     eax
        add     edi, eax
        add     esi, 4
        cmp     dword [esi], 0
        je      .done
        mov     byte [edi], SPACE
        inc     edi
        jmp     .next
.done:
        mov     byte [edi], 0
        pop     edi
        pop     esi
endproc

; int run_command(void)                 what it says goes onto `screen`; 0, or an error
; ebx is the row, edi the column.
proc run_command
        push    ebx
        push    esi
        push    edi
        ccall   memset, screen, SPACE, ROWS * COLUMNS
        syscall SYS_PIPE, pipe_ends
        test    eax, eax
        js      .done
        syscall SYS_FORK
        mov     [child], eax
        test    eax, eax
        js      .done
        jz      .child
        syscall SYS_CLOSE, [pipe_ends + 4]
        xor     ebx, ebx
        xor     edi, edi
.more:
        syscall SYS_READ, [pipe_ends], chunk, CHUNK
        test    eax, eax
        jle     .end
        mov     esi, chunk
        lea     edx, [chunk + eax]
.byte:
        cmp     esi, edx
        jae     .more
        movzx   eax, byte [esi]
        inc     esi
        cmp     eax, NEWLINE
        je      .newline
        cmp     eax, TAB
        je      .tab
        cmp     eax, SPACE
        jb      .byte
        cmp     ebx, ROWS
        jae     .byte                   ; below the screen: read, so that the writer can end
        cmp     edi, COLUMNS
        jae     .byte
        imul    ecx, ebx, COLUMNS
        mov     [screen + ecx + edi], al
        inc     edi
        jmp     .byte
.tab:
        add     edi, TAB_STOP
        and     edi, -TAB_STOP
        jmp     .byte
.newline:
        inc     ebx
        xor     edi, edi
        jmp     .byte
.end:
        syscall SYS_CLOSE, [pipe_ends]
        syscall SYS_WAITPID, [child], 0, 0
        xor     eax, eax
.done:
        pop     edi
        pop     esi
        pop     ebx
        return
.child:
        syscall SYS_CLOSE, [pipe_ends]
        syscall SYS_DUP2, [pipe_ends + 4], STDOUT
        syscall SYS_DUP2, [pipe_ends + 4], STDERR
        syscall SYS_CLOSE, [pipe_ends + 4]
        mov     dword [shell_argv + 8], command
        syscall SYS_EXECVE, shell_path, shell_argv, 0
        syscall SYS_EXIT, 127
endproc

; void draw(void)                       the headline, then the rows; written at once, so that nothing flickers
; The last row stays free, so that nothing scrolls.
proc draw
        push    ebx
        push    esi
        push    edi
        ccall   sprintf, picture, home_format, ESCAPE
        lea     edi, [picture + eax]
        mov     ebx, ROWS - 1
        cmp     dword [no_title], 0
        jne     .rows
        ccall   sprintf, edi, title_format, [period_text], command, ESCAPE, ESCAPE
        add     edi, eax
        sub     ebx, 2
.rows:
        xor     esi, esi
.row:
        ccall   draw_row, esi, edi
        mov     edi, eax
        inc     esi
        cmp     esi, ebx
        jb      .row
        ccall   sprintf, edi, clear_format, ESCAPE
        lea     eax, [edi + eax]
        sub     eax, picture
        ccall   write_all, STDOUT, picture, eax
        pop     edi
        pop     esi
        pop     ebx
endproc

; char *draw_row(int row, char *to)     with what has changed marked; where the next one goes
proc draw_row, .row, .to
.marked         equ -4                  ; we are inside a mark
        sub     esp, 4
        push    ebx
        push    esi
        push    edi
        mov     dword [ebp + .marked], 0
        mov     edi, [ebp + .to]
        imul    esi, [ebp + .row], COLUMNS
        ; blanks at the end are not written, unless they stand out
        mov     ebx, COLUMNS
.trim:
        lea     ecx, [esi + ebx - 1]
        cmp     byte [screen + ecx], SPACE
        jne     .trimmed
        call    .changed
        jnz     .trimmed
        dec     ebx
        jnz     .trim
        jmp     .row_ends
.trimmed:
        mov     ecx, esi
        add     ebx, esi
.next:
        call    .changed
        setnz   al
        movzx   eax, al
        cmp     eax, [ebp + .marked]
        je      .letter
        mov     [ebp + .marked], eax
        call    .mark
.letter:
        mov     al, [screen + ecx]
        stosb
        inc     ecx
        cmp     ecx, ebx
        jb      .next
        cmp     dword [ebp + .marked], 0
        je      .row_ends
        xor     eax, eax
        call    .mark
.row_ends:
        ; the rest of the row is what stood there before
        mov     al, ESCAPE
        stosb
        mov     ax, '[' + 'K' * 256
        stosw
        mov     al, NEWLINE
        stosb
        mov     eax, edi
        pop     edi
        pop     esi
        pop     ebx
        return

; ecx is a cell: not zero if it has changed
.changed:
        cmp     dword [differences], 0
        je      .same
        cmp     dword [first_time], 0
        jne     .first
        mov     al, [screen + ecx]
        cmp     al, [before + ecx]
        ret
.first:
        xor     eax, eax
        ret
.same:
        cmp     dword [differences], 0
        ret

; eax: 1 begins a mark, 0 ends one
.mark:
        push    ecx
        mov     edx, 7                  ; ESC [ 7 m: reversed; ESC [ 0 m: plain
        test    eax, eax
        jnz     .code_known
        xor     edx, edx
.code_known:
        ccall   sprintf, edi, mark_format, ESCAPE, edx
        add     edi, eax
        pop     ecx
        ret
endproc

        section .data
        align   4
shell_argv:     dd shell_name, shell_option, 0, 0

        section .rodata
default_period: db "2.0", 0
shortest_period: db "0.1", 0
long_differences: db "--differences", 0
long_no_title:  db "--no-title", 0
shell_path:     db "/bin/sh", 0
shell_name:     db "sh", 0
shell_option:   db "-c", 0
home_format:    db "%c[H", 0
title_format:   db "Every %ss: %s%c[K", NEWLINE, "%c[K", NEWLINE, 0
clear_format:   db "%c[J", 0
mark_format:    db "%c[%dm", 0
        section .text
