/**
 * What a row of the instruction table says. From these rows emu/isa/generate makes the decoder's tables,
 * the hot switch and the slow step; what the instructions do to values and flags is in emu/core/semantics.
 */

export const conditions = [
  'o',
  'no',
  'b',
  'ae',
  'e',
  'ne',
  'be',
  'a',
  's',
  'ns',
  'p',
  'np',
  'l',
  'ge',
  'le',
  'g',
] as const;
export type Condition = (typeof conditions)[number];

/**
 * Operands as the opcode maps write them (SDM 2D, appendix A.2), destination first.
 *
 * | letter | where | | letter | what |
 * |---|---|---|---|---|
 * | E | modrm's rm: register or memory | | b | byte |
 * | M | rm, memory only | | w | word |
 * | R | rm, register only | | d | doubleword |
 * | G | modrm's reg: register | | v | word or doubleword, by operand size |
 * | S, C, D | reg: segment, control, debug register | | p | far pointer |
 * | Z | the opcode's low three bits: register | | q, dq | quadword, two of them |
 * | P, V | reg: MMX, XMM register | | ps, pd | packed singles, doubles |
 * | N, U | rm: MMX, XMM register only | | ss, sd | scalar single, double |
 * | Q, W | rm: MMX, XMM register or memory | | x | by the operation |
 * | F | the modrm byte itself (x87) and its memory operand | | |
 * | O | an offset in the instruction | | |
 * | H | a modrm byte that nobody heeds | | |
 * | I, sI | immediate; sign-extended | | |
 * | J | relative target | | A | far target |
 *
 * Besides: AL, eAX, CL, 1, and the segment registers ES to GS by name.
 */
export type Operands = string;

/** Where operands are once decoded: destination then source; r register, m memory, i immediate, c the CL register. */
export type Shape = 'rr' | 'ri' | 'rm' | 'mr' | 'mi' | 'rc' | 'mc' | 'rri' | 'rmi' | 'r' | 'm' | 'i' | '';
/** A shape and its width: 32 bits unless it ends in 8 or 16. */
export type Form = Shape | `${Exclude<Shape, ''>}${8 | 16}`;

/** How the value, flags and place of an instruction go together; one skeleton of generate/skeletons.ts each. */
export type Kind =
  | 'update' // dst = value(dst, src); flags
  | 'compare' // flags of value(dst, src)
  | 'modify' // dst = value(dst); flags
  | 'shift' // dst = value(dst, count); flags unless the count is 0
  | 'assign' // dst = value(src)
  | 'address' // dst = offset of the memory operand
  | 'set' // dst = condition
  | 'select' // dst = condition ? src : dst
  | 'consume' // value(operand), which may raise
  | 'push'
  | 'pop'
  | 'jump'
  | 'branch'
  | 'call'
  | 'return'
  | 'special'; // a function of the record

export interface Instruction {
  /** The manual's mnemonic, lower case. */
  name: string;
  kind: Kind;
  /** The function of emu/core that makes the result; for a special, the one that does it all. */
  value?: string;
  /** The function that records the flags. Absent: the flags stay, or `value` sees to them. */
  flags?: string;
  /** Reads flags. */
  reads?: true;
  /** Writes flags: all of the arithmetic ones unless 'some'. Follows from `flags` where that is given. */
  writes?: 'all' | 'some';
  /** A special that cannot raise an exception. */
  pure?: true;
  /** Changes where execution goes on, or what the next instruction is decoded under. */
  ends?: true;
  /** A special with a known target: always taken, or perhaps. */
  links?: 'always' | 'perhaps';
  /** Needs a flat 32-bit stack, flat 32-bit code, to be hot. */
  hotNeeds?: ('stack' | 'code')[];
  /** May carry LOCK when its destination is memory (SDM 2A, LOCK). */
  lock?: true;
  /** A special that has a version for each operand size though its operands do not show it. */
  sized?: true;
  /** Condition tested. */
  condition?: Condition;
  /**
   * Opcode, as in the maps: hex bytes, `+` for a register in the low bits, `/n` for a digit in modrm's reg. In front of
   * 0f stands its mandatory prefix, `np` where there must be none; without one the instruction doesn't mind prefixes.
   */
  encodings: Record<string, Operands>;
  /** Forms with a case in the hot switch; all others run in the slow step. */
  hot?: readonly Form[];
  /** Forms that fuse with a following jcc, and the family of conditions that then applies. */
  fuse?: { family: 'afterSub' | 'afterLogic' | 'afterDec'; forms: Partial<Record<Form, readonly Condition[]>> };
}

export const hex = (n: number): string => n.toString(16).padStart(2, '0');
