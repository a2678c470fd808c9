; pagefault: demand paging. Each unit unmaps a page, reads it, and the #PF handler maps it again.
%include "bench.inc"
%include "traps.inc"

UNITS   equ     100000
HERE    equ     0x00400000              ; linear address of the page that comes and goes

prepare:
        xor     edi, edi                ; the first 4 MB mapped one to one
        mov     eax, 3                  ; present, writable
.entry:
        mov     [low_table + edi * 4], eax
        add     eax, 4096
        inc     edi
        cmp     edi, 1024
        jb      .entry
        mov     eax, low_table + 3
        mov     [directory], eax
        mov     eax, fault_table + 3
        mov     [directory + 4], eax
        mov     dword [page], 0x1234567
        set_gate 14, page_fault, 0
        call    load_tables
        mov     eax, directory
        mov     cr3, eax
        mov     eax, cr0
        or      eax, 0x80000000
        mov     cr0, eax
        ret

workload:
        xor     ebp, ebp
        mov     [faults], ebp
        mov     ecx, UNITS
.unit:
        mov     dword [fault_table], 0
        invlpg  [HERE]
        add     ebp, [HERE]             ; faults, and is restarted
        dec     ecx
        jnz     .unit
        mov     eax, ebp
        xor     eax, [faults]
        ret

page_fault:
        pushad
        mov     eax, cr2
        shr     eax, 12
        and     eax, 0x3ff
        mov     edx, page + 3
        mov     [fault_table + eax * 4], edx
        inc     dword [faults]
        popad
        add     esp, 4                  ; the error code
        iretd

section .bss
faults:         resd 1
        alignb  4096
directory:      resd 1024
low_table:      resd 1024
fault_table:    resd 1024
page:           resb 4096
