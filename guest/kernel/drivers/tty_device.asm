; tty_device.asm: the terminal as a file: /dev/console, /dev/tty, /dev/tty1 and /dev/ttyS0 are all it.
;
;   tty_init()                    boot

TTYAUX_MAJOR    equ 5                   ; Linux's numbers
TTY_MAJOR       equ 4
TTYS0_MINOR     equ 64
TTY_CHUNK       equ 128                 ; bytes carried between program and kernel at a time

        file_operations_table tty_operations, tty_read, tty_write, 0, 0, 0

        section .text

; void tty_init(void)
proc tty_init
        ccall   register_chrdev, TTYAUX_MAJOR, tty_name, tty_operations
        ccall   register_chrdev, TTY_MAJOR, tty_name, tty_operations
        ccall   devfs_create_node, tty_name, MKDEV(TTYAUX_MAJOR, 0)
        ccall   devfs_create_node, console_name, MKDEV(TTYAUX_MAJOR, 1)
        ccall   devfs_create_node, tty1_name, MKDEV(TTY_MAJOR, 1)
        ccall   devfs_create_node, ttys0_name, MKDEV(TTY_MAJOR, TTYS0_MINOR)
endproc

; ssize_t tty_write(struct file *, const char *buffer, u32 count, loff_t *)
; A bad address part of the way ends it there; bytes written before count.
proc tty_write, .file, .buffer, .count, .place
        sub     esp, TTY_CHUNK
        push    ebx
        push    esi
        push    edi
        xor     ebx, ebx                ; bytes written
.next:
        mov     esi, [ebp + .count]
        sub     esi, ebx
        jz      .all
        cmp     esi, TTY_CHUNK
        jbe     .chunk
        mov     esi, TTY_CHUNK
.chunk:
        mov     edx, [ebp + .buffer]
        add     edx, ebx
        lea     edi, [ebp - TTY_CHUNK]
        ccall   copy_from_user, edi, edx, esi
        test    eax, eax
        jnz     .bad_address
        ccall   console_write, edi, esi
        add     ebx, esi
        jmp     .next
.bad_address:
        test    ebx, ebx
        jnz     .all
        mov     ebx, -EFAULT
.all:
        mov     eax, ebx
        pop     edi
        pop     esi
        pop     ebx
endproc

; ssize_t tty_read(struct file *, char *buffer, u32 count, loff_t *)
; One line, with its newline; what does not fit is lost.
proc tty_read, .file, .buffer, .count, .place
        sub     esp, TTY_CHUNK
        push    ebx
        push    esi
        lea     ebx, [ebp - TTY_CHUNK]
        ccall   tty_read_line, ebx, TTY_CHUNK
        mov     esi, eax
        xor     eax, eax                ; Ctrl-C: end of file
        test    esi, esi
        js      .done
        mov     byte [ebx + esi], NEWLINE
        inc     esi
        cmp     esi, [ebp + .count]
        jbe     .fits
        mov     esi, [ebp + .count]
.fits:
        ccall   copy_to_user, [ebp + .buffer], ebx, esi
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        mov     eax, esi
.done:
        pop     esi
        pop     ebx
endproc

        section .rodata
tty_name:       db "tty", 0
console_name:   db "console", 0
tty1_name:      db "tty1", 0
ttys0_name:     db "ttyS0", 0
        section .text
