/** Jumps and calls to a place in the same segment: their opcodes in the short and the near form. */

import type { Bits } from './operands.ts';

export interface Branch {
  /** The opcode before an 8-bit displacement; null when there is no such form. */
  readonly short: readonly number[] | null;
  /** The opcode before a displacement of the code's size; null when there is no such form. */
  readonly near: readonly number[] | null;
}

/** Condition names by their number in the opcode (SDM volume 2, appendix B.1.4.7). */
export const CONDITIONS: readonly (readonly string[])[] = [
  ['o'],
  ['no'],
  ['b', 'c', 'nae'],
  ['ae', 'nb', 'nc'],
  ['e', 'z'],
  ['ne', 'nz'],
  ['be', 'na'],
  ['a', 'nbe'],
  ['s'],
  ['ns'],
  ['p', 'pe'],
  ['np', 'po'],
  ['l', 'nge'],
  ['ge', 'nl'],
  ['le', 'ng'],
  ['g', 'nle'],
];

const branches = new Map<string, Branch>([
  ['jmp', { short: [0xeb], near: [0xe9] }],
  ['call', { short: null, near: [0xe8] }],
  ['loopne', { short: [0xe0], near: null }],
  ['loopnz', { short: [0xe0], near: null }],
  ['loope', { short: [0xe1], near: null }],
  ['loopz', { short: [0xe1], near: null }],
  ['loop', { short: [0xe2], near: null }],
]);

CONDITIONS.forEach((names, number) => {
  for (const name of names) branches.set(`j${name}`, { short: [0x70 + number], near: [0x0f, 0x80 + number] });
});

/** The branch of this name in code of this size; undefined if it is no branch. */
export function branchNamed(mnemonic: string, bits: Bits): Branch | undefined {
  // jcxz and jecxz are one opcode; the address size chooses the register.
  if (mnemonic === 'jcxz') return { short: bits === 16 ? [0xe3] : [0x67, 0xe3], near: null };
  if (mnemonic === 'jecxz') return { short: bits === 32 ? [0xe3] : [0x67, 0xe3], near: null };
  if (mnemonic === 'jrcxz' && bits === 64) return { short: [0xe3], near: null };
  return branches.get(mnemonic);
}
