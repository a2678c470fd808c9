/**
 * One integer instruction: registers and memory before and after. The code runs in flat ring 3, so that ESP may hold
 * anything: the interrupt that ends it arrives on a stack of its own.
 */
import { Differences } from './differences.ts';
import { type AluRow, type Environment, GENERAL, type InitialState } from './formats.ts';
import type { Rig } from './rig.ts';
import { fromHex } from './trap-cases.ts';

const IDT = 0x100000;
const HANDLERS = 0x101000;
const TSS = 0x102000;
const INNER_STACK = 0x104000;
const CODE = 0x109000;
const MEMORY = 0x10a000;
const MEMORY_BYTES = 64;

const CODE0 = 0x08;
const DATA0 = 0x10;
const CODE3 = 0x1b;
const DATA3 = 0x23;
const TASK = 0x28;
const GDT = 0x103000;

const DIRECTION = 0x400;
const HLT = 0xf4;

const FLAT = [0, 0xffffffff] as const;
const descriptors: Readonly<Record<number, readonly [number, number, number]>> = {
  [CODE0]: [...FLAT, 0xc09b],
  [DATA0]: [...FLAT, 0xc093],
  [CODE3]: [...FLAT, 0xc0fb],
  [DATA3]: [...FLAT, 0xc0f3],
};

/** A world of one handler per vector, all in ring 0. */
const environment: Environment = {
  regions: [],
  handlers: { base: HANDLERS, stride: 1, count: 256 },
  pseudo: { base: 0, stride: 1, count: 0 },
  segments: Object.fromEntries(Object.entries(descriptors)),
  tr: { base: TSS, limit: 103, attr: 0x8b },
  ldt: { base: 0, limit: 0, attr: 0x82 },
};

const STATE = {
  cr0: 0x11,
  ...{ cr2: 0, cr3: 0, cr4: 0, dr0: 0, dr6: 0xffff0ff0, dr7: 0x400 },
  ...{ gdtbase: GDT, gdtlim: 6 * 8 - 1, idtbase: IDT, idtlim: 256 * 8 - 1, tr: TASK, ldt: 0 },
  ...{ cs: CODE3, ss: DATA3, ds: DATA3, es: DATA3, fs: 0, gs: 0, eip: CODE },
};

/** @returns in what the outcome differs; empty: it passes */
export function runAluRow(rig: Rig, row: AluRow): readonly string[] {
  const [, , , code, before, memory, vector, after, memoryAfter, flagsMask] = row;
  rig.clear();
  writeTables(rig);
  rig.write(CODE, fromHex(code));
  rig.write(MEMORY, fromHex(memory));
  const registers = Object.fromEntries(GENERAL.map((name, i) => [name, before[i]!]));
  rig.setState({ ...STATE, ...registers, eflags: before[8]! } as InitialState, environment);
  const end = rig.run();
  const different = new Differences();
  const arrived = end === 'halted' ? rig.eip - 1 - HANDLERS : end;
  if (arrived !== vector) {
    different.text(`vector ${arrived}, expected ${vector}`);
    return different.lines;
  }
  for (const [i, name] of GENERAL.entries()) {
    // ESP is what the frame says: EIP, CS, EFLAGS, ESP, SS.
    different.number(name, name === 'esp' ? rig.stackDword(3) : rig.register(name), after[i]!);
  }
  different.number('eflags', rig.stackDword(2), after[8]!, flagsMask | DIRECTION);
  different.bytes('memory', rig.read(MEMORY, MEMORY_BYTES), fromHex(memoryAfter || memory));
  return different.lines;
}

function writeTables(rig: Rig): void {
  const bytes = (...dwords: number[]) => new Uint8Array(Uint32Array.from(dwords).buffer);
  const gates: number[] = [];
  for (let vector = 0; vector < 256; vector++) {
    const handler = HANDLERS + vector;
    // SDM 3A, figure 6-2: present, DPL 3, 32-bit interrupt gate.
    gates.push((CODE0 << 16) | (handler & 0xffff), (handler & 0xffff0000) | 0xee00);
  }
  rig.write(IDT, bytes(...gates));
  rig.write(HANDLERS, new Uint8Array(256).fill(HLT));
  rig.write(TSS, bytes(0, INNER_STACK, DATA0));
  // SDM 3A, figure 3-8. All flat: limit 0xfffff, G and D set, but for the access byte.
  const flat = (selector: number) => [0xffff, 0x00cf0000 | ((descriptors[selector]![2] & 0xff) << 8)] as const;
  const task = [((TSS & 0xffff) << 16) | 103, ((TSS >>> 24) << 24) | (0x8b << 8) | ((TSS >>> 16) & 0xff)] as const;
  rig.write(GDT, bytes(0, 0, ...flat(CODE0), ...flat(DATA0), ...flat(CODE3), ...flat(DATA3), ...task));
}
