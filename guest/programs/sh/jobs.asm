; jobs.asm: what the shell has started and not yet heard the end of.
;
;   new_job(from, stop, background)   for these tokens: struct job *
;   job_add(job, pid)             a process of it has been made
;   job_started(job)              all have: wait for it, or say its number
;   report_jobs()                 those of the background that have ended, before a prompt
;   wait_job(job)                 until it has ended, or stopped; last_status
;   continue_job(job)             after a stop
;   tell_deaths()                 of ended jobs, after wait in a script
;   describe_status(status)       why a process ended, in a shell's words

MAX_JOBS        equ 16                  ; the last place is the foreground's when all others are taken
MAX_PROCESSES   equ 8                   ; of one job
JOB_TEXT_SIZE   equ 64

struc job
.used:          resd 1
.pgrp:          resd 1
.background:    resd 1
.stopped:       resd 1
.left:          resd 1                  ; processes that have not ended
.last:          resd 1                  ; the last one's number: its end is the job's
.status:        resd 1                  ; as waitpid gives it
.pids:          resd MAX_PROCESSES      ; a number is 0 when it has ended
.text:          resb JOB_TEXT_SIZE
endstruc

        section .bss
        alignb  4
jobs:           resb job_size * MAX_JOBS
wait_status:    resd 1

        section .text

; struct job *new_job(u32 *from, u32 *stop, int background)
proc new_job, .from, .stop, .background
        push    ebx
        push    esi
        mov     ebx, jobs
.next:
        cmp     dword [ebx + job.used], 0
        je      .found
        add     ebx, job_size
        cmp     ebx, jobs + job_size * (MAX_JOBS - 1)
        jb      .next
.found:
        ccall   memset, ebx, 0, job_size
        mov     dword [ebx + job.used], 1
        mov     eax, [ebp + .background]
        mov     [ebx + job.background], eax
        cmp     dword [interactive], 0
        jne     .own_group
        mov     eax, [shell_pgrp]       ; no job control: all stay in the shell's group
        mov     [ebx + job.pgrp], eax
.own_group:
        ; its words again, for jobs
        mov     esi, [ebp + .from]
.word:
        cmp     esi, [ebp + .stop]
        jae     .done
        mov     eax, [esi]
        add     esi, 4
        cmp     eax, OP_LAST
        ja      .text_known
        ccall   operator_text, eax
.text_known:
        ccall   job_text_add, ebx, eax
        jmp     .word
.done:
        mov     eax, ebx
        pop     esi
        pop     ebx
endproc

; void job_text_add(struct job *job, const char *text_added)    with a blank between
proc job_text_add, .job, .text_added
        push    ebx
        mov     ebx, [ebp + .job]
        add     ebx, job.text
        ccall   strlen, ebx
        mov     ecx, JOB_TEXT_SIZE - 1
        sub     ecx, eax
        jbe     .full
        add     ebx, eax
        test    eax, eax
        jz      .first
        mov     byte [ebx], SPACE
        inc     ebx
        dec     ecx
.first:
        inc     ecx
        ccall   strlcpy, ebx, [ebp + .text_added], ecx
.full:
        pop     ebx
endproc

; const char *operator_text(int operator)
proc operator_text, .operator
        mov     eax, operator_texts
.next:
        mov     ecx, eax
.letter:
        cmp     byte [ecx], 0
        lea     ecx, [ecx + 1]
        jne     .letter
        movzx   edx, byte [ecx]
        cmp     edx, [ebp + .operator]
        je      .done
        lea     eax, [ecx + 1]
        jmp     .next
.done:
endproc

; void job_add(struct job *job, int pid)
proc job_add, .job, .pid
        mov     ecx, [ebp + .job]
        mov     eax, [ebp + .pid]
        mov     edx, [ecx + job.left]   ; none of them has been asked for yet
        cmp     edx, MAX_PROCESSES
        jae     .full
        mov     [ecx + job.pids + edx * 4], eax
        inc     dword [ecx + job.left]
.full:
        mov     [ecx + job.last], eax
        cmp     dword [ecx + job.pgrp], 0
        jne     .group_known
        mov     [ecx + job.pgrp], eax
.group_known:
        syscall SYS_SETPGID, eax, [ecx + job.pgrp]
endproc

; int job_number(const struct job *job)         from 1
proc job_number, .job
        mov     eax, [ebp + .job]
        sub     eax, jobs
        xor     edx, edx
        mov     ecx, job_size
        div     ecx
        inc     eax
endproc

; void job_started(struct job *job)
proc job_started, .job
        push    ebx
        mov     ebx, [ebp + .job]
        cmp     dword [ebx + job.left], 0
        je      .none
        cmp     dword [ebx + job.background], 0
        jne     .background
        ccall   wait_job, ebx
        jmp     .done
.background:
        mov     eax, [ebx + job.last]
        mov     [last_background], eax
        mov     dword [last_status], 0
        cmp     dword [interactive], 0
        je      .done
        ccall   job_number, ebx
        println "[%d] %d", eax, [ebx + job.last]
        jmp     .done
