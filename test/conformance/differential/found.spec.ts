/** What the runner finds is kept as a case that fails until it is mended; and a program is kept as short as it can be. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCases } from '../formats.ts';
import { AREA_BYTES, type FpuCase, type FpuOutcome, MEMORY_BYTES, prepare, runFpuCase } from '../fpu-cases.ts';
import { Rig } from '../rig.ts';
import { runCases } from '../run.ts';
import { program } from './catalogue/builder.ts';
import { differingOf, shrinkFloating } from './floating.ts';
import { keepFloating, keepFound } from './found.ts';
import { Ours } from './ours.ts';

const FROM = 'test/conformance/cases';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trapgate-found-'));
  for (const name of ['found.json', 'fpu-found.json']) {
    const file = JSON.parse(readFileSync(join(FROM, name), 'utf8'));
    writeFileSync(join(folder, name), JSON.stringify({ ...file, ...('rows' in file ? { rows: [] } : { cases: [] }) }));
  }
  writeFileSync(join(folder, 'traps.json'), readFileSync(join(FROM, 'traps.json')));
});
afterEach(() => rmSync(folder, { recursive: true }));

const failuresOf = (name: string): number =>
  runCases(new Rig(), readCases(join(folder, name))).reduce((sum, { failures }) => sum + failures.length, 0);

const FLD1 = [0xd9, 0xe8];
const FLDPI = [0xd9, 0xeb];
const FCHS = [0xd9, 0xe0];

/** A rig that floating point runs on, and a processor that is like it but for the sign that FCHS leaves. */
function two(): { own: Rig; ask: (cases: readonly FpuCase[]) => FpuOutcome[] } {
  const own = new Rig();
  prepare(own);
  const ST0_SIGN = 32 + 9;
  const ask = (cases: readonly FpuCase[]) =>
    cases.map((each) => {
      const outcome = runFpuCase(own, each);
      const hasFchs = Buffer.from(each.code).includes(Buffer.from(FCHS));
      const area = Uint8Array.from(outcome.area);
      if (hasFchs) area[ST0_SIGN]! ^= 0x80;
      return { ...outcome, area };
    });
  return { own, ask };
}

function floatingCase(code: readonly number[]): FpuCase {
  const area = new Uint8Array(AREA_BYTES);
  area.set([0x7f, 0x03], 0);
  area.set([0x80, 0x1f], 24);
  return {
    group: 'floating.program',
    code: Uint8Array.from(code),
    before: { registers: [0, 0, 0, 0, 2, 0, 0], area, memory: new Uint8Array(MEMORY_BYTES) },
  };
}

test('a floating-point program is shrunk to the instructions that make the difference, and kept once', () => {
  const { own, ask } = two();
  const [whole] = differingOf(own, [floatingCase([...FLD1, ...FLDPI, ...FCHS, ...FLD1])], ask);
  const small = shrinkFloating(own, whole!, ask);
  expect([...small.test.code]).toEqual(FCHS);
  expect(keepFloating(small, folder)).toBe('floating.program d9e0');
  keepFloating(small, folder);
  expect(readFileSync(join(folder, 'fpu-found.json'), 'utf8').match(/d9e0/g)).toHaveLength(1);
  expect(failuresOf('fpu-found.json')).toBe(1);
});

test('a program is kept with what the referee made of it', () => {
  const ours = new Ours();
  const done = program('found.example', 3, [0xb8, 1, 0, 0, 0, 0xcd, 0x7f]);
  const outcome = ours.run(done);
  const keep = (theirs: typeof outcome) =>
    keepFound({ referee: 'bochs', test: done, ours: outcome, theirs, lines: [], reason: undefined }, folder);
  expect(keep({ ...outcome, general: { ...outcome.general, eax: 2 } })).toBe('mov eax, 1; int 0x7f');
  expect(failuresOf('found.json')).toBe(1);
});
