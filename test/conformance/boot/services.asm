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

; say "text", then the hexadecimal digits of registers as they are: calls out below keep all of them
%macro say 1+
        call    say_text
        db      %1, 0
%endmacro
%macro word_of 1
        push    %1
        call    say_word
%endmacro
%macro carry 0
        call    say_carry
%endmacro

sector_2:
        ; ---- how it was started
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

        ; ---- disk
        say     10, "disk geometry: cx, dh, dl"
        mov     ah, 8
        mov     dl, [drive]
        xor     di, di
        mov     es, di
        int     0x13
        carry
        word_of cx
        word_of dx
        say     10, "disk type"
        mov     ah, 0x15
        mov     dl, [drive]
        int     0x13
        carry
        mov     al, 0
        word_of ax
        test    byte [drive], 0x80
        jz      .small
        word_of cx
        word_of dx
.small:
        say     10, "by geometry: sector 64, 65 in one call"
        push    ds
        pop     es
        mov     eax, FIRST_MARKED
        call    locate
        mov     ax, 0x0202
        mov     bx, BUFFER
        int     0x13
        carry
        word_of ax
        mov     ax, [BUFFER]
        word_of ax
        mov     ax, [BUFFER + 512]
        word_of ax
        say     10, "the last sector of a track, and the first of the next"
        movzx   eax, word [per_track]
        imul    eax, 3
        dec     eax
        call    locate
        mov     ax, 0x0201
        mov     bx, BUFFER
        int     0x13
        carry
        mov     ax, [BUFFER]
        word_of ax
        say     10, "a sector that a track has not"
        mov     ax, 0x0201
        mov     cx, [per_track]
        inc     cx
        xor     dh, dh
        mov     dl, [drive]
        mov     bx, BUFFER
        int     0x13
        carry
        say     10, "a drive that is not there"
        mov     ax, 0x0201
        mov     cx, 1
        xor     dh, dh
        mov     dl, 0x8f
        int     0x13
        carry
        say     10, "write, verify, read back"
        mov     di, BUFFER
        mov     cx, 256
        mov     ax, 0x1234
        rep stosw
        mov     eax, FIRST_MARKED + 9
        call    locate
        mov     ax, 0x0301
        mov     bx, BUFFER
        int     0x13
        carry
        word_of ax
        mov     eax, FIRST_MARKED + 9
        call    locate
        mov     ax, 0x0401
        int     0x13
        carry
        xor     ax, ax
        mov     [BUFFER], ax
        mov     eax, FIRST_MARKED + 9
        call    locate
        mov     ax, 0x0201
        mov     bx, BUFFER
        int     0x13
        carry
        mov     ax, [BUFFER]
        word_of ax
        test    byte [drive], 0x80
        jz      no_extensions
        say     10, "extensions: bx, cx bit 0"
        mov     ah, 0x41
        mov     bx, 0x55aa
        mov     dl, [drive]
        int     0x13
        carry
        word_of bx
        and     cx, 1
        word_of cx
        say     10, "their parameters: sectors, bytes of one"
        mov     word [BUFFER], 26
        mov     ah, 0x48
        mov     dl, [drive]
        mov     si, BUFFER
        int     0x13
        carry
        mov     ax, [BUFFER + 18]
        word_of ax
        mov     ax, [BUFFER + 16]
        word_of ax
        mov     ax, [BUFFER + 24]
        word_of ax
        say     10, "a packet of three sectors, over a segment's end"
        mov     dword [packet + 8], 1000
        mov     word [packet + 2], 3
        mov     word [packet + 4], 0xfe00
        mov     word [packet + 6], 0x2000
        mov     ah, 0x42
        mov     dl, [drive]
        mov     si, packet
        int     0x13
        carry
        mov     ax, 0x2000
        mov     es, ax
        mov     ax, [es:0xfe00]
        word_of ax
        mov     ax, 0x3000
        mov     es, ax
        mov     ax, [es:0x0000]
        word_of ax
        mov     ax, [es:0x0200]
        word_of ax
        say     10, "a packet beyond the end"
        mov     dword [packet + 8], 0x0fffffff
        mov     ah, 0x42
        mov     dl, [drive]
        mov     si, packet
        int     0x13
        carry
        push    ds
        pop     es
no_extensions:

        ; ---- memory
        say     10, "memory map: the first entry"
        xor     ebx, ebx
        mov     eax, 0xe820
        mov     edx, 0x534d4150
        mov     ecx, 24
        mov     di, BUFFER
        int     0x15
        carry
        cmp     eax, 0x534d4150
        sete    al
        movzx   ax, al
        word_of ax
        word_of cx
        test    ebx, ebx
        setnz   al
        movzx   ax, al
        word_of ax
        mov     ax, [BUFFER]
        word_of ax
        mov     ax, [BUFFER + 8]
        word_of ax
        mov     ax, [BUFFER + 10]
        word_of ax
        mov     ax, [BUFFER + 16]
        word_of ax
        say     10, "and the ends of its usable ones, in MB, rounded"
        xor     ebx, ebx
.next_range:
        mov     eax, 0xe820
        mov     edx, 0x534d4150
        mov     ecx, 20
        mov     di, BUFFER
        int     0x15
        jc      .ranges_done
        cmp     word [BUFFER + 16], 1
        jne     .other
        mov     eax, [BUFFER]
        add     eax, [BUFFER + 8]
        add     eax, 0x7ffff
        shr     eax, 20
        word_of ax
.other:
        test    ebx, ebx
        jnz     .next_range
.ranges_done:
        say     10, "e801: ax, bx nearly"
        mov     ax, 0xe801
        int     0x15
        carry
        word_of ax
        add     bx, 2                   ; the firmware may have kept 128 KB for itself
        shr     bx, 6
        word_of bx
        say     10, "an unknown call of int 15h"
        mov     ax, 0x5500
        int     0x15
        carry
        word_of ax
        say     10, "a20: closed, open"
        mov     ax, 0x2400
        int     0x15
        carry
        mov     ax, 0x2402
        int     0x15
        word_of ax
        call    a20_wraps
        mov     ax, 0x2401
        int     0x15
        carry
        mov     ax, 0x2402
        int     0x15
        word_of ax
        call    a20_wraps
        say     10, "block move to 1 MB and back"
        mov     dword [BUFFER], 0xcafe1234
        mov     word [gdt.source + 2], BUFFER
        mov     byte [gdt.source + 4], 0
        mov     word [gdt.target + 2], 0
        mov     byte [gdt.target + 4], 0x11
        call    move_block
        mov     word [gdt.source + 2], 0
        mov     byte [gdt.source + 4], 0x11
        mov     word [gdt.target + 2], BUFFER + 512
        mov     byte [gdt.target + 4], 0
        call    move_block
        mov     ax, [BUFFER + 512]
        word_of ax
        mov     ax, [BUFFER + 514]
        word_of ax

        ; ---- time
        say     10, "date"
        mov     ah, 4
        int     0x1a
        carry
        word_of cx
        word_of dx
        say     10, "hour"
        mov     ah, 2
        int     0x1a
        carry
        mov     cl, 0
        word_of cx
        say     10, "in 114 ms there are two ticks and more"
        sti
        mov     ah, 0
        int     0x1a
        mov     si, dx
        mov     ah, 0x86
        mov     cx, 1
        mov     dx, 0xbe00              ; 114 ms
        int     0x15
        carry
        mov     ah, 0
        int     0x1a
        sub     dx, si
        cmp     dx, 2
        setae   al
        movzx   ax, al
        word_of ax
        say     10, "int 1Ch has been called"
        mov     ax, [0x1c * 4]
        mov     bx, [0x1c * 4 + 2]
        cli
        mov     word [0x1c * 4], on_tick
        mov     [0x1c * 4 + 2], cs
        sti
.ticking:
        hlt
        cmp     word [ticks], 2
        jb      .ticking
        cli
        mov     [0x1c * 4], ax
        mov     [0x1c * 4 + 2], bx
        sti
        mov     ax, [ticks]
        word_of ax

        ; ---- keyboard
        say     10, "keys put into the ring: none, then two"
        mov     ah, 1
        int     0x16
        setz    al
        movzx   ax, al
        word_of ax
        mov     ah, 5
        mov     cx, 0x1e61
        int     0x16
        mov     ah, 5
        mov     cx, 0x48e0
        int     0x16
        mov     ah, 1
        int     0x16
        word_of ax
        mov     ah, 0
        int     0x16
        word_of ax
        mov     ah, 0
        int     0x16
        word_of ax
        mov     ah, 5
        mov     cx, 0x48e0
        int     0x16
        mov     ah, 0x10
        int     0x16
        word_of ax
        mov     ah, 2
        int     0x16
        and     ax, 0x0f
        say     10, "shifts"
        word_of ax

        ; ---- screen
        mov     ax, 0x0003
        int     0x10
        say     10, "mode"
        mov     ah, 0x0f
        int     0x10
        word_of ax
        mov     al, bh
        xor     ah, ah
        word_of ax
        mov     si, long_text
        mov     cx, 30
.rows:
        push    cx
        push    si
        call    type
        pop     si
        pop     cx
        loop    .rows
        say     10, "cursor"
        mov     ah, 3
        xor     bh, bh
        int     0x10
        word_of dx
        mov     ah, 2
        mov     dx, 0x0510
        int     0x10
        mov     ax, 0x0941              ; ten bright As
        mov     bx, 0x001e
        mov     cx, 10
        int     0x10
        mov     ah, 8
        xor     bh, bh
        int     0x10
        say     10, "cell"
        word_of ax
        mov     ax, 0x0a42
        mov     cx, 3
        xor     bx, bx
        int     0x10
        mov     ax, 0x0601              ; a window goes up, another down
        mov     bh, 0x4f
        mov     cx, 0x0802
        mov     dx, 0x0e28
        int     0x10
        mov     ax, 0x0702
        mov     bh, 0x2f
        mov     cx, 0x0830
        mov     dx, 0x0e4f
        int     0x10
        mov     ax, 0x0600              ; and one is emptied
        mov     bh, 0x17
        mov     cx, 0x1003
        mov     dx, 0x1210
        int     0x10
        mov     ax, 0x1301
        mov     bx, 0x005e
        mov     cx, string_end - string
        mov     dx, 0x020a
        mov     bp, string
        int     0x10
        mov     ax, 0x1302
        xor     bx, bx
        mov     cx, (coloured_end - coloured) / 2
        mov     dx, 0x0414
        mov     bp, coloured
        int     0x10
        mov     ah, 3
        xor     bh, bh
        int     0x10
        say     10, "cursor"
        word_of dx
        mov     si, controls
        call    type
        mov     ah, 3
        xor     bh, bh
        int     0x10
        say     10, "cursor"
        word_of dx
        say     10, "second page"
        mov     ah, 2
        mov     bh, 1
        mov     dx, 0x0102
        int     0x10
        mov     ax, 0x0958
        mov     bx, 0x0170
        mov     cx, 1
        int     0x10
        mov     ax, 0xb800
        mov     es, ax
        mov     ax, [es:0x1000 + (80 + 2) * 2]
        word_of ax
        mov     ax, 0x0501
        int     0x10
        mov     ah, 0x0f
        int     0x10
        mov     al, bh
        xor     ah, ah
        word_of ax
        mov     ax, 0x0500
        int     0x10

        say     10, "screen", 10
        mov     ax, 0xb800
        mov     ds, ax
        xor     si, si
        mov     cx, 25
.row:
        push    cx
        mov     cx, 160
.cell:
        lodsb
        call    hex_byte
        loop    .cell
        mov     al, 10
        out     DEBUG_CONSOLE, al
        pop     cx
        loop    .row
        xor     al, al
        out     DEBUG_EXIT, al
        hlt

; cx, dx for int 13h of the sector eax, by the geometry that AH = 8 tells
locate:
        push    eax
        mov     ah, 8
        mov     dl, [drive]
        push    es
        int     0x13
        pop     es
        and     cx, 0x3f
        mov     [per_track], cx
        movzx   ecx, cx
        movzx   ebx, dh
        inc     bx
        pop     eax
        xor     edx, edx
        div     ecx
        inc     dx
        mov     cx, dx
        xor     edx, edx
        div     ebx
        mov     ch, al
        mov     dh, dl
        mov     dl, [drive]
        ret

; al = whether 0:500h and ffff:510h are one
a20_wraps:
        push    es
        mov     ax, 0xffff
        mov     es, ax
        mov     byte [0x500], 0x11
        mov     byte [es:0x510], 0x22
        cmp     byte [0x500], 0x22
        sete    al
        movzx   ax, al
        word_of ax
        pop     es
        ret

move_block:
        mov     ah, 0x87
        mov     cx, 2
        mov     si, gdt
        int     0x15
        carry
        ret

on_tick:
        inc     word [cs:ticks]
        iret

; the string at si, by AH = 0Eh
type:
        lodsb
        test    al, al
        jz      .done
        mov     ah, 0x0e
        mov     bx, 0x0007
        int     0x10
        jmp     type
.done:
        ret

; ---- the debug console; flags and registers are kept
say_text:
        pushf
        push    ax
        push    si
        push    bp
        mov     bp, sp
        mov     si, [bp + 8]
.next:
        cs lodsb
        test    al, al
        jz      .done
        out     DEBUG_CONSOLE, al
        jmp     .next
.done:
        mov     [bp + 8], si
        pop     bp
        pop     si
        pop     ax
        popf
        ret

; the word pushed, which it takes away
say_word:
        pushf
        push    ax
        push    bp
        mov     bp, sp
        mov     al, ' '
        out     DEBUG_CONSOLE, al
        mov     al, [bp + 9]
        call    hex_byte
        mov     al, [bp + 8]
        call    hex_byte
        pop     bp
        pop     ax
        popf
        ret     2

say_carry:
        pushf
        push    ax
        mov     al, ' '
        out     DEBUG_CONSOLE, al
        mov     al, 'n'
        jnc     .say
        mov     al, 'c'
.say:
        out     DEBUG_CONSOLE, al
        pop     ax
        popf
        ret

hex_byte:
        push    ax
        shr     al, 4
        call    .digit
        pop     ax
        push    ax
        and     al, 15
        call    .digit
        pop     ax
        ret
.digit:
        add     al, '0'
        cmp     al, '9'
        jbe     .out
        add     al, 'a' - '9' - 1
.out:
        out     DEBUG_CONSOLE, al
        ret

long_text:      db "The quick brown fox jumps over the lazy dog and on beyond the right edge of the screen. ", 13, 10, 0
string:         db "Int 10h, 13h writes a string", 13, 10, "of two lines"
string_end:
coloured:       db "c", 1, "o", 2, "l", 3, "o", 4, "u", 5, "r", 6
coloured_end:
controls:       db "abc", 8, "X", 10, "Y", 13, "Z", 0
per_track:      dw 0
ticks:          dw 0
        align   4
packet:         db 16, 0
                dw 3, 0xfe00, 0x2000
                dd 1000, 0
        align   8
gdt:            dq 0, 0
.source:        dw 0xffff, 0, 0x9300, 0
.target:        dw 0xffff, 0, 0x9300, 0
                dq 0, 0
image_end:
