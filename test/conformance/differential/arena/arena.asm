; arena.asm: runs conformance cases in ring 0 of whatever machine it is booted on.
;
; The floppy's boot sector (test/conformance/probe/boot.asm) brings this image to 1 MB; it moves itself out of the way,
; to HOME, and reads a batch from the first ATA disk: the ranges of memory that belong to the cases, what they hold
; before a case, and the cases (arena.ts has the format). For each case it patches memory, loads the processor's
; state and enters by iret. Every gate of the case's IDT leads to a landing that pushes its number and comes to `land`,
; which notes the state it finds. Then memory is compared with what it was, changes are noted and undone. The notes go
; to the disk, behind the batch.
;
; A case that shuts the processor down resets the machine. What is at PROGRESS survives that, so the next boot notes a
; shutdown for the case that ran and goes on behind it.

%define LOADED          0x100000
%define HOME            0x200000
%define STACK           0x21f000
%define PROGRESS        0x3ff000        ; magic, next case, cases left, where notes go
%define BATCH           0x800000
%define NOTES           0x2000000
%define MAGIC           0x41524e41
%define SHUTDOWN        0xfffe
%define BROKEN          0xffff
%define MOST_CHANGES    2000

; The batch: magic, sectors of it, the sector that notes go to, ranges, cases; then the ranges: address, dwords, bytes.
%define B_MAGIC         BATCH
%define B_SECTORS       BATCH + 4
%define B_NOTES         BATCH + 8
%define B_RANGES        BATCH + 12
%define B_CASES         BATCH + 16
%define B_FIRST         BATCH + 20      ; where the first case is, from BATCH
%define B_TABLE         BATCH + 24

; A case: bytes of it, patches, then this state, then the patches: address, bytes, padded to a dword.
%define C_PATCHES       4
%define C_STATE         8
%define S_EAX           C_STATE
%define S_ECX           C_STATE + 4
%define S_EDX           C_STATE + 8
%define S_EBX           C_STATE + 12
%define S_ESP           C_STATE + 16
%define S_EBP           C_STATE + 20
%define S_ESI           C_STATE + 24
%define S_EDI           C_STATE + 28
%define S_EIP           C_STATE + 32
%define S_EFLAGS        C_STATE + 36
%define S_CS            C_STATE + 40
%define S_SS            C_STATE + 44
%define S_DS            C_STATE + 48
%define S_ES            C_STATE + 52
%define S_FS            C_STATE + 56
%define S_GS            C_STATE + 60
%define S_CR0           C_STATE + 64
%define S_CR2           C_STATE + 68
%define S_CR3           C_STATE + 72
%define S_CR4           C_STATE + 76
%define S_DR0           C_STATE + 80
%define S_DR1           C_STATE + 84
%define S_DR2           C_STATE + 88
%define S_DR3           C_STATE + 92
%define S_DR6           C_STATE + 96
%define S_DR7           C_STATE + 100
%define S_GDT_BASE      C_STATE + 104
%define S_GDT_LIMIT     C_STATE + 108
%define S_IDT_BASE      C_STATE + 112
%define S_IDT_LIMIT     C_STATE + 116
%define S_TR            C_STATE + 120
%define S_LDT           C_STATE + 124
%define S_EFER          C_STATE + 128
%define S_SYSENTER      C_STATE + 132   ; CS, ESP, EIP
%define STATE_BYTES     144

%define FLAG_VM         0x20000
%define at(field)       state - C_STATE + field

        bits    32
        org     HOME

        times   32 db 0                 ; the boot sector jumps behind where a header would be
        jmp     near move
        align   64
landing:                                ; at HOME + 64, where the landings know it
        jmp     near land
move:
        mov     esi, LOADED
        mov     edi, HOME
        mov     ecx, (image_end - $$ + 3) / 4
        cld
        rep movsd
        mov     eax, start
        jmp     eax

start:
        cli
        mov     esp, STACK
        mov     al, 0xff                ; nobody interrupts
        out     0x21, al
        out     0xa1, al
        call    own_tables
        mov     eax, 0x11               ; CD and NW off, as a BIOS may not have left them
        mov     cr0, eax
        fninit
        mov     eax, 0x80000000         ; EFER is there where there is NX
        cpuid
        xor     edx, edx
        cmp     eax, 0x80000001
        jb      .no_leaf
        mov     eax, 0x80000001
        cpuid
        and     edx, 1 << 20
