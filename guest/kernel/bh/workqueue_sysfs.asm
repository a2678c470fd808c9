; workqueue_sysfs.asm: /sys/devices/virtual/workqueue: queues that were made with WQ_SYSFS.
;
;   workqueue_sysfs_init()        boot                 the folder, and cpumask: where unbound works may run
;   workqueue_sysfs_register(wq)  alloc_workqueue      0 or -ENOMEM
;   workqueue_sysfs_unregister(wq)   destroy_workqueue
;
; Each queue has per_cpu and max_active, which may be written; an unbound one also nice and cpumask,
; the CPUs its works run on: those of its mask that the mask of all unbound queues has, too.

        section .bss
        alignb  4
workqueue_folder: resd 1

        section .data
        align   4
wq_unbound_cpumask: dd CPU_MASK_ALL

        section .text

; void workqueue_sysfs_init(void)
proc workqueue_sysfs_init
        ccall   mkdir, [sys_virtual_folder], workqueue_folder_name
        mov     [workqueue_folder], eax
        ccall   create_seq, eax, wq_cpumask_name, show_unbound_cpumask, store_unbound_cpumask, 0
endproc

; int workqueue_sysfs_register(struct workqueue_struct *wq)
proc workqueue_sysfs_register, .wq
        push    ebx
        push    esi
        mov     ebx, [ebp + .wq]
        lea     eax, [ebx + workqueue_struct.name]
        ccall   mkdir, [workqueue_folder], eax
        mov     esi, eax
        test    eax, eax
        mov     eax, -ENOMEM
        jz      .done
        mov     [ebx + workqueue_struct.folder], esi
        ccall   create_seq, esi, wq_per_cpu_name, show_wq_per_cpu, 0, ebx
        ccall   create_seq, esi, wq_max_active_name, show_wq_max_active, store_wq_max_active, ebx
        test    dword [ebx + workqueue_struct.flags], WQ_UNBOUND
        jz      .bound
        ccall   create_seq, esi, wq_nice_name, show_wq_nice, 0, ebx
        ccall   create_seq, esi, wq_cpumask_name, show_wq_cpumask, store_wq_cpumask, ebx
.bound:
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc

; void workqueue_sysfs_unregister(struct workqueue_struct *wq)
proc workqueue_sysfs_unregister, .wq
        mov     ecx, [ebp + .wq]
        xor     eax, eax
        xchg    eax, [ecx + workqueue_struct.folder]
        ccall   remove_inode, eax
endproc

; void show_unbound_cpumask(struct seq_file *m, void *)
proc show_unbound_cpumask, .m, .private
        ccall   seq_cpumask, [ebp + .m], [wq_unbound_cpumask]
endproc

; int store_unbound_cpumask(const char *text, u32 length, void *)
proc store_unbound_cpumask, .text, .length, .private
        ccall   parse_online_cpumask, [ebp + .text], wq_unbound_cpumask
endproc

; int parse_online_cpumask(const char *text, u32 *mask)         -EINVAL: none of them is there
proc parse_online_cpumask, .text, .mask
.parsed         equ -4
        sub     esp, 4
        lea     eax, [ebp + .parsed]
        ccall   cpumask_parse, [ebp + .text], eax
        test    eax, eax
        jnz     .done
        mov     ecx, [ebp + .parsed]
        mov     eax, -EINVAL
        and     ecx, CPU_MASK_ALL
        jz      .done
        mov     edx, [ebp + .mask]
        mov     [edx], ecx
        xor     eax, eax
.done:
endproc

; void show_wq_per_cpu(struct seq_file *m, const struct workqueue_struct *wq)
proc show_wq_per_cpu, .m, .wq
        mov     ecx, [ebp + .wq]
        mov     eax, [ecx + workqueue_struct.flags]
        and     eax, WQ_UNBOUND
        cmp     eax, 1                  ; carry: bound
        sbb     eax, eax
        neg     eax
        seqln   [ebp + .m], "%d", eax
endproc

; void show_wq_max_active(struct seq_file *m, const struct workqueue_struct *wq)
proc show_wq_max_active, .m, .wq
        mov     ecx, [ebp + .wq]
        seqln   [ebp + .m], "%d", [ecx + workqueue_struct.max_active]
endproc

; int store_wq_max_active(const char *text, u32 length, struct workqueue_struct *wq)
; More than before is made use of when the next work of the queue ends.
proc store_wq_max_active, .text, .length, .wq
        ccall   parse_decimal, [ebp + .text]
        lea     ecx, [eax - 1]
        cmp     ecx, WQ_MAX_ACTIVE
        jae     .invalid
        mov     ecx, [ebp + .wq]
        mov     [ecx + workqueue_struct.max_active], eax
        xor     eax, eax
        return
.invalid:
        mov     eax, -EINVAL
endproc

; void show_wq_nice(struct seq_file *m, const struct workqueue_struct *wq)
proc show_wq_nice, .m, .wq
        mov     ecx, [ebp + .wq]
        mov     eax, [ecx + workqueue_struct.pwqs + pool_workqueue.pool]
        seqln   [ebp + .m], "%d", [eax + worker_pool.nice]
endproc

; void show_wq_cpumask(struct seq_file *m, const struct workqueue_struct *wq)
proc show_wq_cpumask, .m, .wq
        mov     ecx, [ebp + .wq]
        ccall   seq_cpumask, [ebp + .m], [ecx + workqueue_struct.cpumask]
endproc

; int store_wq_cpumask(const char *text, u32 length, struct workqueue_struct *wq)
proc store_wq_cpumask, .text, .length, .wq
        mov     ecx, [ebp + .wq]
        add     ecx, workqueue_struct.cpumask
        ccall   parse_online_cpumask, [ebp + .text], ecx
endproc

        section .rodata
workqueue_folder_name: db "workqueue", 0
wq_cpumask_name: db "cpumask", 0
wq_per_cpu_name: db "per_cpu", 0
wq_max_active_name: db "max_active", 0
wq_nice_name:   db "nice", 0
        section .text
