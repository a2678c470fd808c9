/**
 * "x86-fpu-cases/1": single x87, MMX and SSE instructions, with what a processor made of them (see fpu-cases.ts).
 *
 * Areas and memory are written as what differs from an area after FNINIT and from zeros (before), and as what differs
 * from before (after): "20:0080 a0:ff" is bytes 0x20, 0x21 and 0xa0.
 */
import { AREA_BYTES, type FpuCase, type FpuOutcome, isCompared, MEMORY_BYTES } from './fpu-cases.ts';

type Patches = string;
interface Options {
  readonly slack?: number;
  readonly singleSlack?: number;
  readonly ignore?: readonly [number, number];
  readonly ignoreC1?: boolean;
}

/** Registers are eax ecx edx ebx eflags esi edi; vector 127 means done; no registers after: the same as before. */
export type FpuRow = readonly [
  id: number,
  group: string,
  code: string,
  registers: readonly number[],
  area: Patches,
  memory: Patches,
  vector: number,
  registersAfter: readonly number[] | null,
  areaAfter: Patches,
  memoryAfter: Patches,
  options?: Options,
];

export interface FpuCases {
  readonly format: 'x86-fpu-cases/1';
  readonly about: string;
  readonly rows: readonly FpuRow[];
}

const DONE = 127;

/** FCW 37F, MXCSR 1F80, all else zero. */
function initialArea(): Uint8Array {
  const area = new Uint8Array(AREA_BYTES);
  area.set([0x7f, 0x03], 0);
  area.set([0x80, 0x1f], 24);
  return area;
}

function difference(from: Uint8Array, to: Uint8Array, counts: (at: number) => boolean = () => true): Patches {
  const patches: string[] = [];
  let last = -2;
  for (let at = 0; at < to.length; at++) {
    if (from[at] === to[at] || !counts(at)) continue;
    const digits = to[at]!.toString(16).padStart(2, '0');
    if (at === last + 1) patches.push(patches.pop()! + digits);
    else patches.push(`${at.toString(16)}:${digits}`);
    last = at;
  }
  return patches.join(' ');
}
function patched(from: Uint8Array, patches: Patches): Uint8Array {
  const to = Uint8Array.from(from);
  for (const patch of patches.split(' ').filter(Boolean)) {
    const [at, digits] = patch.split(':') as [string, string];
    to.set(Buffer.from(digits, 'hex'), Number.parseInt(at, 16));
  }
  return to;
}

export function toRow(id: number, { group, code, before, ...options }: FpuCase, after: FpuOutcome): FpuRow {
  const same = before.registers.every((value, i) => value >>> 0 === after.registers[i]! >>> 0);
  const row = [
    id,
    group,
    Buffer.from(code).toString('hex'),
    before.registers.map((value) => value >>> 0),
    difference(initialArea(), before.area),
    difference(new Uint8Array(MEMORY_BYTES), before.memory),
    after.vector ?? DONE,
    same ? null : after.registers,
    difference(before.area, after.area, isCompared),
    difference(before.memory, after.memory),
  ] as const;
  return Object.keys(options).length > 0 ? [...row, options] : row;
}

export function fromRow(row: FpuRow): { test: FpuCase; expected: FpuOutcome } {
  const [, group, code, registers, area, memory, vector, registersAfter, areaAfter, memoryAfter, options] = row;
  const before = {
    registers,
    area: patched(initialArea(), area),
    memory: patched(new Uint8Array(MEMORY_BYTES), memory),
  };
  return {
    test: { group, code: Uint8Array.from(Buffer.from(code, 'hex')), before, ...options },
    expected: {
      vector: vector === DONE ? undefined : vector,
      registers: registersAfter ?? registers,
      area: patched(before.area, areaAfter),
      memory: patched(before.memory, memoryAfter),
    },
  };
}
