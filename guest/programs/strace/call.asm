; call.asm: a system call as it stands in a C program, from the registers of the process that makes it.
;
;   describe_call()               into call_line, from regs

MAX_ERRNO       equ 4095
CALL_LINE_SIZE  equ 160
STRING_SHOWN    equ 32                  ; characters of a string

; name, then a letter for each argument: d a number, x one in hex, s a string, b bytes whose number is
; the next argument, r the same but as many as the answer says
%macro call_text 3
        dd      %1
        dd      %%name, %%arguments
        section .data
%%name: db      %2, 0
%%arguments: db %3, 0
        section .rodata
%endmacro

        section .rodata
        align   4
call_texts:
        call_text SYS_EXIT, "exit", "d"
        call_text SYS_FORK, "fork", ""
        call_text SYS_READ, "read", "drd"
        call_text SYS_WRITE, "write", "dbd"
        call_text SYS_OPEN, "open", "sx"
        call_text SYS_CLOSE, "close", "d"
        call_text SYS_WAITPID, "waitpid", "dxx"
        call_text SYS_UNLINK, "unlink", "s"
        call_text SYS_EXECVE, "execve", "sxx"
        call_text SYS_CHDIR, "chdir", "s"
        call_text SYS_LSEEK, "lseek", "ddd"
        call_text SYS_GETPID, "getpid", ""
        call_text SYS_PTRACE, "ptrace", "ddxx"
        call_text SYS_PAUSE, "pause", ""
        call_text SYS_ACCESS, "access", "sx"
        call_text SYS_NICE, "nice", "d"
        call_text SYS_KILL, "kill", "dd"
        call_text SYS_MKDIR, "mkdir", "sx"
        call_text SYS_RMDIR, "rmdir", "s"
        call_text SYS_DUP, "dup", "d"
        call_text SYS_PIPE, "pipe", "x"
        call_text SYS_SIGNAL, "signal", "dx"
        call_text SYS_IOCTL, "ioctl", "dxx"
        call_text SYS_FCNTL, "fcntl", "ddx"
        call_text SYS_SETPGID, "setpgid", "dd"
        call_text SYS_DUP2, "dup2", "dd"
        call_text SYS_GETPPID, "getppid", ""
        call_text SYS_GETPGRP, "getpgrp", ""
        call_text SYS_SIGACTION, "sigaction", "dxx"
        call_text SYS_REBOOT, "reboot", "xxx"
        call_text SYS_GETPRIORITY, "getpriority", "dd"
        call_text SYS_SETPRIORITY, "setpriority", "ddd"
        call_text SYS_IOPERM, "ioperm", "xdd"
        call_text SYS_STAT, "stat", "sx"
        call_text SYS_FSTAT, "fstat", "dx"
        call_text SYS_IOPL, "iopl", "d"
        call_text SYS_SIGRETURN, "sigreturn", ""
        call_text SYS_SIGPROCMASK, "sigprocmask", "dxx"
        call_text SYS_DELETE_MODULE, "delete_module", "sx"
        call_text SYS_GETDENTS, "getdents", "dxd"
        call_text SYS_SCHED_YIELD, "sched_yield", ""
        call_text SYS_NANOSLEEP, "nanosleep", "xx"
        call_text SYS_GETCWD, "getcwd", "xd"
        call_text SYS_SCHED_SETAFFINITY, "sched_setaffinity", "ddx"
        call_text SYS_SCHED_GETAFFINITY, "sched_getaffinity", "ddx"
        call_text SYS_FINIT_MODULE, "finit_module", "dsd"
call_texts_end:
unknown_arguments: db "xxxxx", 0
unknown_format: db "syscall_0x%x(", 0
name_format:    db "%s(", 0
comma_text:     db ", ", 0
hex_format:     db "0x%x", 0
no_address_text:      db "NULL", 0
dots_text:      db "...", 0
close_text:     db ")", 0
escape_format:  db "\%o", 0

        section .bss
        alignb  4
