; uname [-a]: what the kernel is called.

%include "include/utility.inc"
%include "lib/file.asm"

        section .bss
text:           resb 128

        section .text

proc main, .argc, .argv
        mov     eax, version_path
        cmp     dword [ebp + .argc], 1
        ja      .known
        mov     eax, ostype_path
.known:
        ccall   read_file, eax, text, 128
        test    eax, eax
        js      .done
        ccall   write_all, STDOUT, text, eax
.done:
endproc

        section .rodata
ostype_path:    db "/proc/sys/kernel/ostype", 0
version_path:   db "/proc/version", 0
        section .text
