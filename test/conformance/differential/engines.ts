/** The referees of the differential runner behind one face: cases go in, what differs from ours comes out. */

import { type Referee, reasonFor } from './accepted.ts';
import { type Engine, runInArena } from './arena/arena.ts';
import type { Case, Outcome } from './case.ts';
import { compare, RESUME, stackTop } from './compare.ts';
import { compareInterrupted, type Interrupted, interruptedIn } from './interrupted.ts';
import type { Ours } from './ours.ts';
import { runInRing3 } from './ring3.ts';

const PATIENCE_MS = 300_000;
/** A shutdown resets the machine, which takes a referee as long as some thousand cases. */
const MOST_SHUTDOWNS = 6;

export interface Compared {
  readonly test: Case;
  readonly ours: Outcome;
  readonly theirs: Outcome | Interrupted;
  readonly lines: readonly string[];
  /** Why these lines are no divergence. */
  readonly reason: string | undefined;
}

/**
 * Run cases here and on a referee. Cases that ours does not come to an end of, and shutdowns but a few, are left out.
 * @param withFlags a case with the flags that are undefined where it ended here
 */
export async function compareOn(
  referee: Referee,
  ours: Ours,
  given: readonly Case[],
  withFlags: (n: number, outcome: Outcome) => Case = (n) => given[n]!,
): Promise<Compared[]> {
  const mine = given.map((test) => ours.run(test));
  const tests = mine.map((outcome, n) => withFlags(n, outcome));
  let shutdowns = 0;
  const chosen = tests
    .map((_test, n) => n)
    .filter((n) => {
      const { end } = mine[n]!;
      return end === 'shutdown'
        ? shutdowns++ < MOST_SHUTDOWNS
        : end !== 'running away' && !(typeof end === 'number' && isCramped(mine[n]!));
    });
  const cases = chosen.map((n) => tests[n]!);
  const own = chosen.map((n) => mine[n]!);
  if (referee === 'silicon') return onSilicon(cases, own);
  const theirs = await runInArena(referee as Engine, cases, (n) => touchedBy(own[n]!), PATIENCE_MS);
  return cases.map((test, n) => {
    const lines = compare(test, own[n]!, theirs[n]!, referee === 'qemu' ? { flags: RESUME } : {});
    return {
      test,
      ours: own[n]!,
      theirs: theirs[n]!,
      lines,
      reason: lines.length > 0 ? reasonFor(referee, test, lines) : undefined,
    };
  });
}

function onSilicon(cases: readonly Case[], own: readonly Outcome[]): Compared[] {
  const theirs = runInRing3(cases);
  return cases.flatMap((test, n) => {
    const mine = interruptedIn(own[n]!);
    if (!mine) return [];
    const lines = compareInterrupted(test, mine, theirs[n]!);
    return [
      {
        test,
        ours: own[n]!,
        theirs: theirs[n]!,
        lines,
        reason: lines.length > 0 ? reasonFor('silicon', test, lines) : undefined,
      },
    ];
  });
}

/** Addresses that a case changes: what we changed, the page that faulted, and what a landing of the arena pushes. */
function touchedBy(outcome: Outcome): number[] {
  const { changes, control, end } = outcome;
  const fault = end === 14 ? [control.cr2 - 0x1000, control.cr2] : [];
  return [...changes.keys(), ...fault, stackTop(outcome) - 12].filter(
    (at) => (at >= 0 && at < 0xb000) || (at >= 0x100000 && at < 0x118000),
  );
}

/** The arena's landings need twelve bytes of stack, and read-write ones: where there are none, they make faults of their own. */
function isCramped(outcome: Outcome): boolean {
  const { segments, general, control } = outcome;
  const small = [0x88, 0x170, 0x58, 0x60].includes(segments.ss);
  const sp = segments.ss === 0x170 ? general.esp & 0xffff : general.esp;
  if (small) return sp < 16 || sp > 0x1000 || segments.ss === 0x60;
  return (control.cr0 & 0x80000000) !== 0 && stackTop(outcome) >= 0x10a000 && stackTop(outcome) <= 0x10f010;
}
