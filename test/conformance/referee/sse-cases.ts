/** Random cases of MMX, SSE and SSE2 instructions. */
import type { Random } from '../../fuzz/random.ts';
import { type FpuCase, type FpuState, MEMORY } from '../fpu-cases.ts';
import { double, random64, single } from './numbers.ts';
import { x87State } from './x87-cases.ts';

type Data = 'single' | 'double' | 'integer';
/** What the operands are: registers and memory; registers only; memory only. */
type Form = 'both' | 'register' | 'memory';

interface Row {
  readonly group: string;
  /** Mandatory prefixes it comes with: 0 for none. */
  readonly prefixes: readonly number[];
  readonly opcode: number;
  readonly data: Data;
  readonly form?: Form;
  readonly immediate?: true;
  /** The digit of a group in modrm's reg. */
  readonly digit?: number;
  /** The E operand is a general register. */
  readonly general?: true;
  /** How far singles may be off: approximations only. */
  readonly slack?: number;
}

const row = (group: string, prefixes: readonly number[], opcode: number, data: Data, more: Partial<Row> = {}): Row => ({
  group,
  prefixes,
  opcode,
  data,
  ...more,
});
const PACKED = [0, 0x66];
const arithmetic = [0x51, 0x58, 0x59, 0x5c, 0x5d, 0x5e, 0x5f];
const integers = [
  ...[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x74, 0x75, 0x76],
  ...[0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf],
  ...[0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe8, 0xe9, 0xea, 0xeb, 0xec, 0xed, 0xee, 0xef],
  ...[0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe],
];
const typed = (group: string, opcode: number, more: Partial<Row> = {}): Row[] => [
  row(group, [0, 0xf3], opcode, 'single', more),
  row(group, [0x66, 0xf2], opcode, 'double', more),
];

const rows: readonly Row[] = [
  ...arithmetic.flatMap((opcode) => typed('arithmetic', opcode)),
  row('approximation', [0, 0xf3], 0x52, 'single', { slack: 3 << 12 }),
  row('approximation', [0, 0xf3], 0x53, 'single', { slack: 3 << 12 }),
  ...typed('compare', 0xc2, { immediate: true }),
  ...[0x2e, 0x2f].flatMap((opcode) => [
    row('compare', [0], opcode, 'single'),
    row('compare', [0x66], opcode, 'double'),
  ]),
  row('convert', PACKED, 0x2a, 'integer'),
  row('convert', [0xf3, 0xf2], 0x2a, 'integer', { general: true }),
  ...[0x2c, 0x2d, 0x5a].flatMap((opcode) => typed('convert', opcode)),
  row('convert', [0], 0x5b, 'integer'),
  row('convert', [0x66, 0xf3], 0x5b, 'single'),
  row('convert', [0x66, 0xf2], 0xe6, 'double'),
  row('convert', [0xf3], 0xe6, 'integer'),
  ...[0x10, 0x11].flatMap((opcode) => typed('move', opcode)),
  ...[0x14, 0x15, 0x28, 0x29, 0x54, 0x55, 0x56, 0x57].map((opcode) => row('move', PACKED, opcode, 'single')),
  ...[0x12, 0x16].flatMap((opcode) => [
    row('move', [0], opcode, 'single'),
    row('move', [0x66], opcode, 'single', { form: 'memory' }),
  ]),
  ...[0x13, 0x17, 0x2b, 0xe7].map((opcode) => row('move', PACKED, opcode, 'single', { form: 'memory' })),
  row('move', PACKED, 0x50, 'single', { form: 'register' }),
  row('move', PACKED, 0xc6, 'single', { immediate: true }),
  row('move', PACKED, 0x6e, 'integer', { general: true }),
  row('move', PACKED, 0x7e, 'integer', { general: true }),
  row('move', [0xf3], 0x7e, 'integer'),
  row('move', [0x66], 0xd6, 'integer'),
  row('move', [0xf3, 0xf2], 0xd6, 'integer', { form: 'register' }),
  row('move', [0, 0x66, 0xf3], 0x6f, 'integer'),
  row('move', [0, 0x66, 0xf3], 0x7f, 'integer'),
  row('move', [0, 0x66, 0xf3, 0xf2], 0x70, 'integer', { immediate: true }),
  row('move', PACKED, 0xc4, 'integer', { immediate: true, general: true }),
  row('move', PACKED, 0xc5, 'integer', { immediate: true, form: 'register' }),
  row('move', PACKED, 0xd7, 'integer', { form: 'register' }),
  row('move', PACKED, 0xf7, 'integer', { form: 'register' }),
  row('move', [0], 0x77, 'integer', { form: 'register' }),
  row('move', [0], 0xc3, 'integer', { form: 'memory' }),
  ...integers.map((opcode) => row('integer', PACKED, opcode, 'integer')),
  row('integer', [0x66], 0x6c, 'integer'),
  row('integer', [0x66], 0x6d, 'integer'),
  ...[0x71, 0x72, 0x73].flatMap((opcode) =>
    [2, 4, 6]
      .filter((digit) => opcode !== 0x73 || digit !== 4)
      .map((digit) => row('integer', PACKED, opcode, 'integer', { form: 'register', immediate: true, digit })),
  ),
  row('integer', [0x66], 0x73, 'integer', { form: 'register', immediate: true, digit: 3 }),
  row('integer', [0x66], 0x73, 'integer', { form: 'register', immediate: true, digit: 7 }),
];
export const sseGroups = [...new Set(rows.map(({ group }) => group))];

