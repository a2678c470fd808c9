; services.asm: a boot sector that loads the rest of itself and asks the BIOS for everything it can. What it learns it
; says on the debug console, port 0xe9, a line each; then the cells of the screen; then it leaves by isa-debug-exit.
;
; The disk behind it: each sector from FIRST_MARKED on begins with its number, 4 bytes.

%define DEBUG_CONSOLE   0xe9
%define DEBUG_EXIT      0xf4
%define SECTORS         (image_end - sector_2 + 511) / 512
%define BUFFER          0x9000
%define FIRST_MARKED    64

        bits    16
        org     0x7c00

start:
        jmp     0:.here
.here:
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 0x7c00
        mov     [drive], dl
        mov     ax, 0x0200 + SECTORS
        mov     cx, 0x0002
        xor     dh, dh
        mov     bx, sector_2
        int     0x13
        jc      .failed
        jmp     sector_2
.failed:
        mov     al, ah
        out     DEBUG_EXIT, al
        hlt
drive:  db      0

        times   510 - ($ - $$) db 0
        dw      0xaa55

sector_2:
        jmp     ask_all

%include "console.inc"

ask_all:
        call    ask_start
        call    ask_disk
        call    ask_memory
        call    ask_time
        call    ask_keyboard
        call    ask_screen
        call    say_cells
        xor     al, al
        out     DEBUG_EXIT, al
        hlt

; How it was started.
ask_start:
        say     "drive"
        movzx   ax, byte [drive]
        word_of ax
        say     10, "base memory"
        int     0x12
        word_of ax
        say     10, "bda: memory, mode, columns, page bytes, crtc, rows, cell"
        mov     ax, [0x413]
        word_of ax
        mov     al, [0x449]
        xor     ah, ah
        word_of ax
        mov     ax, [0x44a]
        word_of ax
        mov     ax, [0x44c]
        word_of ax
        mov     ax, [0x463]
        word_of ax
        movzx   ax, byte [0x484]
        word_of ax
        mov     ax, [0x485]
        word_of ax
        mov     ax, [0x475]
        xor     ah, ah
        say     10, "hard disks"
        word_of ax
        say     10, "equipment: fpu, mouse, video"
        int     0x11
        and     ax, 0x0036
        word_of ax
        ret

%include "disk.inc"
%include "memory.inc"
%include "time-and-keys.inc"
%include "screen.inc"
image_end:
