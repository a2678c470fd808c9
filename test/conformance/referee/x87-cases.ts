/** Random cases of x87 instructions. */
import type { Random } from '../../fuzz/random.ts';
import { AREA_BYTES, type FpuCase, type FpuState, MEMORY, MEMORY_BYTES } from '../fpu-cases.ts';
import { double, extended, nearby, random64, single } from './numbers.ts';

type Operand = 'single' | 'double' | 'extended' | 'integer' | 'decimal' | 'environment' | 'environment16' | 'none';

/** Instructions with memory: opcode, the reg fields that go with it, what is there. */
const withMemory: readonly (readonly [group: string, opcode: number, regs: readonly number[], operand: Operand])[] = [
  ['arithmetic', 0xd8, [0, 1, 2, 3, 4, 5, 6, 7], 'single'],
  ['arithmetic', 0xdc, [0, 1, 2, 3, 4, 5, 6, 7], 'double'],
  ['arithmetic', 0xda, [0, 1, 2, 3, 4, 5, 6, 7], 'integer'],
  ['arithmetic', 0xde, [0, 1, 2, 3, 4, 5, 6, 7], 'integer'],
  ['load', 0xd9, [0], 'single'],
  ['load', 0xdd, [0], 'double'],
  ['load', 0xdb, [0], 'integer'],
  ['load', 0xdf, [0, 5], 'integer'],
  ['load', 0xdb, [5], 'extended'],
  ['load', 0xdf, [4], 'decimal'],
  ['store', 0xd9, [2, 3], 'none'],
  ['store', 0xdd, [2, 3], 'none'],
  ['store', 0xdb, [2, 3, 7], 'none'],
  ['store', 0xdf, [2, 3, 6, 7], 'none'],
  ['control', 0xd9, [7], 'none'],
  ['control', 0xd9, [5], 'environment'],
  ['control', 0xdd, [7], 'none'],
  // FLDENV and FNSTENV, FRSTOR and FNSAVE, with 32-bit and 16-bit operand size.
  ['environment', 0xd9, [4, 6], 'environment'],
  ['environment', 0xdd, [4, 6], 'environment'],
  ['environment', 0xd9, [4, 6], 'environment16'],
  ['environment', 0xdd, [4, 6], 'environment16'],
];

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
/** Instructions with registers: opcode, second bytes. */
const withRegisters: readonly (readonly [group: string, opcode: number, seconds: readonly number[]])[] = [
  ['arithmetic', 0xd8, range(0xc0, 0xff)],
  ['arithmetic', 0xdc, range(0xc0, 0xff)],
  ['arithmetic', 0xde, [...range(0xc0, 0xd7), 0xd9, ...range(0xe0, 0xff)]],
  ['move', 0xd9, range(0xc0, 0xcf)],
  ['move', 0xd9, [0xd0, 0xe8, 0xe9, 0xea, 0xeb, 0xec, 0xed, 0xee, 0xf6, 0xf7]],
  ['move', 0xda, range(0xc0, 0xdf)],
  ['move', 0xdb, range(0xc0, 0xdf)],
  ['move', 0xdd, [...range(0xc0, 0xc7), ...range(0xd0, 0xdf)]],
  ['move', 0xdf, [...range(0xc0, 0xc7)]],
  ['control', 0xdb, [0xe2, 0xe3]],
  ['control', 0xdf, [0xe0]],
  ['compare', 0xd9, [0xe4, 0xe5]],
  ['compare', 0xda, [0xe9]],
  ['compare', 0xdb, range(0xe8, 0xf7)],
  ['compare', 0xdd, range(0xe0, 0xef)],
  ['compare', 0xdf, range(0xe8, 0xf7)],
  ['function', 0xd9, [0xe0, 0xe1, 0xf4, 0xfa, 0xfc]],
  ['remainder', 0xd9, [0xf5, 0xf8]],
  ['scale', 0xd9, [0xfd]],
  ['transcendental', 0xd9, [0xf0, 0xf1, 0xf2, 0xf3, 0xf9, 0xfb, 0xfe, 0xff]],
];
const STREAM = 'stream';
export const x87Groups = [...new Set([...withMemory, ...withRegisters].map(([group]) => group)), STREAM];
/** As many two-byte instructions as a case has room for. */
const STREAM_LENGTH = 7;

/** Seven status bits may be set from before, as long as nothing unmasked waits. */
function controlAndStatus(random: Random): { control: number; status: number } {
  const masks = random.chance(3) ? random.below(64) : 0x3f;
  const control = masks | 0x40 | (random.pick([0, 2, 3, 3]) << 8) | (random.below(4) << 10);
  const sticky = random.chance(4) ? random.below(128) & (masks | 0x40) : 0;
  const conditions = random.next() & 0x4700;
  return { control, status: sticky | conditions | (random.below(8) << 11) };
}

export function x87State(random: Random, fill: (view: DataView) => void = () => {}): FpuState {
  const area = new Uint8Array(AREA_BYTES);
  const view = new DataView(area.buffer);
  const { control, status } = controlAndStatus(random);
  view.setUint16(0, control, true);
  view.setUint16(2, status, true);
  const top = (status >>> 11) & 7;
  // Mostly four registers in use and the others free; sometimes anything.
  const tags = random.chance(12) ? random.below(256) : (0x0f0f >>> (8 - top)) & 0xff;
  area[4] = tags;
  view.setUint32(24, 0x1f80, true);
  const registers: Uint8Array[] = [];
  for (let i = 0; i < 8; i++) {
    registers.push(i > 0 && random.chance(3) ? nearby(random, registers[0]!) : extended(random));
    area.set(registers[i]!, 32 + 16 * i);
  }
  const memory = new Uint8Array(MEMORY_BYTES);
  for (let i = 0; i < MEMORY_BYTES; i++) memory[i] = random.below(256);
  fill(new DataView(memory.buffer));
  const eflags = 2 | (random.next() & 0x8d5);
  return { area, memory, registers: [random.next(), random.next(), 1, 2, eflags, MEMORY, MEMORY] };
}

