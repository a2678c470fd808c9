; kernel.asm: the kernel, one translation unit. The rooms in the order in which one may read them.
;
; docs/kernel.md is the map: what is where, who may call it, in which context.

        bits    32

%include "include/ascii.inc"
%include "include/errno.inc"
%include "include/signal.inc"
%include "include/ptrace.inc"
%include "include/termios.inc"
%include "include/ports.inc"
%include "include/vectors.inc"
%include "include/cpu.inc"
%include "include/frame.inc"
%include "include/percpu.inc"
%include "include/fs.inc"
%include "include/device.inc"
%include "include/task.inc"
%include "include/binprm.inc"
%include "include/irq.inc"
%include "include/softirq.inc"
%include "include/gfp.inc"
%include "include/workqueue.inc"
%include "include/export.inc"
%include "include/elf.inc"
%include "include/module.inc"
%include "include/multiboot.inc"
%include "include/proc.inc"
%include "include/printk.inc"

        section .text
_text:                                  ; first byte of code
        section .rodata
__start_rodata:                         ; first byte of the constants
        section .data
_sdata:                                 ; first byte that may be written

%include "boot.asm"
%include "main.asm"

%include "cpu/percpu.asm"
%include "cpu/gdt.asm"
%include "cpu/idt.asm"
%include "cpu/entry.asm"
%include "cpu/traps.asm"
%include "cpu/fault.asm"
%include "cpu/doublefault.asm"
%include "cpu/oops.asm"
%include "cpu/stacktrace.asm"
%include "cpu/reboot.asm"

%include "irq/chip_8259.asm"
%include "irq/desc.asm"
%include "irq/flow.asm"
%include "irq/handle.asm"
%include "irq/spurious.asm"
%include "irq/control.asm"
%include "irq/manage.asm"
%include "irq/thread.asm"
%include "irq/proc.asm"
%include "irq/affinity.asm"

%include "bh/softirq.asm"
%include "bh/ksoftirqd.asm"
%include "bh/tasklet.asm"
%include "bh/old_bh.asm"
%include "bh/timer.asm"
%include "bh/work_list.asm"
%include "bh/workqueue.asm"
%include "bh/workpool.asm"
%include "bh/delayed_work.asm"
%include "bh/workqueue_sysfs.asm"

%include "sched/task.asm"
%include "sched/switch.asm"
%include "sched/runqueue.asm"
%include "sched/preempt.asm"
%include "sched/wait.asm"
%include "sched/lock.asm"
%include "sched/kthread.asm"

%include "mm/pages.asm"
%include "mm/slab.asm"
%include "mm/paging.asm"
%include "mm/ioremap.asm"
%include "mm/uaccess.asm"

%include "fs/inode.asm"
%include "fs/path.asm"
%include "fs/file.asm"
%include "fs/read_write.asm"
%include "fs/namei.asm"
%include "fs/stat.asm"
%include "fs/cpio.asm"
%include "fs/ramfs.asm"
%include "fs/pipe.asm"
%include "fs/chrdev.asm"
%include "fs/devfs.asm"
%include "fs/seq_file.asm"
%include "fs/proc.asm"
%include "fs/proc_pid.asm"
%include "fs/proc_stat.asm"
%include "fs/proc_sys.asm"
%include "fs/sysfs.asm"

%include "drivers/i8254.asm"
%include "drivers/i8042.asm"
%include "drivers/keyboard.asm"
%include "drivers/uart.asm"
%include "drivers/serial.asm"
%include "drivers/mouse.asm"
%include "drivers/mc146818.asm"
%include "drivers/parport.asm"
%include "drivers/ata.asm"
%include "drivers/gpio.asm"
%include "drivers/speaker.asm"
%include "drivers/ib700wdt.asm"
%include "drivers/fpu.asm"
%include "drivers/cpuid.asm"
%include "drivers/vga.asm"
%include "drivers/vga_ansi.asm"
%include "drivers/tty.asm"
%include "drivers/n_tty.asm"
%include "drivers/tty_device.asm"
%include "drivers/mem.asm"
%include "drivers/lkdtm.asm"

%include "user/exec.asm"
%include "user/elf.asm"
%include "user/stack.asm"
%include "user/fork.asm"
%include "user/exit.asm"
%include "user/wait.asm"
%include "user/report.asm"
%include "user/signal.asm"
%include "user/sigframe.asm"
%include "user/stop.asm"
%include "user/kill.asm"
%include "user/ptrace.asm"
%include "user/ptrace_regs.asm"
%include "user/sched.asm"
%include "user/ioport.asm"
%include "user/module.asm"
%include "user/syscall.asm"

%include "module/load.asm"
%include "module/layout.asm"
%include "module/relocate.asm"
%include "module/param.asm"
%include "module/sysfs.asm"

%include "lib/string.asm"
%include "lib/memory.asm"
%include "lib/parse.asm"
%include "lib/format.asm"
%include "lib/cpumask.asm"
%include "lib/delay.asm"
%include "lib/ratelimit.asm"
%include "lib/printk.asm"
%include "lib/kmsg.asm"
%include "lib/console.asm"
%include "module/symbols.asm"
%include "lib/kallsyms.asm"

        section .rodata
        align   4
initramfs:                              ; an archive of programs, if the build has made one
%ifdef INITRAMFS
        incbin  "initramfs.cpio"
%endif
initramfs_end:

        section .text
_etext:                                 ; first byte behind the code
        section .bss
        alignb  PAGE_SIZE
_end:                                   ; first byte behind the kernel
