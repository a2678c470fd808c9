/** Real mode: interrupts, faults, far transfers and returns as the 8086 has them, from protected mode and back. */
import { assemble } from '../../../../asm/index.ts';
import type { Case } from '../case.ts';
import { dword, program, word } from './builder.ts';

/** Segment 800h: where real mode's programs are. */
const REAL = 0x8000;
const LIMIT = REAL + 4;
const PROGRAM = 0x100;
const PROGRAM_BYTES = 64;
const NOP = 0x90;

/** Out of protected mode: by a 16-bit segment that begins where ring 0's code does. */
const LEAVE = `
        bits    32
        org     0
        jmp     0x118:leave
        bits    16
leave:  mov     eax, cr0
        and     al, ~1
        mov     cr0, eax
        jmp     0x800:0
`;
/** What a program comes to tells DL: 7Fh its end, else a vector. */
const SCENE = `
        bits    16
        org     0
        jmp     short begin
        align   4
real_idt:
        dw      0x3ff
        dd      ${REAL} + table
own_idt:
        dw      0x7ff
        dd      0x100000
begin:  xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ax, 0x900
        mov     ss, ax
        mov     esp, 0xf00
        o32 lidt [cs:real_idt]
        jmp     program
        times   ${PROGRAM} - ($ - $$) db 0
program:
        times   ${PROGRAM_BYTES} nop
        mov     dl, 0x7f
        jmp     home
handlers:
%assign vector 0
%rep 64
        mov     dl, vector
        jmp     near home
%assign vector vector + 1
%endrep
table:
%assign vector 0
%rep 64
        dw      handlers + 5 * vector, 0x800
%assign vector vector + 1
%endrep
home:   o32 lidt [cs:own_idt]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword 0x08:${REAL} + back
        bits    32
back:   mov     eax, 0x10
        mov     ss, ax
        mov     ds, ax
        mov     es, ax
        mov     esp, 0x106f00
        int     0x7f
`;
let assembled: { leave: Uint8Array; scene: Uint8Array } | undefined;
function scene(): { leave: Uint8Array; scene: Uint8Array } {
  assembled ??= { leave: assemble(LEAVE).bytes, scene: assemble(SCENE).bytes };
  return assembled;
}

function inRealMode(id: string, code: readonly number[], idtLimit: number): Case {
  const { leave, scene: all } = scene();
  const padded = [...code, ...new Array<number>(PROGRAM_BYTES - code.length).fill(NOP)];
  return program(`real.${id}`, 0, [...leave], {
    mem: [
      [REAL, all],
      [LIMIT, Uint8Array.from(word(idtLimit))],
      [REAL + PROGRAM, Uint8Array.from(padded)],
    ],
  });
}

const push16 = (value: number): number[] => [0x68, ...word(value)];
const push32 = (value: number): number[] => [0x66, 0x68, ...dword(value)];

/** Interrupts, faults, far transfers and returns in real mode. */
export function* realMode(): Generator<Case> {
  const iret = (flags: number, cs: number, ip: number) => [...[flags, cs, ip].flatMap(push16), 0xcf];
  const iretd = (flags: number, cs: number, eip: number) => [...[flags, cs, eip].flatMap(push32), 0x66, 0xcf];
  const programs: Readonly<Record<string, readonly number[]>> = {
    nothing: [0x90],
    int: [0xcd, 0x20],
    int3: [0xcc],
    into: [0xb0, 0x7f, 0x04, 0x01, 0xce],
    int_last: [0xcd, 0x1f],
    ud: [0x0f, 0x0b],
    de: [0x31, 0xc9, 0xf7, 0xf1],
    bound: [0x62, 0x06, ...word(0x1000)],
    word_end: [0xa1, 0xff, 0xff],
    iret: iret(0x0ad7, 0x800, 0x120),
    iretd: iretd(0x0ad7, 0x800, 0x120),
    iretd_far: iretd(0x202, 0x800, 0x10000),
    iretd_flags: iretd(0x00247ad7, 0x800, 0x130),
    retf: [...push16(0x800), ...push16(0x120), 0xcb],
    retfd_far: [...push32(0x800), ...push32(0x10000), 0x66, 0xcb],
    jmpf: [0xea, ...word(0x120), ...word(0x800)],
    jmpf_far: [0x66, 0xea, ...dword(0x10000), ...word(0x800)],
    callf: [0x9a, ...word(0x120), ...word(0x800)],
    callf_far: [0x66, 0x9a, ...dword(0x10000), ...word(0x800)],
    lldt: [0x0f, 0x00, 0xd0],
    ltr: [0x0f, 0x00, 0xd8],
    sldt: [0x0f, 0x00, 0xc0],
    str: [0x0f, 0x00, 0xc8],
    verr: [0x0f, 0x00, 0xe0],
    lar: [0x0f, 0x02, 0xc0],
    lsl: [0x0f, 0x03, 0xc0],
    arpl: [0x63, 0xc0],
    smsw: [0x0f, 0x01, 0xe0],
    sysenter: [0x0f, 0x34],
    sysexit: [0x0f, 0x35],
    cli: [0xfa],
    pushf: [0x9c, 0x58],
    popf: [...push16(0x7ad7), 0x9d, 0x9c, 0x58],
    ud0: [0x0f, 0xff, 0xc0],
    push_end: [0x66, 0xbc, ...dword(1), 0x50],
  };
  for (const [name, code] of Object.entries(programs)) {
    for (const limit of [0x3ff, 0x7f, 0x5f]) yield inRealMode(`${name}.${limit.toString(16)}`, code, limit);
  }
}
