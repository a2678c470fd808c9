/**
 * Where a referee does otherwise than we do, and why that is right. docs/conformance.md tells of each; whatever is not
 * here is a divergence.
 */
import type { Engine } from './arena/arena.ts';
import type { Case } from './case.ts';
import type { Entry } from './table.ts';

export type Referee = Engine | 'silicon';

/** A referee as cases name it. */
export const truthOf = (referee: Referee): string =>
  referee === 'twin' ? 'qemu' : referee === 'willamette' ? 'bochs' : referee;

interface Accepted {
  /** As truthOf has it. */
  readonly referee: string;
  /** Cases, by their ids. */
  readonly cases: RegExp;
  /** Lines of the comparison; all of a case's must match one. */
  readonly lines: RegExp;
  readonly reason: string;
}

export const accepted: readonly Accepted[] = [
  {
    referee: 'bochs',
    cases: /^(page|cross)\.(lds|lfs|fldenv)\./,
    lines: /^cr2|^memory (11|105ee8)/,
    reason:
      'Bochs reads the selector of a far pointer, and the end of an environment, first; processors begin at the beginning.',
  },
  {
    referee: 'bochs',
    cases: /^(page|cross|ac)\.pushds\.|^stack\.pushes/,
    lines: /^memory|^ends/,
    reason:
      'Bochs stores 16 bits of a pushed segment register and leaves the upper half; SDM 2B, PUSH, allows both; we store zeros, as the P6 and AMD do.',
  },
  {
    referee: 'bochs',
    cases: /^cross\.popfs\./,
    lines: /^ends/,
    reason: 'Bochs reads 16 bits when a segment register is popped; processors read the whole operand (seen on AMD).',
  },
  {
    referee: 'bochs',
    cases: /^(page|cross|ac)\.arpl\./,
    lines: /./,
    reason: 'Bochs writes the operand of ARPL back unchanged; processors only read what needs no change (seen on AMD).',
  },
  {
    referee: 'bochs',
    cases: /^(page|cross)\.maskmovq\.|^priv\.maskmovq|^enc\.0ff7\./,
    lines: /./,
    reason:
      'With a mask of zeros Bochs touches memory, we do not; SDM 2B, MASKMOVQ, leaves that to the implementation.',
  },
  {
    referee: 'bochs',
    cases: /^vm\.(iretd\.3|enter\.[0-9a-f]+\.800\.(10000|ffff0000))\./,
    lines: /./,
    reason:
      'Bochs does not check EIP against the segment in an IRETD of virtual-8086 mode; SDM 2A, IRET, has it as #GP(0).',
  },
  {
    referee: 'bochs',
    cases: /^(lim|cross|page|ac)\.(sgdt|sidt|fnstenv|fnsave|fxsave)\./,
    lines: /^memory/,
    reason: 'Of what an instruction stores, Bochs has stored the first words when it finds that the rest cannot be.',
  },
  {
    referee: 'bochs',
    cases: /^ac\.fnsave\./,
    lines: /^ends/,
    reason:
      'Bochs checks each register that FNSAVE stores for alignment, at odd places all of them; processors check the area.',
  },
  {
    referee: 'bochs',
    cases: /^ac\.(movups|movdqu)\./,
    lines: /^ends/,
    reason: 'SDM 2B, MOVUPS, lets an implementation raise #AC or not; AMD does, and so do we; Bochs does not.',
  },
  {
    referee: 'bochs',
    cases: /^priv\.fxsave\./,
    lines: /^memory 10a/,
    reason:
      'Without CR4.OSFXSR Bochs leaves the XMM registers out of FXSAVE; SDM 2A, FXSAVE, leaves that to the implementation; we store them.',
  },
  {
    referee: 'bochs',
    cases: /^inner\.|^ts\.esp0|^gate\.call|^stack\.(pusha|enter)/,
    lines: /^memory 10[567a]/,
    reason: 'Where a frame does not fit, Bochs has pushed the first words already; we look for room first.',
  },
];

/** Why this difference is none of ours; nothing when it is one. */
export function reasonFor(referee: Referee, { id }: Case, lines: readonly string[]): string | undefined {
  const found = accepted.find(
    (each) => each.referee === truthOf(referee) && each.cases.test(id) && lines.every((line) => each.lines.test(line)),
  );
  return found?.reason;
}

interface LeftOut {
  /** As truthOf has it. */
  readonly referee: string;
  /** Entries of the instruction table, by their ids. */
  readonly entries: RegExp;
  readonly reason: string;
}

/** Instructions of which a referee makes something else: random programs for it have none of them. */
export const leftOut: readonly LeftOut[] = [
  {
    referee: 'qemu',
    entries: /^0f 18 nop/,
    reason: 'QEMU raises #UD for hints that name a register; SDM 2B, PREFETCHh, has them do nothing.',
  },
  {
    referee: 'qemu',
    entries: /^f[67] \/1 test/,
    reason: 'QEMU raises #UD for the second encoding of TEST, F6 /1 and F7 /1; processors execute it (seen on AMD).',
  },
  {
    referee: 'qemu',
    entries: /bswap/,
    reason:
      'QEMU swaps all four bytes with a 16-bit operand, too; SDM 2A, BSWAP, leaves that undefined; processors clear the word (seen on AMD).',
  },
  {
    referee: 'qemu',
    entries: /cmpxchg8b/,
    reason: 'QEMU 7.2 loses the flags besides ZF in CMPXCHG8B; SDM 2A has them unaffected (seen on AMD).',
  },
  {
    referee: 'qemu',
    entries: / lar /,
    reason: 'QEMU gives no limit bits in LAR; SDM 2A, LAR, leaves them undefined; processors and Bochs give them.',
  },
];

export function leftOutOf(referee: Referee): (entry: Entry) => boolean {
  const patterns = leftOut.filter((each) => each.referee === truthOf(referee)).map(({ entries }) => entries);
  return ({ id }) => patterns.some((pattern) => pattern.test(id));
}
