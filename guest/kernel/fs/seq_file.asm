; seq_file.asm: files whose text is made up when they are read: those of /proc and /sys.
;
;   create_seq(folder, name, show, store, private)   tasks   such a file, 0: no memory. show is
;                                          void show(struct seq_file *, void *private); store, which may
;                                          be 0, is int store(const char *text, u32 length, void *private)
;   seq_printf(m, format, ...)             in a show routine; `seq` and `seqln` (include/fs.inc)
;   seq_puts(m, text), seq_putc(m, c)      the same for a plain text, a character
;
; A read at place 0 makes the whole text, into a buffer that is doubled until it fits; what is read on
; from there is of one moment. A store routine gets a kernel copy of what one write() brought, with a
; NUL behind it, and answers 0 or an error.

SEQ_FIRST_SIZE  equ 1008                ; one of kmalloc's sizes
SEQ_LARGEST     equ 4 << 20
STORE_MAX       equ 2000                ; bytes of one write

        file_operations_table seq_operations, seq_read, seq_write, 0, seq_open, seq_release

        section .text

; struct inode *create_seq(struct inode *folder, const char *name, show, store, void *private)
proc create_seq, .folder, .name, .show, .store, .private
        mov     ecx, S_IFREG
        cmp     dword [ebp + .show], 0
        je      .no_show
        or      ecx, S_IRUGO
.no_show:
        cmp     dword [ebp + .store], 0
        je      .no_store
        or      ecx, S_IWUSR
.no_store:
        ccall   create_inode, [ebp + .folder], [ebp + .name], ecx
        test    eax, eax
        jz      .done
        mov     dword [eax + inode.i_fop], seq_operations
        mov     ecx, [ebp + .show]
        mov     [eax + inode.i_show], ecx
        mov     ecx, [ebp + .store]
        mov     [eax + inode.i_store], ecx
        mov     ecx, [ebp + .private]
        mov     [eax + inode.i_private], ecx
.done:
endproc

; int seq_open(struct inode *, struct file *)
proc seq_open, .inode, .file
        ccall   kzalloc, seq_file_size, GFP_KERNEL
        mov     ecx, [ebp + .file]
        mov     [ecx + file.private_data], eax
        test    eax, eax
        mov     eax, 0
        jnz     .done
        mov     eax, -ENOMEM
.done:
endproc

; int seq_release(struct inode *, struct file *)
proc seq_release, .inode, .file
        push    ebx
        mov     ebx, [ebp + .file]
        mov     ebx, [ebx + file.private_data]
        ccall   kfree, [ebx + seq_file.buf]
        ccall   kfree, ebx
        xor     eax, eax
        pop     ebx
endproc

; ssize_t seq_read(struct file *, char *buffer, u32 count, loff_t *place)
proc seq_read, .file, .buffer, .count, .place
        push    ebx
        mov     eax, [ebp + .file]
        mov     ebx, [eax + file.private_data]
        mov     ecx, [ebp + .place]
        cmp     dword [ecx], 0
        jne     .filled
        ccall   seq_fill, ebx, [eax + file.f_inode]
        test    eax, eax
        jnz     .done
.filled:
        ccall   simple_read_from_buffer, [ebp + .buffer], [ebp + .count], [ebp + .place], \
                [ebx + seq_file.buf], [ebx + seq_file.count]
.done:
        pop     ebx
endproc

; int seq_fill(struct seq_file *m, struct inode *which)
proc seq_fill, .m, .which
        push    ebx
        push    esi
        mov     ebx, [ebp + .m]
        mov     esi, [ebp + .which]
        cmp     dword [ebx + seq_file.buf], 0
        jne     .again
        mov     dword [ebx + seq_file.size], SEQ_FIRST_SIZE
.allocate:
        ccall   kmalloc, [ebx + seq_file.size], GFP_KERNEL
        mov     [ebx + seq_file.buf], eax
        test    eax, eax
        jz      .no_memory
.again:
        mov     dword [ebx + seq_file.count], 0
        mov     dword [ebx + seq_file.full], 0
        ccall   [esi + inode.i_show], ebx, [esi + inode.i_private]
        cmp     dword [ebx + seq_file.full], 0
        je      .fits
        ccall   kfree, [ebx + seq_file.buf]
        mov     dword [ebx + seq_file.buf], 0
        shl     dword [ebx + seq_file.size], 1
        cmp     dword [ebx + seq_file.size], SEQ_LARGEST
        jbe     .allocate
.no_memory:
        mov     dword [ebx + seq_file.count], 0
        mov     eax, -ENOMEM
        jmp     .done
.fits:
        xor     eax, eax
.done:
        pop     esi
        pop     ebx
endproc

; ssize_t seq_write(struct file *, const char *buffer, u32 count, loff_t *place)
proc seq_write, .file, .buffer, .count, .place
        push    ebx
        push    esi
        mov     eax, [ebp + .file]
        mov     esi, [eax + file.f_inode]
        mov     eax, -EINVAL
        cmp     dword [ebp + .count], STORE_MAX
        ja      .out
        mov     eax, [ebp + .count]
        inc     eax
        ccall   kmalloc, eax, GFP_KERNEL
        mov     ebx, eax
        mov     eax, -ENOMEM
        test    ebx, ebx
        jz      .out
        ccall   copy_from_user, ebx, [ebp + .buffer], [ebp + .count]
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .free
        mov     ecx, [ebp + .count]
        mov     byte [ebx + ecx], 0
        ccall   [esi + inode.i_store], ebx, [ebp + .count], [esi + inode.i_private]
        test    eax, eax
        js      .free
        mov     eax, [ebp + .count]
        mov     ecx, [ebp + .place]
        add     [ecx], eax
.free:
        push    eax
        ccall   kfree, ebx
        pop     eax
.out:
        pop     esi
        pop     ebx
endproc

; void seq_printf(struct seq_file *m, const char *format, ...)
proc seq_printf, .m, .format
        push    ebx
        push    esi
        mov     ebx, [ebp + .m]
        mov     esi, [ebx + seq_file.size]
        sub     esi, [ebx + seq_file.count]     ; never below 1
        mov     ecx, [ebx + seq_file.buf]
        add     ecx, [ebx + seq_file.count]
        lea     eax, [ebp + .format + 4]
        ccall   vsnprintf, ecx, esi, [ebp + .format], eax
        add     [ebx + seq_file.count], eax
        inc     eax
        cmp     eax, esi
        jb      .done
        mov     dword [ebx + seq_file.full], 1  ; to the last byte may mean cut off
.done:
        pop     esi
        pop     ebx
endproc
EXPORT_SYMBOL seq_printf

; void seq_putc(struct seq_file *m, int c)
proc seq_putc, .m, .c
        mov     ecx, [ebp + .m]
        mov     edx, [ecx + seq_file.count]
        cmp     edx, [ecx + seq_file.size]
        jae     .full
        add     edx, [ecx + seq_file.buf]
        mov     eax, [ebp + .c]
        mov     [edx], al
        inc     dword [ecx + seq_file.count]
        mov     edx, [ecx + seq_file.count]
        cmp     edx, [ecx + seq_file.size]
        jb      .done
.full:
        mov     dword [ecx + seq_file.full], 1
.done:
endproc
EXPORT_SYMBOL seq_putc

; void seq_puts(struct seq_file *m, const char *text)
proc seq_puts, .m, .text
        seq     [ebp + .m], "%s", [ebp + .text]
endproc
EXPORT_SYMBOL seq_puts
