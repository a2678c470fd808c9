; task.asm: what /proc/PID says of one task.
;
;   read_task(pid)                0, or an error: it has gone; fills in what stands below

STAT_STATE      equ 3                   ; fields of /proc/PID/stat by their numbers in proc(5)
STAT_PPID       equ 4
STAT_PGRP       equ 5
STAT_TTY        equ 7
STAT_UTIME      equ 14
STAT_STIME      equ 15
STAT_PRIORITY   equ 18
STAT_NICE       equ 19
STAT_START      equ 22
STAT_PROCESSOR  equ 39
STAT_RT_PRIORITY equ 40
STAT_POLICY     equ 41
STAT_FIELDS     equ 42

        section .bss
        alignb  4
task_fields:    resd STAT_FIELDS
task_pid:       resd 1                  ; its text
task_comm:      resd 1
task_state:     resb 4
task_path:      resb 64
task_stat:      resb 512
task_status:    resb 512
task_name:      resd 1                  ; the whole name, of the status file
task_cmdline:   resb CELL_SIZE
task_cmdline_length: resd 1

        section .text

; int read_task(const char *pid)
proc read_task, .pid
        push    ebx
        push    esi
        mov     eax, [ebp + .pid]
        mov     [task_pid], eax
        ccall   sprintf, task_path, stat_path, [ebp + .pid]
        ccall   read_file, task_path, task_stat, 512
        test    eax, eax
        js      .done
        jz      .gone
        call    split_stat
        ccall   sprintf, task_path, status_path, [ebp + .pid]
        ccall   read_file, task_path, task_status, 512
        test    eax, eax
        jle     .gone
        ; "Name:", a tab, the name, a newline
        lea     eax, [task_status + 6]
        mov     [task_name], eax
.letter:
        inc     eax
        cmp     byte [eax], NEWLINE
        jne     .letter
        mov     byte [eax], 0
        ccall   sprintf, task_path, cmdline_path, [ebp + .pid]
        ccall   read_file, task_path, task_cmdline, CELL_SIZE
        test    eax, eax
        js      .done
        mov     [task_cmdline_length], eax
        ; the words' NULs become blanks
        mov     ecx, eax
.word:
        cmp     ecx, 1
        jle     .joined
        dec     ecx
        cmp     byte [task_cmdline + ecx - 1], 0
        jne     .word
        mov     byte [task_cmdline + ecx - 1], SPACE
        jmp     .word
.joined:
        xor     eax, eax
        jmp     .done
.gone:
        mov     eax, -ENOENT
.done:
        pop     esi
        pop     ebx
endproc

; void split_stat(void)                 "PID (comm) S 1 2 3 ...": the name may hold anything
proc split_stat
        push    ebx
        push    esi
        mov     esi, task_stat
.open:
        inc     esi
        cmp     byte [esi - 1], '('
        jne     .open
        mov     [task_comm], esi
        xor     ebx, ebx
.close:
        cmp     byte [esi], ')'
        jne     .not_close
        mov     ebx, esi
.not_close:
        inc     esi
        cmp     byte [esi], 0
        jne     .close
        mov     byte [ebx], 0
        mov     al, [ebx + 2]
        mov     [task_state], al
        lea     esi, [ebx + 3]
        mov     ebx, STAT_PPID
.field:
        ccall   skip_spaces, esi
        lea     ecx, [task_fields + ebx * 4]
        push    ecx
        ccall   strtol, eax, stat_end, 10
        pop     ecx
        mov     [ecx], eax
        mov     esi, [stat_end]
        inc     ebx
        cmp     ebx, STAT_FIELDS
        jb      .field
        pop     esi
        pop     ebx
endproc

        section .bss
        alignb  4
stat_end:       resd 1

        section .rodata
stat_path:      db "/proc/%s/stat", 0
status_path:    db "/proc/%s/status", 0
cmdline_path:   db "/proc/%s/cmdline", 0
        section .text
