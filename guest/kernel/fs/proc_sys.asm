; proc_sys.asm: /proc/sys: what may be tuned, and what the kernel is called.
;
;   proc_sys_init()               boot

PRINTK_LEVELS   equ 8                   ; a console level is 1 to 8

        section .text

; void proc_sys_init(void)
proc proc_sys_init
        push    ebx
        ccall   mkdir, [proc_folder], proc_sys_name
        ccall   mkdir, eax, proc_sys_kernel_name
        mov     ebx, eax
        ccall   create_seq, ebx, sys_printk_name, show_printk_level, store_printk_level, 0
        ccall   create_seq, ebx, sys_ostype_name, show_text, 0, ostype_text
        ccall   create_seq, ebx, sys_osrelease_name, show_text, 0, osrelease_text
        ccall   create_seq, ebx, sys_hostname_name, show_text, 0, hostname_text
        pop     ebx
endproc

; void show_text(struct seq_file *m, const char *text)
proc show_text, .m, .text
        seqln   [ebp + .m], "%s", [ebp + .text]
endproc

; void show_printk_level(struct seq_file *m, void *)    the console's, the default's, the least, the first
proc show_printk_level, .m, .private
        seqln   [ebp + .m], "%d	%d	1	%d", [console_loglevel], DEFAULT_LEVEL, CONSOLE_LOGLEVEL
endproc

; int store_printk_level(const char *text, u32 length, void *)          the first of the numbers counts
proc store_printk_level, .text, .length, .private
        ccall   parse_decimal, [ebp + .text]
        lea     ecx, [eax - 1]
        cmp     ecx, PRINTK_LEVELS
        jae     .invalid
        mov     [console_loglevel], eax
        xor     eax, eax
        return
.invalid:
        mov     eax, -EINVAL
endproc

        section .rodata
proc_sys_name:  db "sys", 0
proc_sys_kernel_name: db "kernel", 0
sys_printk_name: db "printk", 0
sys_ostype_name: db "ostype", 0
sys_osrelease_name: db "osrelease", 0
sys_hostname_name: db "hostname", 0
ostype_text:    db "trapgate", 0
osrelease_text: db "1", 0
hostname_text:  db "trapgate", 0
        section .text
