; strace PROGRAM [ARGUMENTS], strace -p PID: which system calls a process makes, on standard error, each
; when it has its answer. Ctrl-C leaves a process that was there before alone.

%include "include/utility.inc"
%include "lib/exec.asm"
%include "lib/strsignal.asm"
%include "lib/tracee.asm"

ANSWER_COLUMN   equ 40                  ; where the = stands

        section .bss
        alignb  4
attached:       resd 1                  ; it ran before us, and shall run on
told_to_stop:   resd 1                  ; Ctrl-C came
inside:         resd 1                  ; between the two stops of a system call
regs:           resb user_regs_size

        section .text

proc main, .argc, .argv
        push    ebx
        mov     ebx, [ebp + .argv]
        add     ebx, 4
        mov     eax, [ebx]
        test    eax, eax
        jz      .usage
        cmp     word [eax], '-' + 'p' * 256
        je      .attach
        syscall SYS_SIGNAL, SIGINT, SIG_IGN ; Ctrl-C is for the program
        ccall   start_tracee, ebx
        test    eax, eax
        js      .failed
        ccall   stop_signal, [tracee_status]
        test    eax, eax
        jz      .ended
        call    trace
.ended:
        call    exit_code
        jmp     .done
.attach:
        mov     eax, [ebx + 4]
        test    eax, eax
        jz      .usage
        ccall   parse_decimal, eax
        mov     [tracee], eax
        mov     dword [attached], 1
        syscall SYS_SIGACTION, SIGINT, catch_interrupt, 0
        syscall SYS_PTRACE, PTRACE_ATTACH, [tracee]
        test    eax, eax
        js      .failed
        syscall SYS_WAITPID, [tracee], tracee_status, 0
        complain "strace: Process %d attached", [tracee]
        call    trace
        xor     eax, eax
        jmp     .done
.failed:
        ccall   strerror, eax
        complain "strace: %d: %s", [tracee], eax
        jmp     .bad
.usage:
        complain "usage: strace PROGRAM [ARGUMENTS], strace -p PID"
.bad:
        mov     eax, 1
.done:
        pop     ebx
endproc

; void trace(void)                      until it has ended, or we are told to leave it
proc trace
        push    ebx
        syscall SYS_PTRACE, PTRACE_SETOPTIONS, [tracee], 0, PTRACE_O_TRACESYSGOOD
        xor     ebx, ebx                ; the signal it goes on with
.next:
        syscall SYS_PTRACE, PTRACE_SYSCALL, [tracee], 0, ebx
        syscall SYS_WAITPID, [tracee], tracee_status, 0
        cmp     eax, -EINTR
        je      .interrupted
        test    eax, eax
        js      .done
        ccall   stop_signal, [tracee_status]
        mov     ebx, eax
        test    eax, eax
        jz      .ended
        cmp     dword [told_to_stop], 0
        jne     .leave
        cmp     eax, SIGTRAP | SYSCALL_STOP
        je      .system_call
        ccall   signal_name, ebx
        complain "--- SIG%s ---", eax
        jmp     .next
.system_call:
        call    show_call
        xor     ebx, ebx
        jmp     .next
.interrupted:
        syscall SYS_KILL, [tracee], SIGSTOP
        syscall SYS_WAITPID, [tracee], tracee_status, 0
.leave:
        syscall SYS_PTRACE, PTRACE_DETACH, [tracee], 0, 0
        complain "strace: Process %d detached", [tracee]
        jmp     .done
.ended:
        call    tell_end
.done:
        pop     ebx
endproc

; void on_interrupt(int signal)
on_interrupt:
        mov     dword [told_to_stop], 1
        ret

; void show_call(void)                  the way in, or out: most are told when they are over
proc show_call
        push    ebx
        syscall SYS_PTRACE, PTRACE_GETREGS, [tracee], 0, regs
        xor     dword [inside], 1
        jz      .out
        ccall   describe_call
        cmp     dword [regs + user_regs.orig_eax], SYS_EXIT
        jne     .done
        ccall   show_answer, unfinished_text ; it will not come back
        jmp     .done
.out:
        cmp     dword [regs + user_regs.orig_eax], -1
        je      .known                  ; execve: the registers are another program's
        call    describe_call
.known:
        mov     eax, [regs + user_regs.eax]
        cmp     eax, -MAX_ERRNO
        jae     .error
        ccall   sprintf, answer, decimal_format, eax
        jmp     .told
.error:
        mov     ebx, eax
        ccall   strerror, ebx
        push    eax
        ccall   error_name, ebx
        pop     ecx
        test    eax, eax
        jz      .nameless
        ccall   sprintf, answer, error_format, eax, ecx
        jmp     .told
.nameless:
        ccall   sprintf, answer, decimal_format, ebx
.told:
        ccall   show_answer, answer
.done:
        pop     ebx
endproc

; void show_answer(const char *text)
proc show_answer, .text
        complain "%-*s = %s", ANSWER_COLUMN - 1, call_line, [ebp + .text]
endproc

; void tell_end(void)
proc tell_end
        mov     eax, [tracee_status]
        mov     ecx, eax
        and     ecx, 0x7f
        jnz     .killed
        movzx   eax, ah
        complain "+++ exited with %d +++", eax
        return
.killed:
        ccall   signal_name, ecx
        complain "+++ killed by SIG%s +++", eax
endproc

; int exit_code(void)                   ours is the program's
proc exit_code
        mov     eax, [tracee_status]
        mov     ecx, eax
        movzx   eax, ah
        and     ecx, 0x7f
        jz      .done
        lea     eax, [ecx + 128]
.done:
endproc

%include "strace/call.asm"

        section .bss
answer:         resb 80

        section .rodata
        align   4
catch_interrupt: dd on_interrupt, 0, 0, 0
decimal_format: db "%d", 0
error_format:   db "-1 %s (%s)", 0
unfinished_text: db "?", 0
        section .text
