; head [-n LINES | -LINES] [FILE]: the first lines, ten if nothing is said.

%include "include/utility.inc"
%include "lib/lines.asm"

        section .text

proc main, .argc, .argv
        push    ebx
        ccall   lines_option, [ebp + .argv]
        mov     ebx, eax
        ccall   open_argument, head_name, ebx
        test    eax, eax
        js      .failed
.next:
        dec     dword [lines_wanted]
        js      .done
        ccall   read_line, lines_from, one_line, LINE_SIZE
        test    eax, eax
        jle     .done
        ccall   write_all, STDOUT, one_line, eax
        jmp     .next
.failed:
        mov     eax, 1
        jmp     .out
.done:
        xor     eax, eax
.out:
        pop     ebx
endproc

        section .rodata
head_name:      db "head", 0
        section .text
