; system.asm: what there is in the machine, and services that no chip of its own has: int 11h, 12h, 15h.

%define NOT_SUPPORTED   0x86
%define SMAP            0x534d4150
%define MAP_ENTRY       20
%define USABLE          1
%define RESERVED        2
%define FIRST_MB        0x100000
%define REFRESH         0x10            ; port 0x61: toggles every 15.085 us
%define MICROSECONDS    15

; ax = equipment
service equipment_service
        mov     ax, [EQUIPMENT]
        mov     [bp + F_AX], ax
        jmp     service_done

; ax = KB below 640 KB
service memory_service
        mov     ax, [MEMORY_KB]
        mov     [bp + F_AX], ax
        jmp     service_done

service system_service
        cmp     ah, 0x24
        je      system_a20
        cmp     ah, 0x4f
        je      service_failed          ; a key goes its way, al as it is
        cmp     ah, 0x86
        je      system_wait
        cmp     ah, 0x87
        je      system_move
        cmp     ah, 0x88
        je      system_extended
        cmp     ah, 0xc0
        je      system_table
        cmp     ah, 0xc1
        je      system_ebda
        cmp     ax, 0xe801
        je      system_sizes
        cmp     ax, 0xe820
        je      system_map
        mov     byte [bp + F_AH], NOT_SUPPORTED
        jmp     service_failed

; AH = 24h: al 0 closes the A20 gate, 1 opens it, 2: al = whether it is open, 3: bx = how it can be moved
system_a20:
        cmp     al, 1
        jbe     .move
        cmp     al, 2
        je      .state
        cmp     al, 3
        je      .ways
        mov     byte [bp + F_AH], NOT_SUPPORTED
        jmp     service_failed
.move:
        mov     bl, al
        shl     bl, 1
        in      al, 0x92
        and     al, ~0x03
        or      al, bl
        out     0x92, al
        mov     al, 0xd1                ; the 8042's gate must not hold it open
        out     0x64, al
        call    kbc_wait
        mov     al, 0xdd
        or      al, bl
        out     0x60, al
        call    kbc_wait
        mov     byte [bp + F_AH], 0
        jmp     service_succeeded
.state:
        in      al, 0x92
        shr     al, 1
        and     ax, 1
        mov     [bp + F_AX], ax
        jmp     service_succeeded
.ways:
        mov     byte [bp + F_AH], 0
        mov     word [bp + F_BX], 0x0003 ; keyboard controller and port 0x92
        jmp     service_succeeded

; until the 8042 has taken what was written
kbc_wait:
        push    cx
        push    ax
        xor     cx, cx
.wait:
        in      al, 0x64
        test    al, 0x02
        loopnz  .wait
        pop     ax
        pop     cx
        ret

; AH = 86h: cx:dx microseconds
system_wait:
        caller_interrupts
        shl     ecx, 16
        mov     cx, dx
        call    wait_microseconds
        jmp     service_succeeded

; ecx microseconds, by the refresh; ax, ecx, edx lost
wait_microseconds:
        mov     eax, ecx
        xor     edx, edx
        mov     ecx, MICROSECONDS
        div     ecx
        mov     ecx, eax
        in      al, 0x61
        and     al, REFRESH
        mov     ah, al
.next:
        jecxz   .done
.wait:
        in      al, 0x61
        and     al, REFRESH
        cmp     al, ah
        je      .wait
        mov     ah, al
        dec     ecx
        jmp     .next
.done:
        ret

; A kilohertz for a tenth of a second; all but ax, bx, cx, dx as they were
beep:
        push    ecx
        push    edx
        mov     al, 0xb6
        out     0x43, al
        mov     al, 1193 & 0xff
        out     0x42, al
        mov     al, 1193 >> 8
        out     0x42, al
        in      al, 0x61
        or      al, 0x03
        out     0x61, al
        mov     ecx, 100000
        call    wait_microseconds
        in      al, 0x61
        and     al, ~0x03
        out     0x61, al
        pop     edx
        pop     ecx
        ret

