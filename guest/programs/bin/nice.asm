; nice [-n CHANGE] COMMAND: runs it with another nice level, ten more if nothing is said. Alone: tells
; the present one.

%include "include/utility.inc"
%include "lib/exec.asm"

DEFAULT_CHANGE  equ 10

        section .text

proc main, .argc, .argv
        push    esi
        mov     esi, [ebp + .argv]
        mov     ecx, DEFAULT_CHANGE
        add     esi, 4
        mov     eax, [esi]
        test    eax, eax
        jz      .tell
        cmp     word [eax], '-' + 'n' * 256
        jne     .change
        add     eax, 2
        add     esi, 4
        cmp     byte [eax], 0
        jne     .number
        mov     eax, [esi]
        test    eax, eax
        jz      .usage
        add     esi, 4
.number:
        lea     ecx, [ebp + .argc]      ; serves as a place for the end
        ccall   strtol, eax, ecx, 10
        mov     ecx, [ebp + .argc]
        cmp     byte [ecx], 0
        jne     .usage
        mov     ecx, eax
.change:
        cmp     dword [esi], 0
        je      .usage
        syscall SYS_NICE, ecx
        ccall   exec_program, nice_name, esi
        jmp     .done
.tell:
        syscall SYS_GETPRIORITY, 0, 0
        mov     ecx, 20
        sub     ecx, eax
        println "%d", ecx
        xor     eax, eax
        jmp     .done
.usage:
        complain "usage: nice [-n CHANGE] COMMAND"
        mov     eax, 125
.done:
        pop     esi
endproc

        section .rodata
nice_name:      db "nice", 0
        section .text
