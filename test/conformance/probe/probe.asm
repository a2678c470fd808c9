; probe.asm: drives each chip of the PC through its registers and says on COM1 what it read back.
;
; One image for every emulator: a flat multiboot kernel, which boot.asm can also load from a floppy. What is done to
; the chips is a list of steps in board.inc and people.inc, so that all emulators do exactly the same; here is who carries
; them out.
;
;   name "text"             what the steps after it are about; becomes a line "text: 1f 00 ..."
;   w    port, value, ...   write bytes
;   r    port [, mask]      read a byte and remember the bits of the mask
;   until port, mask        read until a bit of the mask is set, but not for ever
;   pause                   some microseconds, whatever the emulator's speed
;   store address, value    write a double word of memory
;   load address [, mask]   read one and remember the bits of the mask, four bytes
;   do   routine            call it and remember what it leaves in al
;
; But for what lines.asm waits for, nothing is interrupted: the probe polls, and prints only when all is read.

%define COM1            0x3f8
%define DEBUG_EXIT      0xf4            ; QEMU's and our isa-debug-exit
%define BOCHS_SHUTDOWN  0x8900          ; Bochs ends when it is told "Shutdown" here
%define PATIENCE        0x100000

%define OP_END          0
%define OP_READ         1
%define OP_WRITE        2
%define OP_UNTIL        3
%define OP_NAME         4
%define OP_PAUSE        5
%define OP_STORE        6
%define OP_LOAD         7
%define OP_DO           8
%define PAUSE_READS     1000            ; of a port, which takes some time everywhere

%macro name 1
        db      OP_NAME, %1, 0
%endmacro

%macro w 2-*
%assign w_port %1
%rotate 1
%rep %0 - 1
        db      OP_WRITE
        dw      w_port
        db      %1
%rotate 1
%endrep
%endmacro

%macro r 1-2 0xff
        db      OP_READ
        dw      %1
        db      %2
%endmacro

%macro until 2
        db      OP_UNTIL
        dw      %1
        db      %2
%endmacro

%macro pause 0
        db      OP_PAUSE
        dw      0x61
        db      0
%endmacro

%macro store 2
        db      OP_STORE
        dd      %1, %2
%endmacro

%macro load 1-2 0xffffffff
        db      OP_LOAD
        dd      %1, %2
%endmacro

%macro do 1
        db      OP_DO
        dd      %1
%endmacro

%include "macros.inc"

        bits    32
        org     0x100000

image:
        dd      0x1badb002, 0x00010000, -(0x1badb002 + 0x00010000)
        dd      image, image, image_end, image_end, start

start:
        cli
        cld
        mov     esp, 0x9f000
        mov     ebp, results            ; where the next byte read goes
        mov     esi, steps
.next:
        lodsb
        cmp     al, OP_END
        je      report
        cmp     al, OP_NAME
        je      .skip
        cmp     al, OP_STORE
        jae     .wide
        movzx   edx, word [esi]
        mov     ah, [esi + 2]
        add     esi, 3
        cmp     al, OP_READ
        je      .read
        cmp     al, OP_WRITE
        je      .write
        mov     ecx, PAUSE_READS
        cmp     al, OP_PAUSE
        je      .wait                   ; its mask has no bits
        mov     ecx, PATIENCE
.wait:
        in      al, dx
        test    al, ah
        jnz     .next
        dec     ecx
        jnz     .wait
        jmp     .next
.read:
        in      al, dx
        and     al, ah
        mov     [ebp], al
        inc     ebp
        jmp     .next
.write:
        mov     al, ah
        out     dx, al
        jmp     .next
.wide:
        mov     ebx, [esi]
        add     esi, 4
        cmp     al, OP_DO
        je      .do
        mov     ecx, [esi]
        add     esi, 4
        cmp     al, OP_LOAD
        je      .load
        mov     [ebx], ecx
        jmp     .next
.load:
        and     ecx, [ebx]
        mov     [ebp], ecx
        add     ebp, 4
        jmp     .next
.do:
        pushad
        call    ebx
        mov     [ebp], al
        popad
        inc     ebp
        jmp     .next
.skip:
        lodsb
        test    al, al
        jnz     .skip
        jmp     .next

; Once more through the steps, now with what was read.
report:
        call    open_com1
        mov     ebp, results
        mov     esi, steps
.next:
        lodsb
        cmp     al, OP_END
        je      finish
        cmp     al, OP_NAME
        je      .name
        cmp     al, OP_STORE
        jae     .wide
        add     esi, 3
        cmp     al, OP_READ
        jne     .next
        mov     edi, 1
.byte:
        mov     al, ' '
        call    put
        mov     al, [ebp]
        inc     ebp
        call    put_hex
        dec     edi
        jnz     .byte
        jmp     .next
.wide:
        mov     edi, 1
        add     esi, 4
        cmp     al, OP_DO
        je      .byte
        add     esi, 4
        mov     edi, 4
        cmp     al, OP_LOAD
        je      .byte
        jmp     .next
.name:
        mov     al, 10
        call    put
.letter:
        lodsb
        test    al, al
        jz      .colon
        call    put
        jmp     .letter
.colon:
        mov     al, ':'
        call    put
        jmp     .next

finish:
        mov     ebx, goodbye
.letter:
        mov     al, [ebx]
        inc     ebx
        test    al, al
        jz      .off
        call    put
        jmp     .letter
.off:
        mov     dx, COM1 + 5            ; until the last stop bit is out
        mov     ecx, PATIENCE
.drain:
        in      al, dx
        test    al, 0x40
        jnz     .drained
        dec     ecx
        jnz     .drain
.drained:
        mov     esi, shutdown
        mov     ecx, shutdown_end - shutdown
        mov     dx, BOCHS_SHUTDOWN
        rep outsb
        xor     eax, eax
        mov     dx, DEBUG_EXIT
        out     dx, al
.hang:
        hlt
        jmp     .hang

; 115,200 baud, 8N1, no interrupts, no FIFOs.
open_com1:
        mov     esi, opening
        mov     ecx, (opening_end - opening) / 2
.next:
        lodsb
        movzx   edx, al
        add     edx, COM1
        lodsb
        out     dx, al
        loop    .next
        ret

; al in two hexadecimal digits
put_hex:
        push    eax
        shr     al, 4
        call    .digit
        pop     eax
        and     al, 15
.digit:
        add     al, '0'
        cmp     al, '9'
        jbe     put
        add     al, 'a' - '9' - 1
; al to COM1
put:
        push    eax
        mov     dx, COM1 + 5
        mov     ecx, PATIENCE
.wait:
        in      al, dx
        test    al, 0x20
        jnz     .ready
        dec     ecx
        jnz     .wait
.ready:
        pop     eax
        mov     dx, COM1
        out     dx, al
        ret

opening:
        db      1, 0, 3, 0x83, 0, 1, 1, 0, 3, 0x03, 2, 0, 4, 0x03
opening_end:
goodbye:
        db      10, "END", 10, 0
shutdown:
        db      "Shutdown"
shutdown_end:

%include "lines.asm"

steps:
%include "board.inc"
%include "people.inc"
%include "lines.inc"
        db      OP_END
results:
        times   4096 db 0
image_end:
