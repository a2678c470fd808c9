; sh [-c LINE | FILE]: the shell.
;
;   command words; another        one after the other
;   one | two                     what one prints, two reads
;   one && two, one || two        two only if one went well, or did not
;   command &                     in the background: jobs, fg, wait
;   > file  >> file  < file  2> file  2>&1
;   'as it is'  "with $? in it"  \c   # the rest is a comment
;   $? how the last one ended  $! the last background process  $$ the shell itself
;
; sh/line.asm edits what is typed, sh/words.asm cuts it up, sh/run.asm and sh/command.asm run it,
; sh/jobs.asm remembers what runs, sh/builtins.asm is what the shell does itself.

%include "include/utility.inc"
%include "include/termios.inc"
%include "lib/exec.asm"
%include "lib/strsignal.asm"

LINE_SIZE       equ 256

        section .bss
        alignb  4
interactive:    resd 1                  ; 1: somebody types
shell_pgrp:     resd 1
last_status:    resd 1                  ; $?
last_background: resd 1                 ; $!
input_line:     resb LINE_SIZE
script_reader:  resb reader_size

        section .text

proc main, .argc, .argv
        push    ebx
        mov     ebx, [ebp + .argv]
        syscall SYS_GETPGRP
        mov     [shell_pgrp], eax
        cmp     dword [ebp + .argc], 1
        je      .standard_input
        ccall   strcmp, [ebx + 4], option_c
        test    eax, eax
        jz      .one_line
        syscall SYS_OPEN, [ebx + 4], O_RDONLY
        test    eax, eax
        js      .no_file
        mov     [script_reader + reader.fd], eax
        ccall   run_script
        jmp     .done
.one_line:
        mov     eax, 2
        cmp     dword [ebx + 8], 0
        je      .out
        ccall   run_line, [ebx + 8]
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
endproc

; void interact(void)                   until Ctrl-D
proc interact
.next:
        syscall SYS_SCHED_YIELD         ; what has just been killed shall have its say
        call    report_jobs
        print   "# "
        call    edit_line
        test    eax, eax
        js      .done
        ccall   run_line, input_line
        jmp     .next
.done:
endproc

; void run_script(void)
proc run_script
.next:
        ccall   read_line, script_reader, input_line, LINE_SIZE - 1
        test    eax, eax
        jle     .done
        mov     byte [input_line + eax], 0
        ccall   run_line, input_line
        jmp     .next
.done:
endproc

%include "sh/line.asm"
%include "sh/words.asm"
%include "sh/run.asm"
%include "sh/command.asm"
%include "sh/jobs.asm"
%include "sh/builtins.asm"
%include "sh/kill.asm"

        section .rodata
option_c:       db "-c", 0
        section .text
