/** x87, MMX and SSE: single instructions with anything unmasked, and programs of several with all masked. */
import type { Random } from '../../fuzz/random.ts';
import { differences, type FpuCase, prepare, runFpuCase } from '../fpu-cases.ts';
import { randomCase } from '../referee/cases.ts';
import { askReferee, buildReferee } from '../referee/native.ts';
import { Rig } from '../rig.ts';
import { decode } from './table.ts';

const MOST_BYTES = 120;
const LONGEST = 12;
/** The way in and out of a case: FXRSTOR, INT, PUSH, JMP, FXSAVE, HLT. */
const OVERHEAD = 6;
const ALL_MASKED = { control: 0x7f, mxcsr: 0x1f80 };

let rig: Rig | undefined;

function prepared(): Rig {
  if (rig) return rig;
  const obstacle = buildReferee();
  if (obstacle) throw new Error(obstacle);
  rig = new Rig();
  prepare(rig);
  return rig;
}

/** Several instructions, one after another: what one leaves the next one finds. */
export function floatingProgram(random: Random): FpuCase {
  const first = randomCase(random);
  const area = Uint8Array.from(first.before.area);
  const view = new DataView(area.buffer);
  view.setUint8(0, ALL_MASKED.control);
  view.setUint16(24, view.getUint16(24, true) | ALL_MASKED.mxcsr, true);
  const code: number[] = [];
  let ignoreC1 = false;
  const length = 2 + random.below(LONGEST);
  for (let n = 0; n < length; ) {
    const each = randomCase(random);
    // What is only nearly the same would not stay so, control words would unmask, and the status word shows C1.
    if (each.slack || each.singleSlack || each.ignore || /control|environment/.test(each.group)) continue;
    if (code.length + each.code.length > MOST_BYTES) break;
    code.push(...each.code);
    ignoreC1 ||= each.ignoreC1 === true;
    n++;
  }
  return {
    group: 'floating.program',
    code: Uint8Array.from(code),
    before: { ...first.before, area },
    ...(ignoreC1 && { ignoreC1 }),
  };
}

/** The entries that a program consists of. */
export function entriesIn(code: Uint8Array): string[] {
  const found: string[] = [];
  for (let at = 0; at < code.length; ) {
    const decoded = decode(code.subarray(at));
    if (!decoded) break;
    found.push(`${decoded.entry.id} (${decoded.form})`);
    at += decoded.length;
  }
  return found;
}

export function compareFloating(
  random: Random,
  count: number,
  exercised: (entry: string, referee: string) => void,
): { programs: number; instructions: number; differences: string[] } {
  const own = prepared();
  const cases = Array.from({ length: count }, () => (random.chance(3) ? randomCase(random) : floatingProgram(random)));
  const expected = askReferee(cases);
  let instructions = 0;
  const found: string[] = [];
  for (const [n, test] of cases.entries()) {
    const begun = own.now;
    const lines = differences(test, runFpuCase(own, test), expected[n]!);
    instructions += own.now - begun - OVERHEAD;
    for (const entry of entriesIn(test.code)) exercised(entry, 'silicon');
    if (lines.length > 0)
      found.push(`${test.group} ${Buffer.from(test.code).toString('hex')}\n    ${lines.join('\n    ')}`);
  }
  return { programs: cases.length, instructions, differences: found };
}
