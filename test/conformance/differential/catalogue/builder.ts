/** What the catalogue's chapters are written with: the places of the world, states to start from, bytes of code. */
import type { InitialState } from '../../formats.ts';
import { type Case, world } from '../case.ts';

export type Ring = 0 | 3 | 'v86';

export const IDT = 0x100000;
export const GDT = 0x100800;
export const LDT = 0x101000;
export const TSS = 0x102000;
/** The task behind selector 40h. */
export const OTHER_TSS = 0x103000;
export const DATA = 0x10a000;
/** With paging: not there; supervisor's; read-only; supervisor's and read-only. And what directory entries are like that. */
export const PAGES = {
  user: 0x10a000,
  absent: 0x10d000,
  supervisor: 0x10b000,
  readOnly: 0x10c000,
  supervisorReadOnly: 0x10e000,
  absentTable: 0x800000,
  supervisorTable: 0x1000000,
  readOnlyTable: 0x1400000,
} as const;
export const PAGING = 0x80000011;
export const WRITE_PROTECT = 0x10000;
/** Free slots of the GDT, for descriptors of a case's own. */
export const FREE_SLOTS = [0x1a8, 0x1b0, 0x1b8] as const;
/** GDT limit that takes them in. */
export const WIDE_GDT = 0x1ff;

/** Arrives at landing 127, as programs that come to their end do. */
export const DONE = [0xcd, 0x7f] as const;

/** A way to landing 127 that works in every ring: where gates of 32 bits lead to. */
export const ANY_RING = 0x113070;

export const word = (value: number): number[] => [value & 255, (value >>> 8) & 255];
export const dword = (value: number): number[] => [...word(value), ...word(value >>> 16)];
export const mov = (register: number, value: number): number[] => [0xb8 + register, ...dword(value)];
export const push = (value: number): number[] => [0x68, ...dword(value)];
/** modrm and address of an absolute memory operand. */
export const at = (reg: number, address: number): number[] => [5 | (reg << 3), ...dword(address)];

const COMMON = {
  ...{ eax: 0x11111111, ebx: 0x22222222, ecx: 0x33333333, edx: 0x44444444, esi: 0x55555555, edi: 0x66666666 },
  ...{ ebp: 0x77777777, eflags: 0x202, cr0: 0x11, cr2: 0, cr3: 0x110000, cr4: 0 },
  ...{ dr0: 0, dr6: 0xffff0ff0, dr7: 0x400, tr: 0x30, ldt: 0x38, fs: 0, gs: 0 },
  ...{ gdtbase: GDT, gdtlim: 0x1a7, idtbase: IDT, idtlim: 0x7ff },
};
const STATES: Readonly<Record<Ring, InitialState>> = {
  0: { ...COMMON, cs: 8, eip: 0x108000, ss: 0x10, esp: 0x106f00, ds: 0x10, es: 0x10 },
  3: { ...COMMON, cs: 0x23, eip: 0x109000, ss: 0x2b, esp: 0x107f00, ds: 0x2b, es: 0x2b },
  v86: {
    ...COMMON,
    ...{
      eflags: 0x20202,
      cs: 0x800,
      eip: 0,
      ss: 0x900,
      esp: 0xf00,
      ebp: 0xe00,
      ds: 0x900,
      es: 0x900,
      fs: 0x900,
      gs: 0x900,
    },
  },
};
/** Where a ring's code is. */
export const codeOf = (ring: Ring): number => (ring === 'v86' ? 0x8000 : STATES[ring].eip);
export const RINGS = [0, 3] as const;

export interface More {
  readonly init?: Partial<InitialState>;
  readonly mem?: Case['mem'];
  readonly undefinedFlags?: number;
}

export function program(
  id: string,
  ring: Ring,
  code: readonly number[],
  { init, mem = [], undefinedFlags }: More = {},
): Case {
  return {
    id: ring === 'v86' ? `${id}.v86` : `${id}.r${ring}`,
    mem: [[codeOf(ring), Uint8Array.from(code)], ...mem],
    init: { ...STATES[ring], ...init },
    ...(undefinedFlags && { undefinedFlags }),
  };
}

/** A descriptor's eight bytes: attributes as bits 40 to 55, the limit in its own units. */
export function descriptor(base: number, limit: number, attributes: number): Uint8Array {
  return Uint8Array.from([
    ...word(limit),
    ...word(base),
    (base >>> 16) & 255,
    attributes & 255,
    ((attributes >>> 8) & 0xf0) | ((limit >>> 16) & 15),
    base >>> 24,
  ]);
}
/** A gate's eight bytes. */
export function gate(selector: number, offset: number, attributes: number, parameters = 0): Uint8Array {
  return Uint8Array.from([...word(offset), ...word(selector), parameters, attributes, ...word(offset >>> 16)]);
}

/** Every selector that stands for something, those just beyond the tables, and nulls, with every RPL. */
export function selectors(rpls: readonly number[] = [0, 3]): number[] {
  const known = Object.keys(world().env.segments).map((key) => Number(key) & ~3);
  const beyond = [0, 0x1a8, 0x400, 0xfff8, 0x84, 0x404, 0x30, 0x38];
  const all = new Set([...known, ...beyond].flatMap((selector) => rpls.map((rpl) => selector | rpl)));
  return [...all].sort((a, b) => a - b);
}
export const baseOf = (selector: number): number => {
  const { segments } = world().env;
  const found = segments[String(selector)] ?? segments[String(selector & ~3)] ?? segments[String(selector | 3)];
  return found?.[0] ?? 0;
};
export const hex = (value: number): string => value.toString(16);
