; mkdir FOLDER...: makes them.

%include "include/utility.inc"

        section .text

proc main, .argc, .argv
        push    esi
        push    edi
        xor     edi, edi                ; the exit code
        mov     esi, [ebp + .argv]
.next:
        add     esi, 4
        cmp     dword [esi], 0
        je      .done
        syscall SYS_MKDIR, [esi], 0x1ed ; 0755
        test    eax, eax
        jz      .next
        ccall   strerror, eax
        complain "mkdir: cannot create directory '%s': %s", [esi], eax
        mov     edi, 1
        jmp     .next
.done:
        mov     eax, edi
        pop     edi
        pop     esi
endproc
