; pipe.asm: what one process writes another reads, in order.
;
;   sys_pipe(fds)                 process              two descriptors: [0] to read from, [1] to write to
;
; A ring of one page. A reader waits while it is empty and somebody could still write; a writer waits
; while it is full. Writing when nobody can read any more is SIGPIPE and -EPIPE. Guarded by interrupts
; being off: a signal may come at any time.

PIPE_SIZE       equ PAGE_SIZE

struc pipe
.ring:          resd 1
.head:          resd 1                  ; bytes ever written; also the queue that readers sleep on
.tail:          resd 1                  ; bytes ever read; also the writers'
.readers:       resd 1
.writers:       resd 1
endstruc

        file_operations_table pipe_read_operations, pipe_read, 0, 0, 0, pipe_release
        file_operations_table pipe_write_operations, 0, pipe_write, 0, 0, pipe_release

        section .text

; long sys_pipe(int fds[2])
proc sys_pipe, .user_fds
.ends           equ -8                  ; struct file *: the reader's, the writer's
.fds            equ -16
        sub     esp, 16
        push    ebx
        push    esi
        lea     esi, [ebp + .ends]
        ccall   new_pipe, esi
        test    eax, eax
        jnz     .done
        ccall   fd_install, [esi]
        mov     [ebp + .fds], eax
        mov     ebx, eax
        test    eax, eax
        js      .no_read_fd
        ccall   fd_install, [esi + 4]
        mov     [ebp + .fds + 4], eax
        mov     ebx, eax
        test    eax, eax
        js      .no_write_fd
        lea     eax, [ebp + .fds]
        ccall   copy_to_user, [ebp + .user_fds], eax, 8
        test    eax, eax
        jz      .done
        ccall   fd_close, [ebp + .fds]
        ccall   fd_close, [ebp + .fds + 4]
        mov     eax, -EFAULT
        jmp     .done
.no_write_fd:
        ccall   fd_close, [ebp + .fds]
        jmp     .put_writer
.no_read_fd:
        ccall   fput, [esi]
.put_writer:
        ccall   fput, [esi + 4]
        mov     eax, ebx
.done:
        pop     esi
        pop     ebx
endproc

; int new_pipe(struct file *ends[2])    0 or -ENOMEM
proc new_pipe, .ends
        push    ebx
        push    esi
        push    edi
        mov     edi, [ebp + .ends]
        ccall   kzalloc, pipe_size, GFP_KERNEL
        mov     ebx, eax
        test    eax, eax
        jz      .no_memory
        call    get_free_page
        mov     [ebx + pipe.ring], eax
        test    eax, eax
        jz      .free
        ccall   new_inode, pipe_name, S_IFIFO
        mov     esi, eax
        test    eax, eax
        jz      .free_ring
        mov     [esi + inode.i_private], ebx
        mov     dword [esi + inode.i_fop], pipe_read_operations
        ccall   open_inode, esi, O_RDONLY, edi
        test    eax, eax
        jnz     .put
        mov     dword [esi + inode.i_fop], pipe_write_operations
        lea     eax, [edi + 4]
        ccall   open_inode, esi, O_WRONLY, eax
        test    eax, eax
        jnz     .put_reader
        mov     dword [ebx + pipe.readers], 1
        mov     dword [ebx + pipe.writers], 1
        ccall   iput, esi               ; the open files hold it
        xor     eax, eax
        jmp     .done
.put_reader:
        mov     ecx, [edi]
        mov     dword [ecx + file.f_op], 0
        ccall   fput, ecx
.put:
        ccall   iput, esi
.free_ring:
        ccall   free_page, [ebx + pipe.ring]
.free:
        ccall   kfree, ebx
.no_memory:
        mov     eax, -ENOMEM
.done:
        pop     edi
        pop     esi
        pop     ebx
endproc

; int pipe_release(struct inode *, struct file *)
proc pipe_release, .inode, .file
        push    ebx
        mov     eax, [ebp + .inode]
        mov     ebx, [eax + inode.i_private]
        mov     eax, [ebp + .file]
        lea     ecx, [ebx + pipe.readers]
        cmp     dword [eax + file.f_op], pipe_read_operations
        je      .end_known
        lea     ecx, [ebx + pipe.writers]
.end_known:
        dec     dword [ecx]
        lea     eax, [ebx + pipe.head]
        ccall   wake_up, eax
        lea     eax, [ebx + pipe.tail]
        ccall   wake_up, eax
        mov     eax, [ebx + pipe.readers]
        or      eax, [ebx + pipe.writers]
        jnz     .done
        ccall   free_page, [ebx + pipe.ring]
        ccall   kfree, ebx
