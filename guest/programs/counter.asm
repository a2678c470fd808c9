; counter: counts to five, a number each tenth of a second. Start two with & to see them take turns.

%include "include/program.inc"

LAST            equ 5

main:
        xor     ebx, ebx
.next:
        inc     ebx
        syscall SYS_GETPID
        mov     ecx, eax
        say_number "my process number: ", ecx
        say_number "  count: ", ebx
        syscall SYS_NANOSLEEP, tenth, 0
        cmp     ebx, LAST
        jb      .next
        xor     eax, eax
        ret

        section .rodata
        align   4
tenth:  dd      0, 100000000            ; seconds, nanoseconds
