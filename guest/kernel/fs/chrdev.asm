; chrdev.asm: character devices: which driver serves which number.
;
;   register_chrdev(major, name, fops)    tasks    minors 0-255; major 0: any, and it is what is returned
;   unregister_chrdev(major, name)        tasks
;   alloc_chrdev_region(dev, first, count, name), register_chrdev_region(dev, count, name),
;   unregister_chrdev_region(dev, count)  tasks    numbers alone
;   cdev_init(cdev, fops), cdev_alloc()   tasks
;   cdev_add(cdev, dev, count), cdev_del(cdev)   tasks    from here on, and until here, open() finds it
;
; A node (fs/devfs.asm) holds a number. Opening it looks for the cdev, takes a reference on its module,
; and from then on the open file has the driver's operations.

        file_operations_table chrdev_operations, 0, 0, 0, chrdev_open, 0

        section .bss
        alignb  4
chrdev_regions: resd 1                  ; highest number first
cdevs:          resd 1

        section .text

; int chrdev_open(struct inode *, struct file *)
proc chrdev_open, .inode, .file
        push    ebx
        push    esi
        mov     esi, [ebp + .inode]
        ccall   cdev_find, [esi + inode.i_rdev]
        mov     ebx, eax
        mov     eax, -ENXIO
        test    ebx, ebx
        jz      .done
        mov     [esi + inode.i_cdev], ebx
        mov     eax, [ebx + cdev.owner]
        test    eax, eax
        jz      .held
        ccall   try_module_get, eax
.held:
        mov     eax, [ebx + cdev.ops]
        mov     edx, [ebp + .file]
        mov     [edx + file.f_op], eax
        mov     ecx, [eax + file_operations.open]
        xor     eax, eax
        test    ecx, ecx
        jz      .done
        ccall   ecx, esi, edx
        test    eax, eax
        jns     .done
        mov     ecx, [ebx + cdev.owner]
        test    ecx, ecx
        jz      .done
        push    eax
        ccall   module_put, ecx
        pop     eax
.done:
        pop     esi
        pop     ebx
endproc

; struct cdev *cdev_find(dev_t dev)
proc cdev_find, .dev
        mov     eax, [cdevs]
.next:
        test    eax, eax
        jz      .done
        mov     ecx, [ebp + .dev]
        sub     ecx, [eax + cdev.dev]
        cmp     ecx, [eax + cdev.count] ; unsigned: below is far above
        jb      .done
        mov     eax, [eax + cdev.next]
        jmp     .next
.done:
endproc

; void cdev_init(struct cdev *which, const struct file_operations *ops)
proc cdev_init, .which, .ops
        ccall   memset, [ebp + .which], 0, cdev_size
        mov     eax, [ebp + .which]
        mov     ecx, [ebp + .ops]
        mov     [eax + cdev.ops], ecx
endproc
EXPORT_SYMBOL cdev_init

; struct cdev *cdev_alloc(void)         cdev_del gives it back
proc cdev_alloc
        ccall   kzalloc, cdev_size, GFP_KERNEL
endproc
EXPORT_SYMBOL cdev_alloc

; int cdev_add(struct cdev *which, dev_t dev, unsigned count)
proc cdev_add, .which, .dev, .count
        mov     eax, [ebp + .which]
        mov     ecx, [eax + cdev.ops]
        mov     edx, [ecx + file_operations.owner]
        cmp     dword [eax + cdev.owner], 0
        jne     .owner_known
        mov     [eax + cdev.owner], edx
.owner_known:
        mov     ecx, [ebp + .dev]
        mov     [eax + cdev.dev], ecx
        mov     ecx, [ebp + .count]
        mov     [eax + cdev.count], ecx
        preempt_disable
        mov     ecx, [cdevs]
        mov     [eax + cdev.next], ecx
        mov     [cdevs], eax
        call    preempt_enable
        xor     eax, eax
endproc
EXPORT_SYMBOL cdev_add

; void cdev_del(struct cdev *which)
proc cdev_del, .which
        preempt_disable
        mov     ecx, cdevs
.next:
        mov     eax, [ecx]
        test    eax, eax
        jz      .gone                   ; it never was added
        cmp     eax, [ebp + .which]
        je      .found
        lea     ecx, [eax + cdev.next]
        jmp     .next
.found:
        mov     eax, [eax + cdev.next]
        mov     [ecx], eax
.gone:
        call    preempt_enable
endproc
EXPORT_SYMBOL cdev_del

; int register_chrdev_region(dev_t dev, unsigned count, const char *name)       0, -EBUSY, -ENOMEM
proc register_chrdev_region, .dev, .count, .name
        ccall   take_region, [ebp + .dev], [ebp + .count], [ebp + .name]
        test    eax, eax
        jg      .taken
        return
.taken:
        xor     eax, eax
endproc
EXPORT_SYMBOL register_chrdev_region

; int take_region(dev_t dev, unsigned count, const char *name)  struct chrdev_region *, -EBUSY, -ENOMEM
; The kernel lies below 1 GB, so a pointer never looks like an error.
proc take_region, .dev, .count, .name
        push    ebx
        push    esi
        ccall   strlen, [ebp + .name]
        add     eax, chrdev_region_size + 1
        ccall   kzalloc, eax, GFP_KERNEL
        mov     ebx, eax
        mov     eax, -ENOMEM
        test    ebx, ebx
        jz      .done
        lea     eax, [ebx + chrdev_region.name]
        ccall   strlcpy, eax, [ebp + .name], NAME_MAX
        mov     eax, [ebp + .dev]
        mov     [ebx + chrdev_region.dev], eax
        mov     eax, [ebp + .count]
        mov     [ebx + chrdev_region.count], eax
        preempt_disable
        mov     ecx, chrdev_regions
.next:
        mov     eax, [ecx]
        test    eax, eax
        jz      .free
        mov     esi, [eax + chrdev_region.dev]
        add     esi, [eax + chrdev_region.count]
        cmp     esi, [ebp + .dev]
        jbe     .free                   ; all others lie below, too
        mov     esi, [ebp + .dev]
        add     esi, [ebp + .count]
        cmp     esi, [eax + chrdev_region.dev]
        ja      .busy
        lea     ecx, [eax + chrdev_region.next]
        jmp     .next
.free:
        mov     [ebx + chrdev_region.next], eax
        mov     [ecx], ebx
        call    preempt_enable
        mov     eax, ebx
        jmp     .done
.busy:
        call    preempt_enable
        ccall   kfree, ebx
        mov     eax, -EBUSY
.done:
        pop     esi
        pop     ebx
endproc

; int alloc_chrdev_region(dev_t *dev, unsigned first, unsigned count, const char *name)
proc alloc_chrdev_region, .dev, .first, .count, .name
        ccall   take_free_major, [ebp + .first], [ebp + .count], [ebp + .name]
        test    eax, eax
        js      .done
        mov     eax, [eax + chrdev_region.dev]
        mov     ecx, [ebp + .dev]
        mov     [ecx], eax
        xor     eax, eax
.done:
endproc
EXPORT_SYMBOL alloc_chrdev_region

; int take_free_major(unsigned first, unsigned count, const char *name)         as take_region
proc take_free_major, .first, .count, .name
        push    ebx
        mov     ebx, 254
.next:
        mov     eax, ebx
        shl     eax, MINORBITS
        ; a major is free when nobody has any minor of it
        ccall   major_taken, eax
        test    eax, eax
        jnz     .another
        mov     eax, ebx
        shl     eax, MINORBITS
        add     eax, [ebp + .first]
        ccall   take_region, eax, [ebp + .count], [ebp + .name]
        jmp     .done
.another:
        dec     ebx
        cmp     ebx, CHRDEV_MAJOR_DYN_END
        jae     .next
        mov     eax, -EBUSY
.done:
        pop     ebx
endproc

; int major_taken(dev_t dev)
proc major_taken, .dev
        mov     ecx, [chrdev_regions]
