; ioremap.asm: chips that answer in memory.
;
;   ioremap(address, size)        boot, tasks          where they are seen; 0: there is RAM
;   iounmap(p)                    boot, tasks
;
; They are seen at their own addresses, as RAM is.

IO_WINDOW       equ 0x3f000000          ; chips in memory: from here ...
IO_WINDOW_END   equ IO_WINDOW + (1 << PGDIR_SHIFT) ; ... one page table, which all address spaces share
_PAGE_PWT_PCD   equ 0x018               ; not cached

        section .text

; void *ioremap(u32 address, u32 size)
proc ioremap, .address, .size
        push    ebx
        mov     ebx, [ebp + .address]
        mov     ecx, ebx
        add     ecx, [ebp + .size]
        cmp     ecx, ONE_MEGABYTE
        jbe     .mapped                 ; the screen and the ROMs always are
        cmp     ebx, [boot_ram_end]
        jb      .refused
        cmp     ebx, IO_WINDOW
        jb      .refused
        cmp     ecx, IO_WINDOW_END
        ja      .refused
        and     ebx, PAGE_MASK
.page:
        ccall   map_page, swapper_pg_dir, ebx, ebx, _PAGE_PRESENT | _PAGE_RW | _PAGE_PWT_PCD
        test    eax, eax
        jnz     .refused
        add     ebx, PAGE_SIZE
        mov     ecx, [ebp + .address]
        add     ecx, [ebp + .size]
        cmp     ebx, ecx
        jb      .page
.mapped:
        mov     eax, [ebp + .address]
        jmp     .done
.refused:
        pr      KERN_WARNING, "ioremap: %08x is no chip's", [ebp + .address]
        xor     eax, eax
.done:
        pop     ebx
endproc
EXPORT_SYMBOL ioremap

; void iounmap(void *p)                 others may look at the same page: it stays
proc iounmap, .p
endproc
EXPORT_SYMBOL iounmap
