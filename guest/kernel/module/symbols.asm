; symbols.asm: names: the kernel's that modules may use, and the modules' own.
;
;   find_symbol(name)             any context          address of an exported symbol, or 0
;   simplify_symbols(info)        load.asm             each of the module's symbols gets its address
;   module_symbol(m, name)        any context          address of one of the module's, or 0
;   module_of_address(address)    any context          struct module * whose code that is, or 0
;   module_kallsyms(m, address, size)  any context     name of the code there; its start and length

        section .text

; const void *find_symbol(const char *name)
proc find_symbol, .name
        push    ebx
        mov     ebx, last_export
.next:
        test    ebx, ebx
        jz      .absent
        lea     eax, [ebx + kernel_symbol.name]
        ccall   strcmp, eax, [ebp + .name]
        test    eax, eax
        jz      .found
        mov     ebx, [ebx + kernel_symbol.next]
        jmp     .next
.found:
        mov     eax, [ebx + kernel_symbol.value]
        jmp     .done
.absent:
        xor     eax, eax
.done:
        pop     ebx
endproc

; int simplify_symbols(struct load_info *info)  0, -ENOMEM, -ENOENT, -ENOEXEC
; The module keeps its table and the names, for traces.
proc simplify_symbols, .from
.error          equ -4
        sub     esp, 4
        push    ebx
        push    esi
        push    edi
        mov     dword [ebp + .error], 0
        mov     ebx, [ebp + .from]
        mov     edi, [ebx + load_info.module]
        ccall   find_section, ebx, SHT_SYMTAB
        mov     esi, eax
        test    esi, esi
        jz      .no_table
        mov     eax, [esi + elf32_shdr.size]
        shr     eax, 4                  ; / elf32_sym_size
        mov     [edi + module.num_symtab], eax
        ccall   duplicate_section, ebx, esi
        mov     [edi + module.symtab], eax
        test    eax, eax
        jz      .no_memory
        mov     esi, [esi + elf32_shdr.link]
        section_header esi, ebx
        ccall   duplicate_section, ebx, esi
        mov     [edi + module.strtab], eax
        test    eax, eax
        jz      .no_memory
        mov     esi, [edi + module.symtab]
        mov     edi, [edi + module.num_symtab]
.next:
        add     esi, elf32_sym_size     ; the first is none
        dec     edi
        jle     .done
        ccall   simplify_symbol, ebx, esi
        test    eax, eax
        jz      .next
        mov     [ebp + .error], eax
        jmp     .next                   ; say all that are missing
.no_table:
        mov     dword [ebp + .error], -ENOEXEC
        jmp     .done
.no_memory:
        mov     dword [ebp + .error], -ENOMEM
.done:
        mov     eax, [ebp + .error]
        pop     edi
        pop     esi
        pop     ebx
endproc

; int simplify_symbol(struct load_info *info, struct elf32_sym *symbol)
proc simplify_symbol, .from, .symbol
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .from]
        mov     esi, [ebp + .symbol]
        mov     edi, [ebx + load_info.module]
        movzx   eax, word [esi + elf32_sym.shndx]
        cmp     eax, SHN_ABS
        je      .good
        cmp     eax, SHN_UNDEF
        je      .kernels
        cmp     eax, [ebx + load_info.num_sections]
        jae     .good
        section_header eax, ebx
        mov     eax, [eax + elf32_shdr.addr]
        add     [esi + elf32_sym.value], eax
        jmp     .good
.kernels:
        mov     ecx, [esi + elf32_sym.name]
        add     ecx, [edi + module.strtab]
        push    ecx
        ccall   strcmp, ecx, this_module_name
        pop     ecx
        test    eax, eax
        mov     eax, edi
        jz      .resolved
        push    ecx
        ccall   find_symbol, ecx
        pop     ecx
        test    eax, eax
        jnz     .resolved
        movzx   edx, byte [esi + elf32_sym.info]
        shr     edx, 4
        cmp     edx, STB_WEAK
        je      .resolved
        lea     eax, [edi + module.name]
        pr      KERN_WARNING, "%s: Unknown symbol %s (err %d)", eax, ecx, -ENOENT
        mov     eax, -ENOENT
        jmp     .done
.resolved:
        mov     [esi + elf32_sym.value], eax
.good:
        xor     eax, eax
        jmp     .done
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; struct elf32_shdr *find_section(struct load_info *info, u32 type)     the first of that type, or 0
proc find_section, .from, .type
        mov     ecx, [ebp + .from]
        mov     eax, [ecx + load_info.sections]
        mov     ecx, [ecx + load_info.num_sections]
        mov     edx, [ebp + .type]