.no_leaf:
        mov     [has_efer], edx
        cmp     dword [PROGRESS], MAGIC
        je      .after_shutdown
        call    read_batch
        mov     eax, [B_FIRST]
        add     eax, BATCH
        mov     [PROGRESS + 4], eax
        mov     eax, [B_CASES]
        mov     [PROGRESS + 8], eax
        mov     dword [PROGRESS + 12], NOTES
        call    fill_ranges
        mov     dword [PROGRESS], MAGIC
        jmp     next_case
.after_shutdown:
        call    fill_ranges
        mov     dword [n_vector], SHUTDOWN
        call    note_registers
        mov     ebx, edi
        mov     dword [ebx - 4], 0
        mov     eax, edi
        call    close_note

next_case:
        cmp     dword [PROGRESS + 8], 0
        je      finished
        dec     dword [PROGRESS + 8]
        mov     ebp, [PROGRESS + 4]
        mov     eax, [ebp]
        add     eax, ebp
        mov     [PROGRESS + 4], eax     ; where the next one is: also after a shutdown
        mov     edx, 0x443              ; an ib700 watchdog, where there is one: a case that hangs ends after two seconds
        mov     al, 14
        out     dx, al
        mov     esi, ebp                ; the state to a fixed place
        mov     edi, state - C_STATE
        mov     ecx, (STATE_BYTES + C_STATE) / 4
        rep movsd
        mov     edx, [ebp + C_PATCHES]
.patch: test    edx, edx
        jz      .patched
        lodsd
        mov     edi, eax
        lodsd
        mov     ecx, eax
        rep movsb
        add     esi, 3
        and     esi, ~3
        dec     edx
        jmp     .patch
.patched:
        mov     eax, 0x600              ; floating point as a reset leaves it
        mov     cr4, eax
        fxrstor [fpu_at_reset]
        cmp     dword [at(S_SYSENTER)], 0
        je      .no_sysenter
        xor     edx, edx
        mov     ecx, 0x174
        mov     eax, [at(S_SYSENTER)]
        wrmsr
        inc     ecx
        mov     eax, [at(S_SYSENTER) + 4]
        wrmsr
        inc     ecx
        mov     eax, [at(S_SYSENTER) + 8]
        wrmsr
.no_sysenter:
        mov     eax, [at(S_EFER)]
        test    eax, eax
        jz      .no_efer
        xor     edx, edx
        mov     ecx, 0xc0000080
        wrmsr
.no_efer:
        mov     eax, [at(S_CR2)]
        mov     cr2, eax
        mov     eax, [at(S_DR0)]
        mov     dr0, eax
        mov     eax, [at(S_DR1)]
        mov     dr1, eax
        mov     eax, [at(S_DR2)]
        mov     dr2, eax
        mov     eax, [at(S_DR3)]
        mov     dr3, eax
        mov     eax, [at(S_DR6)]
        mov     dr6, eax
        mov     eax, [at(S_CR4)]
        mov     cr4, eax
        mov     eax, [at(S_CR3)]
        mov     cr3, eax

        mov     ax, [at(S_GDT_LIMIT)]
        mov     [table], ax
        mov     eax, [at(S_GDT_BASE)]
        mov     [table + 2], eax
        lgdt    [table]
        mov     ax, [at(S_IDT_LIMIT)]
        mov     [table], ax
        mov     eax, [at(S_IDT_BASE)]
        mov     [table + 2], eax
        lidt    [table]
        mov     eax, [at(S_GDT_BASE)]   ; the case's TSS is busy; ltr wants it free, and makes it busy again
        mov     ecx, [at(S_TR)]
        and     byte [eax + ecx + 5], ~2
        ltr     cx
        lldt    [at(S_LDT)]
        mov     eax, [at(S_CR0)]
        mov     cr0, eax
        mov     eax, [at(S_DR7)]
        mov     dr7, eax

        test    dword [at(S_EFLAGS)], FLAG_VM
        jnz     .virtual
        mov     eax, [at(S_ES)]
        mov     es, ax
        mov     eax, [at(S_FS)]
        mov     fs, ax
        mov     eax, [at(S_GS)]
        mov     gs, ax
        test    dword [at(S_CS)], 3
        jnz     .outer
        mov     eax, [at(S_SS)]
        mov     ss, ax
        mov     esp, [at(S_ESP)]
        jmp     .frame
.virtual:
        push    dword [at(S_GS)]
        push    dword [at(S_FS)]
        push    dword [at(S_DS)]
        push    dword [at(S_ES)]
.outer: push    dword [at(S_SS)]
        push    dword [at(S_ESP)]
.frame: push    dword [at(S_EFLAGS)]
        push    dword [at(S_CS)]
        push    dword [at(S_EIP)]
        test    dword [at(S_EFLAGS)], FLAG_VM
        jnz     .general
        mov     eax, [at(S_DS)]
        mov     ds, ax
