; builtins.asm: what the shell does itself. A builtin is `int builtin(int argc, char **argv)`.
;
;   find_builtin(name)            struct builtin *, or 0

struc builtin
.name:          resd 1
.function:      resd 1
.usage:         resd 1
.help:          resd 1
endstruc

%macro shell_builtin 4                  ; name, routine, how it is called, what it does
        dd      %%name, %2, %%usage, %%help
        section .data
%%name: db      %1, 0
%%usage:
        db      %3, 0
%%help: db      %4, 0
        section .rodata
%endmacro

        section .rodata
        align   4
builtins:
        shell_builtin "[", builtin_test, "", ""
        shell_builtin "bg", builtin_bg, "bg [JOB]", "let a stopped job go on, in the background"
        shell_builtin "break", builtin_break, "break, continue", "leave a loop, or this round of it"
        shell_builtin "cd", builtin_cd, "cd [FOLDER]", "go there"
        shell_builtin "continue", builtin_continue, "", ""
        shell_builtin "echo", builtin_echo, "echo [-n] WORDS", "print them"
        shell_builtin "exit", builtin_exit, "exit [CODE]", "leave the shell"
        shell_builtin "fg", builtin_fg, "fg [JOB]", "wait for a background job, in the foreground"
        shell_builtin "help", builtin_help, "help", "this"
        shell_builtin "history", builtin_history, "history", "what was typed; the arrow keys bring it back"
        shell_builtin "jobs", builtin_jobs, "jobs", "what runs in the background"
        shell_builtin "kill", builtin_kill, "kill [-SIGNAL] PID|%JOB", "end it, or send it another signal"
        shell_builtin "pwd", builtin_pwd, "pwd", "where we are"
        shell_builtin "set", builtin_set, "set, unset NAME", "the variables; forget one"
        shell_builtin "test", builtin_test, "test ..., [ ... ]", "-e FILE, A = B, A -lt B ...: is it so?"
        shell_builtin "unset", builtin_unset, "", ""
        shell_builtin "wait", builtin_wait, "wait", "until all background jobs have ended"
        shell_builtin "true", builtin_true, "true, false", "nothing, but going well or not"
        shell_builtin "false", builtin_false, "", ""
builtins_end:

        section .text

proc find_builtin, .name
        push    ebx
        mov     ebx, builtins
.next:
        ccall   strcmp, [ebp + .name], [ebx + builtin.name]
        test    eax, eax
        jz      .found
        add     ebx, builtin_size
        cmp     ebx, builtins_end
        jb      .next
        xor     ebx, ebx
.found:
        mov     eax, ebx
        pop     ebx
endproc

proc builtin_true, .argc, .argv
        xor     eax, eax
endproc

proc builtin_false, .argc, .argv
        mov     eax, 1
endproc

proc builtin_help, .argc, .argv
        push    ebx
        mov     ebx, builtins
.next:
        mov     eax, [ebx + builtin.usage]
        cmp     byte [eax], 0
        je      .said
        println "%-25s %s", eax, [ebx + builtin.help]
.said:
        add     ebx, builtin_size
        cmp     ebx, builtins_end
        jb      .next
        ccall   write_all, STDOUT, help_text, HELP_TEXT
        xor     eax, eax
        pop     ebx
endproc

proc builtin_echo, .argc, .argv
        push    ebx
        push    esi
        mov     esi, [ebp + .argv]
        add     esi, 4
        mov     ebx, 1                  ; 1: a newline at the end
        cmp     dword [esi], 0
        je      .words
        ccall   strcmp, [esi], echo_option_n
        test    eax, eax
        jnz     .words
        xor     ebx, ebx
        add     esi, 4
.words:
        ; into one line, so that it is written at once
        mov     byte [echo_line], 0
        xor     edx, edx
.next:
        mov     eax, [esi]
        test    eax, eax
        jz      .end
        add     esi, 4
.letter:
        mov     cl, [eax]
        test    cl, cl
        jz      .word_ends
        cmp     edx, WORDS_SIZE - 2
        jae     .word_ends
        mov     [echo_line + edx], cl
        inc     edx
        inc     eax
        jmp     .letter
.word_ends:
        cmp     dword [esi], 0
        je      .end
        mov     byte [echo_line + edx], SPACE
        inc     edx
        jmp     .next
.end:
        test    ebx, ebx
        jz      .write
        mov     byte [echo_line + edx], NEWLINE
        inc     edx
.write:
        ccall   write_all, STDOUT, echo_line, edx
        test    eax, eax
        jz      .done
        ccall   strerror, eax
        complain "echo: write error: %s", eax
        mov     eax, 1
.done:
        pop     esi
        pop     ebx
endproc

proc builtin_cd, .argc, .argv
        mov     eax, [ebp + .argv]
        mov     eax, [eax + 4]
        test    eax, eax
        jnz     .given
        mov     eax, root_path
.given:
        push    eax
        mov     ecx, eax
        syscall SYS_CHDIR, ecx
        pop     ecx
        test    eax, eax
        jz      .done
        push    ecx
        ccall   strerror, eax
        pop     ecx
        complain "cd: %s: %s", ecx, eax
        mov     eax, 1
.done:
endproc

proc builtin_pwd, .argc, .argv
        syscall SYS_GETCWD, program_path, PATH_MAX
        println "%s", program_path
        xor     eax, eax
endproc

proc builtin_exit, .argc, .argv
        mov     eax, [last_status]
        mov     ecx, [ebp + .argv]
        mov     ecx, [ecx + 4]
        test    ecx, ecx
        jz      .known
        ccall   parse_decimal, ecx
