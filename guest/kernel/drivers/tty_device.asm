; tty_device.asm: the terminal as a file: /dev/console, /dev/tty, /dev/tty1 and /dev/ttyS0 are all it.
;
;   tty_init()                    boot

TTYAUX_MAJOR    equ 5                   ; Linux's numbers
TTY_MAJOR       equ 4
TTYS0_MINOR     equ 64
TTY_CHUNK       equ 128                 ; bytes carried between program and kernel at a time
TTY_LINE_SIZE   equ 256

        section .bss
        alignb  4
tty_line:       resb TTY_LINE_SIZE      ; the line being read ...
tty_line_length: resd 1
tty_line_taken: resd 1                  ; ... and how much of it somebody has had
tty_line_mutex: resd 1                  ; one reader at a time
tty_write_mutex: resd 1                 ; and one writer, so that what one write says stays in one piece

        file_operations_table tty_operations, tty_read, tty_write, tty_ioctl, 0, 0

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
        ccall   mutex_lock, tty_write_mutex
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
        ccall   mutex_unlock, tty_write_mutex
        mov     eax, ebx
        pop     edi
        pop     esi
        pop     ebx
endproc

; ssize_t tty_read(struct file *, char *buffer, u32 count, loff_t *)
; Edited lines, or with ICANON off what has been typed, at least one character.
proc tty_read, .file, .buffer, .count, .place
        mov     eax, [ebp + .file]
        test    dword [eax + file.f_flags], O_NONBLOCK
        jz      .wait
        call    tty_available
        test    eax, eax
        mov     eax, -EAGAIN
        jz      .done
.wait:
        test    dword [tty_lflag], ICANON
        jz      .raw
        ccall   tty_read_cooked, [ebp + .buffer], [ebp + .count]
        jmp     .done
.raw:
        ccall   tty_read_raw, [ebp + .buffer], [ebp + .count]
.done:
endproc

; ssize_t tty_read_cooked(char *user_buffer, u32 count)
; What the reader does not take of a line stays for the next time.
proc tty_read_cooked, .user_buffer, .count
        push    ebx
        ccall   mutex_lock, tty_line_mutex
        mov     ebx, [tty_line_length]
        sub     ebx, [tty_line_taken]
        jnz     .have_line
        mov     dword [tty_line_taken], 0
        mov     dword [tty_line_length], 0
        ccall   n_tty_read_line, tty_line, TTY_LINE_SIZE
        mov     ebx, eax
        test    eax, eax
        jle     .done
        mov     [tty_line_length], eax
.have_line:
        cmp     ebx, [ebp + .count]
        jbe     .fits
        mov     ebx, [ebp + .count]
.fits:
        mov     ecx, tty_line
        add     ecx, [tty_line_taken]
        ccall   copy_to_user, [ebp + .user_buffer], ecx, ebx
        add     [tty_line_taken], ebx
        test    eax, eax
        jz      .done
        mov     ebx, -EFAULT
.done:
        ccall   mutex_unlock, tty_line_mutex
        mov     eax, ebx
        pop     ebx
endproc

; ssize_t tty_read_raw(char *user_buffer, u32 count)
proc tty_read_raw, .user_buffer, .count
.byte           equ -4
        sub     esp, 4
        push    ebx
        xor     ebx, ebx
.next:
        cmp     ebx, [ebp + .count]
        jae     .done
        test    ebx, ebx
        jz      .take
        call    tty_available
        test    eax, eax
        jz      .done
.take:
        call    tty_getc
        test    eax, eax
        js      .interrupted
        mov     [ebp + .byte], eax
        mov     ecx, [ebp + .user_buffer]
        add     ecx, ebx
        lea     eax, [ebp + .byte]
        ccall   copy_to_user, ecx, eax, 1
        test    eax, eax
        jnz     .fault
        inc     ebx
        test    dword [tty_lflag], ECHO
        jz      .next
        ccall   console_putc, [ebp + .byte]
        jmp     .next
.fault:
        mov     ebx, -EFAULT
        jmp     .done
.interrupted:
        test    ebx, ebx
        jnz     .done
        mov     ebx, -EINTR
.done:
        mov     eax, ebx
        pop     ebx
endproc

; long tty_ioctl(struct file *, unsigned command, void *argument)
proc tty_ioctl, .file, .command, .argument
.answer         equ -termios_size
        sub     esp, termios_size
        push    ebx
        lea     ebx, [ebp + .answer]
        mov     eax, [ebp + .command]
        cmp     eax, TCGETS
        je      .get
        cmp     eax, TIOCGPGRP
        je      .get_group
        cmp     eax, TIOCSPGRP
        je      .set_group
        cmp     eax, TIOCGWINSZ
        je      .get_size
        sub     eax, TCSETS
        cmp     eax, TCSETSF - TCSETS
        ja      .unknown
        ccall   copy_from_user, ebx, [ebp + .argument], termios_size
        test    eax, eax
        jnz     .fault
        mov     eax, [ebx + termios.c_lflag]
        and     eax, ISIG | ICANON | ECHO
        mov     [tty_lflag], eax
        jmp     .good
.get:
        ccall   memset, ebx, 0, termios_size
        mov     eax, [tty_lflag]
        mov     [ebx + termios.c_lflag], eax
        ccall   copy_to_user, [ebp + .argument], ebx, termios_size
        jmp     .copied
.get_group:
        ccall   copy_to_user, [ebp + .argument], tty_foreground, 4
        jmp     .copied
.set_group:
        ccall   copy_from_user, ebx, [ebp + .argument], 4
        test    eax, eax
        jnz     .fault
        mov     eax, [ebx]
        mov     [tty_foreground], eax
        jmp     .good
.get_size:
        mov     dword [ebx], VGA_ROWS | (VGA_COLUMNS << 16)
        mov     dword [ebx + 4], 0
        ccall   copy_to_user, [ebp + .argument], ebx, 8
.copied:
        test    eax, eax
        jnz     .fault
.good:
        xor     eax, eax
        jmp     .done
.unknown:
        mov     eax, -ENOTTY
        jmp     .done
.fault:
        mov     eax, -EFAULT
.done:
        pop     ebx
endproc

        section .rodata
tty_name:       db "tty", 0
console_name:   db "console", 0
tty1_name:      db "tty1", 0
ttys0_name:     db "ttyS0", 0
        section .text
