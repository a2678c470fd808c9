; module.asm: the system calls that load and unload modules.
;
;   sys_finit_module(fd, parameters, flags)      0, or module/load.asm's error
;   sys_delete_module(name, flags)
;
; A module is called as its file is: without .ko, and with _ for -.

MODULE_ARGS_SIZE equ 256
MODULE_SUFFIX   equ 0x006f6b2e          ; ".ko" and the NUL

        section .text

; long sys_finit_module(unsigned fd, const char *parameters, u32 flags)
; The loader writes into the object's headers, so it gets a copy.
proc sys_finit_module, .fd, .parameters, .flags
.arguments      equ -MODULE_ARGS_SIZE
.name           equ -(MODULE_ARGS_SIZE + MODULE_NAME_LEN)
        sub     esp, MODULE_ARGS_SIZE + MODULE_NAME_LEN
        push    ebx
        push    esi
        lea     eax, [ebp + .arguments]
        ccall   strncpy_from_user, eax, [ebp + .parameters], MODULE_ARGS_SIZE
        test    eax, eax
        js      .done
        ccall   fd_to_file, [ebp + .fd]
        mov     esi, eax
        test    eax, eax
        mov     eax, -EBADF
        jz      .done
        mov     esi, [esi + file.f_inode]
        mov     eax, -ENOEXEC
        cmp     dword [esi + inode.i_fop], ramfs_operations
        jne     .done
        lea     eax, [ebp + .name]
        lea     ecx, [esi + inode.i_name]
        ccall   make_module_name, eax, ecx
        ccall   kmalloc, [esi + inode.i_size], GFP_KERNEL
        mov     ebx, eax
        test    eax, eax
        mov     eax, -ENOMEM
        jz      .done
        ccall   memcpy, ebx, [esi + inode.i_data], [esi + inode.i_size]
        lea     eax, [ebp + .name]
        lea     ecx, [ebp + .arguments]
        ccall   load_module, ebx, [esi + inode.i_size], eax, ecx
        push    eax
        ccall   kfree, ebx
        pop     eax
.done:
        pop     esi
        pop     ebx
endproc

; void make_module_name(char *to, const char *file)     at most MODULE_NAME_LEN - 1 letters
proc make_module_name, .to, .file
        push    ebx
        mov     ecx, [ebp + .file]
        mov     edx, [ebp + .to]
        lea     ebx, [edx + MODULE_NAME_LEN - 1]
.next:
        mov     al, [ecx]
        cmp     dword [ecx], MODULE_SUFFIX
        je      .end
        cmp     edx, ebx
        jae     .end
        cmp     al, '-'
        jne     .store
        mov     al, '_'
.store:
        mov     [edx], al
        inc     ecx
        inc     edx
        test    al, al
        jnz     .next
        dec     edx
.end:
        mov     byte [edx], 0
        pop     ebx
endproc

; long sys_delete_module(const char *name, u32 flags)   the file's name will do
proc sys_delete_module, .user_name, .flags
.given          equ -MODULE_NAME_LEN
.name           equ -2 * MODULE_NAME_LEN
        sub     esp, 2 * MODULE_NAME_LEN
        lea     eax, [ebp + .given]
        ccall   strncpy_from_user, eax, [ebp + .user_name], MODULE_NAME_LEN
        test    eax, eax
        js      .done
        lea     eax, [ebp + .name]
        lea     ecx, [ebp + .given]
        ccall   make_module_name, eax, ecx
        lea     eax, [ebp + .name]
        ccall   delete_module, eax
.done:
endproc
