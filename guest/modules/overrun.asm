; overrun.asm: a lesson: a byte that is not fetched before the next one comes is gone. COM2 hears itself
; (loopback), its FIFO switched off: one byte is all it holds.
;
;       insmod overrun.ko
;       insmod overrun.ko fetch=1       each byte is fetched in time

%include "include/kernel.inc"
        extern  udelay
        module_license "GPL"

UART_MCR_LOOP   equ 0x10
UART_LSR_OE     equ 0x02                ; overrun: a received byte was lost; a read of the register clears it
BYTE_US         equ 200                 ; longer than a byte takes

        section .data
        align   4
fetch:          dd 0
received:       dd 0
        module_param fetch, PARAM_INT

        section .text

proc init_module
        push    ebx
        mov     edx, COM2 + UART_LCR
        mov     al, UART_LCR_DLAB
        out     dx, al
        mov     edx, COM2 + UART_DLL
        mov     al, UART_DIVISOR_115200
        out     dx, al
        mov     edx, COM2 + UART_DLM
        xor     eax, eax
        out     dx, al
        mov     edx, COM2 + UART_LCR
        mov     al, UART_LCR_8N1
        out     dx, al
        mov     edx, COM2 + UART_FCR
        xor     eax, eax
        out     dx, al
        mov     edx, COM2 + UART_MCR
        mov     al, UART_MCR_LOOP
        out     dx, al
        mov     edx, COM2 + UART_LSR
        in      al, dx
        mov     ebx, 'a'
.next:
        mov     edx, COM2 + UART_TX
        mov     eax, ebx
        out     dx, al
        ccall   udelay, BYTE_US
        cmp     dword [fetch], 0
        je      .left
        call    take
.left:
        inc     ebx
        cmp     ebx, 'c'
        jbe     .next
        mov     edx, COM2 + UART_LSR
        xor     eax, eax
        in      al, dx
        and     eax, UART_LSR_OE
        shr     eax, 1
        pr      KERN_INFO, "overrun: sent a, b and c: overrun %d", eax
        call    take
        pr      KERN_INFO, "overrun: received %d", [received]
        mov     edx, COM2 + UART_MCR
        xor     eax, eax
        out     dx, al
        mov     eax, -ENODEV
        pop     ebx
endproc

; void take(void)                       the byte that waits, if one does
proc take
        mov     edx, COM2 + UART_LSR
        in      al, dx
        test    al, UART_LSR_DR
        jz      .none
        test    al, UART_LSR_OE
        jz      .whole
        pr      KERN_INFO, "overrun: one was lost"
.whole:
        mov     edx, COM2 + UART_RX
        xor     eax, eax
        in      al, dx
        inc     dword [received]
        pr      KERN_INFO, "overrun: %c", eax
.none:
endproc

proc cleanup_module
endproc
