; disk.asm: int 13h. There is one disk: drive 80h, or drive 0 when it is a diskette's image.

%define SECTOR          512
%define PACKET_BYTES    16
%define HAS_EXTENSIONS  0x21            ; Enhanced Disk Drive 1.1
%define EXTENDED_ACCESS 0x0001

service disk_service
        sti
        cmp     ah, 0x41
        jae     disk_extensions
        cmp     dl, [DRIVE]
        jne     disk_absent
        by_function .table, 0x19, disk_unknown
.table:
        dw      disk_success, disk_status, disk_read, disk_write
        dw      disk_verify, disk_unknown, disk_unknown, disk_unknown
        dw      disk_geometry, disk_success, disk_unknown, disk_unknown
        dw      disk_success, disk_success, disk_unknown, disk_unknown
        dw      disk_success, disk_success, disk_unknown, disk_unknown
        dw      disk_success, disk_type, disk_change, disk_success
        dw      disk_media

disk_unknown:
        mov     ah, ERROR_COMMAND
        jmp     disk_failed

; Of a drive that is not there: nothing is ready.
disk_absent:
        cmp     ah, 0x08
        je      .parameters
        cmp     ah, 0x15
        je      .type
        mov     ah, ERROR_COMMAND
        test    dl, 0x80
        jnz     disk_failed
        mov     ah, ERROR_TIMEOUT
        jmp     disk_failed
.parameters:                            ; how many drives there are is told all the same
        test    dl, 0x80
        jnz     .hard
        xor     ax, ax
        mov     [bp + F_AX], ax
        mov     [bp + F_BX], ax
        mov     [bp + F_CX], ax
        mov     [bp + F_DX], ax
        jmp     service_succeeded
.hard:
        mov     al, [HARD_DISKS]
        mov     [bp + F_DL], al
        mov     ah, 0x07
        jmp     disk_failed
.type:
        mov     byte [bp + F_AH], 0     ; none
        jmp     service_succeeded

disk_success:
        xor     ah, ah
; ah is the result, which AH = 1 tells again
disk_done:
        mov     [DISK_STATUS], ah
        mov     [bp + F_AH], ah
        test    ah, ah
        jz      service_succeeded
        jmp     service_failed
disk_failed:
        mov     byte [bp + F_AL], 0
        jmp     disk_done

; AH = 1: the last result
disk_status:
        mov     ah, [DISK_STATUS]
        mov     [bp + F_AH], ah
        test    ah, ah
        jz      service_succeeded
        jmp     service_failed

; AH = 2, 3, 4: al sectors from cylinder ch and cl bits 7-6, head dh, sector cl bits 5-0; es:bx where
disk_read:
        mov     al, ATA_READ
        jmp     by_geometry
disk_write:
        mov     al, ATA_WRITE
        jmp     by_geometry
disk_verify:
        mov     al, ATA_VERIFY
by_geometry:
        push    ax
        movzx   ax, cl
        and     al, 0x3f
        jz      .beyond
        cmp     ax, [DISK_PER_TRACK]
        ja      .beyond
        shr     cl, 6
        xchg    cl, ch                  ; cx = the cylinder
        cmp     cx, [DISK_CYLINDERS]
        jae     .beyond
        movzx   dx, byte [bp + F_DH]
        cmp     dx, [DISK_HEADS]
        jae     .beyond
        movzx   esi, cx
        movzx   ecx, word [DISK_HEADS]
        imul    esi, ecx
        movzx   edx, dx
        add     esi, edx
        movzx   ecx, word [DISK_PER_TRACK]
        imul    esi, ecx
        movzx   eax, ax
        lea     esi, [esi + eax - 1]
        pop     ax
        movzx   cx, byte [bp + F_AL]
        jcxz    .nothing
        call    set_buffer
        call    ata_transfer
        jnc     disk_success
        jmp     disk_failed
.beyond:
        pop     ax
        mov     ah, ERROR_NO_SECTOR
        jmp     disk_failed
.nothing:
        mov     ah, ERROR_COMMAND
        jmp     disk_failed

; es:di = the caller's es:bx, with an offset below 16
set_buffer:
        mov     di, bx
        mov     dx, es
; the same of dx:di; dx lost
normalize:
        push    ax
        mov     ax, di
        shr     ax, 4
        add     dx, ax
        mov     es, dx
        and     di, 0x0f
        pop     ax
        ret

; ax = cylinders that are told of: a hard disk's last one is for diagnostics
told_cylinders:
        mov     ax, [DISK_CYLINDERS]
        cmp     byte [DISKETTE_TYPE], 0
        jne     .done
        cmp     ax, 1
        je      .done
        dec     ax
.done:
        ret

; AH = 8: cx and dh as in AH = 2: the last ones; dl drives; bl a diskette's type, es:di its parameters
disk_geometry:
        call    told_cylinders
        dec     ax
        xchg    al, ah
        shl     al, 6
        or      al, [DISK_PER_TRACK]
        mov     [bp + F_CX], ax
        mov     al, [DISK_HEADS]
        dec     al
        mov     [bp + F_DH], al
        mov     byte [bp + F_DL], 1
        mov     byte [bp + F_AL], 0
        mov     al, [DISKETTE_TYPE]
        test    al, al
        jz      disk_success
        xor     ah, ah
        mov     [bp + F_BX], ax
        mov     word [bp + F_ES], BIOS_SEGMENT
        mov     word [bp + F_DI], diskette_parameters
        jmp     disk_success

; AH = 15h: ah 1 a diskette drive, 3 a hard disk with cx:dx sectors
disk_type:
        mov     byte [bp + F_AH], 1
        cmp     byte [DISKETTE_TYPE], 0
        jne     service_succeeded
        mov     byte [bp + F_AH], 3
        call    told_cylinders
        mul     word [DISK_HEADS]
        shl     edx, 16
        mov     dx, ax
        movzx   eax, word [DISK_PER_TRACK]
        mul     edx
        mov     [bp + F_DX], ax
        shr     eax, 16
        mov     [bp + F_CX], ax
        jmp     service_succeeded

; AH = 16h: the diskette is the one that was there before
disk_change:
        cmp     byte [DISKETTE_TYPE], 0
        jne     disk_success
        jmp     disk_unknown

; AH = 18h: es:di the parameters of the diskette
disk_media:
        cmp     byte [DISKETTE_TYPE], 0
        je      disk_unknown
        mov     word [bp + F_ES], BIOS_SEGMENT
        mov     word [bp + F_DI], diskette_parameters
        jmp     disk_success

; AH = 41h to 48h, of hard disks alone
disk_extensions:
        test    dl, 0x80
        jz      disk_unknown
        cmp     dl, [DRIVE]
        jne     disk_unknown
        cmp     ah, 0x41
        je      .present
        cmp     ah, 0x48
        je      extended_parameters
        mov     si, [bp + F_SI]
        mov     es, [bp + F_DS]
        mov     al, ATA_READ
        cmp     ah, 0x42
        je      by_packet
        mov     al, ATA_WRITE
        cmp     ah, 0x43
        je      by_packet
        mov     al, ATA_VERIFY
        cmp     ah, 0x44
        je      by_packet
        cmp     ah, 0x47                ; seek
        je      disk_success
        jmp     disk_unknown
.present:
        cmp     bx, 0x55aa
        jne     disk_unknown
        mov     word [bp + F_BX], 0xaa55
        mov     word [bp + F_CX], EXTENDED_ACCESS
        mov     byte [bp + F_AH], HAS_EXTENSIONS
        jmp     service_succeeded

; es:si the packet: its size, 0, word: sectors, double word: where, quad word: the first sector
by_packet:
        cmp     byte [es:si], PACKET_BYTES
        jb      disk_unknown
        cmp     dword [es:si + 12], 0
        jne     .beyond
        mov     cx, [es:si + 2]
        mov     di, [es:si + 4]
        mov     dx, [es:si + 6]
        mov     esi, [es:si + 8]
        call    normalize
.next:                                  ; at most 128 sectors at a time
        test    cx, cx
        jz      disk_success
        push    cx
        cmp     cx, 128
        jbe     .some
        mov     cx, 128
.some:
        push    ax
        push    cx
        push    esi
        call    ata_transfer
        pop     esi
        pop     dx
        jc      .failed
        movzx   ecx, dx
        add     esi, ecx
        pop     ax
        pop     cx
        sub     cx, dx
        jmp     .next
.failed:                                ; the packet tells how many were moved
        sub     dx, cx
        pop     cx
        pop     cx
        mov     si, [bp + F_SI]
        mov     es, [bp + F_DS]
        mov     bx, [es:si + 2]
        sub     bx, cx
        add     bx, dx
        mov     [es:si + 2], bx
        jmp     disk_failed
.beyond:
        mov     ah, ERROR_NO_SECTOR
        jmp     disk_failed

; AH = 48h: ds:si a buffer of 26 bytes or more
extended_parameters:
        mov     di, [bp + F_SI]
        mov     es, [bp + F_DS]
        cmp     word [es:di], 26
        jb      disk_unknown
        mov     ax, 26
        stosw
        mov     ax, 2                   ; the geometry is valid
        stosw
        movzx   eax, word [DISK_CYLINDERS]
        stosd
        movzx   eax, word [DISK_HEADS]
        stosd
        movzx   eax, word [DISK_PER_TRACK]
        stosd
        mov     eax, [DISK_SECTORS]
        stosd
        xor     eax, eax
        stosd
        mov     ax, SECTOR
        stosw
        jmp     disk_success

; What a diskette's controller would be told: int 1Eh points here.
diskette_parameters:
        db      0xaf, 0x02, 0x25, 0x02, 18, 0x1b, 0xff, 0x6c, 0xf6, 0x0f, 0x08
