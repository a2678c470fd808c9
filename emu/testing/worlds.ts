/**
 * The worlds a test's program lives in, as assembly: what has to be there before the first interesting instruction.
 *
 * Every gate leads to one place, where the processor halts for good: a test looks at what was delivered, not at what
 * a handler made of it. `on VECTOR, LABEL` in a program leads a vector to a handler of its own, and `irqs LINE, LINE ...`
 * opens lines of the 8259s, whose handlers end with `eoi LINE`.
 */

/** Selectors of the worlds' GDT. */
export const KERNEL_CODE = 0x08;
export const KERNEL_DATA = 0x10;
export const USER_CODE = 0x1b;
export const USER_DATA = 0x23;
export const TASK_STATE = 0x28;
export const RING_1_CODE = 0x31;
export const RING_1_DATA = 0x39;
export const RING_2_CODE = 0x42;
export const RING_2_DATA = 0x4a;
/** Code of ring 0 that every ring may run as its own. */
export const CONFORMING_CODE = 0x50;
/** A 16-bit segment of ring 0 over the first megabyte and 64 KB of its own. */
export const CODE_16 = 0x58;
export const DATA_16 = 0x60;
/** Four descriptors with nothing in them, for the test: 68h, 70h, 78h, 80h. */
export const SPARE = 0x68;

/** Selectors and stacks by privilege level. */
const RINGS = [
  { code: KERNEL_CODE, data: KERNEL_DATA, stack: 'world_stack' },
  { code: RING_1_CODE, data: RING_1_DATA, stack: 'world_stack_1' },
  { code: RING_2_CODE, data: RING_2_DATA, stack: 'world_stack_2' },
  { code: USER_CODE, data: USER_DATA, stack: 'world_user_stack' },
] as const;

const MACROS = `
        bits    32
; Lead a vector to a label.
%macro on 2
        push    eax
        mov     eax, %2
        mov     [world_idt + (%1) * 8], ax
        shr     eax, 16
        mov     [world_idt + (%1) * 8 + 6], ax
        pop     eax
%endmacro
; Make a gate: vector, selector, label, and access byte (8eh: 32-bit interrupt gate, DPL 0).
%macro gate 4
        on      %1, %3
        mov     word [world_idt + (%1) * 8 + 2], %2
        mov     word [world_idt + (%1) * 8 + 4], (%4) << 8
%endmacro
; Write a descriptor of the GDT: selector, low dword, high dword.
%macro descriptor 3
        mov     dword [world_gdt + ((%1) & 0xfff8)], %2
        mov     dword [world_gdt + ((%1) & 0xfff8) + 4], %3
%endmacro
`;

/** Set-up of the 8259 pair, for programs that take interrupts: 8259A data sheet 231468-003, "Programming the 8259A". */
const INTERRUPTS = `
; The 8259s at vectors 20h and 28h, edge triggered, with these lines open and no other: irqs 0, 12
%macro irqs 0-*
        push    eax
        mov     al, 0x11                ; ICW1: cascade, ICW4 follows
        out     0x20, al
        out     0xa0, al
        mov     al, 0x20                ; ICW2: the vectors
        out     0x21, al
        mov     al, 0x28
        out     0xa1, al
        mov     al, 4                   ; ICW3: the slave is at input 2
        out     0x21, al
        mov     al, 2
        out     0xa1, al
        mov     al, 1                   ; ICW4: 8086 mode, EOI by command
        out     0x21, al
        out     0xa1, al
  %assign world_masks 0xffff
  %rep %0
    %assign world_masks world_masks & ~(1 << (%1))
    %if (%1) >= 8
      %assign world_masks world_masks & ~4
    %endif
    %rotate 1
  %endrep
        mov     al, world_masks & 0xff
        out     0x21, al
        mov     al, world_masks >> 8
        out     0xa1, al
        pop     eax
%endmacro
; The end of a line's interrupt: eoi 12
%macro eoi 1
        push    eax
        mov     al, 0x20
  %if (%1) >= 8
        out     0xa0, al
  %endif
        out     0x20, al
        pop     eax
%endmacro
`;

