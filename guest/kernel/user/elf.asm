; elf.asm: the segments of an ELF32 executable, page by page into an address space.
;
;   elf_check(inode)              exec.asm             1: an executable for this machine
;   load_segments(bprm)           exec.asm             0, -ENOEXEC, -ENOMEM
;   add_user_page(pgd, address, flags)   exec.asm, stack.asm   the page there, or 0: no memory

        section .text

; int elf_check(const struct inode *which)      1: an executable for this machine
proc elf_check, .which
        mov     edx, [ebp + .which]
        mov     ecx, [edx + inode.i_size]
        xor     eax, eax
        cmp     ecx, elf32_ehdr_size
        jb      .done
        mov     edx, [edx + inode.i_data]
        cmp     dword [edx + elf32_ehdr.ident], ELF_MAGIC
        jne     .done
        cmp     word [edx + elf32_ehdr.type], ET_EXEC
        jne     .done
        cmp     word [edx + elf32_ehdr.machine], EM_386
        jne     .done
        cmp     [edx + elf32_ehdr.phoff], ecx
        ja      .done
        sub     ecx, [edx + elf32_ehdr.phoff]
        push    eax
        movzx   eax, word [edx + elf32_ehdr.phnum]
        imul    eax, eax, elf32_phdr_size
        cmp     eax, ecx
        pop     eax
        ja      .done
        inc     eax
.done:
endproc

; int load_segments(struct binprm *bprm)        0 or an error
proc load_segments, .bprm
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + .bprm]
        mov     esi, [esi + binprm.inode]
        mov     eax, [esi + inode.i_data]
        movzx   edi, word [eax + elf32_ehdr.phnum]
        mov     ebx, eax
        add     ebx, [eax + elf32_ehdr.phoff]
        mov     ecx, [ebp + .bprm]
        mov     eax, [eax + elf32_ehdr.entry]
        mov     [ecx + binprm.entry], eax
.next:
        test    edi, edi
        jz      .loaded
        cmp     dword [ebx + elf32_phdr.type], PT_LOAD
        jne     .not_loaded
        cmp     dword [ebx + elf32_phdr.memsz], 0
        je      .not_loaded
        ; inside ring 3's part, and inside the file
        mov     eax, [ebx + elf32_phdr.vaddr]
        cmp     eax, TASK_BASE
        jb      .bad
        add     eax, [ebx + elf32_phdr.memsz]
        jc      .bad
        cmp     eax, STACK_BOTTOM
        ja      .bad
        mov     eax, [ebx + elf32_phdr.filesz]
        cmp     eax, [ebx + elf32_phdr.memsz]
        ja      .bad
        test    eax, eax
        jz      .in_file                ; nothing to read, so no matter where
        add     eax, [ebx + elf32_phdr.offset]
        jc      .bad
        cmp     eax, [esi + inode.i_size]
        ja      .bad
.in_file:
        ccall   load_segment, [ebp + .bprm], ebx, [esi + inode.i_data]
        test    eax, eax
        jnz     .done
.not_loaded:
        add     ebx, elf32_phdr_size
        dec     edi
        jmp     .next
.bad:
        mov     eax, -ENOEXEC
        jmp     .done
.loaded:
        xor     eax, eax
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; int load_segment(struct binprm *bprm, const struct elf32_phdr *segment, const void *image)
; Page by page: ebx is the page's address in the program, esi the header, edi the page itself.
proc load_segment, .bprm, .segment, .image
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + .segment]
        mov     ebx, [esi + elf32_phdr.vaddr]
        and     ebx, PAGE_MASK
        test    dword [esi + elf32_phdr.flags], PF_X
        jz      .next
        mov     eax, [ebp + .bprm]      ; what "in NAME[base+size]" will say
        mov     [eax + binprm.text_start], ebx
        mov     ecx, [esi + elf32_phdr.vaddr]
        add     ecx, [esi + elf32_phdr.memsz]
        add     ecx, PAGE_SIZE - 1
        and     ecx, PAGE_MASK
        sub     ecx, ebx
        mov     [eax + binprm.text_size], ecx
.next:
        mov     eax, [esi + elf32_phdr.vaddr]
        add     eax, [esi + elf32_phdr.memsz]
        cmp     ebx, eax
        jae     .loaded
        mov     eax, _PAGE_PRESENT | _PAGE_USER
        test    dword [esi + elf32_phdr.flags], PF_W
        jz      .flags_known
        or      eax, _PAGE_RW
.flags_known:
        mov     ecx, [ebp + .bprm]
        ccall   add_user_page, [ecx + binprm.pgd], ebx, eax
        test    eax, eax
        jz      .no_memory
        mov     edi, eax
        ; what of this page the file fills: from the later of the two starts to the earlier end
        mov     eax, [esi + elf32_phdr.vaddr]
        mov     ecx, eax
        add     ecx, [esi + elf32_phdr.filesz]
        cmp     eax, ebx
        jae     .start_known
        mov     eax, ebx
.start_known:
        lea     edx, [ebx + PAGE_SIZE]
        cmp     ecx, edx
        jbe     .end_known
        mov     ecx, edx
.end_known:
        sub     ecx, eax
        jbe     .nothing_to_copy
        mov     edx, eax
        sub     edx, ebx
        add     edi, edx
        sub     eax, [esi + elf32_phdr.vaddr]
        add     eax, [esi + elf32_phdr.offset]
        add     eax, [ebp + .image]
        ccall   memcpy, edi, eax, ecx
.nothing_to_copy:
        add     ebx, PAGE_SIZE
        jmp     .next
.no_memory:
        mov     eax, -ENOMEM
        jmp     .done
.loaded:
        xor     eax, eax
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; u32 add_user_page(u32 *pgd, u32 address, u32 page_flags)
; The page that is or comes to be at a program's address, as the kernel sees it; 0: no memory.
; Two segments may meet in a page: then it keeps what the first wrote, and is writable if either is.
proc add_user_page, .pgd, .address, .page_flags
        push    ebx
        ccall   user_page, [ebp + .pgd], [ebp + .address]
        mov     ebx, eax
        test    eax, eax
        jz      .new
        test    dword [ebp + .page_flags], _PAGE_RW
        jz      .done
        jmp     .map
.new:
        call    get_free_page
        mov     ebx, eax
        test    eax, eax
        jz      .done
.map:
        ccall   map_page, [ebp + .pgd], [ebp + .address], ebx, [ebp + .page_flags]
        test    eax, eax
        jz      .done
        ccall   free_page, ebx
        xor     ebx, ebx
.done:
        mov     eax, ebx
        pop     ebx
endproc
