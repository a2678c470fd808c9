; ramfs.asm: regular files. What is written is kept in memory and gone at power-off.
;
;   ramfs_create(folder, name, mode)      tasks    an empty one; 0: no memory
;   ramfs_populate()                      boot     the archives' files become files of the tree
;
; A file's bytes lie behind i_data, all together. An archive's file is used where it lies, until
; somebody writes to it.

        file_operations_table ramfs_operations, ramfs_read, ramfs_write, 0, ramfs_open, 0

        section .text

; struct inode *ramfs_create(struct inode *folder, const char *name, u32 mode)
proc ramfs_create, .folder, .name, .mode
        mov     eax, [ebp + .mode]
        and     eax, ~S_IFMT
        or      eax, S_IFREG
        ccall   create_inode, [ebp + .folder], [ebp + .name], eax
        test    eax, eax
        jz      .done
        mov     dword [eax + inode.i_fop], ramfs_operations
.done:
endproc

; void ramfs_populate(void)
; The programs of /bin are built into the kernel (kernel.asm). What the loader brought comes over them:
; archives, and other modules each as one file, as with `-initrd programs.cpio,my.ko`.
proc ramfs_populate
        push    ebx
        push    esi
        push    edi
        ccall   populate_archive, initramfs, initramfs_end
        xor     edi, edi                ; files
        mov     ebx, boot_modules
        mov     esi, [nr_boot_modules]
.next:
        dec     esi
        js      .all
        ccall   populate_module, ebx
        add     edi, eax
        add     ebx, boot_module_size
        jmp     .next
.all:
        test    edi, edi
        jz      .none
        pr      KERN_INFO, "initrd: %d files", edi
        jmp     .done
.none:
        pr      KERN_WARNING, "initrd: none, so there is only /bin"
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; int populate_module(const struct boot_module *)       how many files it has
proc populate_module, .module
.entry          equ -cpio_entry_size
        sub     esp, cpio_entry_size
        push    ebx
        mov     ebx, [ebp + .module]
        ccall   cpio_check, [ebx + boot_module.start], [ebx + boot_module.end]
        test    eax, eax
        jz      .file
        ccall   populate_archive, [ebx + boot_module.start], [ebx + boot_module.end]
        jmp     .done
.file:
        lea     ecx, [ebp + .entry]
        lea     eax, [ebx + boot_module.name]
        mov     [ecx + cpio_entry.name], eax
        mov     eax, [ebx + boot_module.start]
        mov     [ecx + cpio_entry.data], eax
        mov     edx, [ebx + boot_module.end]
        sub     edx, eax
        mov     [ecx + cpio_entry.size], edx
        mov     dword [ecx + cpio_entry.mode], S_IFREG | S_IRUGO | S_IXUGO
        ccall   populate_file, ecx
        mov     eax, 1
.done:
        pop     ebx
endproc

; int populate_archive(const void *start, const void *end)      how many files it has
proc populate_archive, .start, .end
.entry          equ -cpio_entry_size
        sub     esp, cpio_entry_size
        push    ebx
        push    esi
        xor     esi, esi
        lea     ebx, [ebp + .entry]
        ccall   cpio_open, ebx, [ebp + .start], [ebp + .end]
.next:
        ccall   cpio_next, ebx
        test    eax, eax
        jz      .done
        inc     esi
        ccall   populate_file, ebx
        jmp     .next
.done:
        mov     eax, esi
        pop     esi
        pop     ebx
endproc

; void populate_file(const struct cpio_entry *)         the folders on the way are made, too
proc populate_file, .entry
.name           equ -(NAME_MAX + 1)
        sub     esp, NAME_MAX + 1
        push    ebx
        push    esi
        push    edi
        mov     ebx, [root_inode]
        mov     edi, [ebp + .entry]
        mov     esi, [edi + cpio_entry.name]
.component:
        cmp     byte [esi], '/'
        jne     .letters
        inc     esi
        jmp     .component
.letters:
        ccall   component_length, esi
        test    eax, eax
        jz      .done
        cmp     word [esi], '.' + '/' * 256
        je      .here                   ; "./bin/sh": as find(1) names them
        push    eax
        lea     ecx, [eax + 1]
        cmp     ecx, NAME_MAX + 1
        jbe     .fits
        mov     ecx, NAME_MAX + 1