; AH = 87h: cx words between any two places of memory. es:si is a GDT: of its descriptors 2 is the source, 3 the
; destination; 1, 4 and 5 are filled in here.
system_move:
        mov     si, [bp + F_SI]
        movzx   eax, word [bp + F_ES]
        shl     eax, 4
        movzx   ebx, si
        add     eax, ebx                ; where the GDT is
        mov     word [es:si + 0x20], 0xffff
        mov     dword [es:si + 0x22], 0x9b000000 | (BIOS_SEGMENT << 4)
        mov     word [es:si + 0x26], 0
        mov     word [es:si + 0x28], 0xffff
        mov     dword [es:si + 0x2a], 0x93000000
        mov     word [es:si + 0x2e], 0
        mov     word [es:si + 0x08], 47
        mov     [es:si + 0x0a], eax
        lgdt    [es:si + 0x08]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     0x20:.protected
.protected:
        mov     ax, 0x10
        mov     ds, ax
        mov     ax, 0x18
        mov     es, ax
        xor     si, si
        xor     di, di
        rep movsw
        mov     ax, 0x28                ; the limits of real mode
        mov     ds, ax
        mov     es, ax
        mov     eax, cr0
        and     al, ~1
        mov     cr0, eax
        jmp     BIOS_SEGMENT:.real
.real:
        mov     byte [bp + F_AH], 0
        jmp     service_succeeded

; AH = 88h: ax = KB above 1 MB
system_extended:
        call    extended_kb
        mov     [bp + F_AX], ax
        jmp     service_succeeded

extended_kb:
        mov     al, 0x31
        call    cmos_read
        mov     ah, al
        mov     al, 0x30
        jmp     cmos_read

; ax = blocks of 64 KB above 16 MB
blocks_above_16_mb:
        mov     al, 0x35
        call    cmos_read
        mov     ah, al
        mov     al, 0x34
        jmp     cmos_read

; ax = E801h: ax, cx = KB from 1 to 16 MB, bx, dx = blocks of 64 KB above
system_sizes:
        call    extended_kb
        cmp     ax, 15 * 1024
        jb      .below
        mov     ax, 15 * 1024
.below:
        mov     [bp + F_AX], ax
        mov     [bp + F_CX], ax
        call    blocks_above_16_mb
        mov     [bp + F_BX], ax
        mov     [bp + F_DX], ax
        jmp     service_succeeded

; eax = the first address above RAM
memory_end:
        call    blocks_above_16_mb
        movzx   eax, ax
        test    ax, ax
        jz      .small
        shl     eax, 16
        add     eax, 16 * FIRST_MB
        ret
.small:
        call    extended_kb
        movzx   eax, ax
        shl     eax, 10
        add     eax, FIRST_MB
        ret

; ax = E820h: entry ebx of the memory map to es:di, ebx = the next one's number or 0
system_map:
        cmp     edx, SMAP
        jne     .refuse
        cmp     ecx, MAP_ENTRY
        jb      .refuse
        cmp     ebx, (.map_end - .map) / 12
        jae     .refuse
        mov     si, bx
        imul    si, 12
        add     si, .map
        mov     eax, [cs:si]
        stosd
        xor     eax, eax
        stosd
        mov     eax, [cs:si + 4]
        test    eax, eax
        jnz     .length
        call    memory_end
        sub     eax, [cs:si]
.length:
        stosd
        xor     eax, eax
        stosd
        mov     eax, [cs:si + 8]
        stosd
        mov     dword [bp + F_EAX], SMAP
        mov     dword [bp + F_ECX], MAP_ENTRY
        inc     ebx
        cmp     ebx, (.map_end - .map) / 12
        jb      .more
        xor     ebx, ebx
.more:
        mov     [bp + F_EBX], ebx
        jmp     service_succeeded
.refuse:
        mov     byte [bp + F_AH], NOT_SUPPORTED
        jmp     service_failed
.map:
        dd      0, BASE_KB * 1024, USABLE
        dd      BASE_KB * 1024, 1024, RESERVED
        dd      0xf0000, 0x10000, RESERVED
        dd      FIRST_MB, 0, USABLE     ; to the end of RAM
        dd      0xffff0000, 0x10000, RESERVED
.map_end:

; AH = C0h: es:bx = what kind of machine it is
system_table:
        mov     word [bp + F_ES], BIOS_SEGMENT
        mov     word [bp + F_BX], .table
        mov     byte [bp + F_AH], 0
        jmp     service_succeeded
.table:
        dw      8
        db      0xfc, 0x00, 0x00        ; an AT
        db      0x74                    ; two 8259s, a clock, int 15h 4Fh, an extended data area
        db      0, 0, 0, 0

; AH = C1h: es = the extended data area
system_ebda:
        mov     ax, [EBDA_SEGMENT]
        mov     [bp + F_ES], ax
        jmp     service_succeeded
