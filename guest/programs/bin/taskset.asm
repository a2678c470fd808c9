; taskset -p [MASK] PID: the CPUs a task may run on, in hex.
; taskset MASK COMMAND: runs it on these.

%include "include/utility.inc"
%include "lib/exec.asm"

        section .bss
        alignb  4
mask:           resd 1

        section .text

proc main, .argc, .argv
        push    ebx
        push    esi
        mov     esi, [ebp + .argv]
        add     esi, 4
        mov     eax, [esi]
        test    eax, eax
        jz      .usage
        cmp     word [eax], '-' + 'p' * 256
        je      .of_task
        ccall   parse_mask, eax
        add     esi, 4
        cmp     dword [esi], 0
        je      .usage
        syscall SYS_SCHED_SETAFFINITY, 0, 4, mask
        test    eax, eax
        js      .failed_command
        ccall   exec_program, taskset_name, esi
        jmp     .done
.of_task:
        add     esi, 4
        cmp     dword [esi], 0
        je      .usage
        cmp     dword [esi + 4], 0
        je      .tell
        ccall   parse_decimal, [esi + 4]
        mov     ebx, eax
        ccall   tell, ebx, current_word
        test    eax, eax
        js      .failed_get
        ccall   parse_mask, [esi]
        syscall SYS_SCHED_SETAFFINITY, ebx, 4, mask
        test    eax, eax
        js      .failed_set
        ccall   tell, ebx, new_word
        jmp     .good
.tell:
        ccall   parse_decimal, [esi]
        mov     ebx, eax
        ccall   tell, ebx, current_word
        test    eax, eax
        js      .failed_get
.good:
        xor     eax, eax
        jmp     .done
.failed_get:
        ccall   strerror, eax
        complain "taskset: failed to get pid %d's affinity: %s", ebx, eax
        jmp     .failed
.failed_command:
        xor     ebx, ebx
.failed_set:
        ccall   strerror, eax
        complain "taskset: failed to set pid %d's affinity: %s", ebx, eax
        jmp     .failed
.usage:
        complain "usage: taskset -p [MASK] PID, taskset MASK COMMAND"
.failed:
        mov     eax, 1
.done:
        pop     esi
        pop     ebx
endproc

; int tell(int pid, const char *which)  0, or an error
proc tell, .pid, .which
        syscall SYS_SCHED_GETAFFINITY, [ebp + .pid], 4, mask
        test    eax, eax
        js      .done
        println "pid %d's %s affinity mask: %x", [ebp + .pid], [ebp + .which], [mask]
        xor     eax, eax
.done:
endproc

; void parse_mask(const char *text)     hex digits, with or without 0x
proc parse_mask, .text
        mov     ecx, [ebp + .text]
        cmp     word [ecx], '0' + 'x' * 256
        jne     .digits
        add     ecx, 2
.digits:
        push    ecx
        ccall   strlen, ecx
        pop     ecx
        ccall   parse_hex, ecx, eax
        mov     [mask], eax
endproc

        section .rodata
taskset_name:   db "taskset", 0
current_word:   db "current", 0
new_word:       db "new", 0
        section .text
