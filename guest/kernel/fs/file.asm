; file.asm: open files and the descriptors that mean them.
;
;   vfs_open(path, flags, mode, result)   tasks    0 and a struct file *, or an error
;   open_inode(inode, flags, result)      tasks    the same for a file that has been found
;   fput(file)                            tasks    one descriptor less; the last one closes it
;   fd_install(file)                      process  its lowest free descriptor, or -EMFILE
;   fd_to_file(fd)                        process  struct file *, or 0
;   files_copy(child), files_close()      process  at fork, at the end

        section .text

; int vfs_open(const char *path, u32 flags, u32 mode, struct file **result)
proc vfs_open, .path, .flags, .mode, .result
.found          equ -4
.folder         equ -8
.name           equ -(8 + NAME_MAX + 1)
        sub     esp, 8 + NAME_MAX + 1
        push    ebx
        lea     eax, [ebp + .found]
        ccall   path_lookup, [ebp + .path], eax
        mov     ebx, eax
        test    eax, eax
        jz      .there
        cmp     eax, -ENOENT
        jne     .done
        test    dword [ebp + .flags], O_CREAT
        jz      .done
        lea     eax, [ebp + .folder]
        lea     ecx, [ebp + .name]
        ccall   path_parent, [ebp + .path], eax, ecx
        mov     ebx, eax
        test    eax, eax
        jnz     .done
        lea     ecx, [ebp + .name]
        ccall   ramfs_create, [ebp + .folder], ecx, [ebp + .mode]
        mov     ebx, -ENOSPC
        test    eax, eax
        jz      .done
        mov     [ebp + .found], eax
        jmp     .open
.there:
        mov     eax, [ebp + .flags]
        and     eax, O_CREAT | O_EXCL
        mov     ebx, -EEXIST
        cmp     eax, O_CREAT | O_EXCL
        je      .done
.open:
        ccall   open_inode, [ebp + .found], [ebp + .flags], [ebp + .result]
        mov     ebx, eax
.done:
        mov     eax, ebx
        pop     ebx
endproc

; int open_inode(struct inode *which, u32 flags, struct file **result)
proc open_inode, .which, .flags, .result
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + .which]
        mov     ecx, [esi + inode.i_mode]
        mov     eax, ecx
        and     eax, S_IFMT
        cmp     eax, S_IFDIR
        jne     .not_folder
        mov     eax, -EISDIR
        test    dword [ebp + .flags], O_ACCMODE
        jnz     .done
        jmp     .allowed
.not_folder:
        mov     eax, -ENOTDIR
        test    dword [ebp + .flags], O_DIRECTORY
        jnz     .done
        ; root may do everything but with a file that has no such operation at all, as in /proc and /sys
        cmp     dword [esi + inode.i_fop], seq_operations
        jne     .allowed
        mov     edx, [ebp + .flags]
        and     edx, O_ACCMODE
        mov     eax, -EACCES
        cmp     edx, O_WRONLY
        je      .writing
        test    ecx, S_IRUGO
        jz      .done
        cmp     edx, O_RDONLY
        je      .allowed
.writing:
        test    ecx, S_IWUSR
        jz      .done
.allowed:
        ccall   kzalloc, file_size, GFP_KERNEL
        mov     edi, eax
        mov     eax, -ENOMEM
        test    edi, edi
        jz      .done
        mov     eax, [ebp + .flags]
        mov     [edi + file.f_flags], eax
        mov     dword [edi + file.f_count], 1
        mov     [edi + file.f_inode], esi
        mov     eax, [esi + inode.i_fop]
        mov     [edi + file.f_op], eax
        ccall   iget, esi
        mov     eax, [edi + file.f_op]
        test    eax, eax
        jz      .opened
        mov     ecx, [eax + file_operations.open]
        test    ecx, ecx
        jz      .opened
        ccall   ecx, esi, edi
        test    eax, eax
        jns     .opened
        push    eax
        ccall   iput, esi
        ccall   kfree, edi
        pop     eax
        jmp     .done
.opened:
        mov     eax, [ebp + .result]
        mov     [eax], edi
        xor     eax, eax
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; void fput(struct file *which)
proc fput, .which
        push    ebx
        mov     ebx, [ebp + .which]
        lock dec dword [ebx + file.f_count]
        jnz     .held
        mov     eax, [ebx + file.f_op]
        test    eax, eax
        jz      .released
        mov     ecx, [eax + file_operations.release]
        test    ecx, ecx
        jz      .put_owner
        ccall   ecx, [ebx + file.f_inode], ebx
.put_owner:
        mov     eax, [ebx + file.f_op]
        mov     ecx, [eax + file_operations.owner]
        test    ecx, ecx
        jz      .released
        ccall   module_put, ecx
.released:
        ccall   iput, [ebx + file.f_inode]
        ccall   kfree, ebx
.held:
        pop     ebx
endproc

; int fd_install(struct file *which)
proc fd_install, .which
        ccall   lowest_fd, 0
        test    eax, eax
        js      .done
        mov     ecx, [this_cpu(current)]
        mov     edx, [ebp + .which]
        mov     [ecx + task.files + eax * 4], edx
.done:
endproc

; int lowest_fd(u32 from)               the lowest free descriptor from there on, or -EMFILE
proc lowest_fd, .from
        mov     ecx, [this_cpu(current)]
        mov     eax, [ebp + .from]
.next:
        cmp     eax, NR_OPEN
        jae     .none
        cmp     dword [ecx + task.files + eax * 4], 0
        je      .done
        inc     eax
        jmp     .next
.none:
        mov     eax, -EMFILE
.done:
endproc

; struct file *fd_to_file(u32 fd)
proc fd_to_file, .fd
        xor     eax, eax
        mov     ecx, [ebp + .fd]
        cmp     ecx, NR_OPEN
        jae     .done
        mov     eax, [this_cpu(current)]
        mov     eax, [eax + task.files + ecx * 4]
.done:
endproc

; int fd_close(u32 fd)                  0 or -EBADF
proc fd_close, .fd
        push    ebx
        push    esi
        ccall   fd_to_file, [ebp + .fd]
        mov     esi, eax
        mov     eax, -EBADF
        test    esi, esi
        jz      .done
        mov     ecx, [this_cpu(current)]
        mov     edx, [ebp + .fd]
        mov     dword [ecx + task.files + edx * 4], 0
        xor     ebx, ebx
        mov     eax, [esi + file.f_op]
        test    eax, eax
        jz      .flushed
        mov     ecx, [eax + file_operations.flush]
        test    ecx, ecx
        jz      .flushed
        ccall   ecx, esi, 0
        mov     ebx, eax
.flushed:
        ccall   fput, esi
        mov     eax, ebx
.done:
        pop     esi
        pop     ebx
endproc

; void files_copy(struct task *child)   current's descriptors and working directory, for it too
proc files_copy, .child
        push    ebx
        mov     edx, [this_cpu(current)]
        mov     ecx, [ebp + .child]
        xor     ebx, ebx
.next:
        mov     eax, [edx + task.files + ebx * 4]
        mov     [ecx + task.files + ebx * 4], eax
        test    eax, eax
        jz      .closed
        lock inc dword [eax + file.f_count]
.closed:
        inc     ebx
        cmp     ebx, NR_OPEN
        jb      .next
        mov     eax, [edx + task.cwd]
        mov     [ecx + task.cwd], eax
        test    eax, eax
        jz      .no_folder
        ccall   iget, eax
.no_folder:
        pop     ebx
endproc

; void files_close(void)
proc files_close
        push    ebx
        xor     ebx, ebx
.next:
        ccall   fd_close, ebx
        inc     ebx
        cmp     ebx, NR_OPEN
        jb      .next
        mov     ecx, [this_cpu(current)]
        xor     eax, eax
        xchg    eax, [ecx + task.cwd]
        test    eax, eax
        jz      .no_folder
        ccall   iput, eax
.no_folder:
        pop     ebx
endproc
