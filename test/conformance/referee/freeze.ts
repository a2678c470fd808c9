/**
 * Writes the cases of test/conformance/cases/fpu.json anew, with this machine's processor as the referee:
 *
 *     npm run referee -- --freeze
 *
 * They are random cases of a fixed seed, the same number of each group, without the operands they don't look at.
 */
import { writeFileSync } from 'node:fs';
import { Random } from '../../fuzz/random.ts';
import type { FpuCase } from '../fpu-cases.ts';
import { type FpuCases, toRow } from '../fpu-format.ts';
import { askReferee } from './native.ts';
import { sseCase, sseGroups } from './sse-cases.ts';
import { x87Case, x87Groups } from './x87-cases.ts';

const FILE = 'test/conformance/cases/fpu.json';
const SEED = 80387;
const EACH = 76;
const MEMORY_USED = 16;
const PREFIXES = [0x66, 0xf2, 0xf3];

export function freeze(): number {
  const random = new Random(SEED);
  const makers = [
    ...x87Groups.map((group) => () => x87Case(random, group)),
    ...sseGroups.map((group) => () => sseCase(random, group)),
  ];
  const cases = makers.flatMap((make) => Array.from({ length: EACH }, () => withoutUnused(make())));
  const rows = askReferee(cases).map((outcome, id) => toRow(id, cases[id]!, outcome));
  const file: FpuCases = {
    format: 'x86-fpu-cases/1',
    about: 'Random x87, MMX and SSE instructions and what an x86 processor (AMD, family 25) made of them',
    rows,
  };
  const { rows: _, ...head } = file;
  const text = `${JSON.stringify(head).slice(0, -1)},"rows":[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]}\n`;
  writeFileSync(FILE, text);
  console.log(`${FILE}: ${rows.length} cases, ${Math.round(text.length / 1024)} KB`);
  return 0;
}

/** Zeros in registers that the instruction does not name, and in memory beyond its operand. */
export function withoutUnused(test: FpuCase): FpuCase {
  const { code, before } = test;
  const area = Uint8Array.from(before.area);
  const modrm = code[0] === 0x0f ? code[2]! : PREFIXES.includes(code[0]!) ? code[3]! : code[1]!;
  const named = [modrm & 7, (modrm >>> 3) & 7];
  const top = (area[3]! >>> 3) & 7;
  const mmx = named.map((n) => (n - top) & 7);
  for (let n = 0; n < 8; n++) {
    if (n > 1 && !named.includes(n) && !mmx.includes(n)) area.fill(0, 32 + 16 * n, 48 + 16 * n);
    if (!named.includes(n)) area.fill(0, 160 + 16 * n, 176 + 16 * n);
  }
  const memory = Uint8Array.from(before.memory).fill(0, MEMORY_USED + 4);
  return { ...test, before: { ...before, area, memory } };
}
