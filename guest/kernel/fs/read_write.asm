; read_write.asm: read, write, lseek, ioctl, and the calls that only move descriptors about.
;
; All are system calls (user/syscall.asm): process context, may sleep. What a file does when it is
; read is its struct file_operations; a folder has none.

; simple_read_from_buffer(to, count, place, from, available)   process   the reading of what lies in memory

; ebx becomes the file of a descriptor; without one -EBADF is the answer, at .done.
%macro need_file 1
        ccall   fd_to_file, %1
        mov     ebx, eax
        mov     eax, -EBADF
        test    ebx, ebx
        jz      .done
%endmacro

; ecx becomes the file's routine for it; without one the second argument is the answer, at .done, and the
; third if its kind has no routines at all (a folder).
%macro need_operation 3
        mov     eax, %3
        mov     ecx, [ebx + file.f_op]
        test    ecx, ecx
        jz      .done
        mov     eax, %2
        mov     ecx, [ecx + file_operations.%1]
        test    ecx, ecx
        jz      .done
%endmacro

        section .text

; ssize_t sys_read(unsigned fd, char *buffer, u32 count)
proc sys_read, .fd, .buffer, .count
        push    ebx
        need_file [ebp + .fd]
        mov     ecx, [ebx + file.f_flags]
        and     ecx, O_ACCMODE
        cmp     ecx, O_WRONLY
        je      .done
        need_operation read, -EINVAL, -EISDIR
        lea     eax, [ebx + file.f_pos]
        ccall   ecx, ebx, [ebp + .buffer], [ebp + .count], eax
.done:
        pop     ebx
endproc

; ssize_t sys_write(unsigned fd, const char *buffer, u32 count)
proc sys_write, .fd, .buffer, .count
        push    ebx
        need_file [ebp + .fd]
        test    dword [ebx + file.f_flags], O_ACCMODE
        jz      .done
        need_operation write, -EINVAL, -EBADF
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
        push    ebx
        need_file [ebp + .fd]
        mov     ecx, [ebx + file.f_op]
        test    ecx, ecx
        jz      .generic
        mov     ecx, [ecx + file_operations.llseek]
        test    ecx, ecx
        jz      .generic
        mov     edx, [ebp + .offset]    ; loff_t: with its sign
        sar     edx, 31
        ccall   ecx, ebx, [ebp + .offset], edx, [ebp + .whence]
        jmp     .done
.generic:
        ; a pipe has no place to go to
        mov     ecx, [ebx + file.f_inode]
        file_kind edx, ecx
        mov     eax, -ESPIPE
        cmp     edx, S_IFIFO
        je      .done
        mov     eax, -EINVAL
        xor     edx, edx
        cmp     dword [ebp + .whence], SEEK_SET
        je      .from_known
        mov     edx, [ebx + file.f_pos]
        cmp     dword [ebp + .whence], SEEK_CUR
        je      .from_known
        mov     edx, [ecx + inode.i_size]
        cmp     dword [ebp + .whence], SEEK_END
        jne     .done
.from_known:
        add     edx, [ebp + .offset]
        js      .done
        mov     [ebx + file.f_pos], edx
        mov     eax, edx
.done:
        pop     ebx
endproc

; long sys_ioctl(unsigned fd, unsigned command, unsigned long argument)
proc sys_ioctl, .fd, .command, .argument
        push    ebx
        need_file [ebp + .fd]
        need_operation unlocked_ioctl, -ENOTTY, -ENOTTY
        ccall   ecx, ebx, [ebp + .command], [ebp + .argument]
.done:
        pop     ebx
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
        need_file [ebp + .fd]
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
        need_file [ebp + .from]
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
        need_file [ebp + .fd]
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

; ssize_t simple_read_from_buffer(char *to, u32 count, loff_t *place, const void *from, u32 available)
; What lies at `from`, from its place on: up to count bytes; 0 at its end.
proc simple_read_from_buffer, .to, .count, .place, .from, .available
        push    ebx
        push    esi
        mov     esi, [ebp + .place]
        xor     eax, eax
        mov     ebx, [ebp + .available]
        sub     ebx, [esi]
        jbe     .done
        cmp     ebx, [ebp + .count]
        jbe     .fits
        mov     ebx, [ebp + .count]
.fits:
        mov     eax, [ebp + .from]
        add     eax, [esi]
        ccall   copy_to_user, [ebp + .to], eax, ebx
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        add     [esi], ebx
        mov     eax, ebx
.done:
        pop     esi
        pop     ebx
endproc
EXPORT_SYMBOL simple_read_from_buffer
