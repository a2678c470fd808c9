; layout.asm: where in memory each section of a module goes.
;
;   layout_and_copy(info)         load.asm             0, -ENOMEM or -ENOEXEC
;
; Code first, whatever section it comes in (.text, .init.text, .exit.text), then constants and data, then
; what the compiler left COMMON. Unwind tables, notes and .modinfo stay in the file.

MODULE_ALIGN    equ 64

        section .text

; int layout_and_copy(struct load_info *info)   0 or -ENOMEM
; Twice over the sections: once to know the size, once with the memory there.
proc layout_and_copy, .from
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .from]
        mov     edi, [ebx + load_info.module]
        ccall   leave_out_sections, ebx
        ccall   lay_sections, ebx, 0, 0
        mov     [edi + module.core_size], eax
        add     eax, MODULE_ALIGN
        ccall   kmalloc, eax, GFP_KERNEL
        mov     [edi + module.memory], eax
        test    eax, eax
        jz      .no_memory
        add     eax, MODULE_ALIGN - 1
        and     eax, -MODULE_ALIGN
        mov     [edi + module.core], eax
        ccall   lay_sections, ebx, eax, 1
        xor     eax, eax
        jmp     .done
.no_memory:
        mov     eax, -ENOMEM
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; u32 lay_sections(struct load_info *info, u32 base, int copy)          how many bytes they take
proc lay_sections, .from, .base, .copy
        push    ebx
        mov     ebx, [ebp + .from]
        ccall   lay_sections_of, ebx, [ebp + .base], [ebp + .base], [ebp + .copy], SHF_ALLOC | SHF_EXECINSTR
        mov     ecx, [ebx + load_info.module]
        mov     edx, eax
        sub     edx, [ebp + .base]
        mov     [ecx + module.text_size], edx
        ccall   lay_sections_of, ebx, [ebp + .base], eax, [ebp + .copy], SHF_ALLOC
        ccall   lay_common, ebx, eax, [ebp + .copy]
        sub     eax, [ebp + .base]
        pop     ebx
endproc

; u32 lay_sections_of(struct load_info *info, u32 base, u32 place, int copy, u32 flags_wanted)
; The place behind the last one of these flags.
proc lay_sections_of, .from, .base, .place, .copy, .flags_wanted
        push    ebx
        push    esi
        push    edi
        mov     ecx, [ebp + .from]
        first_section ecx
        mov     ebx, [ebp + .place]
.next:
        dec     edi
        js      .done
        mov     eax, [esi + elf32_shdr.flags]
        and     eax, SHF_ALLOC | SHF_EXECINSTR
        cmp     eax, [ebp + .flags_wanted]
        jne     .other
        mov     eax, [esi + elf32_shdr.addralign]
        dec     eax
        jle     .aligned
        add     ebx, eax
        not     eax
        and     ebx, eax
.aligned:
        mov     [esi + elf32_shdr.addr], ebx
        cmp     dword [ebp + .copy], 0
        je      .placed
        ccall   copy_section, [ebp + .from], esi
.placed:
        add     ebx, [esi + elf32_shdr.size]
.other:
        add     esi, elf32_shdr_size
        jmp     .next
.done:
        mov     eax, ebx
        pop     edi
        pop     esi
        pop     ebx
endproc

; void copy_section(struct load_info *info, const struct elf32_shdr *section)
proc copy_section, .from, .section
        push    ebx
        push    esi
        mov     ebx, [ebp + .from]
        mov     esi, [ebp + .section]
        cmp     dword [esi + elf32_shdr.type], SHT_NOBITS
        je      .zero
        mov     eax, [esi + elf32_shdr.offset]
        add     eax, [ebx + load_info.image]
        ccall   memcpy, [esi + elf32_shdr.addr], eax, [esi + elf32_shdr.size]
        jmp     .copied
.zero:
        ccall   memset, [esi + elf32_shdr.addr], 0, [esi + elf32_shdr.size]
.copied:
        mov     eax, [esi + elf32_shdr.name]
        add     eax, [ebx + load_info.names]
        ccall   strcmp, eax, param_section
        test    eax, eax
        jnz     .done
        mov     edx, [ebx + load_info.module]
        mov     eax, [esi + elf32_shdr.addr]
        mov     [edx + module.params], eax
        mov     eax, [esi + elf32_shdr.size]
        shr     eax, 4                  ; / kernel_param_size
        mov     [edx + module.num_params], eax
.done:
        pop     esi
        pop     ebx
endproc

; void leave_out_sections(struct load_info *info)       what nobody reads loses its SHF_ALLOC
proc leave_out_sections, .from
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .from]
        first_section ebx
.next:
        dec     edi
        js      .done
        push    edi
        mov     edi, left_out_names
.name:
        ccall   strlen, edi
        test    eax, eax
        jz      .wanted
        push    eax
        mov     ecx, [esi + elf32_shdr.name]
        add     ecx, [ebx + load_info.names]
        ccall   strncmp, ecx, edi, eax
        pop     ecx
        lea     edi, [edi + ecx + 1]
        test    eax, eax
        jnz     .name
        and     dword [esi + elf32_shdr.flags], ~SHF_ALLOC
.wanted:
        pop     edi
        add     esi, elf32_shdr_size
        jmp     .next
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; u32 lay_common(struct load_info *info, u32 place, int copy)   the place behind
; Variables that were only declared: such a symbol's value is how it is to be aligned.
proc lay_common, .from, .place, .copy
        push    ebx
        push    esi
        push    edi
        ccall   find_section, [ebp + .from], SHT_SYMTAB
        mov     ebx, [ebp + .place]
        test    eax, eax
        jz      .done
        mov     edi, [eax + elf32_shdr.size]
        shr     edi, 4                  ; / elf32_sym_size
        mov     ecx, [ebp + .from]
        mov     esi, [eax + elf32_shdr.offset]
        add     esi, [ecx + load_info.image]
.next:
        dec     edi
        js      .done
        cmp     word [esi + elf32_sym.shndx], SHN_COMMON
        jne     .other
        mov     eax, [esi + elf32_sym.value]
        dec     eax
        add     ebx, eax
        not     eax
        and     ebx, eax
        cmp     dword [ebp + .copy], 0
        je      .placed
        mov     [esi + elf32_sym.value], ebx
        mov     word [esi + elf32_sym.shndx], SHN_ABS
        ccall   memset, ebx, 0, [esi + elf32_sym.size]
.placed:
        add     ebx, [esi + elf32_sym.size]
.other:
        add     esi, elf32_sym_size
        jmp     .next
.done:
        mov     eax, ebx
        pop     edi
        pop     esi
        pop     ebx
endproc

        section .rodata
param_section:  db "__param", 0
left_out_names: db ".eh_frame", 0, ".comment", 0, ".note", 0, ".modinfo", 0, 0
        section .text
