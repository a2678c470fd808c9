; cpio.asm: archives of files in cpio's "newc" form, as Linux has them: one is built into the kernel,
; others come with the loader.
;
;   cpio_check(start, end)        any context          is that one?
;   cpio_open(entry, start, end)  any context          from the archive's first file on
;   cpio_next(entry)              any context          1 and the next file, or 0: that was the last
;
; An archive is never written to; a file's bytes are used where they lie (fs/ramfs.asm).

struc cpio_entry
.name:          resd 1
.data:          resd 1
.size:          resd 1
.mode:          resd 1
.next:          resd 1                  ; where the next header is
.start:         resd 1                  ; of the archive
.end:           resd 1
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

; void cpio_open(struct cpio_entry *entry, const void *start, const void *end)
proc cpio_open, .entry, .start, .end
        mov     ecx, [ebp + .entry]
        mov     eax, [ebp + .start]
        mov     [ecx + cpio_entry.start], eax
        mov     [ecx + cpio_entry.next], eax
        mov     eax, [ebp + .end]
        mov     [ecx + cpio_entry.end], eax
endproc

; int cpio_check(const void *start, const void *end)
proc cpio_check, .start, .end
        mov     eax, [ebp + .start]
        add     eax, CPIO_HEADER
        cmp     eax, [ebp + .end]
        ja      .no
        ccall   strncmp, [ebp + .start], cpio_magic, CPIO_MAGIC_SIZE
        test    eax, eax
        jnz     .no
        mov     eax, 1
        return
.no:
        xor     eax, eax
endproc

; int cpio_next(struct cpio_entry *entry)
proc cpio_next, .entry
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .entry]
        mov     esi, [ebx + cpio_entry.next]
        lea     eax, [esi + CPIO_HEADER]
        cmp     eax, [ebx + cpio_entry.end]
        ja      .last
        ccall   strncmp, esi, cpio_magic, CPIO_MAGIC_SIZE
        test    eax, eax
        jnz     .last
        lea     edi, [esi + CPIO_HEADER]
        mov     [ebx + cpio_entry.name], edi
        lea     eax, [esi + CPIO_NAMESIZE]
        ccall   parse_hex, eax, CPIO_DIGITS
        add     edi, eax
        ccall   cpio_align, ebx, edi
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
        cmp     edi, [ebx + cpio_entry.end]
        ja      .last
        ccall   cpio_align, ebx, edi
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

; u32 cpio_align(const struct cpio_entry *entry, u32 address)
; Up to the archive's alignment, counted from its start.
proc cpio_align, .entry, .address
        mov     ecx, [ebp + .entry]
        mov     eax, [ebp + .address]
        sub     eax, [ecx + cpio_entry.start]
        add     eax, CPIO_ALIGN - 1
        and     eax, -CPIO_ALIGN
        add     eax, [ecx + cpio_entry.start]
endproc

        section .rodata
cpio_magic:     db "070701"
cpio_trailer:   db "TRAILER!!!", 0
        section .text
