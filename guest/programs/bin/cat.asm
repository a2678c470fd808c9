; cat [FILE...]: files one after the other, or standard input.

%include "include/utility.inc"

BUFFER_SIZE     equ 1024

        section .bss
buffer: resb    BUFFER_SIZE

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + .argv]
        xor     edi, edi                ; the exit code
        cmp     dword [ebp + .argc], 1
        jne     .next
        ccall   copy, STDIN, standard_input
        mov     edi, eax
.next:
        add     esi, 4
        cmp     dword [esi], 0
        je      .done
        syscall SYS_OPEN, [esi], O_RDONLY
        mov     ebx, eax
        test    eax, eax
        js      .no_file
        ccall   copy, ebx, [esi]
        or      edi, eax
        syscall SYS_CLOSE, ebx
        jmp     .next
.no_file:
        ccall   strerror, eax
        complain "cat: %s: %s", [esi], eax
        mov     edi, 1
        jmp     .next
.done:
        mov     eax, edi
        pop     edi
        pop     esi
        pop     ebx
endproc

; int copy(int fd, const char *name)    to standard output; 0, or 1 after an error
proc copy, .fd, .name
.next:
        syscall SYS_READ, [ebp + .fd], buffer, BUFFER_SIZE
        test    eax, eax
        jz      .done
        js      .failed
        ccall   write_all, STDOUT, buffer, eax
        test    eax, eax
        jz      .next
        ccall   strerror, eax
        complain "cat: write error: %s", eax
        mov     eax, 1
        jmp     .done
.failed:
        ccall   strerror, eax
        complain "cat: %s: %s", [ebp + .name], eax
        mov     eax, 1
.done:
endproc

        section .rodata
standard_input: db "-", 0
