; pages.asm: whole pages of RAM.
;
;   pages_init()                  boot
;   get_free_page()               any context          one, zeroed: its address, or 0: none left
;   free_page(address)            any context
;   get_free_pages(n), free_pages(address, n)   any context   several side by side, not zeroed
;   nr_free_pages()               any context
;
; A bit for each page of RAM says whether it is taken. The search begins where the last one ended, so
; it nearly always ends at once. Interrupts are off around both.

PAGE_MAP_BITS   equ TASK_BASE >> PAGE_SHIFT

        section .bss
        alignb  4
page_map:       resb PAGE_MAP_BITS / 8  ; 1: taken, or no RAM
page_hint:      resd 1                  ; the page behind the one handed out last
pages_end:      resd 1                  ; the first page behind RAM
pages_free:     resd 1

        section .text

; void pages_init(void)
; Free is what lies behind the kernel, but for the modules that the loader put somewhere among it.
proc pages_init
        push    ebx
        mov     eax, [boot_ram_end]
        cmp     eax, TASK_BASE
        jbe     .fits
        mov     eax, TASK_BASE          ; what ring 3's addresses hide is not used
        mov     [boot_ram_end], eax
.fits:
        shr     eax, PAGE_SHIFT
        mov     [pages_end], eax
        ccall   memset, page_map, 0xff, PAGE_MAP_BITS / 8
        mov     ebx, _end
        shr     ebx, PAGE_SHIFT
        mov     [page_hint], ebx
.next:
        mov     eax, [boot_modules_start]
        shr     eax, PAGE_SHIFT
        cmp     ebx, eax
        jb      .free
        mov     eax, [boot_modules_end]
        add     eax, PAGE_SIZE - 1
        shr     eax, PAGE_SHIFT
        cmp     ebx, eax
        jb      .taken
.free:
        btr     [page_map], ebx
        inc     dword [pages_free]
.taken:
        inc     ebx
        cmp     ebx, [pages_end]
        jb      .next
        ; rounded up to whole MB: what firmware keeps for itself at the top is not worth a line
        mov     eax, [boot_ram_end]
        add     eax, ONE_MEGABYTE - 1
        shr     eax, 20
        pr      KERN_INFO, "Memory: %u MB", eax
        pop     ebx
endproc

; u32 get_free_page(void)
proc get_free_page
        push    edi
        ccall   get_free_pages, 1
        test    eax, eax
        jz      .none
        push    eax
        mov     edi, eax
        xor     eax, eax
        mov     ecx, PAGE_SIZE / 4
        rep stosd
        pop     eax
.none:
        pop     edi
endproc

; u32 get_free_pages(u32 count)         0: there are not so many side by side
; ebx walks the map, edi counts the free ones behind each other, esi how many are still to be looked at.
proc get_free_pages, .count
        push    ebx
        push    esi
        push    edi
        pushfd
        cli
        mov     ebx, [page_hint]
        mov     esi, [pages_end]
        add     esi, [ebp + .count]     ; once around, and a run that began before the start
.restart:
        xor     edi, edi
.next:
        cmp     ebx, [pages_end]
        jb      .in_ram
        xor     ebx, ebx
        jmp     .restart
.in_ram:
        dec     esi
        js      .none
        bt      [page_map], ebx
        inc     ebx                     ; keeps the carry
        jc      .restart
        inc     edi
        cmp     edi, [ebp + .count]
        jb      .next
        mov     [page_hint], ebx
        sub     [pages_free], edi
.take:
        dec     ebx
        bts     [page_map], ebx
        dec     edi
        jnz     .take
        mov     eax, ebx
        shl     eax, PAGE_SHIFT
        jmp     .done
.none:
        xor     eax, eax
.done:
        popfd
        pop     edi
        pop     esi
        pop     ebx
endproc

; void free_page(u32 address)
proc free_page, .address
        mov     eax, [ebp + .address]
        shr     eax, PAGE_SHIFT
        pushfd
        cli
        btr     [page_map], eax
        jnc     .was_free
        inc     dword [pages_free]
        cmp     eax, [page_hint]
        jae     .hint_known
        mov     [page_hint], eax        ; low ones first: what was used is used again
.hint_known:
        popfd
        return
.was_free:
        popfd
        warn    "free_page: page %p is free already", [ebp + .address]
endproc

; u32 nr_free_pages(void)
proc nr_free_pages
        mov     eax, [pages_free]
endproc

; void free_pages(u32 address, u32 count)
proc free_pages, .address, .count
.next:
        ccall   free_page, [ebp + .address]
        add     dword [ebp + .address], PAGE_SIZE
        dec     dword [ebp + .count]
        jnz     .next
endproc
