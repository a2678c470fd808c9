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
initrd_start:   resd 1                  ; the first module: an archive of programs; or 0
initrd_end:     resd 1

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
        cmp     dword [ebx + multiboot_info.mods_count], 0
        je      .done
        mov     esi, [ebx + multiboot_info.mods_addr]
        mov     eax, [esi + multiboot_mod.start]
        mov     [initrd_start], eax
        mov     eax, [esi + multiboot_mod.end]
        mov     [initrd_end], eax
.done:
        pop     esi
        pop     ebx
        return
.stop:
        cli
        hlt
        jmp     .stop
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
