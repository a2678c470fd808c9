/**
 * Compares random floating-point instructions with this machine's own processor:
 *
 *     npm run referee -- [COUNT [SEED [GROUP]]]
 *     npm run referee -- --freeze
 *
 * Prints each kind of difference once, and exits with 1 when there was one. GROUP is x87, x87.arithmetic, sse, and so
 * on. The second form writes the cases that `make test` runs (freeze.ts).
 */
import { Random } from '../../fuzz/random.ts';
import { hex } from '../formats.ts';
import { differences, type FpuCase, type FpuOutcome, prepare, runFpuCase } from '../fpu-cases.ts';
import { Rig } from '../rig.ts';
import { randomCase } from './cases.ts';
import { freeze } from './freeze.ts';
import { askReferee, buildReferee } from './native.ts';

const BATCH = 2000;
const [count = 100_000, seed = 1] = process.argv.slice(2, 4).map(Number);
const group = process.argv[4];
process.exitCode = main();

function main(): number {
  const obstacle = buildReferee();
  if (obstacle) {
    console.log(`no native referee: ${obstacle}`);
    return 0;
  }
  if (process.argv[2] === '--freeze') return freeze();
  const rig = new Rig();
  prepare(rig);
  const random = new Random(seed);
  const told = new Map<string, number>();
  for (let done = 0; done < count; done += BATCH) {
    const cases = Array.from({ length: Math.min(BATCH, count - done) }, () => randomCase(random, group));
    const expected = askReferee(cases);
    for (const [n, test] of cases.entries()) {
      const actual = runFpuCase(rig, test);
      const lines = differences(test, actual, expected[n]!);
      if (lines.length > 0) tell(told, test, lines, actual, expected[n]!);
    }
  }
  const failed = [...told.values()].reduce((sum, n) => sum + n, 0);
  console.log(`${count} cases, seed ${seed}: ${failed} differ`);
  for (const [code, n] of told) console.log(`  ${String(n).padStart(6)}  ${code}`);
  return failed === 0 ? 0 : 1;
}

function tell(
  told: Map<string, number>,
  test: FpuCase,
  lines: readonly string[],
  actual: FpuOutcome,
  expected: FpuOutcome,
): void {
  const code = `${test.group} ${bytes(test.code)}`;
  const times = told.get(code) ?? 0;
  told.set(code, times + 1);
  if (times > 0 || told.size > 12) return;
  console.log(`${code}\n  ${lines.join('\n  ')}`);
  console.log(`  before ${describe(test.before.area)}  memory ${bytes(test.before.memory.subarray(0, 16))}`);
  console.log(`  ours   ${describe(actual.area)}  memory ${bytes(actual.memory.subarray(0, 16))}`);
  console.log(`  theirs ${describe(expected.area)}  memory ${bytes(expected.memory.subarray(0, 16))}`);
}

function bytes(of: Uint8Array): string {
  return Buffer.from(of).toString('hex');
}

/** Control, status, tags, MXCSR; ST(0) to ST(2); XMM0 to XMM2. */
function describe(area: Uint8Array): string {
  const view = new DataView(area.buffer, area.byteOffset);
  const number = (at: number, length: number): string =>
    bytes(Uint8Array.from(area.subarray(at, at + length)).reverse());
  const stack = [0, 1, 2].map((i) => `${number(40 + 16 * i, 2)}:${number(32 + 16 * i, 8)}`);
  const xmm = [0, 1, 2].map((i) => number(160 + 16 * i, 16));
  const words = `cw ${hex(view.getUint16(0, true), 4)} sw ${hex(view.getUint16(2, true), 4)} tags ${hex(area[4]!, 2)}`;
  return `${words} mxcsr ${hex(view.getUint32(24, true), 4)}\n         st ${stack.join(' ')}\n         xmm ${xmm.join(' ')}`;
}
