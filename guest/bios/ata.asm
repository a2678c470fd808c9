; ata.asm: the disk on the primary ATA channel, driven by polling.
;
;   find_disk        is there one, and what is it like: fills in DRIVE and the fields after it
;   ata_transfer     reads, writes or verifies sectors

%define ATA             0x1f0
%define ATA_COUNT       0x1f2
%define ATA_HEAD        0x1f6
%define ATA_STATUS      0x1f7
%define ATA_CONTROL     0x3f6
%define ATA_NO_IRQ      0x02
%define ATA_BSY         0x80
%define ATA_DRQ         0x08
%define ATA_ERR         0x01
%define ATA_IDNF        0x10
%define ATA_LBA         0xe0
%define ATA_READ        0x20
%define ATA_WRITE       0x30
%define ATA_VERIFY      0x40
%define ATA_IDENTIFY    0xec
%define ATA_PATIENCE    0x1000000       ; reads of the status: some seconds

%define IDENTITY        0x0600          ; where IDENTIFY DEVICE goes, in segment 0
%define ID_SECTORS      60 * 2

%define ERROR_COMMAND   0x01            ; int 13h's codes
%define ERROR_ADDRESS   0x02
%define ERROR_NO_SECTOR 0x04
%define ERROR_CONTROLLER 0x20
%define ERROR_TIMEOUT   0x80

find_disk:
        mov     byte [DRIVE], 0xff
        mov     dx, ATA_STATUS
        in      al, dx
        cmp     al, 0xff                ; nothing drives the bus
        je      .none
        mov     dx, ATA_CONTROL
        mov     al, ATA_NO_IRQ
        out     dx, al
        mov     dx, ATA_HEAD
        mov     al, ATA_LBA
        out     dx, al
        call    ata_ready
        jc      .none
        mov     dx, ATA_STATUS
        mov     al, ATA_IDENTIFY
        out     dx, al
        call    ata_wait_data
        jc      .none
        push    0
        pop     es
        mov     di, IDENTITY
        mov     dx, ATA
        mov     cx, 256
        rep insw
        mov     eax, [es:IDENTITY + ID_SECTORS]
        mov     [DISK_SECTORS], eax
        call    find_diskette
        jnc     .none
        call    choose_translation
        mov     byte [DRIVE], 0x80
        mov     byte [HARD_DISKS], 1
        call    set_disk_parameters
.none:
        ret

; A disk of a diskette's size is drive 0. CF clear: it is one. (El Torito calls this emulation.)
find_diskette:
        mov     si, .sizes
.next:
        mov     ax, [cs:si]
        test    ax, ax
        stc
        jz      .done
        movzx   ecx, ax
        cmp     ecx, [DISK_SECTORS]
        je      .found
        add     si, 6
        jmp     .next
.found:
        mov     byte [DRIVE], 0
        mov     al, [cs:si + 2]
        mov     [DISKETTE_TYPE], al
        movzx   ax, byte [cs:si + 3]
        mov     [DISK_CYLINDERS], ax
        mov     al, [cs:si + 4]
        mov     [DISK_HEADS], ax
        mov     al, [cs:si + 5]
        mov     [DISK_PER_TRACK], ax
        or      byte [EQUIPMENT], 0x01
        clc
.done:
        ret
.sizes:                                 ; sectors, type, cylinders, heads, sectors of a track
        dw      320
        db      1, 40, 1, 8
        dw      360
        db      1, 40, 1, 9
        dw      640
        db      1, 40, 2, 8
        dw      720
        db      1, 40, 2, 9
        dw      1440
        db      3, 80, 2, 9
        dw      2400
        db      2, 80, 2, 15
        dw      2880
        db      4, 80, 2, 18
        dw      5760
        db      6, 80, 2, 36
        dw      0

; Tracks of 63 sectors, and so many heads that there are at most 1024 cylinders ("LBA assisted translation").
choose_translation:
        mov     word [DISK_PER_TRACK], 63
        mov     bx, 16
