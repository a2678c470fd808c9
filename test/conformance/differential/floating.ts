/** x87, MMX and SSE: single instructions with anything unmasked, and programs of several with all masked. */
import type { Random } from '../../fuzz/random.ts';
import { differences, type FpuCase, type FpuOutcome, prepare, runFpuCase } from '../fpu-cases.ts';
import { randomCase } from '../referee/cases.ts';
import { askReferee, buildReferee } from '../referee/native.ts';
import { Rig } from '../rig.ts';
import { type Decoded, decode } from './table.ts';

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

/** The instructions of a program, as far as they are known. */
function decodedIn(code: Uint8Array): Decoded[] {
  const found: Decoded[] = [];
  for (let at = 0; at < code.length; at += found.at(-1)!.length) {
    const decoded = decode(code.subarray(at));
    if (!decoded) break;
    found.push(decoded);
  }
  return found;
}
/** The entries that a program consists of. */
export const entriesIn = (code: Uint8Array): string[] =>
  decodedIn(code).map(({ entry, form }) => `${entry.id} (${form})`);
/** Its instructions' bytes; what is not known is the last. */
function partsOf(code: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { length } of decodedIn(code)) {
    parts.push(code.subarray(at, at + length));
    at += length;
  }
  return at < code.length ? [...parts, code.subarray(at)] : parts;
}

/** A program that two processors do not agree on. */
export interface FloatingDifference {
  readonly test: FpuCase;
  readonly theirs: FpuOutcome;
  readonly lines: readonly string[];
}

/** Compare programs here and on this machine's processor. */
export function differingOf(own: Rig, cases: readonly FpuCase[], ask = askReferee): FloatingDifference[] {
  const expected = ask(cases);
  return cases.flatMap((test, n) => {
    const theirs = expected[n]!;
    const lines = differences(test, runFpuCase(own, test), theirs);
    return lines.length > 0 ? [{ test, theirs, lines }] : [];
  });
}

/** Leave out one instruction after the other, as long as it still differs. */
export function shrinkFloating(own: Rig, whole: FloatingDifference, ask = askReferee): FloatingDifference {
  let best = whole;
  for (;;) {
    const parts = partsOf(best.test.code);
    const shorter = parts.map((_, n) => ({
      ...best.test,
      code: Uint8Array.from(parts.flatMap((part, i) => (i === n ? [] : [...part]))),
    }));
    const [found] = parts.length > 1 ? differingOf(own, shorter, ask) : [];
    if (!found) return best;
    best = found;
  }
}

export function compareFloating(
  random: Random,
  count: number,
  exercised: (entry: string) => void,
): { programs: number; instructions: number; differing: FloatingDifference[] } {
  const own = prepared();
  const cases = Array.from({ length: count }, () => (random.chance(3) ? randomCase(random) : floatingProgram(random)));
  const begun = own.now;
  const found = differingOf(own, cases);
  const instructions = own.now - begun - OVERHEAD * cases.length;
  for (const { code } of cases) for (const entry of entriesIn(code)) exercised(entry);
  return { programs: cases.length, instructions, differing: found.map((each) => shrinkFloating(own, each)) };
}
