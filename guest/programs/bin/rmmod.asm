; rmmod NAME...: unloads modules.

%include "include/utility.inc"

        section .text

proc main, .argc, .argv
        push    esi
        push    edi
        xor     edi, edi                ; the exit code
        mov     esi, [ebp + .argv]
        cmp     dword [ebp + .argc], 1
        je      .usage
.next:
        add     esi, 4
        cmp     dword [esi], 0
        je      .done
        syscall SYS_DELETE_MODULE, [esi], 0
        test    eax, eax
        jz      .next
        mov     edi, 1
        cmp     eax, -ENOENT
        je      .absent
        cmp     eax, -EWOULDBLOCK
        je      .in_use
        ccall   strerror, eax
        complain "rmmod: ERROR: could not remove module %s: %s", [esi], eax
        jmp     .next
.in_use:
        complain "rmmod: ERROR: Module %s is in use", [esi]
        jmp     .next
.absent:
        complain "rmmod: ERROR: Module %s is not currently loaded", [esi]
        jmp     .next
.usage:
        complain "usage: rmmod NAME..."
        mov     edi, 1
.done:
        mov     eax, edi
        pop     edi
        pop     esi
endproc
