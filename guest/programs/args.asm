; args: says what it was called with.

%include "include/program.inc"

main:
        push    ebx
        push    esi
        mov     ebx, [esp + 12]         ; argc, above two registers and the return address
        mov     esi, [esp + 16]         ; argv
        say_number "argc: ", ebx
.next:
        push    dword [esi]
        call    string_length
        add     esp, 4
        mov     edx, eax
        syscall SYS_WRITE, STDOUT, [esi], edx
        say     ""
        add     esi, 4
        dec     ebx
        jnz     .next
        xor     eax, eax
        pop     esi
        pop     ebx
        ret
