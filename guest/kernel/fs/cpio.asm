; cpio.asm: the archive of programs and texts that the loader brought along, in cpio's "newc" form.
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
        mov     dword [initrd_end], 0
.done:
        pop     esi
        pop     ebx
endproc

; int cpio_next(struct cpio_entry *entry)
proc cpio_next, .entry
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .entry]
        mov     esi, [ebx + cpio_entry.next]
        lea     eax, [esi + CPIO_HEADER]
        cmp     eax, [initrd_end]
        ja      .last
        ccall   strncmp, esi, cpio_magic, CPIO_MAGIC_SIZE
        test    eax, eax
        jnz     .last
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
        jc      .last
        cmp     edi, [initrd_end]
        ja      .last
        ccall   cpio_align, edi
        mov     [ebx + cpio_entry.next], eax
        ccall   strcmp, [ebx + cpio_entry.name], cpio_trailer
        test    eax, eax
        jz      .last
        mov     eax, 1
        jmp     .done
.last:
        xor     eax, eax
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; u32 cpio_align(u32 address)           up to the archive's alignment, counted from its start
proc cpio_align, .address
        mov     eax, [ebp + .address]
        sub     eax, [initrd_start]
        add     eax, CPIO_ALIGN - 1
        and     eax, -CPIO_ALIGN
        add     eax, [initrd_start]
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
