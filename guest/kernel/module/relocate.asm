; relocate.asm: the places in a module that hold addresses get them (System V ABI i386, 4.4).
;
;   apply_relocations(info)       load.asm             0 or -ENOEXEC

        section .text

; int apply_relocations(struct load_info *info)
proc apply_relocations, .from
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .from]
        first_section ebx
.next:
        dec     edi
        js      .good
        cmp     dword [esi + elf32_shdr.type], SHT_REL
        jne     .other
        mov     ecx, [esi + elf32_shdr.info] ; the section to be changed
        cmp     ecx, [ebx + load_info.num_sections]
        jae     .other
        section_header ecx, ebx
        test    dword [ecx + elf32_shdr.flags], SHF_ALLOC
        jz      .other                  ; debugging information stays in the file
        ccall   apply_section, ebx, esi, ecx
        test    eax, eax
        jnz     .done
.other:
        add     esi, elf32_shdr_size
        jmp     .next
.good:
        xor     eax, eax
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; int apply_section(struct load_info *info, const struct elf32_shdr *relocations,
;                   const struct elf32_shdr *target)
proc apply_section, .from, .relocations, .target
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + .relocations]
        mov     edi, [esi + elf32_shdr.size]
        mov     esi, [esi + elf32_shdr.offset]
        mov     eax, [ebp + .from]
        add     esi, [eax + load_info.image]
        mov     ebx, [eax + load_info.module]
.next:
        sub     edi, elf32_rel_size
        js      .good
        mov     ecx, [ebp + .target]
        mov     eax, [esi + elf32_rel.offset]
        lea     edx, [eax + 4]
        cmp     edx, [ecx + elf32_shdr.size]
        ja      .bad
        add     eax, [ecx + elf32_shdr.addr] ; the place
        mov     ecx, [esi + elf32_rel.info]
        shr     ecx, 8
        cmp     ecx, [ebx + module.num_symtab]
        jae     .bad
        shl     ecx, 4                  ; * elf32_sym_size
        add     ecx, [ebx + module.symtab]
        mov     ecx, [ecx + elf32_sym.value]
        movzx   edx, byte [esi + elf32_rel.info]
        cmp     edx, R_386_32
        je      .absolute
        cmp     edx, R_386_PC32
        je      .relative
        cmp     edx, R_386_PLT32
        jne     .unknown
.relative:
        sub     ecx, eax
.absolute:
        add     [eax], ecx
        add     esi, elf32_rel_size
        jmp     .next
.unknown:
        lea     eax, [ebx + module.name]
        pr      KERN_ERR, "%s: Unknown relocation: %u", eax, edx
.bad:
        mov     eax, -ENOEXEC
        jmp     .done
.good:
        xor     eax, eax
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc
