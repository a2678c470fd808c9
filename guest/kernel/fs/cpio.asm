; cpio.asm: the files that the loader brought along: an archive of programs and texts in cpio's "newc"
; form, and whatever other modules there are, each of them one file: `-initrd programs.cpio,my.ko`.
;
;   initrd_init()                 boot                 look at it, or drop it if it is none
;   cpio_next(entry)              any context          1 and the next file, or 0: that was the last
;
; The archive is never written to; a file's bytes are used where they lie (fs/ramfs.asm).

struc cpio_entry
.name:          resd 1
.data:          resd 1
.size:          resd 1
.mode:          resd 1
.next:          resd 1                  ; where the next header is; the caller sets it at first
endstruc

; The header: a magic, then fields of eight hex digits.
CPIO_DIGITS     equ 8
CPIO_MAGIC_SIZE equ 6
CPIO_MODE       equ CPIO_MAGIC_SIZE + CPIO_DIGITS
CPIO_FILESIZE   equ CPIO_MAGIC_SIZE + 6 * CPIO_DIGITS
CPIO_NAMESIZE   equ CPIO_MAGIC_SIZE + 11 * CPIO_DIGITS
CPIO_HEADER     equ CPIO_MAGIC_SIZE + 13 * CPIO_DIGITS
CPIO_ALIGN      equ 4                   ; the name's end and the data's

        section .text

; void initrd_init(void)
proc initrd_init
        sub     esp, cpio_entry_size
        push    ebx
        push    esi
        xor     esi, esi
        mov     eax, [initrd_start]
        lea     ebx, [ebp - cpio_entry_size]
        mov     [ebx + cpio_entry.next], eax
.next:
        ccall   cpio_next, ebx
        test    eax, eax
        jz      .counted
        inc     esi
        jmp     .next
.counted:
        test    esi, esi
        jz      .none
        pr      KERN_INFO, "initrd: %d files", esi
        jmp     .done
.none:
        pr      KERN_WARNING, "initrd: none, so there are no programs"
        mov     dword [initrd_start], 0
.done:
        pop     esi
        pop     ebx
endproc

; int cpio_next(struct cpio_entry *entry)
proc cpio_next, .entry
.module         equ -4
        sub     esp, 4
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .entry]
.again:
        mov     esi, [ebx + cpio_entry.next]
        ccall   boot_module_at, esi
        test    eax, eax
        jz      .done                   ; behind the last
        mov     [ebp + .module], eax
        lea     ecx, [esi + CPIO_HEADER]
        cmp     ecx, [eax + boot_module.end]
        ja      .not_archive
        ccall   strncmp, esi, cpio_magic, CPIO_MAGIC_SIZE
        test    eax, eax
        jnz     .not_archive
        lea     edi, [esi + CPIO_HEADER]
        mov     [ebx + cpio_entry.name], edi
        lea     eax, [esi + CPIO_NAMESIZE]
        ccall   parse_hex, eax, CPIO_DIGITS
        add     edi, eax
        ccall   cpio_align, edi
        mov     edi, eax
        mov     [ebx + cpio_entry.data], edi
        lea     eax, [esi + CPIO_MODE]
        ccall   parse_hex, eax, CPIO_DIGITS
        mov     [ebx + cpio_entry.mode], eax
        lea     eax, [esi + CPIO_FILESIZE]
        ccall   parse_hex, eax, CPIO_DIGITS
        mov     [ebx + cpio_entry.size], eax
        add     edi, eax
        jc      .next_module
        mov     ecx, [ebp + .module]
        cmp     edi, [ecx + boot_module.end]
        ja      .next_module
        ccall   cpio_align, edi
        mov     [ebx + cpio_entry.next], eax
        ccall   strcmp, [ebx + cpio_entry.name], cpio_trailer
        test    eax, eax
        jz      .next_module
        mov     eax, 1
        jmp     .done
.not_archive:
        mov     eax, [ebp + .module]
        cmp     esi, [eax + boot_module.start]
        jne     .next_module            ; an archive that breaks off
        mov     [ebx + cpio_entry.data], esi
        mov     ecx, [eax + boot_module.end]
        sub     ecx, esi
        mov     [ebx + cpio_entry.size], ecx
        mov     dword [ebx + cpio_entry.mode], S_IFREG | S_IRUGO | S_IXUGO
        lea     ecx, [eax + boot_module.name]
        mov     [ebx + cpio_entry.name], ecx
        mov     ecx, [eax + boot_module_size + boot_module.start]
        mov     [ebx + cpio_entry.next], ecx ; of the one behind the last: 0
        mov     eax, 1
        jmp     .done
.next_module:
        mov     eax, [ebp + .module]
        mov     ecx, [eax + boot_module_size + boot_module.start]
        mov     [ebx + cpio_entry.next], ecx
        jmp     .again
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; struct boot_module *boot_module_at(u32 address)        or 0
proc boot_module_at, .address
        mov     eax, boot_modules
        mov     ecx, [nr_boot_modules]
        mov     edx, [ebp + .address]
.next:
        dec     ecx
        js      .none
        cmp     edx, [eax + boot_module.start]
        jb      .other
        cmp     edx, [eax + boot_module.end]
        jb      .done
.other:
        add     eax, boot_module_size
        jmp     .next
.none:
        xor     eax, eax
.done:
endproc

; u32 cpio_align(u32 address)           up to the archive's alignment, counted from its start
; Loaders put modules onto pages, so that counting from 0 is the same.
proc cpio_align, .address
        mov     eax, [ebp + .address]
        add     eax, CPIO_ALIGN - 1
        and     eax, -CPIO_ALIGN
endproc

; int initrd_find(const char *name, struct cpio_entry *entry)
proc initrd_find, .name, .entry
        push    ebx
        mov     ebx, [ebp + .entry]
        mov     eax, [initrd_start]
        mov     [ebx + cpio_entry.next], eax
.next:
        ccall   cpio_next, ebx
        test    eax, eax
        jz      .done
        ccall   strcmp, [ebp + .name], [ebx + cpio_entry.name]
        test    eax, eax
        jnz     .next
        mov     eax, 1
.done:
        pop     ebx
endproc

        section .rodata
cpio_magic:     db "070701"
cpio_trailer:   db "TRAILER!!!", 0
        section .text
