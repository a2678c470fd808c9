; columns.asm: what ps can tell of a task. A column's value is a routine that gives a text in eax, of
; the task that read_task has read; ecx and edx are lost.

TICKS_PER_SECOND equ 100
CONSOLE_TTY     equ 5 * 256 + 1         ; /dev/console's number

struc column
.name:          resd 1
.head:          resd 1
.width:         resd 1                  ; below 0: to the left
.value:         resd 1
endstruc

%macro column_row 4                     ; name, headline, width, routine
        dd      %%name, %%head, %3, %4
        section .data
%%name: db      %1, 0
%%head: db      %2, 0
        section .rodata
%endmacro

        section .rodata
        align   4
columns:
        column_row "pid", "PID", 7, column_pid
        column_row "ppid", "PPID", 7, column_ppid
        column_row "pgid", "PGID", 7, column_pgid
        column_row "user", "UID", -8, column_user
        column_row "uid", "UID", -8, column_user
        column_row "c", "C", 2, column_zero
        column_row "s", "S", -1, column_state
        column_row "state", "S", -1, column_state
        column_row "stat", "STAT", -4, column_state
        column_row "ni", "NI", 3, column_nice
        column_row "nice", "NI", 3, column_nice
        column_row "pri", "PRI", 3, column_priority
        column_row "rtprio", "RTPRIO", 6, column_rt_priority
        column_row "cls", "CLS", 3, column_class
        column_row "psr", "PSR", 3, column_processor
        column_row "stime", "STIME", 5, column_start
        column_row "tty", "TTY", -8, column_tty
        column_row "time", "TIME", 8, column_time
        column_row "ticks", "TICKS", 8, column_ticks
        column_row "comm", "CMD", -15, column_comm
        column_row "cmd", "CMD", -27, column_command
        column_row "args", "COMMAND", -27, column_command
        column_row "command", "COMMAND", -27, column_command
columns_end:

        section .text

%macro column_number 2                  ; routine, field of stat
proc %1
        ccall   sprintf, cell, number_format, [task_fields + 4 * %2]
        mov     eax, cell
endproc
%endmacro

        column_number column_ppid, STAT_PPID
        column_number column_pgid, STAT_PGRP
        column_number column_processor, STAT_PROCESSOR

proc column_pid
        mov     eax, [task_pid]
endproc

proc column_user
        mov     eax, root_text
endproc

proc column_zero
        mov     eax, zero_text
endproc

proc column_state
        mov     eax, task_state
endproc

; A real-time thread has no nice level.
proc column_nice
        mov     eax, dash_text
        cmp     dword [task_fields + 4 * STAT_POLICY], 0
        jne     .done
        ccall   sprintf, cell, number_format, [task_fields + 4 * STAT_NICE]
        mov     eax, cell
.done:
endproc

; Higher is more, as ps has it: 19 for nice 0, and above 39 for real-time.
proc column_priority
        mov     ecx, 39
        sub     ecx, [task_fields + 4 * STAT_PRIORITY]
        ccall   sprintf, cell, number_format, ecx
        mov     eax, cell
endproc

proc column_rt_priority
        mov     eax, dash_text
        cmp     dword [task_fields + 4 * STAT_POLICY], 0
        je      .done
        ccall   sprintf, cell, number_format, [task_fields + 4 * STAT_RT_PRIORITY]
        mov     eax, cell
.done:
endproc

proc column_class
        mov     eax, ts_text
        cmp     dword [task_fields + 4 * STAT_POLICY], 0
        je      .done
        mov     eax, ff_text
.done:
endproc

proc column_tty
        mov     eax, question_text
        cmp     dword [task_fields + 4 * STAT_TTY], CONSOLE_TTY
        jne     .done
        mov     eax, console_text
.done:
endproc

; Minutes and seconds since boot, for there is no clock to say the time of day.
proc column_start
        mov     eax, [task_fields + 4 * STAT_START]
        xor     edx, edx
        mov     ecx, TICKS_PER_SECOND
        div     ecx
        xor     edx, edx
        mov     ecx, 60
        div     ecx
        ccall   sprintf, cell, start_format, eax, edx
        mov     eax, cell
endproc

proc column_ticks
        mov     ecx, [task_fields + 4 * STAT_UTIME]
        add     ecx, [task_fields + 4 * STAT_STIME]
        ccall   sprintf, cell, number_format, ecx
        mov     eax, cell
endproc

proc column_time
        push    ebx
        mov     eax, [task_fields + 4 * STAT_UTIME]
        add     eax, [task_fields + 4 * STAT_STIME]
        xor     edx, edx
        mov     ecx, TICKS_PER_SECOND
        div     ecx
        xor     edx, edx
        mov     ecx, 60
        div     ecx
        mov     ebx, edx                ; seconds
        xor     edx, edx
        div     ecx
        ccall   sprintf, cell, time_format, eax, edx, ebx
        mov     eax, cell
        pop     ebx
endproc

proc column_comm
        mov     eax, [task_name]
endproc

; A kernel thread, which has no arguments, stands in brackets.
proc column_command
        mov     eax, task_cmdline
        cmp     dword [task_cmdline_length], 0
        jne     .done
        ccall   sprintf, cell, thread_format, [task_name]
        mov     eax, cell
.done:
endproc

        section .rodata
number_format:  db "%d", 0
start_format:   db "%02u:%02u", 0
time_format:    db "%02u:%02u:%02u", 0
thread_format:  db "[%s]", 0
root_text:      db "root", 0
zero_text:      db "0", 0
dash_text:      db "-", 0
question_text:  db "?", 0
console_text:   db "console", 0
ts_text:        db "TS", 0
ff_text:        db "FF", 0
        section .text
