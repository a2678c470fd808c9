; read_write.asm: read, write, lseek, ioctl, and the calls that only move descriptors about.
;
; All are system calls (user/syscall.asm): process context, may sleep. What a file does when it is
; read is its struct file_operations; a folder has none.

        section .text

; ssize_t sys_read(unsigned fd, char *buffer, u32 count)
proc sys_read, .fd, .buffer, .count
        push    ebx
        ccall   fd_to_file, [ebp + .fd]
        mov     ebx, eax
        mov     eax, -EBADF
        test    ebx, ebx
        jz      .done
        mov     ecx, [ebx + file.f_flags]
        and     ecx, O_ACCMODE
        cmp     ecx, O_WRONLY
        je      .done
        mov     eax, -EISDIR
        mov     ecx, [ebx + file.f_op]
        test    ecx, ecx
        jz      .done
        mov     eax, -EINVAL
        mov     ecx, [ecx + file_operations.read]
        test    ecx, ecx
        jz      .done
        lea     eax, [ebx + file.f_pos]
        ccall   ecx, ebx, [ebp + .buffer], [ebp + .count], eax
.done:
        pop     ebx
endproc

; ssize_t sys_write(unsigned fd, const char *buffer, u32 count)
proc sys_write, .fd, .buffer, .count
        push    ebx
        ccall   fd_to_file, [ebp + .fd]
        mov     ebx, eax
        mov     eax, -EBADF
        test    ebx, ebx
        jz      .done
        test    dword [ebx + file.f_flags], O_ACCMODE
        jz      .done
        mov     ecx, [ebx + file.f_op]
        test    ecx, ecx
        jz      .done
        mov     eax, -EINVAL
        mov     ecx, [ecx + file_operations.write]
        test    ecx, ecx
        jz      .done
        test    dword [ebx + file.f_flags], O_APPEND
        jz      .placed
        mov     eax, [ebx + file.f_inode]
        mov     eax, [eax + inode.i_size]
        mov     [ebx + file.f_pos], eax
.placed:
        lea     eax, [ebx + file.f_pos]
        ccall   ecx, ebx, [ebp + .buffer], [ebp + .count], eax
.done:
        pop     ebx
endproc

; off_t sys_lseek(unsigned fd, off_t offset, unsigned whence)
proc sys_lseek, .fd, .offset, .whence
        ccall   fd_to_file, [ebp + .fd]
        test    eax, eax
        jz      .bad_fd
        mov     edx, [eax + file.f_op]
        test    edx, edx
        jz      .generic
        mov     ecx, [edx + file_operations.llseek]
        test    ecx, ecx
        jz      .generic
        mov     edx, [ebp + .offset]    ; loff_t: with its sign
        sar     edx, 31
        ccall   ecx, eax, [ebp + .offset], edx, [ebp + .whence]
        return
.generic:
        ; a pipe has no place to go to
        mov     ecx, [eax + file.f_inode]
        mov     edx, [ecx + inode.i_mode]
        and     edx, S_IFMT
        cmp     edx, S_IFIFO
        je      .no_seek
        mov     edx, [ebp + .whence]
        cmp     edx, SEEK_SET
        mov     edx, 0
        je      .from_known
        mov     edx, [eax + file.f_pos]
        cmp     dword [ebp + .whence], SEEK_CUR
        je      .from_known
        mov     edx, [ecx + inode.i_size]
        cmp     dword [ebp + .whence], SEEK_END
        jne     .invalid
.from_known:
        add     edx, [ebp + .offset]
        js      .invalid
        mov     [eax + file.f_pos], edx
        mov     eax, edx
        return
.bad_fd:
        mov     eax, -EBADF
        return
.no_seek:
        mov     eax, -ESPIPE
        return
.invalid:
        mov     eax, -EINVAL
endproc

