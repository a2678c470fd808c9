; load.asm: from a relocatable ELF object to a module that runs.
;
;   load_module(image, size, name, arguments)   tasks   0, or -ENOEXEC, -EEXIST, -ENOMEM, -ENOENT (an
;                                                       unknown symbol), -EINVAL (a parameter), or what
;                                                       its init routine gave
;   delete_module(name)                         tasks   0, -ENOENT, -EWOULDBLOCK (in use), -EBUSY
;   try_module_get(m), module_put(m)            any context
;
; The sections that are to be in memory (module/layout.asm) are laid one behind the other, code first;
; then come symbols (module/symbols.asm), relocations (module/relocate.asm), parameters
; (module/param.asm), init_module.

        section .bss
        alignb  4
modules:        resd 1                  ; the newest first

        section .text

; int load_module(const void *image, u32 size, const char *name, const char *arguments)
proc load_module, .image, .size, .name, .arguments
.info           equ -load_info_size
        sub     esp, load_info_size
        push    ebx
        push    esi
        push    edi
        lea     esi, [ebp + .info]
        ccall   module_elf_check, esi, [ebp + .image], [ebp + .size]
        mov     ebx, -ENOEXEC
        test    eax, eax
        jz      .failed
        ccall   find_module, [ebp + .name]
        mov     ebx, -EEXIST
        test    eax, eax
        jnz     .failed
        ccall   kzalloc, module_size, GFP_KERNEL
        mov     ebx, -ENOMEM
        test    eax, eax
        jz      .failed
        mov     edi, eax
        mov     [esi + load_info.module], edi
        lea     eax, [edi + module.name]
        ccall   strlcpy, eax, [ebp + .name], MODULE_NAME_LEN
        ccall   layout_and_copy, esi
        mov     ebx, eax
        test    eax, eax
        jnz     .free
        ccall   simplify_symbols, esi
        mov     ebx, eax
        test    eax, eax
        jnz     .free
        ccall   apply_relocations, esi
        mov     ebx, eax
        test    eax, eax
        jnz     .free
        ccall   module_parse_args, edi, [ebp + .arguments]
        mov     ebx, eax
        test    eax, eax
        jnz     .free
        ccall   module_symbol, edi, cleanup_symbol
        mov     [edi + module.exit], eax
        mov     eax, [modules]
        mov     [edi + module.next], eax
        mov     [modules], edi
        ccall   module_sysfs_add, edi
        ccall   module_symbol, edi, init_symbol
        test    eax, eax
        jz      .loaded                 ; nothing to do at once
        ccall   eax
        mov     ebx, eax
        test    eax, eax
        jns     .loaded
        ccall   unlink_module, edi
        ccall   module_sysfs_remove, edi
        jmp     .free
.loaded:
        xor     ebx, ebx
        jmp     .done
.free:
        ccall   free_module, edi
.failed:
.done:
        mov     eax, ebx
        pop     edi
        pop     esi
        pop     ebx
endproc

; int module_elf_check(struct load_info *info, const void *image, u32 size)     1, and info filled in
proc module_elf_check, .out, .image, .size
        push    ebx
        mov     edx, [ebp + .out]
        mov     eax, [ebp + .image]
        mov     ecx, [ebp + .size]
        mov     [edx + load_info.image], eax
        mov     [edx + load_info.size], ecx
        cmp     ecx, elf32_shdr_of_file_size
        jb      .no
        cmp     dword [eax + elf32_ehdr.ident], ELF_MAGIC
        jne     .no
        cmp     word [eax + elf32_ehdr.type], ET_REL
        jne     .no
        cmp     word [eax + elf32_ehdr.machine], EM_386
        jne     .no
        cmp     word [eax + elf32_shdr_of_file.shentsize], elf32_shdr_size
        jne     .no
        movzx   ebx, word [eax + elf32_shdr_of_file.shnum]
        mov     [edx + load_info.num_sections], ebx
        imul    ebx, ebx, elf32_shdr_size
        mov     ecx, [eax + elf32_ehdr.shoff]
        add     ebx, ecx
        jc      .no
        cmp     ebx, [ebp + .size]
        ja      .no
        add     ecx, eax
        mov     [edx + load_info.sections], ecx
        movzx   ebx, word [eax + elf32_shdr_of_file.shstrndx]
        cmp     ebx, [edx + load_info.num_sections]
        jae     .no
        imul    ebx, ebx, elf32_shdr_size
        mov     ebx, [ecx + ebx + elf32_shdr.offset]
        add     ebx, eax
        mov     [edx + load_info.names], ebx
        ; every section must lie in the file
        mov     ebx, [edx + load_info.num_sections]
.next:
        dec     ebx
        js      .good
        cmp     dword [ecx + elf32_shdr.type], SHT_NOBITS
        je      .inside
        mov     eax, [ecx + elf32_shdr.offset]
        add     eax, [ecx + elf32_shdr.size]
        jc      .no
        cmp     eax, [ebp + .size]
        ja      .no
.inside:
        add     ecx, elf32_shdr_size
        jmp     .next
.good:
        mov     eax, 1
        jmp     .done
.no:
        xor     eax, eax
.done:
        pop     ebx
endproc

; struct module *find_module(const char *name)          or 0
proc find_module, .name
        push    ebx
        mov     ebx, [modules]
.next:
        test    ebx, ebx
        jz      .done
        lea     eax, [ebx + module.name]
        ccall   strcmp, eax, [ebp + .name]
        test    eax, eax
        jz      .done
        mov     ebx, [ebx + module.next]
        jmp     .next
.done:
        mov     eax, ebx
        pop     ebx
endproc

; int delete_module(const char *name)
proc delete_module, .name
        push    ebx
        ccall   find_module, [ebp + .name]
        mov     ebx, eax
        mov     eax, -ENOENT
        test    ebx, ebx
        jz      .done
        mov     eax, -EWOULDBLOCK
        cmp     dword [ebx + module.refcnt], 0
        jne     .done
        mov     ecx, [ebx + module.exit]
        test    ecx, ecx
        jz      .no_exit
        ccall   ecx
.no_exit:
        ccall   module_sysfs_remove, ebx
        ccall   unlink_module, ebx
        ccall   free_module, ebx
        xor     eax, eax
.done:
        pop     ebx
endproc

; void unlink_module(struct module *which)
proc unlink_module, .which
        pushfd
        cli
        mov     ecx, modules
.next:
        mov     eax, [ecx]
        cmp     eax, [ebp + .which]
        je      .found
        lea     ecx, [eax + module.next]
        jmp     .next
.found:
        mov     eax, [eax + module.next]
        mov     [ecx], eax
        popfd
endproc

; void free_module(struct module *which)
proc free_module, .which
        push    ebx
        mov     ebx, [ebp + .which]
        ccall   kfree, [ebx + module.symtab]
        ccall   kfree, [ebx + module.strtab]
        ccall   kfree, [ebx + module.memory]
        ccall   kfree, ebx
        pop     ebx
endproc

; int try_module_get(struct module *which)
proc try_module_get, .which
        mov     ecx, [ebp + .which]
        lock inc dword [ecx + module.refcnt]
        mov     eax, 1
endproc
EXPORT_SYMBOL try_module_get

; void module_put(struct module *which)
proc module_put, .which
        mov     ecx, [ebp + .which]
        lock dec dword [ecx + module.refcnt]
endproc
EXPORT_SYMBOL module_put

; void show_modules(struct seq_file *m, void *)         /proc/modules, the newest first
proc show_modules, .m, .private
        push    ebx
        mov     ebx, [modules]
.next:
        test    ebx, ebx
        jz      .done
        lea     eax, [ebx + module.name]
        seqln   [ebp + .m], "%s %u %d - Live 0x%08x", eax, [ebx + module.core_size], \
                [ebx + module.refcnt], [ebx + module.core]
        mov     ebx, [ebx + module.next]
        jmp     .next
.done:
        pop     ebx
endproc

        section .rodata
init_symbol:    db "init_module", 0
cleanup_symbol: db "cleanup_module", 0
        section .text
