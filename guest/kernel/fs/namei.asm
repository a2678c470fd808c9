; namei.asm: making and removing names, and the working directory. System calls.
;
;   sys_mkdir(path, mode), sys_rmdir(path), sys_unlink(path), sys_access(path, mode)
;   sys_chdir(path), sys_getcwd(buffer, size)

X_OK            equ 1                   ; of access: may it be run?

        section .text

; long sys_mkdir(const char *path, u32 mode)
proc sys_mkdir, .path, .mode
.folder         equ -4
.path_copy      equ -(4 + PATH_MAX)
.name           equ -(4 + PATH_MAX + NAME_MAX + 1)
        sub     esp, 4 + PATH_MAX + NAME_MAX + 1
        lea     eax, [ebp + .path_copy]
        ccall   strncpy_from_user, eax, [ebp + .path], PATH_MAX
        test    eax, eax
        js      .done
        lea     eax, [ebp + .path_copy]
        lea     ecx, [ebp + .folder]
        lea     edx, [ebp + .name]
        ccall   path_parent, eax, ecx, edx
        test    eax, eax
        jnz     .done
        lea     eax, [ebp + .name]
        ccall   strlen, eax
        lea     ecx, [ebp + .name]
        ccall   find_child, [ebp + .folder], ecx, eax
        test    eax, eax
        mov     eax, -EEXIST
        jnz     .done
        lea     ecx, [ebp + .name]
        ccall   mkdir, [ebp + .folder], ecx
        test    eax, eax
        mov     eax, -ENOSPC
        jz      .done
        xor     eax, eax
.done:
endproc

; long sys_unlink(const char *path)     what the kernel put there stays
proc sys_unlink, .path
        ccall   user_lookup, [ebp + .path]
        test    eax, eax
        js      .done
        mov     ecx, eax
        file_kind edx, ecx
        mov     eax, -EISDIR
        cmp     edx, S_IFDIR
        je      .done
        mov     eax, -EPERM
        cmp     dword [ecx + inode.i_fop], ramfs_operations
        jne     .done
        ccall   remove_inode, ecx
        xor     eax, eax
.done:
endproc

; long sys_rmdir(const char *path)
proc sys_rmdir, .path
        ccall   user_lookup_folder, [ebp + .path]
        test    eax, eax
        js      .done
        mov     ecx, eax
        mov     eax, -ENOTEMPTY
        cmp     dword [ecx + inode.i_child], 0
        jne     .done
        mov     eax, -EBUSY
        cmp     ecx, [root_inode]
        je      .done
        cmp     dword [ecx + inode.i_count], 1  ; somebody's working directory
        jne     .done
        ccall   remove_inode, ecx
        xor     eax, eax
.done:
endproc

; long sys_access(const char *path, int mode)   root may read and write all, run what is a program
proc sys_access, .path, .mode
        ccall   user_lookup, [ebp + .path]
        test    eax, eax
        js      .done
        mov     ecx, [eax + inode.i_mode]
        xor     eax, eax
        test    dword [ebp + .mode], X_OK
        jz      .done
        test    ecx, S_IXUGO
        jnz     .done
        mov     eax, -EACCES
.done:
endproc

; long sys_chdir(const char *path)
proc sys_chdir, .path
        push    ebx
        ccall   user_lookup_folder, [ebp + .path]
        test    eax, eax
        js      .done
        mov     ebx, eax
        ccall   iget, ebx
        mov     edx, [this_cpu(current)]
        xchg    ebx, [edx + task.cwd]
        test    ebx, ebx
        jz      .changed
        ccall   iput, ebx
.changed:
        xor     eax, eax
.done:
        pop     ebx
endproc

; long sys_getcwd(char *buffer, u32 size)       the length with its NUL
proc sys_getcwd, .buffer, .size
.path           equ -PATH_MAX
        sub     esp, PATH_MAX
        push    ebx
        mov     ecx, [this_cpu(current)]
        mov     eax, [ecx + task.cwd]
        test    eax, eax
        jnz     .known
        mov     eax, [root_inode]
.known:
        lea     ecx, [ebp + .path]
        ccall   inode_path, eax, ecx, PATH_MAX
        test    eax, eax
        js      .done
        mov     ebx, eax
        mov     eax, -ERANGE
        cmp     ebx, [ebp + .size]
        ja      .done
        lea     ecx, [ebp + .path]
        ccall   copy_to_user, [ebp + .buffer], ecx, ebx
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        mov     eax, ebx
.done:
        pop     ebx
endproc
