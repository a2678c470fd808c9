; slab.asm: pieces of memory of any size.
;
;   kmalloc(size, flags)          GFP_ATOMIC: any context; GFP_KERNEL: tasks      0: none left
;   kzalloc(size, flags)          the same, zeroed
;   kfree(p)                      any context          p may be 0
;   kstrdup(s, flags)             as kmalloc           a copy of its own, or 0
;   ksize(p)                      any context          how much is really there
;
; A size is rounded up to one of kmalloc_caches. Each cache cuts pages into objects of its size, the
; free ones of a page chained in it; a page whose objects are all free goes back. What is larger than
; the largest cache gets whole pages. A page's slab header lies at its start and says which it is.

struc slab
.cache:         resd 1                  ; struct kmem_cache *, or 0: whole pages for one object
.next:          resd 1                  ; pages of this cache with a free object
.free:          resd 1                  ; the first free object
.inuse:         resd 1                  ; objects given out; of whole pages, their number
endstruc

struc kmem_cache
.size:          resd 1
.partial:       resd 1                  ; its pages with a free object
endstruc

        section .data
        align   4
kmalloc_caches:
        dd      16, 0, 32, 0, 64, 0, 96, 0, 128, 0, 192, 0, 256, 0, 496, 0, 1008, 0, 2032, 0
kmalloc_caches_end:

        section .text

; void *kzalloc(u32 size, u32 flags)
proc kzalloc, .size, .flags
        mov     eax, [ebp + .flags]
        or      eax, __GFP_ZERO
        ccall   kmalloc, [ebp + .size], eax
endproc
EXPORT_SYMBOL kzalloc

; void *kmalloc(u32 size, u32 flags)
proc kmalloc, .size, .flags
        push    ebx
        test    dword [ebp + .flags], __GFP_DIRECT_RECLAIM
        jz      .atomic
        might_sleep
.atomic:
        pushfd
        cli
        mov     ecx, kmalloc_caches
.next:
        mov     eax, [ecx + kmem_cache.size]
        cmp     [ebp + .size], eax
        jbe     .cache
        add     ecx, kmem_cache_size
        cmp     ecx, kmalloc_caches_end
        jb      .next
        mov     eax, [ebp + .size]
        add     eax, slab_size + PAGE_SIZE - 1
        jc      .none
        shr     eax, PAGE_SHIFT
        mov     ebx, eax
        ccall   get_free_pages, eax
        test    eax, eax
        jz      .none
        mov     dword [eax + slab.cache], 0
        mov     [eax + slab.inuse], ebx
        lea     ebx, [eax + slab_size]
        jmp     .found
.cache:
        ccall   slab_alloc, ecx
        mov     ebx, eax
        test    eax, eax
        jz      .none
.found:
        popfd
        test    dword [ebp + .flags], __GFP_ZERO
        jz      .done
        ccall   memset, ebx, 0, [ebp + .size]
        jmp     .done
.none:
        popfd
        xor     ebx, ebx
.done:
        mov     eax, ebx
        pop     ebx
endproc
EXPORT_SYMBOL kmalloc
EXPORT_ALIAS __kmalloc, kmalloc

; void *kmem_cache_alloc_trace(struct kmem_cache *cache, u32 flags, u32 size)
; What kmalloc of a constant size is in a module made for Linux 5.4; its cache is not ours.
proc kmem_cache_alloc_trace, .cache, .flags, .size
        ccall   kmalloc, [ebp + .size], [ebp + .flags]
endproc
EXPORT_SYMBOL kmem_cache_alloc_trace

; void *slab_alloc(struct kmem_cache *cache)    interrupts off
proc slab_alloc, .cache
        push    ebx
        mov     edx, [ebp + .cache]
        mov     ebx, [edx + kmem_cache.partial]
        test    ebx, ebx
        jnz     .have_page
        ccall   new_slab, edx
        mov     ebx, eax
        test    ebx, ebx
        jz      .done
        mov     edx, [ebp + .cache]
.have_page:
        inc     dword [ebx + slab.inuse]
        mov     eax, [ebx + slab.free]
        mov     ecx, [eax]              ; a free object holds the next one's address
        mov     [ebx + slab.free], ecx
        test    ecx, ecx
        jnz     .done
        mov     ecx, [ebx + slab.next]  ; full: off the list
        mov     [edx + kmem_cache.partial], ecx
.done:
        pop     ebx
endproc

; struct slab *new_slab(struct kmem_cache *cache)       a page of free objects, on the cache's list
proc new_slab, .cache
        push    ebx
        call    get_free_page
        test    eax, eax
        jz      .done
        mov     edx, [ebp + .cache]
        mov     [eax + slab.cache], edx
        mov     dword [eax + slab.inuse], 0
        mov     ecx, [edx + kmem_cache.partial]
        mov     [eax + slab.next], ecx
        mov     [edx + kmem_cache.partial], eax
        mov     edx, [edx + kmem_cache.size]
        lea     ecx, [eax + slab_size]
        mov     [eax + slab.free], ecx
.next:
        lea     ebx, [ecx + edx]
        push    ebx
        add     ebx, edx
        sub     ebx, eax
        cmp     ebx, PAGE_SIZE
        pop     ebx
        ja      .last
        mov     [ecx], ebx
        mov     ecx, ebx
        jmp     .next
.last:
        mov     dword [ecx], 0
.done:
        pop     ebx
endproc

; void kfree(const void *p)
proc kfree, .p
        push    ebx
        pushfd
        cli
        mov     eax, [ebp + .p]
        test    eax, eax
        jz      .done
        mov     ebx, eax
        and     ebx, PAGE_MASK
        mov     edx, [ebx + slab.cache]
        test    edx, edx
        jz      .pages
        mov     ecx, [ebx + slab.free]
        mov     [eax], ecx
        mov     [ebx + slab.free], eax
        test    ecx, ecx
        jnz     .on_list
        mov     ecx, [edx + kmem_cache.partial] ; was full: back on the list
        mov     [ebx + slab.next], ecx
        mov     [edx + kmem_cache.partial], ebx
.on_list:
        dec     dword [ebx + slab.inuse]
        jnz     .done
        lea     ecx, [edx + kmem_cache.partial - slab.next]
.find:
        mov     eax, [ecx + slab.next]
        cmp     eax, ebx
        je      .unlink
        mov     ecx, eax
        jmp     .find
.unlink:
        mov     eax, [ebx + slab.next]
        mov     [ecx + slab.next], eax
        ccall   free_page, ebx
        jmp     .done
.pages:
        ccall   free_pages, ebx, [ebx + slab.inuse]
.done:
        popfd
        pop     ebx
endproc
EXPORT_SYMBOL kfree

; u32 ksize(const void *p)
proc ksize, .p
        mov     eax, [ebp + .p]
        and     eax, PAGE_MASK
        mov     ecx, [eax + slab.cache]
        test    ecx, ecx
        jz      .pages
        mov     eax, [ecx + kmem_cache.size]
        return
.pages:
        mov     eax, [eax + slab.inuse]
        shl     eax, PAGE_SHIFT
        sub     eax, slab_size
endproc
EXPORT_SYMBOL ksize

; char *kstrdup(const char *s, u32 flags)       a copy of its own, for kfree, or 0
proc kstrdup, .s, .flags
        ccall   strlen, [ebp + .s]
        inc     eax
        ccall   kmalloc, eax, [ebp + .flags]
        test    eax, eax
        jz      .none
        ccall   strcpy, eax, [ebp + .s]
.none:
endproc
EXPORT_SYMBOL kstrdup