.general:
        mov     ecx, [cs:at(S_ECX)]
        mov     edx, [cs:at(S_EDX)]
        mov     ebx, [cs:at(S_EBX)]
        mov     ebp, [cs:at(S_EBP)]
        mov     esi, [cs:at(S_ESI)]
        mov     edi, [cs:at(S_EDI)]
        mov     eax, [cs:at(S_EAX)]
        iretd

; Every landing comes here, with its number pushed. Of the stack twelve bytes are used: no more, cases look at it.
land:
        pushfd
        push    eax
        mov     eax, ds
        shl     eax, 16
        mov     ax, 0x10
        mov     ds, ax
        shr     eax, 16
        mov     [n_ds], eax
        pop     dword [n_eax]
        pop     dword [n_eflags]
        pop     dword [n_vector]
        mov     [n_esp], esp
        mov     [n_ecx], ecx
        mov     [n_edx], edx
        mov     [n_ebx], ebx
        mov     [n_ebp], ebp
        mov     [n_esi], esi
        mov     [n_edi], edi
        mov     eax, cs
        mov     [n_cs], eax
        mov     eax, ss
        mov     [n_ss], eax
        mov     eax, es
        mov     [n_es], eax
        mov     eax, fs
        mov     [n_fs], eax
        mov     eax, gs
        mov     [n_gs], eax
        mov     eax, cr0
        mov     [n_cr0], eax
        mov     eax, cr2
        mov     [n_cr2], eax
        mov     eax, cr3
        mov     [n_cr3], eax
        mov     eax, cr4
        mov     [n_cr4], eax
        mov     eax, dr6
        mov     [n_dr6], eax
        mov     eax, dr7
        mov     [n_dr7], eax
        str     eax
        mov     [n_tr], eax
        sldt    eax
        mov     [n_ldt], eax
home:
        mov     ax, 0x10
        mov     ss, ax
        mov     esp, STACK
        push    dword 2
        popfd
        mov     eax, 0x11
        mov     cr0, eax
        xor     eax, eax
        mov     cr4, eax
        mov     eax, 0x400
        mov     dr7, eax
        call    own_tables
        cmp     dword [has_efer], 0
        je      .note
        xor     eax, eax
        xor     edx, edx
        mov     ecx, 0xc0000080
        wrmsr
.note:  call    note_registers
        mov     ebx, edi                ; ebx: where the number of changes is, behind it
        mov     dword [ebx - 4], 0
        call    note_changes
        mov     eax, edi
        call    close_note
        jmp     next_case

; An exception of ours: a state that cannot be loaded.
broken:
        mov     ax, 0x10
        mov     ds, ax
        mov     dword [n_vector], BROKEN
        jmp     home

own_tables:
        lgdt    [own_gdt_pointer]
        lidt    [own_idt_pointer]
        mov     ax, 0x10
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        xor     eax, eax
        lldt    ax
        jmp     dword 0x08:.here
.here:  cld
        ret

; The notes on registers; edi: behind them and the room for the number of changes.
note_registers:
        mov     edi, [PROGRESS + 12]
        add     edi, 4
        mov     esi, notes
        mov     ecx, (notes_end - notes) / 4
        rep movsd
        add     edi, 4
        ret

; What changed in the ranges, dword by dword, and back to what it was. edi: where to; their number, before ebx, grows.
note_changes:
        mov     [output], edi
        mov     ebp, B_TABLE
        mov     edx, [B_RANGES]
.range: test    edx, edx
        jz      .done
        mov     edi, [ebp]
        mov     ecx, [ebp + 4]
        mov     esi, [ebp + 8]
        add     esi, BATCH
.compare:
        repe cmpsd
        je      .same
        push    ecx
        mov     ecx, [esi - 4]
        mov     eax, [edi - 4]
        mov     [edi - 4], ecx
        cmp     dword [ebx - 4], MOST_CHANGES
        jae     .unnoted
        mov     ecx, [output]
        mov     [ecx + 4], eax
        lea     eax, [edi - 4]
        mov     [ecx], eax
        add     dword [output], 8
        inc     dword [ebx - 4]
.unnoted:
        pop     ecx
        test    ecx, ecx
        jnz     .compare
.same:  add     ebp, 12
        dec     edx
        jmp     .range
.done:  mov     edi, [output]
        ret

; eax: the end of a note. Its length goes before it, and the next one begins there.
close_note:
        mov     edi, [PROGRESS + 12]
        mov     ecx, eax
        sub     ecx, edi
        mov     [edi], ecx
        mov     [PROGRESS + 12], eax
        ret

