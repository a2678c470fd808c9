; sleep SECONDS: fractions too.

%include "include/utility.inc"
%include "lib/seconds.asm"

        section .text

proc main, .argc, .argv
.time           equ -timespec_size
        sub     esp, timespec_size
        mov     ecx, [ebp + .argv]
        mov     ecx, [ecx + 4]
        test    ecx, ecx
        jz      .usage
        lea     eax, [ebp + .time]
        ccall   parse_seconds, ecx, eax
        test    eax, eax
        jz      .invalid
        lea     eax, [ebp + .time]
        ccall   sleep_for, eax
        xor     eax, eax
        return
.invalid:
        mov     ecx, [ebp + .argv]
        complain "sleep: invalid time interval '%s'", [ecx + 4]
        mov     eax, 1
        return
.usage:
        complain "usage: sleep SECONDS"
        mov     eax, 1
endproc
