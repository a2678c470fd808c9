; pages.asm: whole pages of RAM, handed out zeroed.
;
;   pages_init()          boot
;   get_free_page()       any context                  its address, or 0: none left
;   free_page(address)    any context
;   get_free_pages(n), free_pages(address, n)   any context   several side by side
;   nr_free_pages()       any context
;
; A free page that was used before is on a list, each holding the address of the next. Pages never
; used yet begin at fresh_page; the archive that the loader put somewhere among them is stepped over.
; Interrupts are off around both.

        section .bss
        alignb  4
free_list:      resd 1
free_list_length: resd 1
fresh_page:     resd 1

        section .text

; void pages_init(void)
proc pages_init
        mov     dword [fresh_page], _end
        mov     eax, [boot_ram_end]
        cmp     eax, TASK_BASE
        jbe     .fits
        mov     eax, TASK_BASE          ; what ring 3's addresses hide is not used
        mov     [boot_ram_end], eax
.fits:
        ; rounded up to whole MB: what firmware keeps for itself at the top is not worth a line
        add     eax, ONE_MEGABYTE - 1
        shr     eax, 20
        pr      KERN_INFO, "Memory: %u MB", eax
endproc

; u32 get_free_page(void)
proc get_free_page
        push    ebx
        push    edi
        pushfd
        cli
        mov     ebx, [free_list]
        test    ebx, ebx
        jz      .fresh
        mov     eax, [ebx]
        mov     [free_list], eax
        dec     dword [free_list_length]
        jmp     .clear
.fresh:
        mov     ebx, [fresh_page]
        mov     eax, [initrd_start]
        and     eax, PAGE_MASK
        cmp     ebx, eax
        jb      .not_archive
        cmp     ebx, [initrd_end]
        jae     .not_archive
        mov     ebx, [initrd_end]
        add     ebx, PAGE_SIZE - 1
        and     ebx, PAGE_MASK
.not_archive:
        lea     eax, [ebx + PAGE_SIZE]
        cmp     eax, [boot_ram_end]
        ja      .none
        mov     [fresh_page], eax
.clear:
        mov     edi, ebx
        xor     eax, eax
        mov     ecx, PAGE_SIZE / 4
        rep stosd
        mov     eax, ebx
        jmp     .done
.none:
        xor     eax, eax
.done:
        popfd
        pop     edi
        pop     ebx
endproc

; void free_page(u32 address)
proc free_page, .address
        pushfd
        cli
        mov     eax, [ebp + .address]
        mov     edx, [free_list]
        mov     [eax], edx
        mov     [free_list], eax
        inc     dword [free_list_length]
        popfd
endproc

; u32 nr_free_pages(void)
proc nr_free_pages
        mov     eax, [boot_ram_end]
        sub     eax, [fresh_page]
        shr     eax, PAGE_SHIFT
        add     eax, [free_list_length]
endproc

; u32 get_free_pages(u32 count)         so many side by side, not zeroed; 0: none left
; More than one come from what was never used yet: pages that were do not lie side by side any more.
proc get_free_pages, .count
        push    ebx
        cmp     dword [ebp + .count], 1
        je      .single
        pushfd
        cli
        mov     eax, [fresh_page]
        mov     ebx, [ebp + .count]
        shl     ebx, PAGE_SHIFT
        add     ebx, eax
        ; not across the archive
        cmp     eax, [initrd_end]
        jae     .clear_of_archive
        mov     ecx, [initrd_start]
        and     ecx, PAGE_MASK
        cmp     ebx, ecx
        jbe     .clear_of_archive
        mov     eax, [initrd_end]
        add     eax, PAGE_SIZE - 1
        and     eax, PAGE_MASK
        mov     ebx, [ebp + .count]
        shl     ebx, PAGE_SHIFT
        add     ebx, eax
.clear_of_archive:
        cmp     ebx, [boot_ram_end]
        ja      .none
        mov     [fresh_page], ebx
        jmp     .done
.none:
        xor     eax, eax
.done:
        popfd
        jmp     .out
.single:
        call    get_free_page
.out:
        pop     ebx
endproc

; void free_pages(u32 address, u32 count)
proc free_pages, .address, .count
.next:
        ccall   free_page, [ebp + .address]
        add     dword [ebp + .address], PAGE_SIZE
        dec     dword [ebp + .count]
        jnz     .next
endproc
