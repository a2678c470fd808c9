; boot.asm: the first sector of a disk that carries the kernel, for machines that boot one and know no multiboot.
;
; The sectors behind it are what shall lie in memory from 1 MB up: the image with its zeros, then the archive. They are
; read through the BIOS to 64 KB, CHUNK at a time, and moved up over segments of 4 GB. The build defines SECTORS, ENTRY,
; MODULE_START and MODULE_END (where the archive comes to lie), and MEGABYTES, all the RAM there is.

%define LOADED          0x10000
%define TARGET          0x100000
%define CHUNK           64
%define MULTIBOOT_MAGIC 0x2badb002
%define HAS_MEMORY_AND_MODULES 9

        bits    16
        org     0x7c00

        cli
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 0x7c00
        sti
        cld
        mov     [drive], dl
        in      al, 0x92                ; open A20
        or      al, 2
        out     0x92, al
next:
        mov     ah, 0x42                ; extended read
        mov     dl, [drive]
        mov     si, packet
        int     0x13
        jc      next
        ; the BIOS may have put the segments' limits back
        cli
        lgdt    [gdt_pointer]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        mov     bx, 0x10
        mov     es, bx
        mov     ds, bx
        and     al, 0xfe
        mov     cr0, eax
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     esi, LOADED
        mov     edi, [to]
        mov     ecx, CHUNK * 512 / 4
        a32 rep movsd
        sti
        mov     [to], edi
        add     dword [first], CHUNK
        cmp     dword [first], SECTORS + 1
        jb      next

        cli
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword 0x08:flat

        bits    32
flat:
        mov     ax, 0x10
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     eax, MULTIBOOT_MAGIC
        mov     ebx, information
        mov     edx, ENTRY
        jmp     edx

        align   8
gdt:
        dq      0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
        dw      $ - gdt - 1
        dd      gdt
packet: db      16, 0
        dw      CHUNK
        dw      0, LOADED >> 4
first:  dd      1, 0                    ; the sector after this one
to:     dd      TARGET
drive:  db      0

        align   4
information:                            ; struct multiboot_info, as far as its flags go
        dd      HAS_MEMORY_AND_MODULES
        dd      640, (MEGABYTES - 1) * 1024
        dd      0, 0
        dd      1, module
module: dd      MODULE_START, MODULE_END, name, 0
name:   db      "programs.cpio", 0

        times   510 - ($ - $$) db 0
        dw      0xaa55
