; inode.asm: the tree of all files, in memory. /dev, /proc and /sys are folders of it like any other.
;
;   inode_init()                          boot     the root
;   create_inode(folder, name, mode)      tasks    a new one; 0: no memory. Folders get a leaf's fields 0
;   remove_inode(inode)                   tasks    takes it out, with all below it; open files stay usable
;   find_child(folder, name, length)      tasks    or 0
;   mkdir(folder, name)                   tasks    a folder, made if it is not there; 0: no memory
;   iget(inode), iput(inode)              tasks    hold it; let go: the last one out frees it
;
; The tree is guarded by preemption being off: interrupts never touch it.

        section .bss
        alignb  4
root_inode:     resd 1
last_ino:       resd 1

        section .text

; void inode_init(void)
proc inode_init
        ccall   new_inode, inode_no_name, S_IFDIR | S_IRUGO | S_IXUGO | S_IWUSR
        mov     [root_inode], eax
        mov     [eax + inode.i_parent], eax
endproc

; struct inode *new_inode(const char *name, u32 mode)           in no folder yet
proc new_inode, .name, .mode
        push    ebx
        ccall   strlen, [ebp + .name]
        add     eax, inode_size + 1
        ccall   kzalloc, eax, GFP_KERNEL
        mov     ebx, eax
        test    eax, eax
        jz      .done
        mov     eax, [ebp + .mode]
        mov     [ebx + inode.i_mode], eax
        mov     dword [ebx + inode.i_count], 1
        lea     eax, [ebx + inode.i_name]
        ccall   strlcpy, eax, [ebp + .name], NAME_MAX + 1
        preempt_disable
        inc     dword [last_ino]
        mov     eax, [last_ino]
        mov     [ebx + inode.i_ino], eax
        call    preempt_enable
.done:
        mov     eax, ebx
        pop     ebx
endproc

; struct inode *create_inode(struct inode *folder, const char *name, u32 mode)
; Behind those that are there already, so that a listing has the order of making.
proc create_inode, .folder, .name, .mode
        ccall   new_inode, [ebp + .name], [ebp + .mode]
        test    eax, eax
        jz      .done
        preempt_disable
        mov     ecx, [ebp + .folder]
        mov     [eax + inode.i_parent], ecx
        add     ecx, inode.i_child
.next:
        cmp     dword [ecx], 0
        je      .last
        mov     ecx, [ecx]
        add     ecx, inode.i_next
        jmp     .next
.last:
        mov     [ecx], eax
        push    eax
        call    preempt_enable
        pop     eax
.done:
endproc

; struct inode *mkdir(struct inode *folder, const char *name)
proc mkdir, .folder, .name
        ccall   strlen, [ebp + .name]
        ccall   find_child, [ebp + .folder], [ebp + .name], eax
        test    eax, eax
        jnz     .done
        ccall   create_inode, [ebp + .folder], [ebp + .name], S_IFDIR | S_IRUGO | S_IXUGO | S_IWUSR
.done:
endproc

; struct inode *find_child(const struct inode *folder, const char *name, u32 length)
proc find_child, .folder, .name, .length
        push    ebx
        push    esi
        preempt_disable
        mov     ebx, [ebp + .folder]
        mov     esi, [ebp + .length]
        mov     ebx, [ebx + inode.i_child]
.next:
        test    ebx, ebx
        jz      .done
        lea     eax, [ebx + inode.i_name]
        cmp     byte [eax + esi], 0     ; as long? (what lies behind a shorter one does no harm)
        jne     .another
        ccall   strncmp, eax, [ebp + .name], esi
        test    eax, eax
        jz      .done
.another:
        mov     ebx, [ebx + inode.i_next]
        jmp     .next
.done:
        call    preempt_enable
        mov     eax, ebx
        pop     esi
        pop     ebx
endproc

; void remove_inode(struct inode *which)        0 is allowed
proc remove_inode, .which
        push    ebx
        mov     ebx, [ebp + .which]
        test    ebx, ebx
        jz      .done
.child:
        cmp     dword [ebx + inode.i_child], 0
        je      .leaf
        ccall   remove_inode, [ebx + inode.i_child]
        jmp     .child
.leaf:
        preempt_disable
        mov     ecx, [ebx + inode.i_parent]
        test    ecx, ecx
        jz      .unlinked               ; taken out by another
        add     ecx, inode.i_child
.next:
        mov     eax, [ecx]
        cmp     eax, ebx
        je      .found
        lea     ecx, [eax + inode.i_next]
        jmp     .next
.found:
        mov     eax, [ebx + inode.i_next]
        mov     [ecx], eax
        mov     dword [ebx + inode.i_parent], 0
        call    preempt_enable
        ccall   iput, ebx
        jmp     .done
.unlinked:
        call    preempt_enable
.done:
        pop     ebx
endproc

; void iget(struct inode *which)
proc iget, .which
        mov     eax, [ebp + .which]
        lock inc dword [eax + inode.i_count]
endproc

; void iput(struct inode *which)
proc iput, .which
        push    ebx
        mov     ebx, [ebp + .which]
        lock dec dword [ebx + inode.i_count]
        jnz     .held
        cmp     dword [ebx + inode.i_capacity], 0
        je      .no_contents
        ccall   kfree, [ebx + inode.i_data]
.no_contents:
        ccall   kfree, ebx
.held:
        pop     ebx
endproc

        section .rodata
inode_no_name:  db 0
        section .text
