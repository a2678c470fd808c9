; signals: catches two. One it sends itself; the other is a division by zero, whose handler steps over
; the instruction by changing the saved eip.

%include "include/program.inc"

; Where a handler finds what was interrupted, from its esp on: return address, signal, struct
; sigcontext, which has the registers in the order the kernel pushes them.
SIGFRAME_CONTEXT equ 8
CONTEXT_EIP     equ 56
DIV_ECX_BYTES   equ 2                   ; f7 f1

main:
        syscall SYS_SIGACTION, SIGUSR1, catch_usr1, 0
        syscall SYS_SIGACTION, SIGFPE, catch_fpe, 0
        syscall SYS_GETPID
        syscall SYS_KILL, eax, SIGUSR1
        say     "The handler has returned, and we go on."
        mov     eax, 1
        xor     edx, edx
        xor     ecx, ecx
        div     ecx
        say     "Behind the division."
        ; what cannot be caught
        syscall SYS_SIGACTION, SIGKILL, catch_usr1, 0
        say_number "a handler for SIGKILL: ", eax
        xor     eax, eax
        ret

; void on_usr1(int signal)
on_usr1:
        say_number "caught signal ", [esp + 4]
        ret

; void on_fpe(int signal)
on_fpe:
        add     dword [esp + SIGFRAME_CONTEXT + CONTEXT_EIP], DIV_ECX_BYTES
        say_number "caught signal ", [esp + 4]
        ret

        section .rodata
        align   4
catch_usr1:                             ; struct sigaction: handler, mask, flags, restorer
        dd      on_usr1, 0, 0, 0
catch_fpe:
        dd      on_fpe, 0, 0, 0