.fits:
        lea     edx, [ebp + .name]
        ccall   strlcpy, edx, esi, ecx
        pop     eax
        add     esi, eax
        lea     edx, [ebp + .name]
        cmp     byte [esi], 0
        je      .last
        ccall   mkdir, ebx, edx
        jmp     .made
.last:
        mov     eax, [edi + cpio_entry.mode]
        mov     ecx, eax
        and     ecx, S_IFMT
        cmp     ecx, S_IFDIR
        jne     .file
        ccall   mkdir, ebx, edx
        jmp     .done
.file:
        push    eax
        ccall   strlen, edx
        lea     edx, [ebp + .name]
        ccall   find_child, ebx, edx, eax
        ccall   remove_inode, eax       ; of an archive before
        pop     eax
        lea     edx, [ebp + .name]
        ccall   ramfs_create, ebx, edx, eax
        test    eax, eax
        jz      .done
        mov     ecx, [edi + cpio_entry.data]
        mov     [eax + inode.i_data], ecx
        mov     ecx, [edi + cpio_entry.size]
        mov     [eax + inode.i_size], ecx
        jmp     .done
.here:
        inc     esi
        jmp     .component
.made:
        mov     ebx, eax
        test    ebx, ebx
        jnz     .component
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; int ramfs_open(struct inode *, struct file *)
proc ramfs_open, .inode, .file
        mov     eax, [ebp + .file]
        test    dword [eax + file.f_flags], O_TRUNC
        jz      .done
        mov     ecx, [ebp + .inode]
        mov     dword [ecx + inode.i_size], 0
.done:
        xor     eax, eax
endproc

; ssize_t ramfs_read(struct file *, char *buffer, u32 count, loff_t *place)
proc ramfs_read, .file, .buffer, .count, .place
        mov     eax, [ebp + .file]
        mov     eax, [eax + file.f_inode]
        ccall   simple_read_from_buffer, [ebp + .buffer], [ebp + .count], [ebp + .place], \
                [eax + inode.i_data], [eax + inode.i_size]
endproc

; ssize_t ramfs_write(struct file *, const char *buffer, u32 count, loff_t *place)
proc ramfs_write, .file, .buffer, .count, .place
        push    ebx
        push    esi
        push    edi
        mov     eax, [ebp + .file]
        mov     ebx, [eax + file.f_inode]
        mov     esi, [ebp + .place]
        mov     edi, [esi]
        add     edi, [ebp + .count]
        mov     eax, -EINVAL
        jc      .done
        ccall   ramfs_reserve, ebx, edi
        test    eax, eax
        jnz     .done
        ; a hole that lseek left reads as zeros
        mov     eax, [esi]
        sub     eax, [ebx + inode.i_size]
        jbe     .no_hole
        mov     ecx, [ebx + inode.i_data]
        add     ecx, [ebx + inode.i_size]
        ccall   memset, ecx, 0, eax
.no_hole:
        mov     ecx, [ebx + inode.i_data]
        add     ecx, [esi]
        ccall   copy_from_user, ecx, [ebp + .buffer], [ebp + .count]
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        mov     [esi], edi
        cmp     edi, [ebx + inode.i_size]
        jbe     .size_known
        mov     [ebx + inode.i_size], edi
.size_known:
        mov     eax, [ebp + .count]
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; int ramfs_reserve(struct inode *which, u32 size)      room for that many bytes that are ours; 0 or -ENOSPC
proc ramfs_reserve, .which, .size
        push    ebx
        push    esi
        mov     ebx, [ebp + .which]
        mov     eax, [ebp + .size]
        cmp     eax, [ebx + inode.i_capacity]
        jbe     .enough
        shl     eax, 1
        ccall   kmalloc, eax, GFP_KERNEL
        mov     esi, eax
        mov     eax, -ENOSPC
        test    esi, esi
        jz      .done
        ccall   memcpy, esi, [ebx + inode.i_data], [ebx + inode.i_size]
        cmp     dword [ebx + inode.i_capacity], 0
        je      .archive
        ccall   kfree, [ebx + inode.i_data]
.archive:
        mov     [ebx + inode.i_data], esi
        mov     eax, [ebp + .size]
        shl     eax, 1
        mov     [ebx + inode.i_capacity], eax
.enough:
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc
