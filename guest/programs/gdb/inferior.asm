; inferior.asm: the program that is debugged: started, sent on its way, and what became of it.

        section .bss
        alignb  4
regs:           resb user_regs_size     ; while it is stopped
pending_signal: resd 1                  ; what stopped it, and what it gets when it goes on

        section .text

; void command_run(char *rest)          anew, if it runs already
proc command_run, .rest
        call    kill_tracee
        mov     eax, [program_argv]
        println "Starting program: %s", [eax]
        ccall   start_tracee, [program_argv]
        test    eax, eax
        js      .failed
        ccall   stop_signal, [tracee_status]
        test    eax, eax
        jz      .ended
        mov     dword [pending_signal], 0
        call    go_on
        return
.ended:
        call    tell_end
        return
.failed:
        mov     dword [tracee], 0
        ccall   strerror, eax
        println "%s", eax
endproc

; void command_continue(char *rest)
proc command_continue, .rest
        call    is_run
        test    eax, eax
        jz      .done
        println "Continuing."
        call    go_on
.done:
endproc

; void command_stepi(char *rest)
proc command_stepi, .rest
        call    is_run
        test    eax, eax
        jz      .done
        ccall   resume, PTRACE_SINGLESTEP
        test    eax, eax
        jz      .done
        ccall   tell_stop, 1
.done:
endproc

; void command_kill(char *rest)
proc command_kill, .rest
        call    is_run
        test    eax, eax
        jz      .done
        println "[Inferior 1 (process %d) killed]", [tracee]
        call    kill_tracee
.done:
endproc

; int is_run(void)                      0 after a complaint
proc is_run
        mov     eax, [tracee]
        test    eax, eax
        jnz     .done
        println "The program is not being run."
        xor     eax, eax
.done:
endproc

; void kill_tracee(void)
proc kill_tracee
        cmp     dword [tracee], 0
        je      .done
        syscall SYS_PTRACE, PTRACE_KILL, [tracee]
        syscall SYS_WAITPID, [tracee], tracee_status, 0
        mov     dword [tracee], 0
.done:
endproc

; void go_on(void)                      to the next stop, or its end
; From a breakpoint's place one step goes first, with all breakpoints out.
proc go_on
        ccall   breakpoint_at, [regs + user_regs.eip]
        test    eax, eax
        jz      .run
        ccall   resume, PTRACE_SINGLESTEP
        test    eax, eax
        jz      .done
        cmp     eax, SIGTRAP
        jne     .stopped
.run:
        call    insert_breakpoints
        ccall   resume, PTRACE_CONT
        test    eax, eax
        jz      .done
        call    remove_breakpoints
        call    at_breakpoint
.stopped:
        ccall   tell_stop, 0
.done:
endproc

; int resume(u32 request)               the signal that it stopped with; 0: it has ended, which was told
proc resume, .request
        syscall SYS_PTRACE, [ebp + .request], [tracee], 0, [pending_signal]
        syscall SYS_WAITPID, [tracee], tracee_status, 0
        ccall   stop_signal, [tracee_status]
        test    eax, eax
        jz      .ended
        push    eax
        mov     [pending_signal], eax
        cmp     eax, SIGTRAP
        jne     .passed_on
        mov     dword [pending_signal], 0 ; it is for us
.passed_on:
        syscall SYS_PTRACE, PTRACE_GETREGS, [tracee], 0, regs
        pop     eax
        return
.ended:
        call    tell_end
        xor     eax, eax
endproc

; void tell_end(void)
proc tell_end
        mov     eax, [tracee_status]
        mov     ecx, eax
        and     ecx, 0x7f
        jnz     .killed
        movzx   eax, ah
        test    eax, eax
        jnz     .code
        println "[Inferior 1 (process %d) exited normally]", [tracee]
        jmp     .gone
.code:
        println "[Inferior 1 (process %d) exited with code %02o]", [tracee], eax
        jmp     .gone
.killed:
        ccall   tell_signal, terminated_text, ecx
        println "The program no longer exists."
.gone:
        mov     dword [tracee], 0
        mov     dword [regs + user_regs.eip], 0
endproc

; void tell_signal(const char *what, int signal)
proc tell_signal, .what, .signal
        push    ebx
        ccall   strsignal, [ebp + .signal]
        mov     ebx, eax
        ccall   signal_name, [ebp + .signal]
        print   {NEWLINE, "Program %s signal SIG%s, %s.", NEWLINE}, [ebp + .what], eax, ebx
        pop     ebx
endproc

; void tell_stop(int stepped)           why it stopped, and where
proc tell_stop, .stepped
        xor     eax, eax
        xchg    eax, [breakpoint_hit]
        test    eax, eax
        jnz     .breakpoint
        ccall   stop_signal, [tracee_status]
        cmp     eax, SIGTRAP
        jne     .signal
        cmp     dword [ebp + .stepped], 0
        jne     .place
.signal:
        ccall   tell_signal, received_text, eax
        jmp     .place
.breakpoint:
        print   {NEWLINE, "Breakpoint %d, "}, eax
.place:
        println "0x%08x in ?? ()", [regs + user_regs.eip]
endproc

        section .rodata
terminated_text: db "terminated with", 0
received_text:  db "received", 0
        section .text
