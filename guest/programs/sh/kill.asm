; kill.asm: the builtin kill, which knows the shell's jobs as well as processes.

        section .text

; int builtin_kill(int argc, char **argv)       kill [-SIGNAL] PID|%JOB ...
proc builtin_kill, .argc, .argv
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + .argv]
        mov     ebx, SIGTERM
        xor     edi, edi                ; the exit code
        add     esi, 4
        mov     eax, [esi]
        test    eax, eax
        jz      .usage
        cmp     byte [eax], '-'
        jne     .next
        inc     eax
        ccall   signal_number, eax
        mov     ebx, eax
        test    eax, eax
        js      .no_signal
        add     esi, 4
        cmp     dword [esi], 0
        je      .usage
.next:
        mov     eax, [esi]
        test    eax, eax
        jz      .done
        cmp     byte [eax], '%'
        je      .job
        lea     ecx, [ebp + .argc]      ; serves as a place for the end
        ccall   strtol, eax, ecx, 10
        mov     ecx, [ebp + .argc]
        cmp     byte [ecx], 0
        jne     .no_number
        jmp     .send
.job:
        ccall   job_named, eax
        test    eax, eax
        jz      .no_job
        mov     eax, [eax + job.pgrp]
        neg     eax
.send:
        syscall SYS_KILL, eax, ebx
        test    eax, eax
        jz      .sent
        ccall   strerror, eax
        complain "kill: (%s): %s", [esi], eax
        mov     edi, 1
.sent:
        add     esi, 4
        jmp     .next
.no_job:
        complain "kill: %s: no such job", [esi]
        mov     edi, 1
        jmp     .sent
.no_number:
        complain "kill: %s: neither a process nor a job", [esi]
        mov     edi, 1
        jmp     .sent
.no_signal:
        complain "kill: %s: no such signal", [esi]
        mov     edi, 1
        jmp     .done
.usage:
        complain "kill: usage: kill [-SIGNAL] PID|%%JOB ..."
        mov     edi, 2
.done:
        mov     eax, edi
        pop     edi
        pop     esi
        pop     ebx
endproc