function operand(random: Random, kind: Operand): (view: DataView) => void {
  switch (kind) {
    case 'single':
      return (view) => view.setUint32(0, single(random), true);
    case 'double':
      return (view) => view.setBigUint64(0, double(random), true);
    case 'extended':
      return (view) => new Uint8Array(view.buffer).set(extended(random));
    case 'integer':
      return (view) =>
        view.setBigUint64(0, random.pick([0n, 1n, 0x8000n, 0x80000000n, 1n << 63n, random64(random)]), true);
    case 'decimal':
      return (view) => {
        for (let i = 0; i < 9; i++) view.setUint8(i, random.below(10) | (random.below(10) << 4));
      };
    case 'environment':
    case 'environment16':
      return (view) => {
        const { control, status } = controlAndStatus(random);
        view.setUint32(0, control | 0xffff0000, true);
        view.setUint32(kind === 'environment' ? 4 : 2, status | 0xffff0000, true);
      };
    default:
      return () => {};
  }
}

/** Several instructions on the stack, one after another, with all exceptions masked: what one leaves the next finds. */
function streamCase(random: Random): FpuCase {
  // Not FNSTSW: it would show C1 (see ignoreC1).
  const usable = withRegisters.filter(([group]) => group !== 'transcendental' && group !== 'control');
  const code = Array.from({ length: STREAM_LENGTH }, () => {
    const [, opcode, seconds] = random.pick(usable);
    return [opcode, random.pick(seconds)];
  });
  const before = x87State(random);
  new DataView(before.area.buffer).setUint8(0, 0x7f);
  return { group: `x87.${STREAM}`, code: Uint8Array.from(code.flat()), before, ignoreC1: true };
}

export function x87Case(random: Random, only?: string): FpuCase {
  if (only === STREAM || (!only && random.chance(16))) return streamCase(random);
  const memory = withMemory.filter(([group]) => !only || group === only);
  const registers = withRegisters.filter(([group]) => !only || group === only);
  if (registers.length === 0 || (memory.length > 0 && random.chance(2))) {
    const [group, opcode, regs, kind] = random.pick(memory);
    const operandSize = kind === 'environment16' ? [0x66] : [];
    const code = [
      ...operandSize,
      opcode,
      5 | (random.pick(regs) << 3),
      MEMORY & 0xff,
      (MEMORY >>> 8) & 0xff,
      MEMORY >>> 16,
      0,
    ];
    // The addresses of the last instruction are not the processor's to keep unless an exception waits.
    const ignore =
      kind === 'environment' ? ([12, 28] as const) : kind === 'environment16' ? ([6, 14] as const) : undefined;
    return {
      group: `x87.${group}`,
      code: Uint8Array.from(code),
      before: x87State(random, operand(random, kind)),
      ...(ignore && { ignore }),
    };
  }
  const [group, opcode, seconds] = random.pick(registers);
  const second = random.pick(seconds);
  const before = x87State(random);
  // SDM 2A, F2XM1, FYL2XP1: beyond these ends results are undefined.
  if (group === 'transcendental' && (second === 0xf0 || second === 0xf9))
    limitExponent(before.area, second === 0xf0 ? 0x3ffe : 0x3ffc);
  // SDM 2A, FCOMI: C1 is set to 0.
  const ignoreC1 = (opcode === 0xdb || opcode === 0xdf) && second >= 0xe8;
  return {
    group: `x87.${group}`,
    code: Uint8Array.of(opcode, second),
    before,
    ...(group === 'transcendental' && { slack: 1 }),
    ...(ignoreC1 && { ignoreC1 }),
  };
}

/** Make ST(0) no larger than numbers of this exponent, unless it is none. */
function limitExponent(area: Uint8Array, most: number): void {
  const view = new DataView(area.buffer);
  const word = view.getUint16(40, true);
  const exponent = word & 0x7fff;
  if (exponent > most && exponent !== 0x7fff) view.setUint16(40, (word & 0x8000) | (most - (exponent & 63)), true);
}

/** The encodings of one escape opcode that mean something: reg fields with memory, ranges of second bytes without. */
export function x87Encodings(opcode: number): {
  readonly memory: readonly number[];
  readonly registers: readonly (readonly [from: number, to: number])[];
} {
  const memory = new Set(withMemory.filter(([, code]) => code === opcode).flatMap(([, , regs]) => regs));
  const seconds = new Set(withRegisters.filter(([, code]) => code === opcode).flatMap(([, , bytes]) => bytes));
  const registers: (readonly [number, number])[] = [];
  for (const second of [...seconds].sort((a, b) => a - b)) {
    // Eight that differ in the register are one.
    const isRow = Array.from({ length: 8 }, (_, i) => (second & ~7) + i).every((each) => seconds.has(each));
    const named = opcode === 0xd9 && second >= 0xd0;
    if (!isRow || named) registers.push([second, second]);
    else if ((second & 7) === 0) registers.push([second, second + 7]);
  }
  return { memory: [...memory].sort((a, b) => a - b), registers };
}
