; strsignal.asm: signals by name, and in the C library's words.
;
;   signal_number(name)           "9", "KILL", "SIGKILL"; -1: there is none
;   signal_name(signal)           "KILL"; "0" for one without
;   strsignal(signal)             "Killed"

%macro signal_text 3                    ; number, name, words
        dd      %1, %%text
        section .data
%%text: db      %3, 0, %2, 0
        section .rodata
%endmacro

        section .rodata
        align   4
signal_texts:
        signal_text SIGHUP, "HUP", "Hangup"
        signal_text SIGINT, "INT", "Interrupt"
        signal_text SIGQUIT, "QUIT", "Quit"
        signal_text SIGILL, "ILL", "Illegal instruction"
        signal_text SIGTRAP, "TRAP", "Trace/breakpoint trap"
        signal_text SIGABRT, "ABRT", "Aborted"
        signal_text SIGBUS, "BUS", "Bus error"
        signal_text SIGFPE, "FPE", "Floating point exception"
        signal_text SIGKILL, "KILL", "Killed"
        signal_text SIGUSR1, "USR1", "User defined signal 1"
        signal_text SIGSEGV, "SEGV", "Segmentation fault"
        signal_text SIGUSR2, "USR2", "User defined signal 2"
        signal_text SIGPIPE, "PIPE", "Broken pipe"
        signal_text SIGALRM, "ALRM", "Alarm clock"
        signal_text SIGTERM, "TERM", "Terminated"
        signal_text SIGCHLD, "CHLD", "Child exited"
        signal_text SIGCONT, "CONT", "Continued"
        signal_text SIGSTOP, "STOP", "Stopped (signal)"
signal_texts_end:
signal_prefix:  db "SIG"
unknown_signal: db "Unknown signal", 0, "0", 0

        section .text

; const char *strsignal(int signal)
proc strsignal, .signal
        mov     ecx, signal_texts
.next:
        mov     eax, [ecx]
        cmp     eax, [ebp + .signal]
        mov     eax, [ecx + 4]
        je      .done
        add     ecx, 8
        cmp     ecx, signal_texts_end
        jb      .next
        mov     eax, unknown_signal
.done:
endproc

; const char *signal_name(int signal)   it lies behind its words
proc signal_name, .signal
        push    ebx
        ccall   strsignal, [ebp + .signal]
        mov     ebx, eax
        ccall   strlen, ebx
        lea     eax, [ebx + eax + 1]
        pop     ebx
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
