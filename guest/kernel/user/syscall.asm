; syscall.asm: int 0x80. Number in eax, arguments in ebx, ecx, edx, the answer in eax, all as in
; Linux for i386; an error is a negative number.
;
; Each is an ordinary routine of three arguments, in process context with interrupts on.

NR_SYSCALLS     equ 163
STDIN           equ 0
STDOUT          equ 1
STDERR          equ 2
IO_CHUNK        equ 128                 ; bytes carried between program and kernel at a time
NSEC_PER_TICK   equ 1000000000 / HZ

%macro syscall_slot 2                   ; number, routine: what lies between is not there
        times (%1) - ($ - sys_call_table) / 4 dd sys_ni_syscall
        dd      %2
%endmacro

        section .rodata
        align   4
sys_call_table:
        syscall_slot 1, sys_exit
        syscall_slot 3, sys_read
        syscall_slot 4, sys_write
        syscall_slot 20, sys_getpid
        syscall_slot 64, sys_getppid
        syscall_slot 158, sys_sched_yield
        syscall_slot 162, sys_nanosleep

        section .text

; void do_system_call(struct pt_regs *regs)
proc do_system_call, .regs
        push    ebx
        sti
        mov     ebx, [ebp + .regs]
        mov     eax, [ebx + pt_regs.eax]
        cmp     eax, NR_SYSCALLS
        jae     .unknown
        ccall   [sys_call_table + eax * 4], [ebx + pt_regs.ebx], [ebx + pt_regs.ecx], [ebx + pt_regs.edx]
        jmp     .answer
.unknown:
        mov     eax, -ENOSYS
.answer:
        mov     [ebx + pt_regs.eax], eax
        pop     ebx
endproc

; long sys_ni_syscall(void)             a number that Linux has and we have not
proc sys_ni_syscall
        mov     eax, -ENOSYS
endproc

; long sys_exit(int code)
proc sys_exit, .code
        mov     eax, [ebp + .code]
        and     eax, 0xff
        shl     eax, 8
        ccall   do_exit, eax
endproc

; long sys_getpid(void)
proc sys_getpid
        mov     eax, [this_cpu(current)]
        mov     eax, [eax + task.pid]
endproc

; long sys_getppid(void)
proc sys_getppid
        mov     eax, [this_cpu(current)]
        mov     eax, [eax + task.parent]
        mov     eax, [eax + task.pid]
endproc

; long sys_sched_yield(void)
proc sys_sched_yield
        call    yield
        xor     eax, eax
endproc

; long sys_write(unsigned fd, const char *buffer, u32 count)
; A bad address part of the way ends it there; bytes written before count.
proc sys_write, .fd, .buffer, .count
        sub     esp, IO_CHUNK
        push    ebx
        push    esi
        push    edi
        mov     eax, -EBADF
        cmp     dword [ebp + .fd], STDOUT
        je      .open
        cmp     dword [ebp + .fd], STDERR
        jne     .done
.open:
        xor     ebx, ebx                ; bytes written
.next:
        mov     esi, [ebp + .count]
        sub     esi, ebx
        jz      .all
        cmp     esi, IO_CHUNK
        jbe     .chunk
        mov     esi, IO_CHUNK
.chunk:
        mov     edx, [ebp + .buffer]
        add     edx, ebx
        lea     edi, [ebp - IO_CHUNK]
        ccall   copy_from_user, edi, edx, esi
        test    eax, eax
        jnz     .bad_address
        ccall   console_write, edi, esi
        add     ebx, esi
        jmp     .next
.bad_address:
        test    ebx, ebx
        jnz     .all
        mov     ebx, -EFAULT
.all:
        mov     eax, ebx
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; long sys_read(unsigned fd, char *buffer, u32 count)
; One line of the terminal, with its newline; what does not fit is lost.
proc sys_read, .fd, .buffer, .count
        sub     esp, IO_CHUNK
        push    ebx
        push    esi
        mov     eax, -EBADF
        cmp     dword [ebp + .fd], STDIN
        jne     .done
        lea     ebx, [ebp - IO_CHUNK]
        ccall   tty_read_line, ebx, IO_CHUNK
        mov     esi, eax
        xor     eax, eax                ; Ctrl-C: end of file
        test    esi, esi
        js      .done
        mov     byte [ebx + esi], NEWLINE
        inc     esi
        cmp     esi, [ebp + .count]
        jbe     .fits
        mov     esi, [ebp + .count]
.fits:
        ccall   copy_to_user, [ebp + .buffer], ebx, esi
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        mov     eax, esi
.done:
        pop     esi
        pop     ebx
endproc

; long sys_nanosleep(const struct timespec *request)            seconds, nanoseconds
proc sys_nanosleep, .request
        sub     esp, 8
        push    ebx
        lea     ebx, [ebp - 8]
        ccall   copy_from_user, ebx, [ebp + .request], 8
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        mov     eax, [ebx + 4]
        xor     edx, edx
        mov     ecx, NSEC_PER_TICK
        div     ecx
        imul    ecx, [ebx], HZ
        lea     eax, [eax + ecx + 1]    ; at least so long: the running tick does not count
        ccall   schedule_timeout, eax
        xor     eax, eax
.done:
        pop     ebx
endproc
