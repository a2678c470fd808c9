/**
 * Where a referee does otherwise than we do, and why that is right. docs/conformance.md tells of each; whatever is not
 * here is a divergence.
 */
import type { Case } from './case.ts';

export type Referee = 'bochs' | 'qemu' | 'silicon';

interface Accepted {
  readonly referee: Referee;
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
    lines: /^cr2|^memory 11/,
    reason:
      'Bochs reads the selector of a far pointer, and the end of an environment, first; processors begin at the beginning.',
  },
  {
    referee: 'bochs',
    cases: /^(page|cross|ac)\.pushds\.|^stack\.pushes/,
    lines: /^memory/,
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
    cases: /^(page|cross)\.maskmovq\.|^priv\.maskmovq/,
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
    cases: /^dr\.(read|write)\.\d\.\d\.2000\./,
    lines: /^ends/,
    reason:
      'With DR7.GD Bochs raises #DB before it looks at CPL and CR4.DE; we raise #GP and #UD first, as KVM knows of Intel.',
  },
  {
    referee: 'bochs',
    cases: /^(lim|cross|page|ac)\.(sgdt|sidt)\./,
    lines: /^memory/,
    reason: 'Bochs stores the limit before it finds that the base cannot be stored.',
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
    cases: /^inner\.|^ts\.esp0|^gate\.call|^stack\.(pusha|enter)/,
    lines: /^memory/,
    reason: 'Where a frame does not fit, Bochs has pushed the first words already; we look for room first.',
  },
];

/** Why this difference is none of ours; nothing when it is one. */
export function reasonFor(referee: Referee, { id }: Case, lines: readonly string[]): string | undefined {
  const found = accepted.find(
    (each) => each.referee === referee && each.cases.test(id) && lines.every((line) => each.lines.test(line)),
  );
  return found?.reason;
}