.next:
        test    ecx, ecx
        jz      .free
        mov     eax, [ecx + chrdev_region.dev]
        xor     eax, [ebp + .dev]
        shr     eax, MINORBITS
        jz      .taken
        mov     ecx, [ecx + chrdev_region.next]
        jmp     .next
.taken:
        mov     eax, 1
        return
.free:
        xor     eax, eax
endproc

; void unregister_chrdev_region(dev_t dev, unsigned count)
proc unregister_chrdev_region, .dev, .count
        push    ebx
        preempt_disable
        mov     ecx, chrdev_regions
.next:
        mov     ebx, [ecx]
        test    ebx, ebx
        jz      .done
        mov     eax, [ebx + chrdev_region.dev]
        cmp     eax, [ebp + .dev]
        je      .found
        lea     ecx, [ebx + chrdev_region.next]
        jmp     .next
.found:
        mov     eax, [ebx + chrdev_region.next]
        mov     [ecx], eax
.done:
        call    preempt_enable
        ccall   kfree, ebx
        pop     ebx
endproc
EXPORT_SYMBOL unregister_chrdev_region

; int register_chrdev(unsigned major, const char *name, const struct file_operations *ops)
proc register_chrdev, .major, .name, .ops
        push    ebx
        push    esi
        mov     eax, [ebp + .major]
        test    eax, eax
        jz      .any
        mov     ebx, -EINVAL
        cmp     eax, CHRDEV_MAJOR_MAX
        jae     .done
        shl     eax, MINORBITS
        ccall   take_region, eax, CHRDEV_MINORS, [ebp + .name]
        jmp     .taken
.any:
        ccall   take_free_major, 0, CHRDEV_MINORS, [ebp + .name]
.taken:
        mov     ebx, eax
        test    eax, eax
        js      .done
        mov     esi, eax
        call    cdev_alloc
        mov     [esi + chrdev_region.cdev], eax
        test    eax, eax
        jz      .no_memory
        mov     ecx, [ebp + .ops]
        mov     [eax + cdev.ops], ecx
        ccall   cdev_add, eax, [esi + chrdev_region.dev], CHRDEV_MINORS
        xor     ebx, ebx
        cmp     dword [ebp + .major], 0
        jne     .done
        mov     ebx, [esi + chrdev_region.dev]
        shr     ebx, MINORBITS
        jmp     .done
.no_memory:
        ccall   unregister_chrdev_region, [esi + chrdev_region.dev], CHRDEV_MINORS
        mov     ebx, -ENOMEM
.done:
        mov     eax, ebx
        pop     esi
        pop     ebx
endproc
EXPORT_SYMBOL register_chrdev

; void unregister_chrdev(unsigned major, const char *name)
proc unregister_chrdev, .major, .name
        push    ebx
        mov     eax, [ebp + .major]
        shl     eax, MINORBITS
        ccall   cdev_find, eax
        mov     ebx, eax
        test    eax, eax
        jz      .done
        ccall   cdev_del, ebx
        mov     eax, [ebp + .major]
        shl     eax, MINORBITS
        ccall   unregister_chrdev_region, eax, CHRDEV_MINORS
        ccall   kfree, ebx
.done:
        pop     ebx
endproc
EXPORT_SYMBOL unregister_chrdev

; void show_devices(struct seq_file *m, void *)         /proc/devices, lowest major first
proc show_devices, .m, .private
        push    ebx
        push    esi
        seqln   [ebp + .m], "Character devices:"
        xor     esi, esi
.major:
        mov     ebx, [chrdev_regions]
.next:
        test    ebx, ebx
        jz      .none
        mov     eax, [ebx + chrdev_region.dev]
        shr     eax, MINORBITS
        cmp     eax, esi
        je      .found
        mov     ebx, [ebx + chrdev_region.next]
        jmp     .next
.found:
        lea     eax, [ebx + chrdev_region.name]
        seqln   [ebp + .m], "%3d %s", esi, eax
.none:
        inc     esi
        cmp     esi, CHRDEV_MAJOR_MAX
        jb      .major
        pop     esi
        pop     ebx
endproc