.known:
        syscall SYS_EXIT, eax
endproc

proc builtin_history, .argc, .argv
        push    ebx
        mov     ebx, [history_count]
        sub     ebx, HISTORY
        jae     .next
        xor     ebx, ebx
.next:
        cmp     ebx, [history_count]
        jae     .done
        ccall   history_line, ebx
        inc     ebx
        println "%5d  %s", ebx, eax
        jmp     .next
.done:
        xor     eax, eax
        pop     ebx
endproc

proc builtin_jobs, .argc, .argv
        push    ebx
        mov     ebx, jobs
.next:
        cmp     dword [ebx + job.used], 0
        je      .other
        cmp     dword [ebx + job.left], 0
        jle     .other
        mov     eax, running_text
        cmp     dword [ebx + job.stopped], 0
        je      .state_known
        mov     eax, stopped_text
.state_known:
        ccall   show_job, ebx, eax
.other:
        add     ebx, job_size
        cmp     ebx, jobs + job_size * MAX_JOBS
        jb      .next
        xor     eax, eax
        pop     ebx
endproc

; struct job *job_named(const char *name)       "%2", "2", or 0 for the newest; 0: there is none
proc job_named, .name
        mov     eax, [ebp + .name]
        test    eax, eax
        jz      .newest
        cmp     byte [eax], '%'
        jne     .number
        inc     eax
.number:
        ccall   parse_decimal, eax
        dec     eax
        cmp     eax, MAX_JOBS
        jae     .none
        imul    eax, eax, job_size
        add     eax, jobs
        cmp     dword [eax + job.used], 0
        jne     .done
        jmp     .none
.newest:
        mov     eax, jobs + job_size * MAX_JOBS
.back:
        sub     eax, job_size
        cmp     eax, jobs
        jb      .none
        cmp     dword [eax + job.used], 0
        je      .back
        return
.none:
        xor     eax, eax
.done:
endproc

proc builtin_fg, .argc, .argv
        push    ebx
        ccall   job_to_go_on, [ebp + .argv]
        mov     ebx, eax
        test    eax, eax
        mov     eax, 1
        jz      .done
        lea     eax, [ebx + job.text]
        println "%s", eax
        mov     dword [ebx + job.background], 0
        lea     eax, [ebx + job.pgrp]
        ccall   lend_terminal, eax
        ccall   continue_job, ebx
        ccall   wait_job, ebx
        mov     eax, [last_status]
.done:
        pop     ebx
endproc

proc builtin_bg, .argc, .argv
        push    ebx
        ccall   job_to_go_on, [ebp + .argv]
        mov     ebx, eax
        test    eax, eax
        mov     eax, 1
        jz      .done
        ccall   job_number, ebx
        lea     ecx, [ebx + job.text]
        println "[%d] %s &", eax, ecx
        ccall   continue_job, ebx
        xor     eax, eax
.done:
        pop     ebx
endproc

; struct job *job_to_go_on(char **argv) of fg and bg; 0 after a complaint
proc job_to_go_on, .argv
        mov     eax, [ebp + .argv]
        ccall   job_named, [eax + 4]
        test    eax, eax
        jnz     .done
        mov     ecx, [ebp + .argv]
        complain "%s: no such job", [ecx]
        xor     eax, eax
.done:
endproc

proc builtin_wait, .argc, .argv
        push    ebx
.next:
        syscall SYS_WAITPID, -1, wait_status, 0
        test    eax, eax
        jle     .done
        ccall   process_ended, eax, [wait_status]
        jmp     .next
.done:
        cmp     dword [interactive], 0
        jne     .told                   ; before the next prompt
        call    tell_deaths
.told:
        xor     eax, eax
        pop     ebx
endproc

        section .bss
echo_line:      resb WORDS_SIZE

        section .rodata
echo_option_n:  db "-n", 0
root_path:      db "/", 0
running_text:   db "Running", 0
help_text:
        db      NEWLINE
        db      "Programs, in /bin:", NEWLINE
        db      "  cat head tail grep wc     files and what is in them", NEWLINE
        db      "  ls mkdir rm               folders", NEWLINE
        db      "  ps nice taskset           who runs, and how (ps -ef, ps ax -o pid,ni,cmd)", NEWLINE
        db      "  dmesg [-w|-W] [-H]        the kernel's log", NEWLINE
        db      "  watch [-d] [-n SECONDS] [-t] COMMAND", NEWLINE
        db      "                            again and again; Ctrl-C ends it", NEWLINE
        db      "  insmod FILE [NAME=VALUE], rmmod NAME, lsmod", NEWLINE
        db      "                            modules", NEWLINE
        db      "  gdb strace                who debugs, and who watches, another program", NEWLINE
        db      "  procinfo uptime uname sleep seq", NEWLINE
        db      "  trap [KIND]               make the kernel itself fault; alone, lists the kinds", NEWLINE
        db      "  tour                      every kind of trap, one after the other", NEWLINE
        db      "  reboot poweroff", NEWLINE
        db      NEWLINE
        db      "ls shows what else the archive has to run or to load. The kernel tells of itself in /proc", NEWLINE
        db      "and /sys: cat /proc/interrupts. A & at the end: in the background. NAME=VALUE, $NAME, *.ko;", NEWLINE
        db      "if, while, until and for as in any shell.", NEWLINE
HELP_TEXT       equ $ - help_text
        section .text