call_line:      resb CALL_LINE_SIZE
bytes_shown:    resb STRING_SHOWN + 4

        section .text

; void describe_call(void)
; ebx is the arguments' letters, esi the argument, in regs, edi the line's end.
proc describe_call
        push    ebx
        push    esi
        push    edi
        mov     edi, call_line
        mov     esi, call_texts
        mov     eax, [regs + user_regs.orig_eax]
.find:
        cmp     [esi], eax
        je      .known
        add     esi, 12
        cmp     esi, call_texts_end
        jb      .find
        mov     ebx, unknown_arguments
        ccall   sprintf, edi, unknown_format, eax
        jmp     .arguments
.known:
        mov     ebx, [esi + 8]
        ccall   sprintf, edi, name_format, [esi + 4]
.arguments:
        add     edi, eax
        mov     esi, regs + user_regs.ebx
.next:
        cmp     byte [ebx], 0
        je      .end
        cmp     esi, regs + user_regs.ebx
        je      .first
        ccall   append, comma_text
.first:
        mov     eax, [esi]
        mov     cl, [ebx]
        mov     edx, -1                 ; up to a NUL
        cmp     cl, 's'
        je      .string
        mov     edx, [esi + 4]
        cmp     cl, 'b'
        je      .bytes
        mov     edx, [regs + user_regs.eax]
        cmp     cl, 'r'
        je      .bytes
        mov     edx, decimal_format
        cmp     cl, 'd'
        je      .number
        mov     edx, hex_format
        jmp     .number
.bytes:
        test    edx, edx
        js      .address                ; nothing was read
.string:
        test    eax, eax
        jz      .null
        ccall   append_bytes, eax, edx
        jmp     .shown
.null:
        ccall   append, no_address_text
        jmp     .shown
.address:
        mov     edx, hex_format
.number:
        ccall   sprintf, edi, edx, eax
        add     edi, eax
.shown:
        inc     ebx
        add     esi, 4
        jmp     .next
.end:
        ccall   append, close_text
        pop     edi
        pop     esi
        pop     ebx
endproc

; append(text): to edi, which goes on behind it
append:
        push    dword [esp + 4]
        push    edi
        call    strcpy
        call    strlen
        add     esp, 8
        add     edi, eax
        ret

; void append_bytes(u32 address, u32 count)     in quotes, as C writes them; to edi
; count -1: up to a NUL
proc append_bytes, .address, .count
        push    ebx
        push    esi
        mov     ebx, [ebp + .count]
        cmp     ebx, STRING_SHOWN
        jbe     .count_known
        mov     ebx, STRING_SHOWN
.count_known:
        mov     esi, [ebp + .address]
        mov     byte [edi], '"'
        inc     edi
.next:
        test    ebx, ebx
        jz      .full
        ccall   peek_byte, esi
        test    eax, eax
        js      .end
        jnz     .character
        cmp     dword [ebp + .count], -1
        je      .end
.character:
        call    .append_one
        inc     esi
        dec     ebx
        jmp     .next
.full:
        mov     byte [edi], '"'
        inc     edi
        cmp     dword [ebp + .count], STRING_SHOWN
        jbe     .done
        ccall   append, dots_text
        jmp     .done
.end:
        mov     byte [edi], '"'
        inc     edi
.done:
        mov     byte [edi], 0
        pop     esi
        pop     ebx
        return

; al, plain or escaped
.append_one:
        mov     cl, 'n'
        cmp     al, NEWLINE
        je      .backslash
        mov     cl, 't'
        cmp     al, TAB
        je      .backslash
        mov     cl, al
        cmp     al, '"'
        je      .backslash
        cmp     al, '\'
        je      .backslash
        cmp     al, SPACE
        jb      .octal
        cmp     al, 0x7f
        jae     .octal
        stosb
        ret
.backslash:
        mov     byte [edi], '\'
        mov     [edi + 1], cl
        add     edi, 2
        ret
.octal:
        ccall   sprintf, edi, escape_format, eax
        add     edi, eax
        ret
endproc
