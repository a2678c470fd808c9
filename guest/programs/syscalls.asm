; syscalls: each system call by int 0x80, those that fail as well.

%include "include/program.inc"

NO_SUCH_CALL    equ 77
KERNEL_ADDRESS  equ 0x00100000
NO_SUCH_FILE    equ 9

main:
        syscall SYS_GETPPID
        mov     ebx, eax
        syscall SYS_GETPID
        sub     ebx, eax                ; the parent came first
        jns     .wrong
        say     "getpid, getppid: my parent is older than I."
        syscall SYS_SCHED_YIELD
        say_number "sched_yield: ", eax
        syscall SYS_NANOSLEEP, moment, 0
        say_number "nanosleep: ", eax
        syscall SYS_WRITE, STDOUT, KERNEL_ADDRESS, 4
        say_number "write of kernel memory: ", eax
        syscall SYS_WRITE, STDOUT, 0, 4
        say_number "write of what is not there: ", eax
        syscall SYS_WRITE, NO_SUCH_FILE, moment, 4
        say_number "write to a file not open: ", eax
        syscall NO_SUCH_CALL
        say_number "a call that does not exist: ", eax
        xor     eax, eax
        ret
.wrong:
        say     "getpid, getppid: WRONG."
        mov     eax, 1
        ret

        section .rodata
        align   4
moment: dd      0, 20000000             ; seconds, nanoseconds
