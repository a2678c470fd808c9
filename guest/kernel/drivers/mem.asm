; mem.asm: /dev/null, /dev/zero and /dev/full; and the number of /dev/kmsg (lib/kmsg.asm).
;
;   mem_init()                    boot

MEM_MAJOR       equ 1                   ; Linux's numbers
NULL_MINOR      equ 3
ZERO_MINOR      equ 5
FULL_MINOR      equ 7

        file_operations_table mem_operations, 0, 0, 0, mem_open, 0
        file_operations_table null_operations, null_read, null_write, 0, 0, 0
        file_operations_table zero_operations, zero_read, null_write, 0, 0, 0
        file_operations_table full_operations, zero_read, full_write, 0, 0, 0

        section .text

; void mem_init(void)
proc mem_init
        ccall   register_chrdev, MEM_MAJOR, mem_name, mem_operations
        ccall   devfs_create_node, null_name, MKDEV(MEM_MAJOR, NULL_MINOR)
        ccall   devfs_create_node, zero_name, MKDEV(MEM_MAJOR, ZERO_MINOR)
        ccall   devfs_create_node, full_name, MKDEV(MEM_MAJOR, FULL_MINOR)
endproc

; int mem_open(struct inode *, struct file *)   one major, a driver for each minor
proc mem_open, .inode, .file
        mov     ecx, [ebp + .inode]
        movzx   ecx, byte [ecx + inode.i_rdev]
        mov     edx, null_operations
        cmp     ecx, NULL_MINOR
        je      .found
        mov     edx, zero_operations
        cmp     ecx, ZERO_MINOR
        je      .found
        mov     edx, full_operations
        cmp     ecx, FULL_MINOR
        je      .found
        mov     edx, kmsg_operations
        cmp     ecx, KMSG_MINOR
        jne     .none
.found:
        mov     eax, [ebp + .file]
        mov     [eax + file.f_op], edx
        xor     eax, eax
        return
.none:
        mov     eax, -ENXIO
endproc

; ssize_t null_read(...)                at its end at once
proc null_read, .file, .buffer, .count, .place
        xor     eax, eax
endproc

; ssize_t null_write(...)               takes all
proc null_write, .file, .buffer, .count, .place
        mov     eax, [ebp + .count]
endproc

; ssize_t full_write(...)
proc full_write, .file, .buffer, .count, .place
        mov     eax, -ENOSPC
endproc

; ssize_t zero_read(...)
proc zero_read, .file, .buffer, .count, .place
        push    ebx
        xor     ebx, ebx
.next:
        mov     ecx, [ebp + .count]
        sub     ecx, ebx
        jz      .done
        cmp     ecx, ZEROS
        jbe     .chunk
        mov     ecx, ZEROS
.chunk:
        mov     edx, [ebp + .buffer]
        add     edx, ebx
        push    ecx
        ccall   copy_to_user, edx, zeros, ecx
        pop     ecx
        test    eax, eax
        jnz     .bad_address
        add     ebx, ecx
        jmp     .next
.bad_address:
        mov     ebx, -EFAULT
.done:
        mov     eax, ebx
        pop     ebx
endproc

        section .rodata
mem_name:       db "mem", 0
null_name:      db "null", 0
zero_name:      db "zero", 0
full_name:      db "full", 0
zeros:          times 128 db 0
ZEROS           equ $ - zeros
        section .text
