; stat.asm: what is known of a file, and what a folder holds. System calls.
;
;   sys_stat(path, buffer), sys_fstat(fd, buffer)    Linux's struct stat for i386
;   sys_getdents(fd, buffer, size)                   Linux's struct linux_dirent, as many as fit

struc stat
.st_dev:        resd 1
.st_ino:        resd 1
.st_mode:       resw 1
.st_nlink:      resw 1
.st_uid:        resw 1
.st_gid:        resw 1
.st_rdev:       resd 1
.st_size:       resd 1
.st_blksize:    resd 1
.st_blocks:     resd 1
.st_times:      resd 6                  ; there is no clock for them
.unused:        resd 2
endstruc

struc linux_dirent
.d_ino:         resd 1
.d_off:         resd 1
.d_reclen:      resw 1
.d_name:        resb 0                  ; its letters, a NUL; the record's last byte is the type
endstruc

DT_SHIFT        equ 12                  ; from a mode to a dirent's type

        section .text

; long sys_stat(const char *path, struct stat *buffer)
proc sys_stat, .path, .buffer
        ccall   user_lookup, [ebp + .path]
        test    eax, eax
        js      .done
        ccall   stat_inode, eax, [ebp + .buffer]
.done:
endproc

; long sys_fstat(unsigned fd, struct stat *buffer)
proc sys_fstat, .fd, .buffer
        ccall   fd_to_file, [ebp + .fd]
        test    eax, eax
        jz      .bad_fd
        ccall   stat_inode, [eax + file.f_inode], [ebp + .buffer]
        return
.bad_fd:
        mov     eax, -EBADF
endproc

; int stat_inode(const struct inode *which, struct stat *user_buffer)           0 or -EFAULT
proc stat_inode, .which, .user_buffer
.answer         equ -stat_size
        sub     esp, stat_size
        push    ebx
        lea     ebx, [ebp + .answer]
        ccall   memset, ebx, 0, stat_size
        mov     ecx, [ebp + .which]
        mov     eax, [ecx + inode.i_ino]
        mov     [ebx + stat.st_ino], eax
        mov     eax, [ecx + inode.i_mode]
        mov     [ebx + stat.st_mode], ax
        mov     word [ebx + stat.st_nlink], 1
        ; a device's number as ring 3 has it: the minor's low byte first, then the major
        mov     eax, [ecx + inode.i_rdev]
        mov     edx, eax
        shr     eax, MINORBITS
        shl     eax, 8
        mov     al, dl
        mov     [ebx + stat.st_rdev], eax
        mov     eax, [ecx + inode.i_size]
        mov     [ebx + stat.st_size], eax
        mov     dword [ebx + stat.st_blksize], PAGE_SIZE
        add     eax, 511
        shr     eax, 9
        mov     [ebx + stat.st_blocks], eax
        ccall   copy_to_user, [ebp + .user_buffer], ebx, stat_size
        test    eax, eax
        jz      .done
        mov     eax, -EFAULT
.done:
        pop     ebx
endproc

; long sys_getdents(unsigned fd, void *buffer, u32 size)        bytes written; 0: that was all
; The place in a folder is the number of the inode that comes next: those rise in it, so that what
; goes meanwhile makes nobody else be missed.
proc sys_getdents, .fd, .buffer, .size
.record         equ -(linux_dirent_size + NAME_MAX + 4)
.written        equ -(linux_dirent_size + NAME_MAX + 8)
        sub     esp, linux_dirent_size + NAME_MAX + 8
        push    ebx
        push    esi
        push    edi
        mov     dword [ebp + .written], 0
        ccall   fd_to_file, [ebp + .fd]
        mov     esi, eax
        mov     ecx, -EBADF
        test    eax, eax
        jz      .error
        mov     ecx, -ENOTDIR
        mov     eax, [esi + file.f_inode]
        file_kind edx, eax
        cmp     edx, S_IFDIR
        jne     .error
.next:
        lea     ebx, [ebp + .record]
        ccall   fill_dirent, esi, ebx
        mov     edi, eax                ; the record's length
        test    eax, eax
        jz      .end
        mov     eax, [ebp + .written]
        add     eax, edi
        cmp     eax, [ebp + .size]
        ja      .full
        mov     eax, [ebp + .buffer]
        add     eax, [ebp + .written]
        ccall   copy_to_user, eax, ebx, edi
        mov     ecx, -EFAULT
        test    eax, eax
        jnz     .error
        add     [ebp + .written], edi
        mov     eax, [ebx + linux_dirent.d_off]
        mov     [esi + file.f_pos], eax
        jmp     .next
.full:
        mov     ecx, -EINVAL
        cmp     dword [ebp + .written], 0
        je      .error
.end:
        mov     ecx, [ebp + .written]
.error:
        mov     eax, ecx
        pop     edi
        pop     esi
        pop     ebx
endproc

; u32 fill_dirent(const struct file *folder, struct linux_dirent *record)       its length, 0: no more
proc fill_dirent, .folder, .record
        push    ebx
        push    esi
        mov     esi, [ebp + .folder]
        preempt_disable
        mov     ebx, [esi + file.f_inode]
        mov     ebx, [ebx + inode.i_child]
.next:
        test    ebx, ebx
        jz      .none
        mov     eax, [ebx + inode.i_ino]
        cmp     eax, [esi + file.f_pos]
        jae     .found
        mov     ebx, [ebx + inode.i_next]
        jmp     .next
.none:
        call    preempt_enable
        xor     eax, eax
        jmp     .done
.found:
        mov     esi, [ebp + .record]
        mov     [esi + linux_dirent.d_ino], eax
        inc     eax
        mov     [esi + linux_dirent.d_off], eax
        lea     ecx, [ebx + inode.i_name]
        lea     edx, [esi + linux_dirent.d_name]
        ccall   strlcpy, edx, ecx, NAME_MAX + 1
        mov     ebx, [ebx + inode.i_mode]
        shr     ebx, DT_SHIFT
        call    preempt_enable
        lea     edx, [esi + linux_dirent.d_name]
        ccall   strlen, edx
        add     eax, linux_dirent_size + 1 + 1 + 3      ; NUL, type, up to a multiple of 4
        and     eax, -4
        mov     [esi + linux_dirent.d_reclen], ax
        mov     [esi + eax - 1], bl
.done:
        pop     esi
        pop     ebx
endproc
