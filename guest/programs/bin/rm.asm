; rm FILE..., rm -d FOLDER...: removes files, or empty folders.

%include "include/utility.inc"

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        push    edi
        xor     edi, edi                ; the exit code
        mov     ebx, SYS_UNLINK
        mov     esi, [ebp + .argv]
.next:
        add     esi, 4
        mov     eax, [esi]
        test    eax, eax
        jz      .done
        cmp     word [eax], '-' + 'd' * 256
        jne     .remove
        mov     ebx, SYS_RMDIR
        jmp     .next
.remove:
        syscall ebx, [esi]
        test    eax, eax
        jz      .next
        ccall   strerror, eax
        complain "rm: cannot remove '%s': %s", [esi], eax
        mov     edi, 1
        jmp     .next
.done:
        mov     eax, edi
        pop     edi
        pop     esi
        pop     ebx
endproc