const TABLES = `${MACROS}${INTERRUPTS}
        section .data
        align   8
world_gdt:
        dq      0
        dq      0x00cf9b000000ffff      ; 08: code, ring 0
        dq      0x00cf93000000ffff      ; 10: data, ring 0
        dq      0x00cffb000000ffff      ; 1b: code, ring 3
        dq      0x00cff3000000ffff      ; 23: data, ring 3
world_tss_descriptor:
        dq      0x0000890000000067      ; 28: the TSS; its base is put in below
        dq      0x00cfbb000000ffff      ; 31: code, ring 1
        dq      0x00cfb3000000ffff      ; 39: data, ring 1
        dq      0x00cfdb000000ffff      ; 42: code, ring 2
        dq      0x00cfd3000000ffff      ; 4a: data, ring 2
        dq      0x00cf9f000000ffff      ; 50: conforming code, ring 0
        dq      0x001f9b000000ffff      ; 58: 16-bit code, ring 0, 2 MB
        dq      0x000093000000ffff      ; 60: 16-bit data, ring 0, 64 KB
        dq      0, 0, 0, 0              ; 68, 70, 78, 80: for the test
world_gdtr:
        dw      $ - world_gdt - 1
        dd      world_gdt
world_idtr:
        dw      256 * 8 - 1
        dd      world_idt

        section .bss
        alignb  8
world_idt:
        resb    256 * 8
world_tss:
        resb    104
        resb    4096
world_stack:
        resb    1024
world_stack_1:
        resb    1024
world_stack_2:
        resb    4096
world_user_stack:

        section .text
        lgdt    [world_gdtr]
        jmp     0x08:world_flat
world_flat:
        mov     ax, 0x10
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        mov     esp, world_stack
        xor     ecx, ecx
world_gate:
        mov     eax, world_trap
        mov     [world_idt + ecx * 8], ax
        mov     word [world_idt + ecx * 8 + 2], 0x08
        mov     word [world_idt + ecx * 8 + 4], 0x8e00
        shr     eax, 16
        mov     [world_idt + ecx * 8 + 6], ax
        inc     ecx
        cmp     ecx, 256
        jb      world_gate
        ; int3, into and int 0x80 are for everybody
        mov     byte [world_idt + 3 * 8 + 5], 0xee
        mov     byte [world_idt + 4 * 8 + 5], 0xee
        mov     byte [world_idt + 0x80 * 8 + 5], 0xee
        lidt    [world_idtr]
        mov     eax, world_tss
        mov     [world_tss_descriptor + 2], ax
        shr     eax, 16
        mov     [world_tss_descriptor + 4], al
        mov     dword [world_tss + 4], world_stack
        mov     word [world_tss + 8], 0x10
        mov     dword [world_tss + 12], world_stack_1
        mov     word [world_tss + 16], 0x39
        mov     dword [world_tss + 20], world_stack_2
        mov     word [world_tss + 24], 0x4a
        mov     word [world_tss + 102], 104     ; no I/O bitmap
        mov     ax, 0x28
        ltr     ax
`;

/** Paging over the first 4 MB, one to one and open to all; `page LINEAR, ENTRY` changes where a page leads. */
const PAGING = `
%macro page 2
        mov     dword [world_pages + ((%1) >> 12) * 4], %2
%endmacro
        section .bss
        alignb  4096
world_directory:
        resb    4096
world_pages:
        resb    4096
        section .text
        mov     eax, 7
        mov     edi, world_pages
world_page:
        mov     [edi], eax
        add     edi, 4
        add     eax, 0x1000
        cmp     eax, 0x400007
        jb      world_page
        mov     dword [world_directory], world_pages + 7
        mov     eax, world_directory
        mov     cr3, eax
        mov     eax, cr0
        or      eax, 0x80000000
        mov     cr0, eax
`;

const TRAP = `
world_trap:
        cli
        hlt
`;

/** Flat protected mode in a ring, 0 to 3: outer ones with IOPL 0 and interrupts on, ring 0 with interrupts off. */
export function flatWorld(ring: 0 | 1 | 2 | 3, paging = false): string {
  const { code, data, stack } = RINGS[ring];
  const enter = `
        mov     ax, ${data}
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        push    dword ${data}
        push    dword ${stack}
        push    dword 0x202
        push    dword ${code}
        push    dword start
        iretd
`;
  return `${TABLES}${paging ? PAGING : ''}${ring === 0 ? '        jmp     start\n' : enter}${TRAP}`;
}

/** Where the real-mode world is loaded. */
export const REAL_ORIGIN = 0x7c00;

/** Real mode: the table of vectors at 0, all segments 0, the stack below the program. */
export const REAL_WORLD = `${INTERRUPTS}
%macro on 2
        mov     word [(%1) * 4], %2
%endmacro
        bits    32
        lgdt    [world_gdtr]
        jmp     0x08:world_16
        bits    16
world_16:
        mov     ax, 0x10
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        mov     eax, cr0
        and     al, 0xfe
        mov     cr0, eax
        jmp     0:world_real
world_real:
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        mov     esp, 0x7000
        lidt    [world_idtr]
        xor     di, di
world_vector:
        mov     word [di], world_trap
        mov     word [di + 2], 0
        add     di, 4
        cmp     di, 1024
        jb      world_vector
        jmp     start
world_trap:
        cli
        hlt
        align   8
world_gdt:
        dq      0
        dq      0x00009b000000ffff      ; 08: 16-bit code
        dq      0x000093000000ffff      ; 10: 16-bit data
world_gdtr:
        dw      $ - world_gdt - 1
        dd      world_gdt
world_idtr:
        dw      1023
        dd      0
`;
