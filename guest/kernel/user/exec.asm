; exec.asm: a program from the archive becomes a ring 3 process.
;
;   spawn(command_line, task)     tasks                0 and the task, already runnable, or -ENOENT,
;                                                      -ENOEXEC, -ENOMEM, -EAGAIN (no slot)
;
; An ELF32 executable's segments go where they ask to, the stack below TASK_TOP. The process starts
; at its entry with argc, argv and an empty environment on the stack (System V ABI i386, 2.3.1).

MAX_ARGS        equ 16
COMMAND_SIZE    equ 256
STACK_BOTTOM    equ TASK_TOP - STACK_PAGES * PAGE_SIZE

        section .text

; int spawn(const char *command_line, struct task **result)
proc spawn, .command_line, .result
.file           equ -cpio_entry_size
.words          equ -(cpio_entry_size + COMMAND_SIZE); the line, cut at its blanks
        sub     esp, cpio_entry_size + COMMAND_SIZE
        push    ebx
        push    esi
        push    edi
        lea     esi, [ebp + .words]
        ccall   skip_spaces, [ebp + .command_line]
        ccall   strlcpy, esi, eax, COMMAND_SIZE
        ccall   split_words, esi
        mov     edi, eax                ; argc
        lea     eax, [ebp + .file]
        ccall   initrd_find, esi, eax
        test    eax, eax
        jnz     .found
        ccall   sprintf, bin_path, bin_format, esi
        lea     eax, [ebp + .file]
        ccall   initrd_find, bin_path, eax
        mov     ecx, -ENOENT
        test    eax, eax
        jz      .error
.found:
        lea     eax, [ebp + .file]
        ccall   elf_check, eax
        mov     ecx, -ENOEXEC
        test    eax, eax
        jz      .error
        ccall   alloc_task, esi
        mov     ecx, -EAGAIN
        test    eax, eax
        jz      .error
        mov     ebx, eax
        call    new_address_space
        mov     ecx, -ENOMEM
        test    eax, eax
        jz      .release
        mov     [ebx + task.pgd], eax
        lea     eax, [ebp + .file]
        ccall   load_segments, ebx, eax
        mov     ecx, eax
        test    eax, eax
        jnz     .free
        ccall   make_stack, ebx, esi, edi
        mov     ecx, -ENOMEM
        test    eax, eax
        jz      .free
        mov     ecx, [ebp + .file + cpio_entry.data]
        ccall   make_first_frame, ebx, [ecx + elf32_ehdr.entry], eax
        mov     eax, [ebp + .result]
        mov     [eax], ebx
        ccall   vfs_open, console_path, O_RDWR, 0, [ebp + .result]
        mov     ecx, [ebp + .result]
        mov     eax, [ecx]
        mov     [ecx], ebx
        mov     dword [eax + file.f_count], 3
        mov     [ebx + task.files], eax
        mov     [ebx + task.files + 4], eax
        mov     [ebx + task.files + 8], eax
        ccall   wake_up_new_task, ebx
        xor     eax, eax
        jmp     .done
.free:
        push    ecx
        ccall   free_address_space, [ebx + task.pgd]
        pop     ecx
.release:
        push    ecx
        ccall   release_task, ebx
        pop     ecx
.error:
        mov     eax, ecx
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; int split_words(char *line)           blanks become NULs; the number of words
proc split_words, .line
        mov     ecx, [ebp + .line]
        xor     eax, eax
.word:
        inc     eax
.letter:
        cmp     byte [ecx], 0
        je      .done
        cmp     byte [ecx], SPACE
        je      .blank
        inc     ecx
        jmp     .letter
.blank:
        mov     byte [ecx], 0
        inc     ecx
        cmp     byte [ecx], SPACE
        je      .blank
        cmp     byte [ecx], 0
        jne     .word
.done:
        cmp     eax, MAX_ARGS
        jbe     .fits
        mov     eax, MAX_ARGS
.fits:
endproc

; int elf_check(const struct cpio_entry *entry)         1: an executable for this machine
proc elf_check, .entry
        mov     edx, [ebp + .entry]
        mov     ecx, [edx + cpio_entry.size]
        xor     eax, eax
        cmp     ecx, elf32_ehdr_size
        jb      .done
        mov     edx, [edx + cpio_entry.data]
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

; int load_segments(struct task *for_task, const struct cpio_entry *entry)      0 or an error
proc load_segments, .for_task, .entry
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + .entry]
        mov     eax, [esi + cpio_entry.data]
        movzx   edi, word [eax + elf32_ehdr.phnum]
        mov     ebx, eax
        add     ebx, [eax + elf32_ehdr.phoff]
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
        cmp     eax, [esi + cpio_entry.size]
        ja      .bad
.in_file:
        ccall   load_segment, [ebp + .for_task], ebx, [esi + cpio_entry.data]
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

; int load_segment(struct task *for_task, const struct elf32_phdr *segment, const void *image)
; Page by page: ebx is the page's address in the program, esi the header, edi the page itself.
proc load_segment, .for_task, .segment, .image
        push    ebx
        push    esi
        push    edi
        mov     esi, [ebp + .segment]
        mov     ebx, [esi + elf32_phdr.vaddr]
        and     ebx, PAGE_MASK
        test    dword [esi + elf32_phdr.flags], PF_X
        jz      .next
        mov     eax, [ebp + .for_task]  ; what "in NAME[base+size]" will say
        mov     [eax + task.text_start], ebx
        mov     ecx, [esi + elf32_phdr.vaddr]
        add     ecx, [esi + elf32_phdr.memsz]
        add     ecx, PAGE_SIZE - 1
        and     ecx, PAGE_MASK
        sub     ecx, ebx
        mov     [eax + task.text_size], ecx
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
        ccall   add_user_page, [ebp + .for_task], ebx, eax
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

; u32 add_user_page(struct task *for_task, u32 address, u32 page_flags)
; The page that is or comes to be at a program's address, as the kernel sees it; 0: no memory.
; Two segments may meet in a page: then it keeps what the first wrote, and is writable if either is.
proc add_user_page, .for_task, .address, .page_flags
        push    ebx
        push    esi
        mov     esi, [ebp + .for_task]
        ccall   user_page, [esi + task.pgd], [ebp + .address]
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
        ccall   map_page, [esi + task.pgd], [ebp + .address], ebx, [ebp + .page_flags]
        test    eax, eax
        jz      .done
        ccall   free_page, ebx
        xor     ebx, ebx
.done:
        mov     eax, ebx
        pop     esi
        pop     ebx
endproc

        section .bss
bin_path:       resb COMMAND_SIZE
        section .rodata
bin_format:     db "bin/%s", 0
console_path:   db "/dev/console", 0
        section .text
