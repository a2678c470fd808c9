; bios.asm: trapgate's BIOS, a ROM of 64 KB: what a boot sector finds in a PC, and no more.
;
; The processor starts in the last 16 bytes. post.asm sets chips and tables up and ends in int 19h (boot.asm), which
; reads the first sector of the disk to 0:7c00. Everything else are services, one file a chip:
;
;   interrupts.asm  the interrupt table, handlers of IRQs nobody uses         int 2, 5, 70h-77h
;   video.asm       the screen in its text modes                              int 10h
;   system.asm      equipment, memory sizes, A20, waiting, block moves        int 11h, 12h, 15h
;   disk.asm        the ATA disk as drive 80h, or as drive 0 if it is the     int 13h
;                   size of a diskette
;   serial.asm      serial and parallel ports                                 int 14h, 17h
;   keyboard.asm    IRQ 1, and the ring of keys it fills; keyboard-service.asm  int 9, 16h
;   time.asm        IRQ 0, the clock                                          int 8, 1Ah
;   boot.asm        from disk to boot sector                                  int 18h, 19h
;
; Source of the services: IBM Personal System/2 and Personal Computer BIOS Interface Technical Reference; of the disk
; extensions: Phoenix, Enhanced Disk Drive Specification 1.1; of int 15h E820h: ACPI 1.0b, 14.1.

        bits    16
        org     0

%include "bda.inc"
%include "service.inc"

%include "post.asm"
%include "interrupts.asm"
%include "video.asm"
%include "video-text.asm"
%include "system.asm"
%include "ata.asm"
%include "disk.asm"
%include "serial.asm"
%include "keyboard.asm"
%include "keyboard-service.asm"
%include "keymap.asm"
%include "time.asm"
%include "boot.asm"

font_8x16:
        incbin  "font.bin"

        times   0xfff0 - ($ - $$) db 0xff
        jmp     0xf000:post
        db      "11/27/26"              ; when it was made
        db      0
        db      0xfc                    ; a PC/AT
        db      0
