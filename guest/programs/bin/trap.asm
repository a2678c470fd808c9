; trap [KIND]: makes the kernel itself fault. Alone: which kinds there are.
;
; The kernel does it when KIND is written into the file below; if it oopses, it is this process that dies.

%include "include/utility.inc"

KINDS_SIZE      equ 2048

        section .bss
kinds:          resb KINDS_SIZE

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        mov     esi, [ebp + .argv]
        mov     esi, [esi + 4]
        syscall SYS_OPEN, direct_path, O_RDWR
        mov     ebx, eax
        test    eax, eax
        js      .failed
        test    esi, esi
        jz      .list
        ccall   strlen, esi
        syscall SYS_WRITE, ebx, esi, eax
        cmp     eax, -EINVAL
        je      .no_kind
        test    eax, eax
        js      .failed
        xor     eax, eax
        jmp     .done
.list:
        syscall SYS_READ, ebx, kinds, KINDS_SIZE
        test    eax, eax
        js      .failed
        ccall   write_all, STDOUT, kinds, eax
        jmp     .done
.no_kind:
        complain "trap: %s: no such kind", esi
        mov     eax, 1
        jmp     .done
.failed:
        ccall   strerror, eax
        complain "trap: %s: %s", direct_path, eax
        mov     eax, 1
.done:
        pop     esi
        pop     ebx
endproc

        section .rodata
direct_path:    db "/sys/kernel/debug/provoke-crash/DIRECT", 0
        section .text
