/** A program of ring 3 as it was interrupted: what a process sees of itself, with no handler in the picture. */
import { Differences } from '../differences.ts';
import { GENERAL, type General, SEGMENT_NAMES, type SegmentName } from '../formats.ts';
import { type Case, dwordOf, type End, type Outcome, world } from './case.ts';
import { isPageTable, stackTop, WITH_CODE } from './compare.ts';

export interface Interrupted {
  readonly end: End;
  /** The end is an interrupt that no gate admitted: EIP is that of the instruction, and EFLAGS has RF. */
  readonly isRefused?: boolean;
  readonly error: number;
  readonly general: Readonly<Record<General, number>>;
  readonly segments: Readonly<Record<SegmentName, number>>;
  readonly eip: number;
  readonly eflags: number;
  readonly cr2: number;
  /** The FXSAVE area, where it was looked at. */
  readonly fpu?: Uint8Array;
  readonly changes: ReadonlyMap<number, number>;
}

const RESUME = 0x10000;
const INT_BYTES = 2;
/** Linux has NX, with which an error code of #PF tells of fetches. */
const FETCHED = 0x10;
const LARGEST_PUSH = 256;

/** What a landing found, told from the side of the program; nothing when that was not in ring 3. */
export function interruptedIn(outcome: Outcome): Interrupted | undefined {
  const { end, general, segments, control, changes } = outcome;
  if (typeof end !== 'number' || end > 255) return undefined;
  const hasCode = WITH_CODE.has(end);
  const top = stackTop(outcome);
  const [error, eip, cs, flags, esp, ss] = [0, 4, 8, 12, 16, 20].map(
    (offset) =>
      changes.get(top + offset - (hasCode ? 0 : 4)) ?? dwordOf(world().ranges, top + offset - (hasCode ? 0 : 4)),
  ) as [number, number, number, number, number, number];
  if ((cs & 3) !== 3) return undefined;
  return {
    end,
    error: hasCode ? error : 0,
    general: { ...general, esp },
    segments: { ...segments, cs: cs & 0xffff, ss: ss & 0xffff },
    eip,
    eflags: flags,
    cr2: control.cr2,
    changes,
  };
}

/** Memory of ring 0 that an interrupt changes: its stacks, descriptor tables, page tables. */
const isSystems = (at: number): boolean => at < 0x107000 || isPageTable(at);

export function compareInterrupted(test: Case, actual: Interrupted, expected: Interrupted): readonly string[] {
  const different = new Differences();
  if (actual.end !== expected.end) {
    different.text(`ends ${actual.end}, expected ${expected.end}`);
    return different.lines;
  }
  if (typeof expected.end === 'string') return [];
  const isFault = expected.end < 32 && WITH_CODE.has(expected.end);
  if (isFault && !expected.isRefused) different.number('error code', actual.error, expected.error, ~FETCHED);
  different.number('eip', actual.eip, expected.eip + (expected.isRefused ? INT_BYTES : 0));
  const mask = ~((test.undefinedFlags ?? 0) | (expected.isRefused ? RESUME : 0));
  different.number('eflags', actual.eflags, expected.eflags, mask);
  for (const name of GENERAL) different.number(name, actual.general[name], expected.general[name]);
  for (const name of SEGMENT_NAMES) different.number(name, actual.segments[name], expected.segments[name]);
  if (expected.end === 14) different.number('cr2', actual.cr2, expected.cr2);
  for (const at of new Set([...actual.changes.keys(), ...expected.changes.keys()])) {
    if (
      isSystems(at) ||
      !known(at) ||
      (isFault && at < expected.general.esp && at >= expected.general.esp - LARGEST_PUSH)
    )
      continue;
    const [a, b] = [actual, expected].map(({ changes }) => changes.get(at) ?? dwordOf(world().ranges, at)) as [
      number,
      number,
    ];
    different.number(`memory ${at.toString(16)}`, a, b);
  }
  return different.lines;
}

const known = (at: number): boolean => at >= 0x100000;