.next:
        mov     [DISK_HEADS], bx
        movzx   ecx, bx
        imul    ecx, 63
        mov     eax, [DISK_SECTORS]
        xor     edx, edx
        div     ecx
        cmp     eax, 1024
        jbe     .fits
        shl     bx, 1
        cmp     bx, 256
        jb      .next
        mov     bx, 255
        cmp     word [DISK_HEADS], 255
        jne     .next
        mov     eax, 1024
.fits:
        test    eax, eax
        jnz     .some
        inc     ax
.some:
        mov     [DISK_CYLINDERS], ax
        ret

; int 41h is no interrupt but points to the fixed disk's parameters, here in the extended data area.
set_disk_parameters:
        mov     ax, EBDA
        mov     es, ax
        mov     di, EBDA_DISK
        mov     ax, [DISK_CYLINDERS]
        mov     [es:di], ax
        mov     al, [DISK_HEADS]
        mov     [es:di + 2], al
        mov     word [es:di + 5], 0xffff
        mov     byte [es:di + 8], 0x08
        mov     al, [DISK_PER_TRACK]
        mov     [es:di + 14], al
        push    0
        pop     es
        mov     word [es:0x41 * 4], EBDA_DISK
        mov     word [es:0x41 * 4 + 2], EBDA
        ret

; ah = 0 and CF clear, or a code of int 13h: al ATA_READ, ATA_WRITE or ATA_VERIFY, cx sectors (1 to 256) from esi on,
; es:di where. cx = sectors that were not moved. All but bp lost.
ata_transfer:
        cmp     byte [DRIVE], 0xff
        je      ata_timeout
        push    ax
        mov     eax, esi
        movzx   ebx, cx
        add     eax, ebx
        jc      .beyond
        cmp     eax, [DISK_SECTORS]
        ja      .beyond
        mov     dx, ATA_CONTROL
        mov     al, ATA_NO_IRQ
        out     dx, al
        call    ata_ready
        jc      .timeout
        mov     dx, ATA_COUNT
        mov     al, cl
        out     dx, al
        mov     eax, esi
        inc     dx
        out     dx, al
        shr     eax, 8
        inc     dx
        out     dx, al
        shr     eax, 8
        inc     dx
        out     dx, al
        mov     al, ah
        or      al, ATA_LBA
        inc     dx
        out     dx, al
        inc     dx
        pop     ax
        mov     bl, al
        out     dx, al
        cmp     bl, ATA_VERIFY
        je      .verified
.next:
        call    ata_wait_data
        jc      ata_failed
        push    cx
        mov     cx, 256
        mov     dx, ATA
        cmp     bl, ATA_WRITE
        je      .write
        rep insw
        jmp     .moved
.write:
        mov     si, di
        es rep outsw
        mov     di, si
.moved:
        pop     cx
        mov     ax, es                  ; the segment goes on, so that the offset never wraps
        add     ax, 512 / 16
        mov     es, ax
        sub     di, 512
        loop    .next
.verified:
        call    ata_ready
        jc      ata_timeout
        mov     dx, ATA_STATUS
        in      al, dx
        test    al, ATA_ERR
        jnz     ata_failed
        xor     ah, ah
        ret
.beyond:
        pop     ax
        mov     ah, ERROR_NO_SECTOR
        stc
        ret
.timeout:
        pop     ax
ata_timeout:
        mov     ah, ERROR_TIMEOUT
        stc
        ret
ata_failed:
        mov     dx, ATA + 1
        in      al, dx
        mov     ah, ERROR_NO_SECTOR
        test    al, ATA_IDNF
        jnz     .told
        mov     ah, ERROR_CONTROLLER
.told:
        stc
        ret

; CF clear when the disk is not busy any more; ax, dx lost
ata_ready:
        push    ecx
        mov     ecx, ATA_PATIENCE
        mov     dx, ATA_STATUS
.wait:
        in      al, dx
        test    al, ATA_BSY
        jz      .ready
        dec     ecx
        jnz     .wait
        stc
.ready:
        pop     ecx
        ret

; CF clear when data can be moved; set on an error or when it takes too long. ax, dx lost
ata_wait_data:
        call    ata_ready
        jc      .done
        test    al, ATA_DRQ
        jnz     .done
        stc
.done:
        ret