function value(random: Random, data: Data): bigint {
  if (data === 'double') return double(random);
  if (data === 'single') return (BigInt(single(random)) << 32n) | BigInt(single(random));
  // Bytes at the ends of their ranges, small numbers (as shift counts), and any.
  if (random.chance(4)) return BigInt(random.below(72));
  if (random.chance(2)) return random64(random);
  let bytes = 0n;
  for (let i = 0; i < 8; i++)
    bytes = (bytes << 8n) | BigInt(random.pick([0, 1, 0x7f, 0x80, 0x81, 0xff, 0xfe, random.below(256)]));
  return bytes;
}

function sseState(random: Random, data: Data): FpuState {
  const state = x87State(random, (view) => {
    for (let at = 0; at < 32; at += 8) view.setBigUint64(at, value(random, data), true);
  });
  const view = new DataView(state.area.buffer);
  for (let at = 160; at < 288; at += 8) {
    // Often the same or nearly the same as elsewhere, so that comparisons come out equal and differences cancel.
    const near = at > 160 && random.chance(4);
    view.setBigUint64(
      at,
      near ? view.getBigUint64(at - 16, true) ^ BigInt(random.below(3)) : value(random, data),
      true,
    );
  }
  for (let at = 32; at < 160; at += 16) if (data === 'integer') view.setBigUint64(at, value(random, data), true);
  const masks = random.chance(4) ? random.next() & 0x1f80 : 0x1f80;
  const more = random.chance(3) ? random.pick([0x8000, 0x40, 0x8040]) : 0;
  const sticky = random.chance(4) ? random.below(64) : 0;
  view.setUint32(24, masks | more | sticky | (random.below(4) << 13), true);
  return state;
}

export function sseCase(random: Random, only?: string): FpuCase {
  const {
    group,
    prefixes,
    opcode,
    data,
    form = 'both',
    immediate,
    digit,
    general,
    slack,
  } = random.pick(rows.filter((each) => !only || each.group === only));
  const prefix = random.pick(prefixes);
  const isRegister = form === 'register' || (form === 'both' && random.chance(2));
  // General registers: not ESP and EBP, which the referee needs.
  const reg = digit ?? (general || !isRegister ? random.below(8) : random.below(8));
  const rm = general ? random.below(4) : random.below(8);
  // A memory operand is aligned but for the odd one.
  const at = MEMORY + (random.chance(16) ? 4 : 0);
  const operand = isRegister ? [0xc0 | (reg << 3) | rm] : [5 | (reg << 3), at & 0xff, (at >>> 8) & 0xff, at >>> 16, 0];
  const hasGeneralResult = [0x50, 0x2c, 0x2d, 0xc5, 0xd7, 0xc3].includes(opcode);
  if (hasGeneralResult) operand[0] = operand[0]! & ~0x20; // the reg field: EAX to EBX
  const code = [
    ...(prefix ? [prefix] : []),
    0x0f,
    opcode,
    ...(opcode === 0x77 ? [] : operand),
    ...(immediate ? [random.below(256)] : []),
  ];
  if (immediate && random.chance(2)) code[code.length - 1] = random.below(72);
  return {
    group: `sse.${group}`,
    code: Uint8Array.from(code),
    before: sseState(random, data),
    ...(slack && { singleSlack: slack }),
  };
}
