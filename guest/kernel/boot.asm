; boot.asm: from the multiboot loader's hand-over to start_kernel.
;
; The loader leaves us in 32-bit protected mode, paging and interrupts off, on segments and a stack
; we know nothing of, with a magic number in eax and the multiboot information's address in ebx.
; What that information points to may be anywhere, so it is copied before paging is switched on.

        section .multiboot progbits alloc noexec nowrite align=4
        dd      MULTIBOOT_HEADER_MAGIC
        dd      MULTIBOOT_HEADER_FLAGS
        dd      -(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_HEADER_FLAGS)

COMMAND_LINE_SIZE equ 256
ONE_MEGABYTE    equ 0x100000

        section .bss
boot_command_line: resb COMMAND_LINE_SIZE
boot_ram_end:   resd 1                  ; first address behind RAM
        alignb  4
boot_modules_start: resd 1              ; where the modules lie ...
boot_modules_end: resd 1                ; ... all together
boot_modules:   resb boot_module_size * (MAX_BOOT_MODULES + 1) ; and one that stays empty
nr_boot_modules: resd 1

        section .text

        global  _start
_start:
        mov     esp, boot_stack_top
        xor     ebp, ebp                ; the outermost frame: traces end here
        push    0
        popfd                           ; interrupts off, direction up, no nested task
        ccall   multiboot_save, eax, ebx
        call    gdt_init
        jmp     __KERNEL_CS:.our_segments
.our_segments:
        mov     eax, __KERNEL_DS
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        xor     eax, eax
        mov     fs, ax
        mov     eax, __KERNEL_PERCPU
        mov     gs, ax
        call    start_kernel            ; does not return

; void multiboot_save(u32 magic, const struct multiboot_info *info)
; Without a multiboot loader we can only stop: where the RAM ends is not known.
proc multiboot_save, .magic, .info
        push    ebx
        push    esi
        cmp     dword [ebp + .magic], MULTIBOOT_LOADER_MAGIC
        jne     .stop
        mov     ebx, [ebp + .info]
        test    dword [ebx + multiboot_info.flags], MULTIBOOT_INFO_MEMORY
        jz      .stop
        mov     eax, [ebx + multiboot_info.mem_upper]
        shl     eax, 10
        add     eax, ONE_MEGABYTE
        and     eax, PAGE_MASK
        mov     [boot_ram_end], eax

        test    dword [ebx + multiboot_info.flags], MULTIBOOT_INFO_CMDLINE
        jz      .modules
        ccall   skip_image_name, [ebx + multiboot_info.cmdline]
        ccall   strlcpy, boot_command_line, eax, COMMAND_LINE_SIZE
.modules:
        test    dword [ebx + multiboot_info.flags], MULTIBOOT_INFO_MODS
        jz      .done
        ccall   save_modules, [ebx + multiboot_info.mods_addr], [ebx + multiboot_info.mods_count]
.done:
        pop     esi
        pop     ebx
        return
.stop:
        cli
        hlt
        jmp     .stop
endproc

; void save_modules(const struct multiboot_mod *list, u32 count)        those beyond MAX_BOOT_MODULES are dropped
proc save_modules, .list, .count
        push    ebx
        push    esi
        mov     esi, [ebp + .list]
        mov     ebx, boot_modules
        mov     dword [boot_modules_start], -1
.next:
        dec     dword [ebp + .count]
        js      .done
        cmp     ebx, boot_modules + boot_module_size * MAX_BOOT_MODULES
        jae     .done
        mov     eax, [esi + multiboot_mod.start]
        mov     [ebx + boot_module.start], eax
        cmp     eax, [boot_modules_start]
        jae     .start_known
        mov     [boot_modules_start], eax
.start_known:
        mov     eax, [esi + multiboot_mod.end]
        mov     [ebx + boot_module.end], eax
        cmp     eax, [boot_modules_end]
        jbe     .end_known
        mov     [boot_modules_end], eax
.end_known:
        lea     eax, [ebx + boot_module.name]
        ccall   save_module_name, eax, [esi + multiboot_mod.string]
        inc     dword [nr_boot_modules]
        add     ebx, boot_module_size
        add     esi, multiboot_mod_size
        jmp     .next
.done:
        pop     esi
        pop     ebx
endproc

; void save_module_name(char *to, const char *line)     what lies behind the last / of the first word
proc save_module_name, .to, .line
        mov     edx, [ebp + .to]
        mov     ecx, [ebp + .line]
        test    ecx, ecx
        jz      .end
.letter:
        mov     al, [ecx]
        inc     ecx
        cmp     al, SPACE
        jbe     .end
        cmp     al, '/'
        je      .folder
        mov     [edx], al
        inc     edx
        mov     eax, [ebp + .to]
        add     eax, BOOT_MODULE_NAME - 1
        cmp     edx, eax
        jb      .letter
        jmp     .end
.folder:
        mov     edx, [ebp + .to]
        jmp     .letter
.end:
        mov     byte [edx], 0
endproc

; const char *skip_image_name(const char *line)
; Some loaders put the image's own name before what they were asked to say: a first word with a dot
; or a slash in it.
proc skip_image_name, .line
        mov     ecx, [ebp + .line]
.letter:
        mov     al, [ecx]
        cmp     al, SPACE
        jbe     .no_name
        cmp     al, '.'
        je      .name
        cmp     al, '/'
        je      .name
        inc     ecx
        jmp     .letter
.name:
        inc     ecx
        cmp     byte [ecx], SPACE
        ja      .name
        ccall   skip_spaces, ecx
        return
.no_name:
        mov     eax, [ebp + .line]
endproc
