; tracee.asm: what a debugger does to the process it traces.
;
;   start_tracee(argv)            a process that stops before its first instruction: its number, or an error
;   peek_byte(address)            the byte, or an error
;   stop_signal(status)           the signal of what waitpid said; 0: it has not stopped but ended
;
; They work on the process `tracee`.

        section .bss
        alignb  4
tracee:         resd 1                  ; its number; 0: there is none
tracee_status:  resd 1                  ; what waitpid said of it last
peeked:         resd 1

        section .text

; int start_tracee(char **argv)
; What the debugger ignores, its child shall not.
proc start_tracee, .argv
        syscall SYS_FORK
        test    eax, eax
        jz      .child
        js      .done
        mov     [tracee], eax
        syscall SYS_WAITPID, eax, tracee_status, 0
.done:
        return
.child:
        syscall SYS_SIGNAL, SIGINT, SIG_DFL
        syscall SYS_PTRACE, PTRACE_TRACEME
        ccall   exec_search, [ebp + .argv]
        push    eax
        ccall   strerror, eax
        mov     ecx, [ebp + .argv]
        complain "%s: %s", [ecx], eax
        pop     eax
        mov     ecx, 127
        cmp     eax, -ENOENT
        je      .code_known
        mov     ecx, 126
.code_known:
        syscall SYS_EXIT, ecx
endproc

; int peek_byte(u32 address)
proc peek_byte, .address
        syscall SYS_PTRACE, PTRACE_PEEKDATA, [tracee], [ebp + .address], peeked
        test    eax, eax
        js      .last_bytes
        movzx   eax, byte [peeked]
        return
.last_bytes:
        ; the word would reach beyond what is there
        mov     ecx, [ebp + .address]
        sub     ecx, 3
        syscall SYS_PTRACE, PTRACE_PEEKDATA, [tracee], ecx, peeked
        test    eax, eax
        js      .done
        movzx   eax, byte [peeked + 3]
.done:
endproc

; int stop_signal(int status)
proc stop_signal, .status
        xor     eax, eax
        cmp     byte [ebp + .status], WAIT_STOPPED
        jne     .done
        mov     al, [ebp + .status + 1]
.done:
endproc
