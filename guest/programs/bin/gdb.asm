; gdb [-batch] [-ex COMMAND] ... PROGRAM [ARGUMENTS]: a debugger with gdb's words. The commands given
; come first; -batch: and that is all.
;
;   run (r)                       start it
;   break *ADDRESS (b)            stop there
;   continue (c), stepi (si)      on to the next stop; one instruction
;   info registers (i r)          all of them
;   x/COUNT ADDRESS               words of memory; $eip and the other registers may be an address
;   kill (k), quit (q)
;
; gdb/inferior.asm runs the program, gdb/breakpoints.asm puts int3 where it shall stop,
; gdb/examine.asm shows registers and memory.

%include "include/utility.inc"
%include "lib/exec.asm"
%include "lib/strsignal.asm"
%include "lib/tracee.asm"

LINE_SIZE       equ 128

struc command
.name:          resd 1
.short:         resd 1
.function:      resd 1                  ; void f(char *rest_of_the_line)
endstruc

%macro debugger_command 3               ; name, short name, function
        dd      %%name, %%short, %3
        section .data
%%name: db      %1, 0
%%short: db     %2, 0
        section .rodata
%endmacro

        section .rodata
        align   4
commands:
        debugger_command "run", "r", command_run
        debugger_command "continue", "c", command_continue
        debugger_command "stepi", "si", command_stepi
        debugger_command "break", "b", command_break
        debugger_command "info", "i", command_info
        debugger_command "x", "x", command_examine
        debugger_command "kill", "k", command_kill
        debugger_command "help", "h", command_help
commands_end:
quit_name:      db "quit", 0
quit_short:     db "q", 0
batch_option:   db "-batch", 0
ex_option:      db "-ex", 0

        section .bss
        alignb  4
program_argv:   resd 1                  ; the program's name, and its arguments
batch:          resd 1
input:          resb reader_size        ; from the terminal
typed:          resb LINE_SIZE
previous:       resb LINE_SIZE          ; which an empty line means again

        section .text

proc main, .argc, .argv
        push    ebx
        mov     ebx, [ebp + .argv]
        ; where its options end, for the commands need the program
.option:
        add     ebx, 4
        mov     eax, [ebx]
        test    eax, eax
        jz      .usage
        cmp     byte [eax], '-'
        jne     .program
        ccall   strcmp, eax, batch_option
        test    eax, eax
        jz      .batch
        ccall   strcmp, [ebx], ex_option
        test    eax, eax
        jnz     .usage
        add     ebx, 4
        cmp     dword [ebx], 0
        je      .usage
        jmp     .option
.batch:
        mov     dword [batch], 1
        jmp     .option
.program:
        mov     [program_argv], ebx
        syscall SYS_SIGNAL, SIGINT, SIG_IGN ; Ctrl-C stops the program, not us
        mov     ebx, [ebp + .argv]
.given:
        add     ebx, 4
        cmp     ebx, [program_argv]
        je      .given_done
        ccall   strcmp, [ebx], ex_option
        test    eax, eax
        jnz     .given
        add     ebx, 4
        ccall   strlcpy, typed, [ebx], LINE_SIZE - 1
        call    run_line
        test    eax, eax
        jz      .given
        jmp     .quit
.given_done:
        cmp     dword [batch], 0
        jne     .quit
.next:
        print   "(gdb) "
        ccall   read_line, input, typed, LINE_SIZE - 2
        test    eax, eax
        jle     .end
        mov     byte [typed + eax - 1], 0
        cmp     byte [typed], 0
        jne     .new
        ccall   strlcpy, typed, previous, LINE_SIZE
.new:
        ccall   strlcpy, previous, typed, LINE_SIZE
        call    run_line
        test    eax, eax
        jz      .next
        jmp     .quit
.end:
        println ""
.quit:
        call    kill_tracee
        xor     eax, eax
        jmp     .done
.usage:
        complain "usage: gdb [-batch] [-ex COMMAND] ... PROGRAM [ARGUMENTS]"
        mov     eax, 1
.done:
        pop     ebx
endproc

; int run_line(void)                    what is in `typed`; 1: to quit
proc run_line
        ccall   first_word_ends, typed
        cmp     byte [typed], 0
        je      .done
        push    eax
        ccall   is_one_of, typed, quit_name, quit_short
        pop     ecx
        test    eax, eax
        jnz     .quit
        ccall   run_command, typed, ecx
.done:
        xor     eax, eax
        return
.quit:
        mov     eax, 1
endproc

; void run_command(const char *name, char *rest)
proc run_command, .name, .rest
        push    ebx
        mov     ebx, commands
.next:
        ccall   is_one_of, [ebp + .name], [ebx + command.name], [ebx + command.short]
        test    eax, eax
        jnz     .found
        add     ebx, command_size
        cmp     ebx, commands_end
        jb      .next
        println 'Undefined command: "%s".  Try "help".', [ebp + .name]
        jmp     .done
.found:
        ccall   [ebx + command.function], [ebp + .rest]
.done:
        pop     ebx
endproc

; int is_one_of(const char *text, const char *a, const char *b)
proc is_one_of, .text, .a, .b
        ccall   strcmp, [ebp + .text], [ebp + .a]
        test    eax, eax
        jz      .yes
        ccall   strcmp, [ebp + .text], [ebp + .b]
        test    eax, eax
        jz      .yes
        xor     eax, eax
        return
.yes:
        mov     eax, 1
endproc

; char *first_word_ends(char *text)     a NUL is put behind it; what follows
; x/4 is the word x, and what follows begins with the /.
proc first_word_ends, .text
        mov     eax, [ebp + .text]
.next:
        mov     cl, [eax]
        test    cl, cl
        jz      .done
        cmp     cl, SPACE
        je      .blank
        cmp     cl, '/'
        je      .count
        inc     eax
        jmp     .next
.count:
        ; one place to the right, to make room for the NUL
        ccall   move_right, eax
        mov     byte [eax], 0
        inc     eax
        return
.blank:
        mov     byte [eax], 0
        inc     eax
        ccall   skip_spaces, eax
.done:
endproc

; char *move_right(char *text)
proc move_right, .text
        ccall   strlen, [ebp + .text]
        mov     edx, [ebp + .text]
.next:
        mov     cl, [edx + eax]
        mov     [edx + eax + 1], cl
        dec     eax
        jns     .next
        mov     eax, edx
endproc

; void command_help(char *rest)
proc command_help, .rest
        println "run, break *ADDRESS, continue, stepi, info registers, x/COUNT ADDRESS, kill, quit"
endproc

%include "gdb/inferior.asm"
%include "gdb/breakpoints.asm"
%include "gdb/examine.asm"