; long sys_ioctl(unsigned fd, unsigned command, unsigned long argument)
proc sys_ioctl, .fd, .command, .argument
        ccall   fd_to_file, [ebp + .fd]
        test    eax, eax
        jz      .bad_fd
        mov     edx, [eax + file.f_op]
        test    edx, edx
        jz      .not_device
        mov     ecx, [edx + file_operations.unlocked_ioctl]
        test    ecx, ecx
        jz      .not_device
        ccall   ecx, eax, [ebp + .command], [ebp + .argument]
        return
.bad_fd:
        mov     eax, -EBADF
        return
.not_device:
        mov     eax, -ENOTTY
endproc

; long sys_open(const char *path, u32 flags, u32 mode)
proc sys_open, .path, .flags, .mode
.file           equ -4
.name           equ -(4 + PATH_MAX)
        sub     esp, 4 + PATH_MAX
        push    ebx
        lea     ebx, [ebp + .name]
        ccall   strncpy_from_user, ebx, [ebp + .path], PATH_MAX
        test    eax, eax
        js      .done
        lea     ecx, [ebp + .file]
        ccall   vfs_open, ebx, [ebp + .flags], [ebp + .mode], ecx
        test    eax, eax
        jnz     .done
        ccall   fd_install, [ebp + .file]
        test    eax, eax
        jns     .done
        push    eax
        ccall   fput, [ebp + .file]
        pop     eax
.done:
        pop     ebx
endproc

; long sys_close(unsigned fd)
proc sys_close, .fd
        ccall   fd_close, [ebp + .fd]
endproc

; long sys_dup(unsigned fd)
proc sys_dup, .fd
        push    ebx
        ccall   fd_to_file, [ebp + .fd]
        mov     ebx, eax
        mov     eax, -EBADF
        test    ebx, ebx
        jz      .done
        ccall   fd_install, ebx
        test    eax, eax
        js      .done
        lock inc dword [ebx + file.f_count]
.done:
        pop     ebx
endproc

; long sys_dup2(unsigned from, unsigned to)
proc sys_dup2, .from, .to
        push    ebx
        ccall   fd_to_file, [ebp + .from]
        mov     ebx, eax
        mov     eax, -EBADF
        test    ebx, ebx
        jz      .done
        cmp     dword [ebp + .to], NR_OPEN
        jae     .done
        mov     eax, [ebp + .to]
        cmp     eax, [ebp + .from]
        je      .done
        ccall   fd_close, eax           ; it may not have been open
        lock inc dword [ebx + file.f_count]
        mov     ecx, [this_cpu(current)]
        mov     eax, [ebp + .to]
        mov     [ecx + task.files + eax * 4], ebx
.done:
        pop     ebx
endproc

; long sys_fcntl(unsigned fd, int command, u32 argument)
; Of the flags O_NONBLOCK and O_APPEND can be changed.
proc sys_fcntl, .fd, .command, .argument
        push    ebx
        ccall   fd_to_file, [ebp + .fd]
        mov     ebx, eax
        mov     eax, -EBADF
        test    ebx, ebx
        jz      .done
        mov     ecx, [ebp + .command]
        cmp     ecx, F_GETFL
        je      .get
        cmp     ecx, F_SETFL
        je      .set
        mov     eax, -EINVAL
        cmp     ecx, F_DUPFD
        jne     .done
        ccall   lowest_fd, [ebp + .argument]
        test    eax, eax
        js      .done
        mov     ecx, [this_cpu(current)]
        mov     [ecx + task.files + eax * 4], ebx
        lock inc dword [ebx + file.f_count]
        jmp     .done
.get:
        mov     eax, [ebx + file.f_flags]
        jmp     .done
.set:
        mov     eax, [ebp + .argument]
        and     eax, O_NONBLOCK | O_APPEND
        and     dword [ebx + file.f_flags], ~(O_NONBLOCK | O_APPEND)
        or      [ebx + file.f_flags], eax
        xor     eax, eax
.done:
        pop     ebx
endproc
