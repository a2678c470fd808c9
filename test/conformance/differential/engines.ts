/** The referees of the differential runner behind one face: cases go in, what differs from ours comes out. */

import { type Referee, reasonFor } from './accepted.ts';
import { runInArena } from './arena/arena.ts';
import { type Case, isKnown, type Outcome } from './case.ts';
import { compare, linearStackTop, RESUME, stackTop } from './compare.ts';
import { compareInterrupted, type Interrupted, interruptedIn } from './interrupted.ts';
import type { Ours } from './ours.ts';
import { runInRing3 } from './ring3.ts';

/** DR7.GD */
const GENERAL_DETECT = 0x2000;
const PATIENCE_MS = 300_000;
/** A shutdown resets the machine, which takes a referee as long as some thousand cases. */
const MOST_SHUTDOWNS = 6;

export interface Compared {
  readonly referee: Referee;
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
      if (end === 'running away' || !canLand(mine[n]!)) return false;
      return end === 'shutdown' ? shutdowns++ < MOST_SHUTDOWNS : !isCramped(mine[n]!);
    });
  const cases = chosen.map((n) => tests[n]!);
  const own = chosen.map((n) => mine[n]!);
  if (referee === 'silicon') return onSilicon(cases, own);
  const theirs = await runInArena(referee, cases, PATIENCE_MS);
  return cases.map((test, n) => {
    const lines = compare(test, own[n]!, theirs[n]!, isQemu(referee) ? { flags: RESUME } : {});
    return {
      referee,
      test,
      ours: own[n]!,
      theirs: theirs[n]!,
      lines,
      reason: lines.length > 0 ? reasonFor(referee, test, lines) : undefined,
    };
  });
}

const isQemu = (referee: Referee): boolean => referee === 'qemu' || referee === 'twin';

function onSilicon(cases: readonly Case[], own: readonly Outcome[]): Compared[] {
  const theirs = runInRing3(cases);
  return cases.flatMap((test, n) => {
    const mine = interruptedIn(own[n]!);
    if (!mine) return [];
    const lines = compareInterrupted(test, mine, theirs[n]!);
    return [
      {
        referee: 'silicon',
        test,
        ours: own[n]!,
        theirs: theirs[n]!,
        lines,
        reason: lines.length > 0 ? reasonFor('silicon', test, lines) : undefined,
      },
    ];
  });
}

/** The arena's landings, and exceptions themselves, need a stack in memory that all have, and read the debug registers. */
const canLand = (outcome: Outcome): boolean =>
  isKnown(stackTop(outcome) - 12) && (outcome.control.dr7 & GENERAL_DETECT) === 0;

/** The arena's landings need twelve bytes of stack, and read-write ones: where there are none, they make faults of their own. */
function isCramped(outcome: Outcome): boolean {
  const { segments, general, control } = outcome;
  const linear = linearStackTop(outcome);
  const small = [0x88, 0x170, 0x58, 0x60].includes(segments.ss);
  const sp = segments.ss === 0x170 ? general.esp & 0xffff : general.esp;
  if (small) return sp < 16 || sp > 0x1000 || segments.ss === 0x60;
  return (control.cr0 & 0x80000000) !== 0 && linear >= 0x10a000 && linear <= 0x10f010;
}
