/** What two machines are compared by: the traps that the program itself causes, in order, and its console's lines. */

/** An exception or a software interrupt; what an engine does not tell is undefined. */
export interface ObservedTrap {
  readonly vector: number;
  readonly errorCode?: number | undefined;
  readonly cpl?: number | undefined;
  readonly cs?: number | undefined;
  readonly eip?: number | undefined;
  readonly cr2?: number | undefined;
}

export interface Observation {
  readonly traps: readonly ObservedTrap[];
  /** Lines of COM1, without their ends; the last one may be unfinished. */
  readonly console: readonly string[];
  /** Whether the guest ended by itself: then nothing can be missing. */
  readonly ended: boolean;
}

/** What a referee is given. */
export interface Subject {
  readonly image: string;
  readonly commandLine: string;
  /** As -initrd has them. */
  readonly initrd: string;
  readonly ramBytes: number;
  /** Sent to COM1 from the beginning. */
  readonly input: string;
  /** The host's patience. */
  readonly seconds: number;
}

/** The first place where two rows differ. */
export interface Difference {
  readonly index: number;
  /** undefined: it had ended by then. */
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
}

/** The fields that both tell of are compared. @returns the first difference, or undefined */
export function firstTrapDifference(
  ours: Observation,
  theirs: Observation,
  describe: (trap: ObservedTrap) => string,
): Difference | undefined {
  const same = (a: ObservedTrap, b: ObservedTrap) =>
    (['vector', 'errorCode', 'cpl', 'cs', 'eip', 'cr2'] as const).every(
      (field) => a[field] === undefined || b[field] === undefined || a[field] === b[field],
    );
  return firstDifference(ours.traps, theirs.traps, same, describe, [ours.ended, theirs.ended]);
}

/** Time stamps as Linux's printk writes them are not compared. @param ignored lines to leave out */
export function firstLineDifference(
  ours: Observation,
  theirs: Observation,
  ignored: readonly RegExp[] = [],
): Difference | undefined {
  const lines = ({ console, ended }: Observation) =>
    (ended ? console : console.slice(0, -1))
      .map((line) => line.replace(/^\[ *\d+\.\d+\] /, '').trimEnd())
      .filter((line) => !ignored.some((pattern) => pattern.test(line)));
  const ends = [ours.ended, theirs.ended] as const;
  return firstDifference(lines(ours), lines(theirs), (a, b) => a === b, String, ends);
}

function firstDifference<T>(
  ours: readonly T[],
  theirs: readonly T[],
  same: (a: T, b: T) => boolean,
  describe: (item: T) => string,
  [oursEnded, theirsEnded]: readonly [boolean, boolean],
): Difference | undefined {
  const shared = Math.min(ours.length, theirs.length);
  for (let index = 0; index < shared; index++) {
    if (!same(ours[index]!, theirs[index]!)) {
      return { index, ours: describe(ours[index]!), theirs: describe(theirs[index]!) };
    }
  }
  const text = (items: readonly T[]) => (items.length > shared ? describe(items[shared]!) : undefined);
  const isMissing = (ours.length > shared && theirsEnded) || (theirs.length > shared && oursEnded);
  return isMissing ? { index: shared, ours: text(ours), theirs: text(theirs) } : undefined;
}
