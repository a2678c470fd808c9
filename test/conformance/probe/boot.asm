; boot.asm: the first sector of a floppy that carries the probe's image, for emulators that want to boot one.
;
; The BIOS loads it to 0x7c00. It reads SECTORS sectors behind itself to 0x10000, one by one, goes to protected mode
; with flat segments, moves the image to 1 MB and jumps to its entry, 32 bytes in.

%define LOADED          0x10000
%define TARGET          0x100000
%define ENTRY           0x100020
%define PER_TRACK       18
%define HEADS           2

        bits    16
        org     0x7c00

        cli
        xor     ax, ax
        mov     ds, ax
        mov     ss, ax
        mov     sp, 0x7c00
        sti
        mov     [drive], dl
        mov     word [segment], LOADED >> 4
        mov     word [sector], 1
.next:
        mov     ax, [sector]
        xor     dx, dx
        mov     cx, PER_TRACK
        div     cx                      ; ax = track and head, dx = sector of the track
        mov     cl, dl
        inc     cl
        xor     dx, dx
        mov     bx, HEADS
        div     bx                      ; ax = cylinder, dx = head
        mov     ch, al
        mov     dh, dl
        mov     dl, [drive]
        mov     es, [segment]
        xor     bx, bx
        mov     ax, 0x0201
        int     0x13
        jc      .next
        add     word [segment], 512 >> 4
        inc     word [sector]
        cmp     word [sector], SECTORS
        jbe     .next

        cli
        in      al, 0x92                ; open A20
        or      al, 2
        out     0x92, al
        lgdt    [gdt_pointer]
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
        cld
        mov     esi, LOADED
        mov     edi, TARGET
        mov     ecx, SECTORS * 512 / 4
        rep movsd
        mov     eax, ENTRY
        jmp     eax

        align   8
gdt:
        dq      0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
        dw      $ - gdt - 1
        dd      gdt
drive:  db      0
sector: dw      0
segment: dw     0

        times   510 - ($ - $$) db 0
        dw      0xaa55
