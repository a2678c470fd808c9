/** Crosses the instructions with their operand forms and widths: which cases there are, and their numbers. */
import { LEAVE } from '../../core/layout.ts';
import { type Condition, conditions, type Form, type Instruction, type Operands, type Shape } from '../instruction.ts';
import { shapes, sourceWidth, type Width, widths } from './notation.ts';

/** How a hot case computes its memory operand's address: [base + disp] or [base + index * scale + disp]. */
export type Address = '' | 'bd' | 'bis';

export interface Case {
  instruction: Instruction;
  shape: Shape;
  /** Width of the operands; undefined where it has no meaning. */
  width: Width | undefined;
  /** Width of the source, where movzx and movsx have a smaller one. */
  source: Width | undefined;
  address: Address;
  /** Makes no flags, because nobody would see them. */
  quiet: boolean;
  /** Fused with this jcc behind it. */
  branch?: Condition;
}

/** One opcode of the decoder's map, at one operand size. */
export interface Encoding {
  opcode: string;
  operands: Operands;
  instruction: Instruction;
  width: Width | undefined;
  register?: Case;
  memory?: Case;
}

export const nameOf = (c: Case): string =>
  [
    c.instruction.name,
    c.instruction.kind === 'special' ? c.instruction.value : c.shape,
    c.source !== c.width && c.source,
    c.width,
    c.address,
  ]
    .filter(Boolean)
    .join('_') +
  (c.quiet ? ' quiet' : '') +
  (c.branch ? ` + j${c.branch}` : '');

const formOf = (c: Case): Form => {
  const width = c.instruction.value === 'zeroExtend' || c.instruction.value === 'signExtend' ? c.source : c.width;
  return (c.shape + (width === undefined || width === 32 || c.shape === '' ? '' : width)) as Form;
};

/** Is there to be a hot case? Sixteen-bit forms only where the row names them. */
function isHot(c: Case): boolean {
  const extends_ = c.source !== c.width;
  if (extends_ && c.width !== 32) return false;
  if (c.shape === '' && c.width === 16) return false;
  return c.instruction.hot?.includes(formOf(c)) ?? false;
}

export interface Cases {
  slow: Case[];
  hot: Case[];
  encodings: Encoding[];
  numberOf(slowCase: Case | undefined): number;
  /** Hot case for a slow one, or LEAVE. */
  hotOf(slowCase: Case, address: Address, quiet: boolean): number;
  /** 1 + index into `fused` of a compare's row, or 0. */
  familyOf(slowCase: Case, address: Address): number;
  /** Rows of sixteen: the fused case for each condition, or 0. */
  fused: number[];
}

export function enumerate(instructions: readonly Instruction[]): Cases {
  const slow: Case[] = [];
  const numbers = new Map<string, number>();
  const slowCase = (
    instruction: Instruction,
    shape: Shape,
    width: Width | undefined,
    source: Width | undefined,
  ): Case => {
    // A special finds its operands in the record, so one case serves all its shapes; they count only for being hot.
    const c: Case = { instruction, shape, width, source, address: '', quiet: false };
    const key = `${nameOf(c)} ${instruction.kind === 'special' && instruction.hot ? formOf(c) : ''}`;
    const known = numbers.get(key);
    if (known !== undefined) return slow[known] as Case;
    numbers.set(key, slow.length);
    slow.push(c);
    return c;
  };

  const encodings: Encoding[] = [];
  for (const instruction of instructions) {
    if (Object.keys(instruction.encodings).length === 0) slowCase(instruction, '', undefined, undefined);
    for (const [opcode, operands] of Object.entries(instruction.encodings)) {
      for (const width of widths(instruction, operands)) {
        const source = width && sourceWidth(operands, width);
        const { register, memory } = shapes(operands);
        const encoding: Encoding = { opcode, operands, instruction, width };
        if (register !== undefined) encoding.register = slowCase(instruction, register, width, source);
        if (memory !== undefined) encoding.memory = slowCase(instruction, memory, width, source);
        encodings.push(encoding);
      }
    }
  }

  const hot: Case[] = [];
  const add = (c: Case): number => hot.push(c) - 1;
  const key = (c: Case, address: Address, quiet: boolean): string => `${slow.indexOf(c)} ${address} ${quiet}`;
  const hotNumbers = new Map<string, number>();
  const families = new Map<string, number>();
  const fused: number[] = [];
  for (const c of slow.filter(isHot)) {
    const { instruction } = c;
    for (const address of c.shape.includes('m') ? (['bd', 'bis'] as const) : ([''] as const)) {
      hotNumbers.set(key(c, address, false), add({ ...c, address }));
      // What faults needs no quiet twin: flags in front of a fault are always live.
      const quiet = instruction.flags && instruction.kind !== 'compare' && !c.shape.includes('m');
      if (quiet) hotNumbers.set(key(c, address, true), add({ ...c, address, quiet: true }));
      const wanted = instruction.fuse?.forms[formOf(c)];
      if (!wanted) continue;
      families.set(key(c, address, false), fused.length / 16 + 1);
      for (const branch of conditions) fused.push(wanted.includes(branch) ? add({ ...c, address, branch }) : 0);
    }
  }

  return {
    slow,
    hot,
    encodings,
    fused,
    numberOf: (c) => (c ? slow.indexOf(c) : 0),
    hotOf: (c, address, quiet) => {
      const at = c.shape.includes('m') ? address || 'bd' : '';
      return (quiet ? hotNumbers.get(key(c, at, true)) : undefined) ?? hotNumbers.get(key(c, at, false)) ?? LEAVE;
    },
    familyOf: (c, address) => families.get(key(c, c.shape.includes('m') ? address || 'bd' : '', false)) ?? 0,
  };
}
