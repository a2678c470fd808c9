/**
 * Programs for trap tests: assembly in a template, put into a ready-made world.
 *
 * A world is what has to be there before the first interesting instruction: descriptor tables, a stack, a privilege
 * level. The program begins at its label `start`, and its lines keep their numbers: messages speak of the test's own.
 */

import { assemble, formatDiagnostic, type LineEntry } from '../../asm/index.ts';
import type { ImageSymbol } from '../machine/loaders/image.ts';

const ORIGIN = 0x100000;
const PROGRAM_FILE = 'program.asm';

/** Assembly source, and the world it is to live in. */
export interface Program {
  readonly source: string;
  /** Source that comes before it; empty: none. */
  readonly world: string;
}

/** A program as bytes, with what its source says about them. */
export interface AssembledProgram {
  readonly bytes: Uint8Array;
  /** Where the bytes go, and the first instruction is. */
  readonly address: number;
  readonly symbols: readonly ImageSymbol[];
  readonly lines: readonly LineEntry[];
  /** The program's own lines, for messages. */
  readonly sourceLines: readonly string[];
}

type Values = readonly (string | number)[];

/** Selectors of the worlds' GDT. */
export const KERNEL_CODE = 0x08;
export const KERNEL_DATA = 0x10;
export const USER_CODE = 0x1b;
export const USER_DATA = 0x23;

// Every gate leads to one place, where the processor halts for good: a test looks at what was delivered, not at what
// a handler made of it. `on VECTOR, LABEL` in a program leads a vector to a handler of its own.
const TABLES = `
        bits    32
%macro on 2
        push    eax
        mov     eax, %2
        mov     [world_idt + (%1) * 8], ax
        shr     eax, 16
        mov     [world_idt + (%1) * 8 + 6], ax
        pop     eax
%endmacro

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
        mov     word [world_tss + 102], 104     ; no I/O bitmap
        mov     ax, 0x28
        ltr     ax
`;
const RING_0 = `${TABLES}
        jmp     start
world_trap:
        cli
        hlt
`;
const RING_3 = `${TABLES}
        mov     ax, 0x23
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        push    dword 0x23
        push    dword world_user_stack
        push    dword 0x202
        push    dword 0x1b
        push    dword start
        iretd
world_trap:
        cli
        hlt
`;

/** A program in flat ring 0, interrupts off, with a GDT, an IDT whose every gate is present, a TSS and a stack. */
export function ring0(strings: TemplateStringsArray, ...values: Values): Program {
  return { source: String.raw({ raw: strings }, ...values), world: RING_0 };
}

/** The same world, entered in ring 3 with IOPL 0 and interrupts on. */
export function ring3(strings: TemplateStringsArray, ...values: Values): Program {
  return { source: String.raw({ raw: strings }, ...values), world: RING_3 };
}

/** A program on its own: 32-bit flat protected mode without tables and stack, begun at its first byte. */
export function bare(strings: TemplateStringsArray, ...values: Values): Program {
  return { source: String.raw({ raw: strings }, ...values), world: '' };
}

/**
 * Assemble a program into its world.
 * @throws Error with every message of the assembler
 */
export function assembleProgram({ source, world }: Program): AssembledProgram {
  const bytes = new TextEncoder().encode(source);
  const whole = `        bits    32\n${world}%include "${PROGRAM_FILE}"\n`;
  const assembly = assemble(whole, {
    file: 'world.asm',
    format: 'bin',
    bits: 32,
    origin: ORIGIN,
    reader: { read: (path) => (path === PROGRAM_FILE ? bytes : null) },
  });
  if (!assembly.ok) throw new Error(assembly.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join('\n'));
  return {
    bytes: imageOf(assembly.sections, assembly.bytes),
    address: ORIGIN,
    symbols: assembly.symbols
      .filter(({ section }) => section !== null)
      .map(({ name, address, size, global }) => ({ name, address, size, kind: 'other', global })),
    lines: assembly.lines.filter(({ file }) => file === PROGRAM_FILE),
    sourceLines: source.split('\n'),
  };
}

/** The flat bytes with room for what has no bits, so that all of it is known to be zero. */
function imageOf(sections: readonly { address: number; size: number }[], bytes: Uint8Array): Uint8Array {
  const end = Math.max(...sections.map(({ address, size }) => address + size));
  const image = new Uint8Array(Math.max(bytes.length, end - ORIGIN));
  image.set(bytes);
  return image;
}
