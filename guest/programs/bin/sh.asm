; sh [-c LINE | FILE [ARGUMENTS]]: the shell.
;
;   command words; another        one after the other
;   one | two                     what one prints, two reads
;   one && two, one || two        two only if one went well, or did not
;   command &                     in the background: jobs, fg, bg, wait; Ctrl-Z stops what is in the foreground
;   > file  >> file  < file  2> file  2>&1
;   'as it is'  "with $? in it"  \c   # the rest is a comment
;   NAME=VALUE  $NAME  ${NAME}    variables; $1 ... $# $@ of a script
;   $? how the last one ended  $! the last background process  $$ the shell itself
;   *  ?  [a-z]                   the files whose paths match
;   if LIST; then LIST; elif LIST; then LIST; else LIST; fi
;   while LIST; do LIST; done     until likewise; break, continue
;   for NAME in WORDS; do LIST; done
;
; sh/line.asm edits what is typed, sh/words.asm cuts it up; sh/expand.asm, sh/variables.asm,
; sh/pattern.asm and sh/glob.asm say what words mean; sh/list.asm, sh/keywords.asm, sh/control.asm,
; sh/pipeline.asm and sh/command.asm run them; sh/jobs.asm remembers what runs; sh/builtins.asm,
; sh/test.asm and sh/kill.asm are what the shell does itself.

%include "include/utility.inc"
%include "include/termios.inc"
%include "lib/exec.asm"
%include "lib/strsignal.asm"

LINE_SIZE       equ 256
LINES_SIZE      equ 2048

        section .bss
        alignb  4
interactive:    resd 1                  ; 1: somebody types
shell_pgrp:     resd 1
shell_pid:      resd 1                  ; $$, also in the processes it makes
last_status:    resd 1                  ; $?
last_background: resd 1                 ; $!
input_line:     resb LINE_SIZE
lines:          resb LINES_SIZE         ; as many as make whole commands
script_reader:  resb reader_size

        section .text

proc main, .argc, .argv
        push    ebx
        mov     ebx, [ebp + .argv]
        syscall SYS_GETPGRP
        mov     [shell_pgrp], eax
        syscall SYS_GETPID
        mov     [shell_pid], eax
        mov     eax, [ebp + .argc]
        lea     eax, [ebx + eax * 4 + 4] ; behind argv
        ccall   import_environment, eax
        cmp     dword [ebp + .argc], 1
        je      .standard_input
        ccall   strcmp, [ebx + 4], option_c
        test    eax, eax
        jz      .one_line
        syscall SYS_OPEN, [ebx + 4], O_RDONLY
        test    eax, eax
        js      .no_file
        mov     [script_reader + reader.fd], eax
        lea     ecx, [ebx + 4]
        mov     edx, [ebp + .argc]
        sub     edx, 2
        call    .arguments
        ccall   run_script
        jmp     .done
.one_line:
        mov     eax, 2
        cmp     dword [ebx + 8], 0
        je      .out
        mov     ecx, ebx                ; $0: sh, unless more is said
        xor     edx, edx
        cmp     dword [ebp + .argc], 4
        jb      .named
        lea     ecx, [ebx + 12]
        mov     edx, [ebp + .argc]
        sub     edx, 4
.named:
        call    .arguments
        ccall   run_lines, [ebx + 8]
        test    eax, eax
        jz      .done
        complain "sh: syntax error: the end came too early"
        mov     dword [last_status], 2
        jmp     .done
.standard_input:
        ; a terminal answers to this question
        syscall SYS_IOCTL, STDIN, TCGETS, saved_termios
        test    eax, eax
        jnz     .script
        mov     dword [interactive], 1
        call    own_terminal
        println "Type help for what there is."
        call    interact
        jmp     .done
.script:
        mov     dword [script_reader + reader.fd], STDIN
        call    run_script
        jmp     .done
.no_file:
        ccall   strerror, eax
        complain "sh: %s: %s", [ebx + 4], eax
        mov     eax, 127
        jmp     .out
.done:
        mov     eax, [last_status]
.out:
        pop     ebx
        return

; $0 is at ecx, and edx words follow
.arguments:
        mov     [positional], ecx
        mov     [positional_count], edx
        ret
endproc

; void interact(void)                   until Ctrl-D
proc interact
        syscall SYS_SIGACTION, SIGINT, catch_interrupt, 0
        syscall SYS_SIGNAL, SIGTSTP, SIG_IGN
.next:
        syscall SYS_SCHED_YIELD         ; what has just been killed shall have its say
        call    report_jobs
        print   "# "
.more:
        call    edit_line
        test    eax, eax
        js      .done
        call    take_line
        test    eax, eax
        jz      .next
        print   "> "
        jmp     .more
.done:
endproc

; void on_interrupt(int signal)         Ctrl-C while the shell runs something itself: a loop ends there
on_interrupt:
        mov     dword [interrupted], 1
        ret

; void run_script(void)
proc run_script
.next:
        ccall   read_line, script_reader, input_line, LINE_SIZE - 1
        test    eax, eax
        jle     .end
        mov     byte [input_line + eax], 0
        call    take_line
        cmp     dword [leaving], LEAVE_ALL
        jne     .next
.end:
        cmp     byte [lines], 0
        je      .done
        complain "sh: syntax error: the end came too early"
        mov     dword [last_status], 2
.done:
endproc

; int take_line(void)                   from input_line; 1: it goes on in the next
proc take_line
        push    ebx
        ccall   strlen, lines
        mov     ebx, eax
        ccall   strlen, input_line
        add     eax, ebx
        cmp     eax, LINES_SIZE - 2
        jae     .too_long
        lea     eax, [lines + ebx]
        ccall   strcpy, eax, input_line
        ccall   strlen, lines
        mov     word [lines + eax], NEWLINE
        ccall   run_lines, lines
        test    eax, eax
        jnz     .done
.forget:
        mov     byte [lines], 0
        xor     eax, eax
.done:
        pop     ebx
        return
.too_long:
        complain "sh: these lines are too long"
        mov     dword [last_status], 2
        jmp     .forget
endproc

%include "lib/file.asm"
%include "sh/line.asm"
%include "sh/words.asm"
%include "sh/expand.asm"
%include "sh/variables.asm"
%include "sh/pattern.asm"
%include "sh/glob.asm"
%include "sh/list.asm"
%include "sh/keywords.asm"
%include "sh/control.asm"
%include "sh/pipeline.asm"
%include "sh/command.asm"
%include "sh/jobs.asm"
%include "sh/builtins.asm"
%include "sh/test.asm"
%include "sh/kill.asm"

        section .rodata
option_c:       db "-c", 0
        align   4
catch_interrupt: dd on_interrupt, 0, 0, 0
        section .text
