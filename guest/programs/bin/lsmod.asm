; lsmod: the modules that are loaded, the newest first.

%include "include/utility.inc"

LINE_SIZE       equ 256

        section .bss
        alignb  4
from:           resb reader_size
line:           resb LINE_SIZE

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        println "Module                  Size  Used by"
        syscall SYS_OPEN, modules_path, O_RDONLY
        mov     [from + reader.fd], eax
.next:
        ccall   read_line, from, line, LINE_SIZE
        test    eax, eax
        jle     .done
        ; name, size, how often in use: cut at the blanks
        mov     ebx, line
        call    .cut
        mov     esi, ebx                ; the size
        call    .cut
        mov     edx, ebx
        call    .cut
        println "%-19s %8s  %s", line, esi, edx
        jmp     .next
.done:
        xor     eax, eax
        pop     esi
        pop     ebx
        return

; ebx goes behind the next blank, which becomes the word's end
.cut:
        inc     ebx
        cmp     byte [ebx - 1], SPACE
        ja      .cut
        mov     byte [ebx - 1], 0
        ret
endproc

        section .rodata
modules_path:   db "/proc/modules", 0
        section .text