.done:
        xor     eax, eax
        pop     ebx
endproc

; ssize_t pipe_read(struct file *, char *buffer, u32 count, loff_t *)
; What is there, at least one byte; 0: it is empty and nobody can write.
proc pipe_read, .file, .buffer, .count, .place
        push    ebx
        push    esi
        push    edi
        mov     edi, [ebp + .file]
        mov     eax, [edi + file.f_inode]
        mov     ebx, [eax + inode.i_private]
        cli
.again:
        mov     esi, [ebx + pipe.head]
        sub     esi, [ebx + pipe.tail]
        jnz     .some
        xor     eax, eax
        cmp     [ebx + pipe.writers], eax
        je      .done
        lea     ecx, [ebx + pipe.head]
        ccall   pipe_wait, edi, ecx
        test    eax, eax
        jz      .again
        jmp     .done
.some:
        cmp     esi, [ebp + .count]
        jbe     .count_known
        mov     esi, [ebp + .count]
.count_known:
        ; not past the ring's end in one piece
        mov     ecx, [ebx + pipe.tail]
        and     ecx, PIPE_SIZE - 1
        mov     eax, PIPE_SIZE
        sub     eax, ecx
        cmp     esi, eax
        jbe     .piece_known
        mov     esi, eax
.piece_known:
        add     ecx, [ebx + pipe.ring]
        sti
        ccall   copy_to_user, [ebp + .buffer], ecx, esi
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        add     [ebx + pipe.tail], esi
        lea     eax, [ebx + pipe.tail]
        ccall   wake_up, eax
        mov     eax, esi
.done:
        sti
        pop     edi
        pop     esi
        pop     ebx
endproc

; ssize_t pipe_write(struct file *, const char *buffer, u32 count, loff_t *)    all of it
proc pipe_write, .file, .buffer, .count, .place
.written        equ -4
        sub     esp, 4
        push    ebx
        push    esi
        push    edi
        mov     dword [ebp + .written], 0
        mov     edi, [ebp + .file]
        mov     eax, [edi + file.f_inode]
        mov     ebx, [eax + inode.i_private]
        cli
.again:
        cmp     dword [ebx + pipe.readers], 0
        je      .broken
        mov     esi, [ebp + .count]
        sub     esi, [ebp + .written]
        jz      .all
        mov     ecx, PIPE_SIZE
        add     ecx, [ebx + pipe.tail]
        sub     ecx, [ebx + pipe.head]
        jnz     .room
        lea     ecx, [ebx + pipe.tail]
        ccall   pipe_wait, edi, ecx
        test    eax, eax
        jz      .again
        cmp     dword [ebp + .written], 0
        jne     .all
        jmp     .done
.room:
        cmp     esi, ecx
        jbe     .count_known
        mov     esi, ecx
.count_known:
        mov     ecx, [ebx + pipe.head]
        and     ecx, PIPE_SIZE - 1
        mov     eax, PIPE_SIZE
        sub     eax, ecx
        cmp     esi, eax
        jbe     .piece_known
        mov     esi, eax
.piece_known:
        add     ecx, [ebx + pipe.ring]
        mov     edx, [ebp + .buffer]
        add     edx, [ebp + .written]
        sti
        ccall   copy_from_user, ecx, edx, esi
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .done
        cli
        add     [ebx + pipe.head], esi
        add     [ebp + .written], esi
        lea     eax, [ebx + pipe.head]
        ccall   wake_up, eax
        jmp     .again
.broken:
        sti
        mov     eax, [this_cpu(current)]
        ccall   send_signal, eax, SIGPIPE
        mov     eax, -EPIPE
        jmp     .done
.all:
        mov     eax, [ebp + .written]
.done:
        sti
        pop     edi
        pop     esi
        pop     ebx
endproc

; int pipe_wait(const struct file *, void *queue)       interrupts off; 0, -EAGAIN or -EINTR
proc pipe_wait, .file, .queue
        mov     ecx, [ebp + .file]
        mov     eax, -EAGAIN
        test    dword [ecx + file.f_flags], O_NONBLOCK
        jnz     .done
        mov     ecx, [this_cpu(current)]
        mov     eax, -EINTR
        cmp     dword [ecx + task.sigpending], 0
        jne     .done
        ccall   interruptible_sleep_on, [ebp + .queue]
        xor     eax, eax
.done:
endproc

        section .rodata
pipe_name:      db "pipe", 0
        section .text
