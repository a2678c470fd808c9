; commands.asm: what the shell can do itself. A command is `int command(const char *arguments)`.

struc command
.name:          resd 1
.function:      resd 1
.usage:         resd 1
.help:          resd 1
endstruc

%macro shell_command 4                  ; name, routine, how it is called, what it does
        dd      %%name, %2, %%usage, %%help
        section .data
%%name: db      %1, 0
%%usage:
        db      %3, 0
%%help: db      %4, 0
        section .rodata
%endmacro

        section .rodata
        align   4
commands:
        shell_command "dmesg", dmesg_command, "dmesg", "the kernel's log"
        shell_command "echo", echo_command, "echo WORDS", "print them"
        shell_command "help", help_command, "help", "this"
        shell_command "insmod", insmod_command, "insmod FILE [NAME=VALUE]", "load a module of the archive"
        shell_command "irqs", irqs_command, "irqs", "interrupts by line, as cat /proc/interrupts"
        shell_command "kill", kill_command, "kill PID", "end a program"
        shell_command "ls", ls_command, "ls [/proc]", "the archive's files, or /proc's"
        shell_command "lsmod", lsmod_command, "lsmod", "the modules that are loaded"
        shell_command "poweroff", poweroff_command, "poweroff", "switch the machine off"
        shell_command "ps", ps_command, "ps", "who is there"
        shell_command "reboot", reboot_command, "reboot", "start again"
        shell_command "rmmod", rmmod_command, "rmmod NAME", "unload one"
        shell_command "tour", tour_main, "tour", "every kind of trap, one after the other"
        shell_command "trap", trap_command, "trap [KIND]", "cause one in the kernel itself; alone, lists the kinds"
        shell_command "uptime", uptime_command, "uptime", "how long it has been"
commands_end:

        section .text

proc help_command, .arguments
        push    ebx
        mov     ebx, commands
.next:
        println "%-24s  %s", [ebx + command.usage], [ebx + command.help]
        add     ebx, command_size
        cmp     ebx, commands_end
        jb      .next
        println "Anything else is run as a program of the archive; ls names them. A & at the end: in the background."
        xor     eax, eax
        pop     ebx
endproc

proc ls_command, .arguments
        sub     esp, cpio_entry_size
        push    ebx
        ccall   has_word, [ebp + .arguments], ls_proc
        test    eax, eax
        jnz     .proc
        lea     ebx, [ebp - cpio_entry_size]
        mov     eax, [initrd_start]
        mov     [ebx + cpio_entry.next], eax
.next:
        ccall   cpio_next, ebx
        test    eax, eax
        jz      .done
        println "%6u %s", [ebx + cpio_entry.size], [ebx + cpio_entry.name]
        jmp     .next
.proc:
        mov     ebx, [proc_folder]
        mov     ebx, [ebx + inode.i_child]
.name:
        test    ebx, ebx
        jz      .done
        lea     eax, [ebx + inode.i_name]
        println "/proc/%s", eax
        mov     ebx, [ebx + inode.i_next]
        jmp     .name
.done:
        xor     eax, eax
        pop     ebx
endproc

proc echo_command, .arguments
        println "%s", [ebp + .arguments]
        xor     eax, eax
endproc

proc dmesg_command, .arguments
        call    show_log
        xor     eax, eax
endproc

proc irqs_command, .arguments
        ccall   run_program, cat_interrupts
        xor     eax, eax
endproc

proc uptime_command, .arguments
        mov     eax, [jiffies]
        xor     edx, edx
        mov     ecx, HZ
        div     ecx
        println "up %u.%02u seconds", eax, edx
        xor     eax, eax
endproc

proc ps_command, .arguments
        push    ebx
        push    esi
        println "  PID  NI S   TICKS COMMAND"
        mov     ebx, tasks
.next:
        cmp     dword [ebx + task.state], TASK_DEAD
        je      .empty
        mov     eax, [ebx + task.state]
        movzx   esi, byte [state_letters + eax]
        print   "%5d ", [ebx + task.pid]
        cmp     dword [ebx + task.rt_priority], 0
        jne     .real_time
        print   "%3d", [ebx + task.nice]
        jmp     .nice_shown
.real_time:
        print   "  -"
.nice_shown:
        print   " %c%8u ", esi, [ebx + task.ticks]
        lea     edx, [ebx + task.name]
        mov     ecx, kernel_thread_name ; Linux's ps puts [] around these
        cmp     dword [ebx + task.pgd], swapper_pg_dir
        je      .name
        mov     ecx, program_name
.name:
        ccall   console_printf, ecx, edx
.empty:
        add     ebx, task_size
        cmp     ebx, tasks + task_size * NR_TASKS
        jb      .next
        xor     eax, eax
        pop     esi
        pop     ebx
endproc

proc kill_command, .arguments
        push    ebx
        ccall   parse_decimal, [ebp + .arguments]
        mov     ebx, tasks
.next:
        cmp     dword [ebx + task.state], TASK_DEAD
        je      .other
        cmp     [ebx + task.pid], eax
        je      .found
.other:
        add     ebx, task_size
        cmp     ebx, tasks + task_size * NR_TASKS
        jb      .next
        println "kill: (%s): No such process", [ebp + .arguments]
        jmp     .done
.found:
        cmp     dword [ebx + task.pgd], swapper_pg_dir
        je      .kernel                 ; it never comes by the way out to ring 3
        ccall   send_signal, ebx, SIGKILL
        jmp     .done
.kernel:
        println "kill: (%s): Operation not permitted", [ebp + .arguments]
.done:
        xor     eax, eax
        pop     ebx
endproc

proc poweroff_command, .arguments
        call    machine_power_off
endproc

proc reboot_command, .arguments
        call    machine_restart
endproc

        section .rodata
state_letters:  db "-RSDZ"               ; by task.state
kernel_thread_name: db "[%s]", NEWLINE, 0
program_name:   db "%s", NEWLINE, 0
ls_proc:        db "/proc", 0
cat_interrupts: db "cat /proc/interrupts", 0
        section .text
