; i8042.asm: the keyboard controller itself. What the keyboard says is keyboard.asm's.
;
;   i8042_init()                  boot                 keyboard on, scan codes translated to set 1
;   i8042_read_data()             hard IRQ             the byte that waits, or -1
;
; The controller answers slowly. Each wait is bounded, so that a machine without one still boots.

I8042_PATIENCE  equ 100000              ; times to ask
I8042_CTR_QUIET equ I8042_CTR_SYSTEM | I8042_CTR_AUXDIS | I8042_CTR_XLATE

        section .bss
        alignb  4
i8042_present:  resd 1

        section .text

; void i8042_init(void)                 boot, interrupts off
proc i8042_init
        ccall   i8042_command, I8042_CMD_KBD_DISABLE
        ccall   i8042_command, I8042_CMD_AUX_DISABLE
        call    i8042_flush
        ccall   i8042_command, I8042_CMD_CTL_TEST
        call    i8042_wait_read
        cmp     eax, I8042_RET_CTL_TEST
        jne     .absent
        mov     dword [i8042_present], 1
        ; while we talk to the keyboard ourselves its answers shall raise no interrupt
        ccall   i8042_write_ctr, I8042_CTR_QUIET
        ccall   i8042_command, I8042_CMD_KBD_ENABLE
        ccall   i8042_write_data, KBD_CMD_ENABLE
        call    i8042_wait_read         ; its acknowledgement
        call    i8042_flush
        ccall   i8042_write_ctr, I8042_CTR_QUIET | I8042_CTR_KBDINT
        return
.absent:
        pr      KERN_ERR, "i8042: No controller found"
endproc

; void i8042_write_ctr(int bits)        the command byte
proc i8042_write_ctr, .bits
        ccall   i8042_command, I8042_CMD_CTL_WCTR
        ccall   i8042_write_data, [ebp + .bits]
endproc

; void i8042_command(int command)
proc i8042_command, .command
        call    i8042_wait_write
        mov     eax, [ebp + .command]
        out     I8042_COMMAND, al
endproc

; void i8042_write_data(int data)
proc i8042_write_data, .data
        call    i8042_wait_write
        mov     eax, [ebp + .data]
        out     I8042_DATA, al
endproc

; void i8042_wait_write(void)           until it can take a byte
proc i8042_wait_write
        mov     ecx, I8042_PATIENCE
.again:
        in      al, I8042_STATUS
        test    al, I8042_STR_IBF
        jz      .ready
        dec     ecx
        jnz     .again
.ready:
endproc

; int i8042_wait_read(void)             its next byte, or -1
proc i8042_wait_read
        mov     ecx, I8042_PATIENCE
.again:
        in      al, I8042_STATUS
        test    al, I8042_STR_OBF
        jnz     .ready
        dec     ecx
        jnz     .again
        mov     eax, -1
        return
.ready:
        xor     eax, eax
        in      al, I8042_DATA
endproc

; void i8042_flush(void)                drop what waits
proc i8042_flush
.again:
        call    i8042_read_data
        test    eax, eax
        jns     .again
endproc

; int i8042_read_data(void)
proc i8042_read_data
        in      al, I8042_STATUS
        test    al, I8042_STR_OBF
        jz      .empty
        xor     eax, eax
        in      al, I8042_DATA
        return
.empty:
        mov     eax, -1
endproc
