; insmod FILE [NAME=VALUE...]: loads a module.

%include "include/utility.inc"

PARAMETERS_SIZE equ 256

        section .bss
parameters:     resb PARAMETERS_SIZE

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + .argv]
        add     esi, 4
        mov     ebx, [esi]
        test    ebx, ebx
        jz      .usage
        ; the others, with blanks between
        mov     edi, parameters
.next:
        add     esi, 4
        cmp     dword [esi], 0
        je      .load
        ccall   strlen, [esi]
        lea     ecx, [edi + eax + 2]
        cmp     ecx, parameters + PARAMETERS_SIZE
        ja      .load
        push    eax
        inc     eax
        ccall   strlcpy, edi, [esi], eax
        pop     eax
        add     edi, eax
        mov     byte [edi], SPACE
        inc     edi
        jmp     .next
.load:
        mov     byte [edi], 0
        syscall SYS_OPEN, ebx, O_RDONLY
        test    eax, eax
        js      .no_file
        syscall SYS_FINIT_MODULE, eax, parameters, 0
        test    eax, eax
        jz      .done
        cmp     eax, -ENOENT
        je      .unknown_symbol
        cmp     eax, -ENOEXEC
        je      .no_module
        cmp     eax, -EINVAL
        je      .parameters
        ccall   strerror, eax
        jmp     .say
.unknown_symbol:
        mov     eax, unknown_symbol
        jmp     .say
.no_module:
        mov     eax, invalid_format
        jmp     .say
.parameters:
        mov     eax, invalid_parameters
.say:
        complain "insmod: ERROR: could not insert module %s: %s", ebx, eax
        mov     eax, 1
        jmp     .done
.no_file:
        ccall   strerror, eax
        complain "insmod: ERROR: could not load module %s: %s", ebx, eax
        mov     eax, 1
        jmp     .done
.usage:
        complain "usage: insmod FILE [NAME=VALUE...]"
        mov     eax, 1
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

        section .rodata
unknown_symbol: db "Unknown symbol in module", 0
invalid_format: db "Invalid module format", 0
invalid_parameters: db "Invalid parameters", 0
        section .text
