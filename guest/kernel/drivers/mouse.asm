; mouse.asm: the PS/2 mouse behind the keyboard controller's second port, on IRQ 12.
;
;   mouse_init()                  boot                 reporting on
;   mouse_devices()               boot, as a task      /dev/input/mice
;   mouse_interrupt               hard IRQ, IRQ 12     a byte; three are a packet
;
; A packet: buttons and signs, how far right, how far away. The device gives them as they are.

MOUSE_MAJOR     equ 13                  ; Linux's numbers
MICE_MINOR      equ 63
MOUSE_PACKET    equ 3
MOUSE_RING      equ 256                 ; a power of two
MOUSE_SYNC      equ 0x08                ; is set in a packet's first byte

        file_operations_table mouse_operations, mouse_read, 0, 0, 0, 0

        section .bss
        alignb  4
mouse_ring:     resb MOUSE_RING
mouse_head:     resd 1                  ; bytes ever put in
mouse_tail:     resd 1                  ; bytes ever taken; also what readers sleep on
mouse_packet:   resd 1                  ; the packet so far ...
mouse_received: resd 1                  ; ... so many bytes
mouse_packets:  resd 1                  ; ever

        section .text

; void mouse_init(void)                 boot, after i8042_init
proc mouse_init
        cmp     dword [i8042_present], 0
        je      .absent
        ccall   i8042_command, I8042_CMD_AUX_ENABLE
        ccall   mouse_command, MOUSE_CMD_ENABLE
        cmp     eax, KBD_RET_ACK
        jne     .absent
        ccall   request_irq, IRQ_MOUSE, mouse_interrupt, IRQF_SHARED, keyboard_name, mouse_ring
        ccall   i8042_write_ctr, I8042_CTR_SYSTEM | I8042_CTR_XLATE | I8042_CTR_KBDINT | I8042_CTR_AUXINT
        return
.absent:
        pr      KERN_INFO, "mouse: none"
endproc

; void mouse_devices(void)              boot, when there are files
proc mouse_devices
        ccall   register_chrdev, MOUSE_MAJOR, input_name, mouse_operations
        ccall   mkdir, [dev_folder], input_name
        ccall   create_inode, eax, mice_name, S_IFCHR | S_IRUGO
        test    eax, eax
        jz      .done
        mov     dword [eax + inode.i_rdev], MKDEV(MOUSE_MAJOR, MICE_MINOR)
        mov     dword [eax + inode.i_fop], chrdev_operations
.done:
endproc

; int mouse_command(int command)        boot, interrupts off; its answer, or -1
proc mouse_command, .command
        ccall   i8042_command, I8042_CMD_AUX_WRITE
        ccall   i8042_write_data, [ebp + .command]
        call    i8042_wait_read
endproc

; irqreturn_t mouse_interrupt(int irq, void *dev)
proc mouse_interrupt
        in      al, I8042_STATUS
        and     al, I8042_STR_OBF | I8042_STR_AUXDATA
        cmp     al, I8042_STR_OBF | I8042_STR_AUXDATA
        jne     .not_ours
        xor     eax, eax
        in      al, I8042_DATA
        ccall   mouse_byte, eax
        mov     eax, IRQ_HANDLED
        return
.not_ours:
        mov     eax, IRQ_NONE
endproc

; void mouse_byte(int data)             hard IRQ
; A first byte without its mark: bytes were lost; wait for one that has it.
proc mouse_byte, .data
        mov     ecx, [mouse_received]
        test    ecx, ecx
        jnz     .in_packet
        test    dword [ebp + .data], MOUSE_SYNC
        jz      .done
.in_packet:
        mov     eax, [ebp + .data]
        mov     [mouse_packet + ecx], al
        inc     ecx
        mov     [mouse_received], ecx
        cmp     ecx, MOUSE_PACKET
        jb      .done
        mov     dword [mouse_received], 0
        inc     dword [mouse_packets]
        mov     edx, [mouse_head]
        mov     eax, edx
        sub     eax, [mouse_tail]
        cmp     eax, MOUSE_RING - MOUSE_PACKET
        ja      .done                   ; nobody reads: what is new is lost
        xor     ecx, ecx
.put:
        mov     al, [mouse_packet + ecx]
        push    edx
        and     edx, MOUSE_RING - 1
        mov     [mouse_ring + edx], al
        pop     edx
        inc     edx
        inc     ecx
        cmp     ecx, MOUSE_PACKET
        jb      .put
        mov     [mouse_head], edx
        ccall   wake_up, mouse_tail
.done:
endproc

; ssize_t mouse_read(struct file *, char *buffer, u32 count, loff_t *)  whole packets, at least one
proc mouse_read, .file, .buffer, .count, .place
        push    ebx
        push    esi
        mov     eax, -EINVAL
        cmp     dword [ebp + .count], MOUSE_PACKET
        jb      .out
        pushfd
        cli
.again:
        mov     eax, [mouse_head]
        cmp     eax, [mouse_tail]
        jne     .ready
        ccall   signal_pending, [this_cpu(current)]
        test    eax, eax
        mov     ebx, -EINTR
        jnz     .done
        ccall   interruptible_sleep_on, mouse_tail
        jmp     .again
.ready:
        xor     ebx, ebx
.packet:
        mov     eax, [mouse_tail]
        cmp     eax, [mouse_head]
        je      .done
        lea     eax, [ebx + MOUSE_PACKET]
        cmp     eax, [ebp + .count]
        ja      .done
        xor     esi, esi
.byte:
        mov     eax, [mouse_tail]
        and     eax, MOUSE_RING - 1
        add     eax, mouse_ring
        mov     ecx, [ebp + .buffer]
        add     ecx, ebx
        ccall   copy_to_user, ecx, eax, 1
        test    eax, eax
        jnz     .bad_address
        inc     dword [mouse_tail]
        inc     ebx
        inc     esi
        cmp     esi, MOUSE_PACKET
        jb      .byte
        jmp     .packet
.bad_address:
        mov     ebx, -EFAULT
.done:
        popfd
        mov     eax, ebx
.out:
        pop     esi
        pop     ebx
endproc

        section .rodata

input_name:     db "input", 0
mice_name:      db "mice", 0
        section .text
