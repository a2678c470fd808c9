; kmsg.asm: /dev/kmsg: the kernel's log, a record a read; and a way for programs to write into it.
;
;   kmsg_init()                   boot
;
; A record is "level,place,microseconds,-;text" and a newline, as in Linux. Each open file has a place
; of its own. At the end a read waits for what comes, or is -EAGAIN with O_NONBLOCK; -EPIPE says that
; the next record has been overwritten, and that the file goes on with the oldest there is.

KMSG_MINOR      equ 11
LOG_WRITE_SIZE  equ 512                 ; of a line that a program writes
KMSG_LINE_SIZE  equ LOG_TEXT_SIZE + 64

        file_operations_table kmsg_operations, kmsg_read, kmsg_write, 0, 0, 0

        section .text

; void kmsg_init(void)
proc kmsg_init
        ccall   devfs_create_node, kmsg_name, MKDEV(MEM_MAJOR, KMSG_MINOR)
endproc

; ssize_t kmsg_read(struct file *, char *buffer, u32 count, loff_t *place)
; The file's own place is private_data: a character's number in the log.
proc kmsg_read, .file, .buffer, .count, .place
.record         equ -KMSG_LINE_SIZE
        sub     esp, KMSG_LINE_SIZE
        push    ebx
        push    esi
        push    edi
        mov     edi, [ebp + .file]
        cli
.again:
        mov     ebx, [edi + file.private_data]
        cmp     ebx, [log_length]
        jne     .some
.nothing:
        mov     eax, -EAGAIN
        test    dword [edi + file.f_flags], O_NONBLOCK
        jnz     .done
        ccall   interruptible_sleep_on, log_length
        mov     eax, [this_cpu(current)]
        cmp     dword [eax + task.sigpending], 0
        je      .again
        mov     eax, -EINTR
        jmp     .done
.some:
        ccall   log_oldest, ebx
        mov     [edi + file.private_data], eax
        cmp     eax, ebx
        mov     eax, -EPIPE
        jne     .done
        lea     esi, [ebp + .record]
        ccall   kmsg_record, ebx, esi
        test    eax, eax
        jz      .nothing                ; a line that is not complete yet
        mov     [edi + file.private_data], eax
        sti
        ccall   strlen, esi
        mov     ebx, eax
        cmp     ebx, [ebp + .count]
        mov     eax, -EINVAL
        ja      .done
        ccall   copy_to_user, [ebp + .buffer], esi, ebx
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        mov     eax, ebx
.done:
        sti
        pop     edi
        pop     esi
        pop     ebx
endproc

; u32 kmsg_record(u32 log_place, char *to)      interrupts off; the place of the next one; 0: no newline yet
; In the log it is "L[sssss.uuuuuu] text": the level, the stamp, the text with its newline.
proc kmsg_record, .log_place, .to
.line           equ -KMSG_LINE_SIZE
        sub     esp, KMSG_LINE_SIZE
        push    ebx
        push    esi
        push    edi
        mov     ebx, [ebp + .log_place]
        lea     edi, [ebp + .line]
.letter:
        cmp     ebx, [log_length]
        je      .incomplete
        ccall   log_char, ebx
        inc     ebx
        lea     ecx, [ebp - 1]
        cmp     edi, ecx
        jae     .letter                 ; nobody writes such lines
        stosb
        cmp     al, NEWLINE
        jne     .letter
        mov     byte [edi], 0
        lea     esi, [ebp + .line + 2]
        ccall   skip_spaces, esi
        ccall   parse_decimal, eax
        imul    edi, eax, USEC_PER_SEC
        ; behind the dot the microseconds, behind the bracket and a blank the text
.dot:
        inc     esi
        cmp     byte [esi - 1], '.'
        jne     .dot
        ccall   parse_decimal, esi
        add     edi, eax
.bracket:
        inc     esi
        cmp     byte [esi - 1], ']'
        jne     .bracket
        inc     esi
        movzx   eax, byte [ebp + .line]
        ccall   sprintf, [ebp + .to], kmsg_format, eax, [ebp + .log_place], edi, esi
        mov     eax, ebx
        jmp     .done
.incomplete:
        xor     eax, eax
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; ssize_t kmsg_write(struct file *, const char *buffer, u32 count, loff_t *)
; A line into the log; "<3>" before it is its level.
proc kmsg_write, .file, .buffer, .count, .place
.line           equ -LOG_WRITE_SIZE
        sub     esp, LOG_WRITE_SIZE
        push    ebx
        mov     ebx, [ebp + .count]
        mov     eax, -EINVAL
        cmp     ebx, LOG_WRITE_SIZE - 1
        jae     .done
        lea     eax, [ebp + .line]
        ccall   copy_from_user, eax, [ebp + .buffer], ebx
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        lea     edx, [ebp + .line]
        cmp     ebx, 0
        je      .written
        ; without its newline, which printk adds
        cmp     byte [edx + ebx - 1], NEWLINE
        jne     .ends_here
        mov     byte [edx + ebx - 1], 0
.ends_here:
        mov     byte [edx + ebx], 0
        mov     ecx, DEFAULT_LEVEL + '0'
        cmp     byte [edx], '<'
        jne     .level_known
        cmp     byte [edx + 2], '>'
        jne     .level_known
        movzx   ecx, byte [edx + 1]
        add     edx, 3
.level_known:
        ccall   printk, kmsg_printk_format, ecx, edx
.written:
        mov     eax, ebx
.done:
        pop     ebx
endproc

        section .rodata
kmsg_name:      db "kmsg", 0
kmsg_format:    db "%c,%u,%u,-;%s", 0
kmsg_printk_format: db KERN_SOH, "%c%s", NEWLINE, 0
        section .text
