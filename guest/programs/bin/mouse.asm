; mouse [PACKETS]: what the mouse says, packet by packet (default 3), read from /dev/input/mice.

%include "include/utility.inc"

PACKET          equ 3
DEFAULT_PACKETS equ 3
BUTTONS         equ 7

        section .bss
packet: resb    4

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        mov     esi, DEFAULT_PACKETS
        cmp     dword [ebp + .argc], 2
        jb      .count_known
        mov     eax, [ebp + .argv]
        ccall   parse_decimal, [eax + 4]
        mov     esi, eax
.count_known:
        syscall SYS_OPEN, device, O_RDONLY
        mov     ebx, eax
        test    eax, eax
        js      .failed
.next:
        syscall SYS_READ, ebx, packet, PACKET
        cmp     eax, PACKET
        jne     .failed
        movzx   edx, byte [packet]
        and     edx, BUTTONS
        movsx   eax, byte [packet + 1]
        movsx   ecx, byte [packet + 2]
        println "right %d, away %d, buttons %d", eax, ecx, edx
        dec     esi
        jnz     .next
        xor     eax, eax
        jmp     .done
.failed:
        ccall   strerror, eax
        complain "mouse: %s: %s", device, eax
        mov     eax, 1
.done:
        pop     esi
        pop     ebx
endproc

        section .rodata
device: db "/dev/input/mice", 0
        section .text
