; mended: reads through a null pointer, but has a handler for SIGSEGV that puts a good pointer into the saved
; ecx. A page fault is a fault: the instruction it stopped is done again, and now it works.

%include "include/program.inc"

; From a handler's esp on: return address, signal, struct sigcontext.
SIGFRAME_CONTEXT equ 8
CONTEXT_ECX     equ 40

main:
        syscall SYS_SIGACTION, SIGSEGV, catch_segv, 0
        xor     ecx, ecx
        mov     eax, [ecx]
        say_number "It reads ", eax
        xor     eax, eax
        ret

; void on_segv(int signal)
on_segv:
        say     "The handler gives it another pointer."
        mov     dword [esp + SIGFRAME_CONTEXT + CONTEXT_ECX], answer
        ret

        section .rodata
        align   4
answer:         dd 42
catch_segv:     dd on_segv, 0, 0, 0     ; struct sigaction: handler, mask, flags, restorer
