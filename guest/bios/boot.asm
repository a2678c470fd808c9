; boot.asm: int 19h loads the first sector of the disk to 0:7c00 and goes there; int 18h is what is left when it cannot.

%define BOOT_SECTOR     0x7c00
%define SIGNATURE       0xaa55
%define SIGNATURE_AT    510

boot_service:
        cli
        cld
        xor     ax, ax
        mov     ss, ax
        mov     sp, STACK
        sti
        push    BDA
        pop     ds
        mov     si, .no_disk
        cmp     byte [DRIVE], 0xff
        je      .cannot
        xor     esi, esi
        mov     es, si
        mov     di, BOOT_SECTOR
        mov     cx, 1
        mov     al, ATA_READ
        call    ata_transfer
        mov     si, .unreadable
        jc      .cannot
        xor     ax, ax
        mov     es, ax
        mov     si, .unsigned
        cmp     word [es:BOOT_SECTOR + SIGNATURE_AT], SIGNATURE
        jne     .cannot
        movzx   edx, byte [DRIVE]
        mov     ds, ax
        xor     eax, eax
        xor     ebx, ebx
        xor     ecx, ecx
        xor     esi, esi
        xor     edi, edi
        xor     ebp, ebp
        jmp     0:BOOT_SECTOR
.cannot:
        call    print
        int     0x18
.no_disk:
        db      "There is no disk to boot from.", 0
.unreadable:
        db      "The first sector of the disk cannot be read.", 0
.unsigned:
        db      "The disk cannot be booted: its first sector does not end in 55 AA.", 0

no_boot_service:
        mov     si, .told
        call    print
.wait:
        sti
        hlt
        jmp     .wait
.told:
        db      13, 10, "Nothing is left to do: switch off, or reset.", 13, 10, 0
