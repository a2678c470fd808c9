; gdt.asm: the segments. Flat code and data for both rings, a TSS for the ring 0 stack, and one
; segment a processor whose base is its per-CPU data.
;
;   gdt_init()            boot, on flat segments       build the table, load it and the task register

; All 4 GB from 0, with this access byte (SDM volume 3, figure 3-8).
%macro flat_descriptor 1
        dw      FLAT_LIMIT & 0xffff, 0
        db      0, %1, (DESC_4K_32BIT << 4) | (FLAT_LIMIT >> 16), 0
%endmacro

        section .data
        align   8
gdt:
        times   GDT_KERNEL_CS dq 0      ; the null descriptor, and some not used
        flat_descriptor DESC_PRESENT | DESC_CODE
        flat_descriptor DESC_PRESENT | DESC_DATA
        flat_descriptor DESC_PRESENT | DESC_CODE | DESC_DPL3
        flat_descriptor DESC_PRESENT | DESC_DATA | DESC_DPL3
        times   GDT_NOT_PRESENT - GDT_USER_DS - 1 dq 0 ; gdt_init fills in two of them
        flat_descriptor DESC_DATA
        times   GDT_ENTRIES - GDT_NOT_PRESENT - 1 dq 0
gdt_pointer:
        dw      GDT_ENTRIES * 8 - 1
        dd      gdt

        section .text

; void gdt_init(void)
proc gdt_init
        push    ebx
        mov     ebx, percpu_areas
        mov     dword [ebx + percpu_tss + tss.ss0], __KERNEL_DS
        ; a port map that starts behind the segment's end: ring 3 may touch no port (user/ioport.asm)
        mov     word [ebx + percpu_tss + tss.iomap_base], TSS_LIMIT + 1
        mov     byte [ebx + tss_io_bitmap + IO_BITMAP_BYTES], 0xff
        lea     eax, [ebx + percpu_tss]
        ccall   set_descriptor, GDT_TSS, eax, TSS_LIMIT, DESC_PRESENT | DESC_TSS32, DESC_BYTES_16BIT
        ccall   set_descriptor, GDT_PERCPU, ebx, percpu_size - 1, DESC_PRESENT | DESC_DATA, DESC_BYTES_32BIT
        lgdt    [gdt_pointer]
        mov     eax, __KERNEL_TSS
        ltr     ax
        pop     ebx
endproc

; void set_descriptor(int index, u32 base, u32 limit, u32 access, u32 flags)
; Base and limit are scattered over the descriptor as the 286 left them.
proc set_descriptor, .index, .base, .limit, .access, .flags
        mov     ecx, [ebp + .index]
        lea     ecx, [gdt + ecx * 8]
        mov     eax, [ebp + .limit]
        mov     [ecx], ax               ; limit 15-0
        shr     eax, 16
        mov     edx, [ebp + .flags]
        shl     edx, 4
        or      eax, edx
        mov     [ecx + 6], al           ; flags, limit 19-16
        mov     eax, [ebp + .base]
        mov     [ecx + 2], ax           ; base 15-0
        shr     eax, 16
        mov     [ecx + 4], al           ; base 23-16
        mov     [ecx + 7], ah           ; base 31-24
        mov     eax, [ebp + .access]
        mov     [ecx + 5], al
endproc