.next:
        dec     ecx
        js      .absent
        cmp     [eax + elf32_shdr.type], edx
        je      .found
        add     eax, elf32_shdr_size
        jmp     .next
.absent:
        xor     eax, eax
.found:
endproc

; void *duplicate_section(struct load_info *info, const struct elf32_shdr *section)
proc duplicate_section, .from, .section
        push    ebx
        push    esi
        mov     esi, [ebp + .section]
        ccall   kmalloc, [esi + elf32_shdr.size], GFP_KERNEL
        mov     ebx, eax
        test    ebx, ebx
        jz      .done
        mov     ecx, [ebp + .from]
        mov     eax, [esi + elf32_shdr.offset]
        add     eax, [ecx + load_info.image]
        ccall   memcpy, ebx, eax, [esi + elf32_shdr.size]
.done:
        mov     eax, ebx
        pop     esi
        pop     ebx
endproc

; void *module_symbol(const struct module *which, const char *name)     one that it defines
proc module_symbol, .which, .name
        push    ebx
        push    esi
        push    edi
        mov     edi, [ebp + .which]
        mov     ebx, [edi + module.symtab]
        mov     esi, [edi + module.num_symtab]
.next:
        dec     esi
        js      .absent
        cmp     word [ebx + elf32_sym.shndx], SHN_UNDEF
        je      .other
        mov     eax, [ebx + elf32_sym.name]
        add     eax, [edi + module.strtab]
        ccall   strcmp, eax, [ebp + .name]
        test    eax, eax
        jz      .found
.other:
        add     ebx, elf32_sym_size
        jmp     .next
.absent:
        xor     eax, eax
        jmp     .done
.found:
        mov     eax, [ebx + elf32_sym.value]
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; struct module *module_of_address(u32 address)
proc module_of_address, .address
        mov     eax, [modules]
.next:
        test    eax, eax
        jz      .done
        mov     ecx, [ebp + .address]
        sub     ecx, [eax + module.core]
        cmp     ecx, [eax + module.text_size]
        jb      .done
        mov     eax, [eax + module.next]
        jmp     .next
.done:
endproc

; const char *module_kallsyms(const struct module *which, u32 address, u32 *extent)
; The name; extent[0] is where that code begins, extent[1] where the next does. An assembler's labels
; that are local to others (no function's, with a dot in their names) are passed over.
proc module_kallsyms, .which, .address, .extent
.best_name      equ -4
        sub     esp, 4
        push    ebx
        push    esi
        push    edi
        mov     dword [ebp + .best_name], module_text_name
        mov     ecx, [ebp + .which]
        mov     edi, [ebp + .extent]
        mov     eax, [ecx + module.core]
        mov     [edi], eax
        add     eax, [ecx + module.text_size]
        mov     [edi + 4], eax
        mov     ebx, [ecx + module.symtab]
        mov     esi, [ecx + module.num_symtab]
.next:
        dec     esi
        js      .done
        mov     al, [ebx + elf32_sym.info]
        and     al, 0x0f
        cmp     al, STT_FUNC
        ja      .other                  ; sections and files
        cmp     word [ebx + elf32_sym.shndx], SHN_UNDEF
        je      .other
        mov     ecx, [ebp + .which]
        mov     edx, [ebx + elf32_sym.name]
        add     edx, [ecx + module.strtab]
        cmp     al, STT_FUNC
        mov     eax, edx
        je      .name_known
        ccall   is_plain_name, edx
        test    eax, eax
        jz      .other
.name_known:
        mov     ecx, [ebx + elf32_sym.value]
        cmp     ecx, [ebp + .address]
        ja      .behind
        cmp     ecx, [edi]
        jb      .other
        ja      .better
        cmp     dword [ebp + .best_name], module_text_name
        jne     .other                  ; of two names for one place the first
.better:
        mov     [edi], ecx
        mov     [ebp + .best_name], eax
        jmp     .other
.behind:
        cmp     ecx, [edi + 4]
        jae     .other
        mov     [edi + 4], ecx
.other:
        add     ebx, elf32_sym_size
        jmp     .next
.done:
        mov     eax, [ebp + .best_name]
        pop     edi
        pop     esi
        pop     ebx
endproc

; const char *is_plain_name(const char *name)   the name, or 0 if it is empty or has a dot
proc is_plain_name, .name
        mov     eax, [ebp + .name]
        mov     ecx, eax
        cmp     byte [ecx], 0
        je      .no
.next:
        cmp     byte [ecx], '.'
        je      .no
        inc     ecx
        cmp     byte [ecx], 0
        jne     .next
        return
.no:
        xor     eax, eax
endproc

        section .rodata
this_module_name: db "__this_module", 0
module_text_name: db "text", 0
        section .text