fill_ranges:
        mov     ebp, B_TABLE
        mov     edx, [B_RANGES]
.range: test    edx, edx
        jz      .done
        mov     edi, [ebp]
        mov     ecx, [ebp + 4]
        mov     esi, [ebp + 8]
        add     esi, BATCH
        rep movsd
        add     ebp, 12
        dec     edx
        jmp     .range
.done:  ret

finished:
        mov     dword [PROGRESS], 0
        mov     edi, [PROGRESS + 12]
        mov     dword [edi], 0
        mov     esi, NOTES
        mov     ebp, [B_NOTES]
        sub     edi, esi
        add     edi, 4 + 511
        shr     edi, 9
.write: mov     ecx, 0x30
        call    ask_disk
.sector:
        call    await_disk
        mov     edx, 0x1f0
        mov     ecx, 256
        rep outsw
        dec     edi
        jz      .flush
        dec     ebx
        jnz     .sector
        jmp     .write
.flush: mov     edx, 0x1f7
.busy:  in      al, dx
        test    al, 0x80
        jnz     .busy
        mov     al, 0xe7
        out     dx, al
.busy2: in      al, dx
        test    al, 0x80
        jnz     .busy2
        mov     edx, 0xf4               ; QEMU's way out, then Bochs's
        xor     eax, eax
        out     dx, al
        mov     esi, goodbye
        mov     edx, 0x8900
        mov     ecx, 8
        rep outsb
        hlt

read_batch:
        mov     edi, BATCH
        xor     ebp, ebp
        mov     dword [sectors_left], 1
        call    .read
        mov     eax, [B_SECTORS]
        mov     [sectors_left], eax
        mov     edi, BATCH
        xor     ebp, ebp
.read:  mov     ecx, 0x20
        call    ask_disk
.sector:
        call    await_disk
        mov     edx, 0x1f0
        mov     ecx, 256
        rep insw
        dec     dword [sectors_left]
        jz      .done
        dec     ebx
        jnz     .sector
        jmp     .read
.done:  ret

; Command cl for a sector, the one ebp says, which moves on; ebx: how many the command is for.
ask_disk:
        mov     edx, 0x1f7
.busy:  in      al, dx
        test    al, 0x80
        jnz     .busy
        mov     edx, 0x1f2
        mov     al, 1
        mov     ebx, 1
        out     dx, al
        mov     eax, ebp
        inc     edx
        out     dx, al
        shr     eax, 8
        inc     edx
        out     dx, al
        shr     eax, 8
        inc     edx
        out     dx, al
        shr     eax, 8
        or      al, 0xe0
        inc     edx
        out     dx, al
        mov     al, cl
        inc     edx
        out     dx, al
        add     ebp, ebx
        ret

; Until the disk has data, or room for it.
await_disk:
        mov     edx, 0x3f6              ; 400 ns: four reads of the alternate status
        in      al, dx
        in      al, dx
        in      al, dx
        in      al, dx
        mov     edx, 0x1f7
.busy:  in      al, dx
        test    al, 0x80
        jnz     .busy
        test    al, 8
        jz      .busy
        ret

goodbye: db     'Shutdown'

        align   16
own_gdt:
        dq      0, 0x00cf9b000000ffff, 0x00cf93000000ffff
own_gdt_pointer:
        dw      $ - own_gdt - 1
        dd      own_gdt
        align   16
own_idt:
%rep 32
        dw      broken - $$
        dw      0x08
        dw      0x8e00
        dw      HOME >> 16
%endrep
own_idt_pointer:
        dw      $ - own_idt - 1
        dd      own_idt

        align   16
fpu_at_reset:
        dw      0x40, 0, 0xff, 0
        dd      0, 0, 0, 0, 0x1f80, 0xffff
        times   480 db 0
table:  dq      0
output: dd      0
checks: dd      0
sectors_left: dd 0
has_efer: dd     0
notes:
n_vector: dd    0
n_eax:  dd      0
n_ecx:  dd      0
n_edx:  dd      0
n_ebx:  dd      0
n_esp:  dd      0
n_ebp:  dd      0
n_esi:  dd      0
n_edi:  dd      0
n_eflags: dd    0
n_cs:   dd      0
n_ss:   dd      0
n_ds:   dd      0
n_es:   dd      0
n_fs:   dd      0
n_gs:   dd      0
n_cr0:  dd      0
n_cr2:  dd      0
n_cr3:  dd      0
n_cr4:  dd      0
n_dr6:  dd      0
n_dr7:  dd      0
n_tr:   dd      0
n_ldt:  dd      0
notes_end:
        times   C_STATE db 0
state:  times   STATE_BYTES db 0

        align   4
image_end:
