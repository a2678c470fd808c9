; paging.asm: address spaces.
;
; The kernel sees all RAM at its own address, below TASK_BASE, in every address space; ring 3 cannot.
; Page 0 is left out, so that following a null pointer is a fault; so is the page under each kernel
; stack, so that an overflow does not ruin its neighbour. The kernel's code and constants are read-only
; even for itself.
;
;   paging_init()                     boot             build the kernel's tables, paging on
;   new_address_space()               tasks            a directory with the kernel in it, or 0
;   map_page(pgd, address, page, f)   boot, tasks      0 or -ENOMEM
;   user_page(pgd, address)           tasks            the page behind a program's address, or 0
;   copy_address_space(pgd)           tasks            the same with copies of a program's pages, or 0
;   free_address_space(pgd)           tasks            not while it is loaded

        section .bss
        alignb  PAGE_SIZE
swapper_pg_dir: resb PAGE_SIZE          ; the kernel threads' directory

KERNEL_DIRECTORY_ENTRIES equ TASK_BASE >> PGDIR_SHIFT

        section .text

; void paging_init(void)
proc paging_init
        push    ebx
        mov     ebx, PAGE_SIZE
.next:
        ccall   is_stack_guard, ebx
        test    eax, eax
        jnz     .mapped
        mov     eax, _PAGE_PRESENT | _PAGE_RW
        ; only pages that hold nothing but code and constants
        cmp     ebx, _text
        jb      .writable
        lea     ecx, [ebx + PAGE_SIZE]
        cmp     ecx, _sdata
        ja      .writable
        mov     eax, _PAGE_PRESENT
.writable:
        ccall   map_page, swapper_pg_dir, ebx, ebx, eax
.mapped:
        add     ebx, PAGE_SIZE
        cmp     ebx, [boot_ram_end]
        jb      .next
        mov     eax, swapper_pg_dir
        mov     cr3, eax
        mov     eax, CR0_STATE
        mov     cr0, eax
        jmp     .on                     ; what was fetched ahead was not translated
.on:
        pop     ebx
endproc

; int is_stack_guard(u32 address)       is this the page under a kernel stack?
proc is_stack_guard, .address
        xor     edx, edx
        mov     eax, [ebp + .address]
        sub     eax, task_stacks
        cmp     eax, THREAD_SLOT * NR_TASKS
        jae     .no
        mov     ecx, THREAD_SLOT
        div     ecx
        cmp     edx, 1                  ; carry if it begins a slot
        sbb     eax, eax
        return
.no:
        xor     eax, eax
endproc

; u32 *new_address_space(void)
proc new_address_space
        push    esi
        push    edi
        call    get_free_page
        test    eax, eax
        jz      .none
        mov     esi, swapper_pg_dir
        mov     edi, eax
        mov     ecx, KERNEL_DIRECTORY_ENTRIES
        rep movsd
.none:
        pop     edi
        pop     esi
endproc

; int map_page(u32 *pgd, u32 address, u32 page, u32 page_flags)
proc map_page, .pgd, .address, .page, .page_flags
        push    ebx
        mov     ebx, [ebp + .address]
        shr     ebx, PGDIR_SHIFT
        shl     ebx, 2
        add     ebx, [ebp + .pgd]
        test    dword [ebx], _PAGE_PRESENT
        jnz     .have_table
        call    get_free_page
        test    eax, eax
        jz      .no_memory
        mov     ecx, [ebp + .page_flags] ; the table's entry allows all; each page's own entry decides
        and     ecx, _PAGE_USER
        or      eax, ecx
        or      eax, _PAGE_PRESENT | _PAGE_RW
        mov     [ebx], eax
.have_table:
        mov     ebx, [ebx]
        and     ebx, PAGE_MASK
        mov     ecx, [ebp + .address]
        shr     ecx, PAGE_SHIFT
        and     ecx, PTRS_PER_TABLE - 1
        mov     eax, [ebp + .page]
        or      eax, [ebp + .page_flags]
        mov     [ebx + ecx * 4], eax
        xor     eax, eax
        jmp     .done
.no_memory:
        mov     eax, -ENOMEM
.done:
        pop     ebx
endproc

; u32 user_page(const u32 *pgd, u32 address)
proc user_page, .pgd, .address
        mov     eax, [ebp + .address]
        mov     ecx, eax
        shr     ecx, PGDIR_SHIFT
        mov     edx, [ebp + .pgd]
        mov     edx, [edx + ecx * 4]
        test    edx, _PAGE_PRESENT
        jz      .none
        and     edx, PAGE_MASK
        shr     eax, PAGE_SHIFT
        and     eax, PTRS_PER_TABLE - 1
        mov     eax, [edx + eax * 4]
        test    eax, _PAGE_PRESENT
        jz      .none
        and     eax, PAGE_MASK
        return
.none:
        xor     eax, eax
endproc

; u32 *copy_address_space(const u32 *pgd)
proc copy_address_space, .pgd
        push    ebx
        push    esi
        push    edi
        call    new_address_space
        mov     ebx, eax
        test    ebx, ebx
        jz      .done
        mov     esi, TASK_BASE
.next:
        ; esi is the address of a page; tables that are not there are passed over at once
        mov     eax, esi
        shr     eax, PGDIR_SHIFT
        mov     ecx, [ebp + .pgd]
        mov     edi, [ecx + eax * 4]
        test    edi, _PAGE_PRESENT
        jz      .no_table
        and     edi, PAGE_MASK
        mov     eax, esi
        shr     eax, PAGE_SHIFT
        and     eax, PTRS_PER_TABLE - 1
        mov     edi, [edi + eax * 4]
        test    edi, _PAGE_PRESENT
        jz      .copied
        call    get_free_page
        test    eax, eax
        jz      .no_memory
        push    eax
        mov     ecx, edi
        and     ecx, PAGE_MASK
        ccall   memcpy, eax, ecx, PAGE_SIZE
        pop     eax
        mov     ecx, edi
        and     ecx, _PAGE_PRESENT | _PAGE_RW | _PAGE_USER
        push    eax
        ccall   map_page, ebx, esi, eax, ecx
        pop     ecx
        test    eax, eax
        jz      .copied
        ccall   free_page, ecx
.no_memory:
        ccall   free_address_space, ebx
        xor     ebx, ebx
        jmp     .done
.copied:
        add     esi, PAGE_SIZE
        cmp     esi, TASK_TOP
        jb      .next
        jmp     .done
.no_table:
        add     esi, 1 << PGDIR_SHIFT
        cmp     esi, TASK_TOP
        jb      .next
.done:
        mov     eax, ebx
        pop     edi
        pop     esi
        pop     ebx
endproc

; void free_address_space(u32 *pgd)
; The program's pages, their tables, the directory. The kernel's own directory stays.
proc free_address_space, .pgd
        push    ebx
        push    esi
        push    edi
        cmp     dword [ebp + .pgd], swapper_pg_dir
        je      .done
        mov     ebx, KERNEL_DIRECTORY_ENTRIES
.next_table:
        mov     eax, [ebp + .pgd]
        mov     esi, [eax + ebx * 4]
        test    esi, _PAGE_PRESENT
        jz      .no_table
        and     esi, PAGE_MASK
        xor     edi, edi
.next_page:
        mov     eax, [esi + edi * 4]
        test    eax, _PAGE_PRESENT
        jz      .no_page
        and     eax, PAGE_MASK
        ccall   free_page, eax
.no_page:
        inc     edi
        cmp     edi, PTRS_PER_TABLE
        jb      .next_page
        ccall   free_page, esi
.no_table:
        inc     ebx
        cmp     ebx, PTRS_PER_TABLE
        jb      .next_table
        ccall   free_page, [ebp + .pgd]
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc
