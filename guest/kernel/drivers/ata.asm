; ata.asm: the disk on the primary ATA channel, on IRQ 14: /dev/hda, its bytes from the first to the last.
;
;   ata_devices()                 boot                 is there a disk? Then /dev/hda
;   ata_interrupt                 hard IRQ, IRQ 14     a sector can be fetched, or has been taken
;
; A sector at a time by programmed input and output; who asks for it sleeps until the disk's interrupt. The
; line is taken while the device is open. There is no block layer: /dev/hda is a character device, and nothing
; is kept in memory.

ATA_DATA        equ 0x1f0
ATA_ERROR       equ 0x1f1
ATA_COUNT       equ 0x1f2
ATA_LBA_LOW     equ 0x1f3
ATA_DEVICE      equ 0x1f6
ATA_STATUS      equ 0x1f7               ; a read ends the interrupt
ATA_COMMAND     equ 0x1f7
ATA_CONTROL     equ 0x3f6
ATA_BUSY        equ 0x80                ; status
ATA_READY       equ 0x40
ATA_DATA_REQUEST equ 0x08
ATA_FAILED      equ 0x01
ATA_BY_LBA      equ 0xe0                ; device: the first, by sector number
ATA_NO_INTERRUPT equ 0x02               ; control
ATA_READ        equ 0x20                ; commands
ATA_WRITE       equ 0x30
ATA_IDENTIFY    equ 0xec
ATA_ID_SECTORS  equ 60 * 2              ; in what IDENTIFY gives
ATA_PATIENCE    equ 100000              ; reads of the status
ATA_TIMEOUT     equ 5 * HZ
SECTOR_SIZE     equ 512
HD_MAJOR        equ 3                   ; Linux's number of /dev/hda

        file_operations_table ata_operations, ata_read, ata_write, 0, ata_open, ata_release

        section .bss
        alignb  4
ata_mutex:      resd 1                  ; whose the registers and the buffer are
ata_sectors:    resd 1
ata_opened:     resd 1                  ; how often
ata_answered:   resd 1                  ; the interrupt came; what its waiter sleeps on
ata_status:     resd 1                  ; what it found
ata_buffer:     resb SECTOR_SIZE

        section .text

; void ata_devices(void)                by polling: nobody can sleep yet
proc ata_devices
        push    ebx
        push    edi
        mov     edx, ATA_STATUS
        in      al, dx
        cmp     al, 0xff                ; nothing drives the bus
        je      .none
        mov     edx, ATA_CONTROL
        mov     al, ATA_NO_INTERRUPT
        out     dx, al
        mov     edx, ATA_DEVICE
        mov     al, ATA_BY_LBA
        out     dx, al
        call    ata_wait_ready
        test    eax, ATA_READY
        jz      .none
        mov     edx, ATA_COMMAND
        mov     al, ATA_IDENTIFY
        out     dx, al
        call    ata_wait_ready
        test    eax, ATA_DATA_REQUEST
        jz      .none
        mov     edi, ata_buffer
        call    ata_fetch
        mov     eax, [ata_buffer + ATA_ID_SECTORS]
        mov     [ata_sectors], eax
        ccall   register_chrdev, HD_MAJOR, hd_name, ata_operations
        ccall   devfs_create_node, hda_name, MKDEV(HD_MAJOR, 0)
        pr      KERN_INFO, "hda: %u sectors", [ata_sectors]
.none:
        pop     edi
        pop     ebx
endproc

; int ata_open(struct inode *, struct file *)
proc ata_open, .inode, .file
        push    ebx
        ccall   mutex_lock, ata_mutex
        xor     ebx, ebx
        cmp     dword [ata_opened], 0
        jne     .open
        ccall   request_irq, IRQ_ATA, ata_interrupt, 0, ata_name, ata_operations
        mov     ebx, eax
        test    eax, eax
        jnz     .refused
        mov     edx, ATA_CONTROL
        out     dx, al                  ; interrupts on
.open:
        inc     dword [ata_opened]
.refused:
        ccall   mutex_unlock, ata_mutex
        mov     eax, ebx
        pop     ebx
endproc

; int ata_release(struct inode *, struct file *)
proc ata_release, .inode, .file
        ccall   mutex_lock, ata_mutex
        dec     dword [ata_opened]
        jnz     .open
        mov     edx, ATA_CONTROL
        mov     al, ATA_NO_INTERRUPT
        out     dx, al
        ccall   free_irq, IRQ_ATA, ata_operations
.open:
        ccall   mutex_unlock, ata_mutex
        xor     eax, eax
endproc

; u32 ata_wait_ready(void)              the status, when the disk is busy no more; 0: it never was
proc ata_wait_ready
        mov     ecx, ATA_PATIENCE
        mov     edx, ATA_STATUS
.again:
        xor     eax, eax
        in      al, dx
        test    al, ATA_BUSY
        jz      .done
        dec     ecx
        jnz     .again
        xor     eax, eax
.done:
endproc

; a sector from the disk to edi
ata_fetch:
        mov     edx, ATA_DATA
        mov     ecx, SECTOR_SIZE / 2
        rep insw
        ret

; irqreturn_t ata_interrupt(int irq, void *dev)
proc ata_interrupt
        mov     edx, ATA_STATUS
        xor     eax, eax
        in      al, dx
        mov     [ata_status], eax
        mov     dword [ata_answered], 1
        ccall   wake_up, ata_answered
        mov     eax, IRQ_HANDLED
