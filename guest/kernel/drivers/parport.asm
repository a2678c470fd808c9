; parport.asm: the parallel port at 0x378 with a printer, on IRQ 7: /dev/lp0.
;
;   parport_init()                boot                 is there a port?
;   parport_devices()             boot, as a task      /dev/lp0
;   parport_interrupt             hard IRQ, IRQ 7      the printer has taken the byte
;
; The line is taken while the device is open. A byte goes out by a pulse of the strobe; the writer sleeps
; until the printer's acknowledgement raises the interrupt, or LP_TIMEOUT has passed.

LPT1            equ 0x378
LPT_DATA        equ LPT1
LPT_STATUS      equ LPT1 + 1
LPT_CONTROL     equ LPT1 + 2
LPT_NOT_BUSY    equ 0x80                ; status
LPT_NO_PAPER    equ 0x20
LPT_SELECTED    equ 0x10
LPT_NO_ERROR    equ 0x08
LPT_STROBE      equ 0x01                ; control
LPT_NO_INIT     equ 0x04
LPT_SELECT      equ 0x08
LPT_INTERRUPT   equ 0x10
LP_MAJOR        equ 6                   ; Linux's number
LP_TIMEOUT      equ HZ

        file_operations_table lp_operations, 0, lp_write, 0, lp_open, lp_release

        section .bss
        alignb  4
parport_present: resd 1
lp_taken:       resd 1                  ; is open
lp_acks:        resd 1                  ; bytes the printer has taken; what the writer sleeps on

        section .text

; void parport_init(void)               a register that keeps what is written: there is a port
proc parport_init
        mov     edx, LPT_DATA
        mov     al, 0x5a
        out     dx, al
        in      al, dx
        cmp     al, 0x5a
        jne     .absent
        mov     al, 0xa5
        out     dx, al
        in      al, dx
        cmp     al, 0xa5
        jne     .absent
        mov     dword [parport_present], 1
.absent:
endproc

; void parport_devices(void)
proc parport_devices
        cmp     dword [parport_present], 0
        je      .absent
        ccall   register_chrdev, LP_MAJOR, lp_name, lp_operations
        ccall   devfs_create_node, lp0_name, MKDEV(LP_MAJOR, 0)
.absent:
endproc

; irqreturn_t parport_interrupt(int irq, void *dev)
; A read of the status ends the request of ports that hold it.
proc parport_interrupt
        mov     edx, LPT_STATUS
        in      al, dx
        inc     dword [lp_acks]
        ccall   wake_up, lp_acks
        mov     eax, IRQ_HANDLED
endproc

; int lp_open(struct inode *, struct file *)    one at a time
proc lp_open, .inode, .file
        push    ebx
        mov     ebx, -EBUSY
        lock bts dword [lp_taken], 0
        jc      .done
        ccall   request_irq, IRQ_LPT1, parport_interrupt, 0, parport_name, lp_operations
        mov     ebx, eax
        test    eax, eax
        jnz     .refused
        mov     edx, LPT_CONTROL
        mov     al, LPT_SELECT | LPT_NO_INIT | LPT_INTERRUPT
        out     dx, al
        jmp     .done
.refused:
        mov     dword [lp_taken], 0
.done:
        mov     eax, ebx
        pop     ebx
endproc

; int lp_release(struct inode *, struct file *)
proc lp_release, .inode, .file
        mov     edx, LPT_CONTROL
        mov     al, LPT_SELECT | LPT_NO_INIT
        out     dx, al
        ccall   free_irq, IRQ_LPT1, lp_operations
        mov     dword [lp_taken], 0
        xor     eax, eax
endproc

; ssize_t lp_write(struct file *, const char *buffer, u32 count, loff_t *)
; How many were printed; -EIO: not even the first.
proc lp_write, .file, .buffer, .count, .place
.character      equ -4
        sub     esp, 4
        push    ebx
        xor     ebx, ebx
.next:
        cmp     ebx, [ebp + .count]
        jae     .done
        mov     ecx, [ebp + .buffer]
        add     ecx, ebx
        lea     eax, [ebp + .character]
        ccall   copy_from_user, eax, ecx, 1
        test    eax, eax
        mov     eax, -EFAULT
        jnz     .stop
        movzx   eax, byte [ebp + .character]
        ccall   lp_putc, eax
        test    eax, eax
        jnz     .stop
        inc     ebx
        jmp     .next
.stop:
        test    ebx, ebx
        jnz     .done
        mov     ebx, eax
.done:
        mov     eax, ebx
        pop     ebx
endproc

; int lp_putc(int c)                    0, -EIO: no printer, no paper, or it does not answer; -EINTR
proc lp_putc, .c
        push    ebx
        pushfd
        cli
        mov     edx, LPT_STATUS
        in      al, dx
        and     al, LPT_NOT_BUSY | LPT_NO_PAPER | LPT_SELECTED | LPT_NO_ERROR
        cmp     al, LPT_NOT_BUSY | LPT_SELECTED | LPT_NO_ERROR
        jne     .not_ready
        mov     ebx, [lp_acks]
        mov     edx, LPT_DATA
        mov     eax, [ebp + .c]
        out     dx, al
        mov     edx, LPT_CONTROL
        mov     al, LPT_SELECT | LPT_NO_INIT | LPT_INTERRUPT | LPT_STROBE
        out     dx, al
        ccall   udelay, 1
        mov     edx, LPT_CONTROL
        mov     al, LPT_SELECT | LPT_NO_INIT | LPT_INTERRUPT
        out     dx, al
        mov     eax, LP_TIMEOUT
.wait:
        cmp     ebx, [lp_acks]
        jne     .taken
        test    eax, eax
        jz      .not_ready
        push    eax
        ccall   signal_pending, [this_cpu(current)]
        test    eax, eax
        pop     eax
        jnz     .interrupted
        ccall   sleep_on_timeout, lp_acks, eax, TASK_INTERRUPTIBLE
        jmp     .wait
.interrupted:
        mov     eax, -EINTR
        jmp     .done
.not_ready:
        mov     eax, -EIO
        jmp     .done
.taken:
        xor     eax, eax
.done:
        popfd
        pop     ebx
endproc

        section .rodata
lp_name:        db "lp", 0
lp0_name:       db "lp0", 0
parport_name:   db "parport0", 0
        section .text