.none:
        mov     dword [ebx + job.used], 0
        mov     dword [last_status], 126
.done:
        pop     ebx
endproc

; void wait_job(struct job *job)
proc wait_job, .job
        push    ebx
        mov     ebx, [ebp + .job]
        cmp     dword [interactive], 0
        je      .next
        lea     eax, [ebx + job.pgrp]
        ccall   lend_terminal, eax
.next:
        cmp     dword [ebx + job.left], 0
        jle     .ended
        mov     eax, [ebx + job.pgrp]
        neg     eax
        syscall SYS_WAITPID, eax, wait_status, WUNTRACED
        cmp     eax, -EINTR
        je      .next
        test    eax, eax
        js      .ended
        cmp     byte [wait_status], WAIT_STOPPED
        je      .stopped
        ccall   process_ended, eax, [wait_status]
        jmp     .next
.stopped:
        mov     dword [ebx + job.stopped], 1
        mov     dword [ebx + job.background], 1
        movzx   eax, byte [wait_status + 1]
        add     eax, 128
        mov     [last_status], eax
        cmp     dword [interactive], 0
        je      .done
        call    own_terminal
        ccall   show_job, ebx, stopped_text
        jmp     .done
.ended:
        cmp     dword [interactive], 0
        je      .own
        call    own_terminal
.own:
        mov     eax, [ebx + job.status]
        mov     dword [ebx + job.used], 0
        test    eax, 0x7f
        jnz     .signal
        movzx   eax, ah
        mov     [last_status], eax
        jmp     .done
.signal:
        and     eax, 0x7f
        push    eax
        add     eax, 128
        mov     [last_status], eax
        pop     eax
        cmp     eax, SIGPIPE
        je      .done                   ; the other end has had enough: nothing to tell
        ccall   describe_status, eax
        complain "%s", eax
.done:
        pop     ebx
endproc

; void continue_job(struct job *job)
proc continue_job, .job
        mov     ecx, [ebp + .job]
        mov     dword [ecx + job.stopped], 0
        mov     eax, [ecx + job.pgrp]
        neg     eax
        syscall SYS_KILL, eax, SIGCONT
endproc

; void process_ended(int pid, int status)       whichever job it belongs to
proc process_ended, .pid, .status
        push    ebx
        push    esi
        mov     ebx, jobs
.next:
        cmp     dword [ebx + job.used], 0
        je      .other
        xor     ecx, ecx
.pid_of_it:
        mov     eax, [ebx + job.pids + ecx * 4]
        cmp     eax, [ebp + .pid]
        je      .found
        inc     ecx
        cmp     ecx, MAX_PROCESSES
        jb      .pid_of_it
.other:
        add     ebx, job_size
        cmp     ebx, jobs + job_size * MAX_JOBS
        jb      .next
        jmp     .done
.found:
        mov     dword [ebx + job.pids + ecx * 4], 0
        dec     dword [ebx + job.left]
        cmp     eax, [ebx + job.last]
        jne     .done
        mov     eax, [ebp + .status]
        mov     [ebx + job.status], eax
.done:
        pop     esi
        pop     ebx
endproc

; void report_jobs(void)
proc report_jobs
        push    ebx
.reap:
        syscall SYS_WAITPID, -1, wait_status, WNOHANG
        test    eax, eax
        jle     .reaped
        ccall   process_ended, eax, [wait_status]
        jmp     .reap
.reaped:
        mov     ebx, jobs
.next:
        cmp     dword [ebx + job.used], 0
        je      .other
        cmp     dword [ebx + job.left], 0
        jg      .other
        ccall   describe_status, [ebx + job.status]
        ccall   show_job, ebx, eax
        mov     dword [ebx + job.used], 0
.other:
        add     ebx, job_size
        cmp     ebx, jobs + job_size * MAX_JOBS
        jb      .next
        pop     ebx
endproc

; void tell_deaths(void)                in a script: only of those that a signal ended
proc tell_deaths
        push    ebx
        mov     ebx, jobs
.next:
        cmp     dword [ebx + job.used], 0
        je      .other
        cmp     dword [ebx + job.left], 0
        jg      .other
        mov     dword [ebx + job.used], 0
        test    dword [ebx + job.status], 0x7f
        jz      .other
        ccall   describe_status, [ebx + job.status]
        complain "%s", eax
.other:
        add     ebx, job_size
        cmp     ebx, jobs + job_size * MAX_JOBS
        jb      .next
        pop     ebx
endproc

; void show_job(const struct job *job, const char *state)
proc show_job, .job, .state
        ccall   job_number, [ebp + .job]
        mov     ecx, [ebp + .job]
        lea     ecx, [ecx + job.text]
        println "[%d]  %-23s %s", eax, [ebp + .state], ecx
endproc

; const char *describe_status(int status)
proc describe_status, .status
        mov     eax, [ebp + .status]
        and     eax, 0x7f
        jz      .done_well
        ccall   strsignal, eax
        return
.done_well:
        mov     eax, done_text
endproc

        section .rodata
done_text:      db "Done", 0
stopped_text:   db "Stopped", 0
        section .text