endproc

; int ata_transfer(u32 sector, u32 command)     a sector to or from ata_buffer; 0 or -EIO
proc ata_transfer, .sector, .command
        push    esi
        push    edi
        call    ata_wait_ready
        test    eax, ATA_READY
        jz      .failed
        mov     dword [ata_answered], 0
        mov     edx, ATA_COUNT
        mov     al, 1
        out     dx, al
        mov     eax, [ebp + .sector]
        mov     edx, ATA_LBA_LOW
        out     dx, al
        shr     eax, 8
        inc     edx
        out     dx, al
        shr     eax, 8
        inc     edx
        out     dx, al
        mov     al, ah
        or      al, ATA_BY_LBA
        inc     edx
        out     dx, al
        mov     eax, [ebp + .command]
        mov     edx, ATA_COMMAND
        out     dx, al
        cmp     eax, ATA_WRITE
        je      .write
        call    ata_wait_answer
        test    eax, ATA_DATA_REQUEST
        jz      .failed
        mov     edi, ata_buffer
        call    ata_fetch
        jmp     .good
.write:
        ; for the first sector it asks without an interrupt
        call    ata_wait_ready
        test    eax, ATA_DATA_REQUEST
        jz      .failed
        mov     esi, ata_buffer
        mov     edx, ATA_DATA
        mov     ecx, SECTOR_SIZE / 2
        rep outsw
        call    ata_wait_answer
        test    eax, ATA_READY
        jz      .failed
        test    eax, ATA_FAILED
        jnz     .failed
.good:
        xor     eax, eax
        jmp     .done
.failed:
        mov     eax, -EIO
.done:
        pop     edi
        pop     esi
endproc

; u32 ata_wait_answer(void)             the status that the interrupt found; 0: it did not come
proc ata_wait_answer
        pushfd
        cli
        mov     eax, ATA_TIMEOUT
.again:
        cmp     dword [ata_answered], 0
        jne     .came
        ccall   sleep_on_timeout, ata_answered, eax, TASK_UNINTERRUPTIBLE
        test    eax, eax
        jnz     .again
        cmp     dword [ata_answered], 0
        je      .done
.came:
        mov     eax, [ata_status]
.done:
        popfd
endproc

; ssize_t ata_read(struct file *, char *buffer, u32 count, loff_t *place)
proc ata_read, .file, .buffer, .count, .place
        ccall   ata_move, [ebp + .buffer], [ebp + .count], [ebp + .place], ATA_READ
endproc

; ssize_t ata_write(struct file *, const char *buffer, u32 count, loff_t *place)
proc ata_write, .file, .buffer, .count, .place
        ccall   ata_move, [ebp + .buffer], [ebp + .count], [ebp + .place], ATA_WRITE
        test    eax, eax
        jnz     .done
        cmp     dword [ebp + .count], 0
        je      .done
        mov     eax, -ENOSPC            ; behind the last sector
.done:
endproc

; int ata_move(char *user_buffer, u32 count, loff_t *place, u32 command)        bytes, or an error if none
; ebx counts them, esi is the place, edi the bytes of this sector. One that is written in part is read first.
proc ata_move, .user_buffer, .count, .place, .command
        push    ebx
        push    esi
        push    edi
        ccall   mutex_lock, ata_mutex
        xor     ebx, ebx
        mov     esi, [ebp + .place]
        mov     esi, [esi]
.next:
        xor     eax, eax
        mov     ecx, [ebp + .count]
        sub     ecx, ebx
        jz      .end
        mov     edx, esi
        shr     edx, 9
        cmp     edx, [ata_sectors]
        jae     .end
        mov     edi, esi
        and     edi, SECTOR_SIZE - 1
        neg     edi
        add     edi, SECTOR_SIZE
        cmp     edi, ecx
        jbe     .length_known
        mov     edi, ecx
.length_known:
        cmp     dword [ebp + .command], ATA_READ
        je      .fetch
        cmp     edi, SECTOR_SIZE
        je      .fill
.fetch:
        ccall   ata_transfer, edx, ATA_READ
        test    eax, eax
        jnz     .end
.fill:
        mov     ecx, esi
        and     ecx, SECTOR_SIZE - 1
        add     ecx, ata_buffer
        mov     edx, [ebp + .user_buffer]
        add     edx, ebx
        cmp     dword [ebp + .command], ATA_READ
        jne     .store
        ccall   copy_to_user, edx, ecx, edi
        test    eax, eax
        jz      .moved
.fault:
        mov     eax, -EFAULT
        jmp     .end
.store:
        ccall   copy_from_user, ecx, edx, edi
        test    eax, eax
        jnz     .fault
        mov     edx, esi
        shr     edx, 9
        ccall   ata_transfer, edx, ATA_WRITE
        test    eax, eax
        jnz     .end
.moved:
        add     ebx, edi
        add     esi, edi
        jmp     .next
.end:
        push    eax
        ccall   mutex_unlock, ata_mutex
        pop     eax
        mov     ecx, [ebp + .place]
        mov     [ecx], esi
        test    ebx, ebx
        jz      .done                   ; then the error counts
        mov     eax, ebx
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

        section .rodata
ata_name:       db "ata_piix", 0
hd_name:        db "hd", 0
hda_name:       db "hda", 0
        section .text
