; path.asm: from a path to the file it names.
;
;   path_lookup(path, result)             tasks    0 and the inode, or -ENOENT, -ENOTDIR
;   path_parent(path, folder, name)       tasks    the folder a new file would go into, and its name
;   user_lookup(path)                     process  the inode that a program's string names, or an error
;   user_lookup_folder(path)              process  the same, or -ENOTDIR
;   inode_path(inode, buffer, size)       tasks    the way back: an absolute path
;
; A path without a / at its start begins at the process's working directory.

        section .text

; int path_lookup(const char *path, struct inode **result)
; ebx is where we are, esi the rest of the path.
proc path_lookup, .path, .result
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + .path]
        ccall   path_start, esi
        mov     ebx, eax
.component:
        cmp     byte [esi], '/'
        jne     .letters
        inc     esi
        jmp     .component
.letters:
        cmp     byte [esi], 0
        je      .found
        mov     eax, -ENOTDIR
        file_kind ecx, ebx
        cmp     ecx, S_IFDIR
        jne     .done
        ccall   component_length, esi
        mov     edi, eax
        ccall   path_step, ebx, esi, edi
        mov     ebx, eax
        mov     eax, -ENOENT
        test    ebx, ebx
        jz      .done
        add     esi, edi
        jmp     .component
.found:
        ; a / behind it asks for a folder
        file_kind ecx, ebx
        cmp     ecx, S_IFDIR
        je      .good
        mov     eax, -ENOTDIR
        cmp     byte [esi - 1], '/'
        je      .done
.good:
        mov     ecx, [ebp + .result]
        mov     [ecx], ebx
        xor     eax, eax
        mov     ecx, [ebp + .path]
        cmp     byte [ecx], 0
        jne     .done
        mov     eax, -ENOENT            ; an empty path names nothing
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; struct inode *user_lookup(const char *path)   an error is negative
proc user_lookup, .path
.found          equ -4
.name           equ -(4 + PATH_MAX)
        sub     esp, 4 + PATH_MAX
        lea     eax, [ebp + .name]
        ccall   strncpy_from_user, eax, [ebp + .path], PATH_MAX
        test    eax, eax
        js      .done
        lea     eax, [ebp + .name]
        lea     ecx, [ebp + .found]
        ccall   path_lookup, eax, ecx
        test    eax, eax
        jnz     .done
        mov     eax, [ebp + .found]
.done:
endproc

; struct inode *user_lookup_folder(const char *path)
proc user_lookup_folder, .path
        ccall   user_lookup, [ebp + .path]
        test    eax, eax
        js      .done
        file_kind ecx, eax
        cmp     ecx, S_IFDIR
        je      .done
        mov     eax, -ENOTDIR
.done:
endproc

; struct inode *path_start(const char *path)
proc path_start, .path
        mov     eax, [root_inode]
        mov     ecx, [ebp + .path]
        cmp     byte [ecx], '/'
        je      .done
        mov     ecx, [this_cpu(current)]
        mov     ecx, [ecx + task.cwd]
        test    ecx, ecx
        jz      .done                   ; a kernel thread
        mov     eax, ecx
.done:
endproc

; u32 component_length(const char *path)        up to the next / or the end
proc component_length, .path
        mov     eax, [ebp + .path]
.next:
        cmp     byte [eax], 0
        je      .end
        cmp     byte [eax], '/'
        je      .end
        inc     eax
        jmp     .next
.end:
        sub     eax, [ebp + .path]
endproc

; struct inode *path_step(struct inode *folder, const char *name, u32 length)   knows . and ..
proc path_step, .folder, .name, .length
        mov     eax, [ebp + .folder]
        mov     ecx, [ebp + .name]
        cmp     byte [ecx], '.'
        jne     .child
        cmp     dword [ebp + .length], 1
        je      .done
        cmp     byte [ecx + 1], '.'
        jne     .child
        cmp     dword [ebp + .length], 2
        jne     .child
        mov     eax, [eax + inode.i_parent]
        return
.child:
        ccall   find_child, eax, ecx, [ebp + .length]
.done:
endproc

; int path_parent(const char *path, struct inode **folder, char *name)
; name has room for NAME_MAX letters and a NUL.
proc path_parent, .path, .folder, .name
.start          equ -PATH_MAX
        sub     esp, PATH_MAX
        push    ebx
        push    esi
        lea     esi, [ebp + .start]
        ccall   strlcpy, esi, [ebp + .path], PATH_MAX
        ; cut it before its last component
        ccall   strlen, esi
        lea     ebx, [esi + eax]
.back:
        cmp     ebx, esi
        je      .cut
        cmp     byte [ebx - 1], '/'
        je      .cut
        dec     ebx
        jmp     .back
.cut:
        ccall   strlen, ebx
        mov     ecx, -ENOENT
        test    eax, eax
        jz      .error
        mov     ecx, -ENAMETOOLONG
        cmp     eax, NAME_MAX
        ja      .error
        ccall   strlcpy, [ebp + .name], ebx, NAME_MAX + 1
        mov     byte [ebx], 0
        cmp     ebx, esi
        je      .here
        ccall   path_lookup, esi, [ebp + .folder]
        mov     ecx, eax
        test    eax, eax
        jnz     .error
        mov     eax, [ebp + .folder]
        mov     eax, [eax]
        file_kind eax, eax
        cmp     eax, S_IFDIR
        je      .done
        mov     ecx, -ENOTDIR
.error:
        mov     eax, ecx
        jmp     .out
.here:
        ccall   path_start, [ebp + .path]
        mov     ecx, [ebp + .folder]
        mov     [ecx], eax
.done:
        xor     eax, eax
.out:
        pop     esi
        pop     ebx
endproc

; int inode_path(const struct inode *which, char *buffer, u32 size)     length with its NUL, or -ERANGE
; Written from the buffer's end towards its start, then moved.
proc inode_path, .which, .buffer, .size
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .which]
        mov     edi, [ebp + .buffer]
        mov     esi, edi
        add     esi, [ebp + .size]
        dec     esi
        js      .no_room
        mov     byte [esi], 0
        cmp     ebx, [root_inode]
        jne     .component
        dec     esi
        mov     byte [esi], '/'
.component:
        cmp     ebx, [root_inode]
        je      .move
        lea     eax, [ebx + inode.i_name]
        ccall   strlen, eax
        sub     esi, eax
        dec     esi
        cmp     esi, edi
        jb      .no_room
        mov     byte [esi], '/'
        lea     ecx, [esi + 1]
        lea     edx, [ebx + inode.i_name]
        ccall   memcpy, ecx, edx, eax
        mov     ebx, [ebx + inode.i_parent]
        test    ebx, ebx
        jnz     .component              ; 0: removed meanwhile; its name alone is what is left
.move:
        ccall   strlen, esi
        lea     ebx, [eax + 1]
        ccall   memcpy, edi, esi, ebx   ; downwards: memcpy goes upwards
        mov     eax, ebx
        jmp     .done
.no_room:
        mov     eax, -ERANGE
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc
