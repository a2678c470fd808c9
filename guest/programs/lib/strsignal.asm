; strsignal.asm: signals by name, and in the C library's words.
;
;   signal_number(name)           "9", "KILL", "SIGKILL"; -1: there is none
;   signal_name(signal)           "KILL"; "0" for one without
;   strsignal(signal)             "Killed"

        section .rodata
        align   4
signal_texts:
        numbered_text SIGHUP, "HUP", "Hangup"
        numbered_text SIGINT, "INT", "Interrupt"
        numbered_text SIGQUIT, "QUIT", "Quit"
        numbered_text SIGILL, "ILL", "Illegal instruction"
        numbered_text SIGTRAP, "TRAP", "Trace/breakpoint trap"
        numbered_text SIGABRT, "ABRT", "Aborted"
        numbered_text SIGBUS, "BUS", "Bus error"
        numbered_text SIGFPE, "FPE", "Floating point exception"
        numbered_text SIGKILL, "KILL", "Killed"
        numbered_text SIGUSR1, "USR1", "User defined signal 1"
        numbered_text SIGSEGV, "SEGV", "Segmentation fault"
        numbered_text SIGUSR2, "USR2", "User defined signal 2"
        numbered_text SIGPIPE, "PIPE", "Broken pipe"
        numbered_text SIGALRM, "ALRM", "Alarm clock"
        numbered_text SIGTERM, "TERM", "Terminated"
        numbered_text SIGCHLD, "CHLD", "Child exited"
        numbered_text SIGCONT, "CONT", "Continued"
        numbered_text SIGSTOP, "STOP", "Stopped (signal)"
signal_texts_end:
signal_prefix:  db "SIG"
unknown_signal: db "Unknown signal", 0, "0", 0

        section .text

; const char *strsignal(int signal)
proc strsignal, .signal
        ccall   find_words, signal_texts, signal_texts_end, [ebp + .signal]
        test    eax, eax
        jnz     .done
        mov     eax, unknown_signal
.done:
endproc

; const char *signal_name(int signal)
proc signal_name, .signal
        ccall   strsignal, [ebp + .signal]
        ccall   name_after, eax
endproc

; int signal_number(const char *name)
proc signal_number, .name
        push    ebx
        mov     eax, [ebp + .name]
        movzx   ecx, byte [eax]
        sub     ecx, '0'
        cmp     ecx, 9
        ja      .letters
        ccall   parse_decimal, eax
        jmp     .done
.letters:
        ccall   strncmp, eax, signal_prefix, 3
        test    eax, eax
        jnz     .plain
        add     dword [ebp + .name], 3
.plain:
        mov     ebx, signal_texts
.next:
        ccall   signal_name, [ebx]
        ccall   strcmp, eax, [ebp + .name]
        test    eax, eax
        mov     eax, [ebx]
        jz      .done
        add     ebx, 8
        cmp     ebx, signal_texts_end
        jb      .next
        mov     eax, -1
.done:
        pop     ebx
endproc
