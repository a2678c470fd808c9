; devfs.asm: /dev, and the classes of devices that put nodes there.
;
;   devfs_init()                          boot     /dev, and the nodes that are always there
;   devfs_create_node(name, dev)          tasks    a node; 0: no memory
;   __class_create(owner, name), class_destroy(class)                     tasks
;   device_create(class, parent, dev, data, format, ...)                  tasks   /dev/NAME appears
;   device_destroy(class, dev)                                            tasks   and goes
;
; Both make folders in /sys/class, too. What makes a pointer answers -ENOMEM as a pointer (ERR_PTR).

DEVICE_NAME_MAX equ NAME_MAX + 1

        section .bss
        alignb  4
dev_folder:     resd 1
devices:        resd 1                  ; the newest first; guarded by preemption being off

        section .text

; void devfs_init(void)
proc devfs_init
        ccall   mkdir, [root_inode], dev_name
        mov     [dev_folder], eax
endproc

; struct inode *devfs_create_node(const char *name, dev_t dev)
proc devfs_create_node, .name, .dev
        ccall   create_inode, [dev_folder], [ebp + .name], S_IFCHR | S_IRUGO | S_IWUGO
        test    eax, eax
        jz      .done
        mov     ecx, [ebp + .dev]
        mov     [eax + inode.i_rdev], ecx
        mov     dword [eax + inode.i_fop], chrdev_operations
.done:
endproc

; struct class *__class_create(struct module *owner, const char *name)
proc __class_create, .owner, .name
        push    ebx
        ccall   kzalloc, class_size, GFP_KERNEL
        mov     ebx, eax
        test    eax, eax
        jz      .no_memory
        ccall   mkdir, [sys_class_folder], [ebp + .name]
        mov     [ebx + class.folder], eax
        test    eax, eax
        jnz     .done
        ccall   kfree, ebx
.no_memory:
        mov     ebx, -ENOMEM
.done:
        mov     eax, ebx
        pop     ebx
endproc
EXPORT_SYMBOL __class_create

; void class_destroy(struct class *which)
proc class_destroy, .which
        push    ebx
        mov     ebx, [ebp + .which]
        test    ebx, ebx
        jle     .done                   ; none, or an error
        ccall   remove_inode, [ebx + class.folder]
        ccall   kfree, ebx
.done:
        pop     ebx
endproc
EXPORT_SYMBOL class_destroy

; struct device *device_create(struct class *, struct device *parent, dev_t dev, void *data,
;                              const char *format, ...)
proc device_create, .class, .parent, .dev, .data, .format
.name           equ -DEVICE_NAME_MAX
        sub     esp, DEVICE_NAME_MAX
        push    ebx
        lea     eax, [ebp + .format + 4]
        lea     ecx, [ebp + .name]
        ccall   vsnprintf, ecx, DEVICE_NAME_MAX, [ebp + .format], eax
        ccall   kzalloc, device_size, GFP_KERNEL
        mov     ebx, eax
        test    eax, eax
        jz      .no_memory
        mov     eax, [ebp + .class]
        mov     [ebx + device.class], eax
        mov     eax, [ebp + .parent]
        mov     [ebx + device.parent], eax
        mov     eax, [ebp + .dev]
        mov     [ebx + device.devt], eax
        mov     eax, [ebp + .data]
        mov     [ebx + device.driver_data], eax
        lea     ecx, [ebp + .name]
        ccall   devfs_create_node, ecx, [ebp + .dev]
        mov     [ebx + device.node], eax
        test    eax, eax
        jz      .free
        mov     eax, [ebp + .class]
        lea     ecx, [ebp + .name]
        ccall   mkdir, [eax + class.folder], ecx
        mov     [ebx + device.folder], eax
        test    eax, eax
        jz      .free
        ccall   create_seq, eax, device_dev_name, show_device_number, 0, [ebp + .dev]
        preempt_disable
        mov     eax, [devices]
        mov     [ebx + device.next], eax
        mov     [devices], ebx
        call    preempt_enable
        jmp     .done
.free:
        ccall   remove_inode, [ebx + device.node]
        ccall   kfree, ebx
.no_memory:
        mov     ebx, -ENOMEM
.done:
        mov     eax, ebx
        pop     ebx
endproc
EXPORT_SYMBOL device_create

; void show_device_number(struct seq_file *m, dev_t dev)        "major:minor"
proc show_device_number, .m, .dev
        mov     eax, [ebp + .dev]
        mov     ecx, eax
        shr     eax, MINORBITS
        and     ecx, (1 << MINORBITS) - 1
        seqln   [ebp + .m], "%u:%u", eax, ecx
endproc

; void device_destroy(struct class *, dev_t dev)
proc device_destroy, .class, .dev
        push    ebx
        preempt_disable
        mov     ecx, devices
.next:
        mov     ebx, [ecx]
        test    ebx, ebx
        jz      .absent
        mov     eax, [ebx + device.devt]
        cmp     eax, [ebp + .dev]
        je      .found
        lea     ecx, [ebx + device.next]
        jmp     .next
.found:
        mov     eax, [ebx + device.next]
        mov     [ecx], eax
        call    preempt_enable
        ccall   remove_inode, [ebx + device.node]
        ccall   remove_inode, [ebx + device.folder]
        ccall   kfree, ebx
        jmp     .done
.absent:
        call    preempt_enable
.done:
        pop     ebx
endproc
EXPORT_SYMBOL device_destroy

        section .rodata
dev_name:       db "dev", 0
device_dev_name: db "dev", 0
        section .text
