; uptime: how long it has been.

%include "include/utility.inc"
%include "lib/file.asm"

        section .bss
text:           resb 64

        section .text

proc main, .argc, .argv
        ccall   read_file, uptime_path, text, 64
        test    eax, eax
        js      .failed
        ; up to the blank: seconds and hundredths
        mov     ecx, text
.next:
        inc     ecx
        cmp     byte [ecx], SPACE
        ja      .next
        mov     byte [ecx], 0
        println "up %s seconds", text
        xor     eax, eax
        return
.failed:
        ccall   strerror, eax
        complain "uptime: %s: %s", uptime_path, eax
        mov     eax, 1
endproc

        section .rodata
uptime_path:    db "/proc/uptime", 0
        section .text
