; dmesg [-w] [-W] [-H] [-n LEVEL]: the kernel's log.
;
;   -w  and what comes later, until Ctrl-C      -W  only that
;   -H  times as distances from the line before
;   -n  lines less urgent than this stay off the console from now on
;
; A record of /dev/kmsg is "level,place,microseconds,-;text".

%include "include/utility.inc"

RECORD_SIZE     equ 1152
USEC_PER_SEC    equ 1000000

        section .bss
        alignb  4
follow:         resd 1
only_new:       resd 1
human:          resd 1
kmsg:           resd 1
last_time:      resd 1
record:         resb RECORD_SIZE + 1

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        mov     esi, [ebp + .argv]
.option:
        add     esi, 4
        mov     eax, [esi]
        test    eax, eax
        jz      .open
        cmp     byte [eax], '-'
        jne     .usage
.letter:
        inc     eax
        mov     cl, [eax]
        test    cl, cl
        jz      .option
        cmp     cl, 'w'
        je      .follow
        cmp     cl, 'W'
        je      .only_new
        cmp     cl, 'H'
        je      .human
        cmp     cl, 'n'
        je      .level
        jmp     .usage
.only_new:
        mov     dword [only_new], 1
.follow:
        mov     dword [follow], 1
        jmp     .letter
.human:
        mov     dword [human], 1
        jmp     .letter
.open:
        mov     ecx, O_RDONLY | O_NONBLOCK
        syscall SYS_OPEN, kmsg_path, ecx
        mov     [kmsg], eax
        test    eax, eax
        js      .failed
        ccall   drain, [only_new]
        cmp     dword [follow], 0
        je      .good
        ; the same place, but waiting: another open file would begin at the start again
        syscall SYS_FCNTL, [kmsg], F_SETFL, O_RDONLY
        ccall   drain, 0
.good:
        xor     eax, eax
        jmp     .done
.level:
        cmp     dword [esi + 4], 0
        je      .usage
        syscall SYS_OPEN, printk_path, O_WRONLY
        mov     ebx, eax
        ccall   strlen, [esi + 4]
        syscall SYS_WRITE, ebx, [esi + 4], eax
        test    eax, eax
        jns     .good
.failed:
        ccall   strerror, eax
        complain "dmesg: %s", eax
        mov     eax, 1
        jmp     .done
.usage:
        complain "usage: dmesg [-w] [-W] [-H] [-n LEVEL]"
        mov     eax, 1
.done:
        pop     esi
        pop     ebx
endproc

; void drain(int silent)                all records until there are no more, or an error
proc drain, .silent
.next:
        syscall SYS_READ, [kmsg], record, RECORD_SIZE
        cmp     eax, -EPIPE
        je      .next                   ; some were overwritten
        test    eax, eax
        jle     .done
        mov     byte [record + eax], 0
        cmp     dword [ebp + .silent], 0
        jne     .next
        call    show_record
        test    eax, eax
        jz      .next
.done:
endproc

; int show_record(void)                 0, or an error of who reads us
proc show_record
        push    ebx
        push    esi
        push    edi
        ; behind the second comma the time, behind the semicolon the text
        mov     esi, record
        mov     ecx, 2
.comma:
        inc     esi
        cmp     byte [esi - 1], ','
        jne     .comma
        dec     ecx
        jnz     .comma
        ccall   parse_decimal, esi
        mov     ebx, eax
.text:
        inc     esi
        cmp     byte [esi - 1], ';'
        jne     .text
        cmp     dword [human], 0
        jne     .human
        mov     eax, ebx
        xor     edx, edx
        mov     ecx, USEC_PER_SEC
        div     ecx
        ccall   sprintf, line, stamp_format, eax, edx, esi
        jmp     .write
.human:
        mov     eax, ebx
        sub     eax, [last_time]
        mov     [last_time], ebx
        xor     edx, edx
        mov     ecx, USEC_PER_SEC
        div     ecx
        ccall   sprintf, line, distance_format, eax, edx, esi
.write:
        ccall   write_all, STDOUT, line, eax
        pop     edi
        pop     esi
        pop     ebx
endproc

        section .bss
line:           resb RECORD_SIZE + 64

        section .rodata
kmsg_path:      db "/dev/kmsg", 0
printk_path:    db "/proc/sys/kernel/printk", 0
stamp_format:   db "[%5u.%06u] %s", 0
distance_format: db "[ +%3u.%06u] %s", 0
        section .text
