/** The opcode maps' operand notation, taken apart: what the decoder is to read, and the form that results. */
import * as L from '../../core/lines.ts';
import type { Instruction, Operands, Shape } from '../instruction.ts';

export type Width = 8 | 16 | 32;

const segments = ['ES', 'CS', 'SS', 'DS', 'FS', 'GS'];

export function parts(operands: Operands): string[] {
  return operands === '' ? [] : operands.split(',');
}
/** The letter that says where an operand is; the segment registers' names have none. */
const letter = (part: string): string => (segments.includes(part) ? '' : (part[0] ?? ''));
const isImmediate = (part: string): boolean => /^(I|sI|J|Ap$|1$)/.test(part);
const isByte = (part: string): boolean => part === 'AL' || /^[EGOYZ]b$/.test(part);
const isFull = (part: string): boolean => part === 'eAX' || /^[EGOYZ]v$/.test(part) || /^(Iv|Jv|sIb|Ap)$/.test(part);

/** Widths an encoding comes in: one, or word and doubleword by the operand size; none where width means nothing to it. */
export function widths(instruction: Instruction, operands: Operands): (Width | undefined)[] {
  const given = parts(operands);
  const sized =
    instruction.sized ||
    (given.some(isFull) && !/^J/.test(operands)) ||
    ['jump', 'call', 'return'].includes(instruction.kind);
  if (sized) return [32, 16];
  return given.some(isByte) ? [8] : [undefined];
}

/** Width of the source where it differs from the destination's, as in movzx. */
export function sourceWidth(operands: Operands, width: Width): Width {
  const source = parts(operands)[1];
  return source === 'Eb' ? 8 : source === 'Ew' ? 16 : width;
}

/** The shape of the operands when E is a register, and when it is memory; undefined where that is no instruction. */
export function shapes(operands: Operands): { register?: Shape; memory?: Shape } {
  const given = parts(operands);
  const letters = (e: 'r' | 'm'): Shape =>
    given
      .map((part) => {
        if ('EMFQW'.includes(letter(part))) return letter(part) && e;
        if (letter(part) === 'O') return 'm';
        if (part === 'CL') return 'c';
        if ('JYH-'.includes(letter(part)) || part === 'Ap') return '';
        return isImmediate(part) ? 'i' : 'r';
      })
      .join('') as Shape;
  if (given.some((part) => letter(part) === 'H')) return { register: '', memory: '' };
  if (given.some((part) => letter(part) === 'M')) return { memory: letters('m') };
  if (given.some((part) => /^[EFQW]/.test(letter(part)))) return { register: letters('r'), memory: letters('m') };
  return { register: letters('r') };
}

function from(part: string | undefined): number {
  if (part === undefined || part === '-' || isImmediate(part) || /^[MYH]/.test(part) || part === 'CL')
    return L.FROM_NONE;
  if (segments.includes(part)) return L.FROM_SEGMENT + segments.indexOf(part);
  if (part === 'AL' || part === 'eAX') return L.FROM_EAX;
  const place = {
    E: L.FROM_E,
    G: L.FROM_G,
    Z: L.FROM_OPCODE,
    O: L.FROM_MOFFS,
    S: L.FROM_REG_SEGMENT,
    C: L.FROM_REG_NUMBER,
    D: L.FROM_REG_NUMBER,
    R: L.FROM_RM_REGISTER,
    F: L.FROM_MODRM,
    P: L.FROM_REG_MMX,
    N: L.FROM_RM_MMX,
    Q: L.FROM_RM_MMX,
    V: L.FROM_REG_XMM,
    U: L.FROM_RM_XMM,
    W: L.FROM_RM_XMM,
  }[part[0] as string];
  if (place === undefined) throw new Error(`operand ${part} is not in the notation of instruction.ts`);
  return place;
}

function immediate(operands: Operands): number {
  if (operands === 'Iw,Ib') return L.IMM_WORD_BYTE;
  const last = parts(operands).at(-1);
  switch (last) {
    case 'Ib':
      return L.IMM_BYTE;
    case 'sIb':
      return L.IMM_SIGNED_BYTE;
    case 'Iw':
      return L.IMM_WORD;
    case 'Iv':
      return L.IMM_FULL;
    case '1':
      return L.IMM_ONE;
    case 'Jb':
      return L.IMM_NEAR_BYTE;
    case 'Jv':
      return L.IMM_NEAR_FULL;
    case 'Ap':
      return L.IMM_FAR;
    default:
      return L.IMM_NONE;
  }
}

/** The first bytes of a decoder line: places of destination and source, immediate, which of them are bytes. */
export function reading(operands: Operands): [number, number, number, number] {
  const [first, second] = parts(operands);
  const bytes = (first !== undefined && isByte(first) ? 1 : 0) | (second !== undefined && isByte(second) ? 2 : 0);
  return [from(first), from(second), immediate(operands), bytes];
}

/** A shift by CL may be by 0, and then writes no flags; of one by an immediate that is known when it is decoded. */
function writes(i: Instruction, operands: Operands): number {
  if (!i.flags && !i.writes) return 0;
  return i.writes === 'some' || operands.endsWith('CL') ? L.KEEPS_SOME_FLAGS : L.WRITES_FLAGS;
}

export function traits(i: Instruction, operands: Operands): number {
  const given = parts(operands);
  let bits = writes(i, operands);
  if (i.reads) bits |= L.READS_FLAGS;
  if (given.some((part) => /^[EGHMSCDRFPNQVUW]/.test(letter(part)))) bits |= L.NEEDS_MODRM;
  const relative = given.some((part) => part.startsWith('J')) || i.name === 'onward';
  if (relative) bits |= L.LINKS;
  if (i.kind === 'branch' || i.links === 'perhaps') bits |= L.CONDITIONAL;
  if (['jump', 'branch', 'call', 'return'].includes(i.kind) || i.ends) bits |= L.ENDS_BLOCK;
  if (['push', 'pop', 'call', 'return'].includes(i.kind) || i.hotNeeds?.includes('stack')) bits |= L.STACK;
  if (['jump', 'branch', 'call', 'return'].includes(i.kind) || i.hotNeeds?.includes('code')) bits |= L.CODE;
  const quiet =
    ['update', 'compare', 'modify', 'shift', 'assign', 'set', 'select', 'address', 'branch'].includes(i.kind) ||
    i.pure ||
    i.name === 'onward';
  if (!quiet || given.some((part) => part.startsWith('O'))) bits |= L.MAY_FAULT;
  // The destination comes first: `add Gb,Eb` writes no memory.
  if (i.lock && /^[EM]/.test(operands)) bits |= L.LOCKABLE;
  if (i.kind === 'shift' && !given.includes('CL')) bits |= L.COUNTS;
  if (i.kind === 'address' || given.includes('H')) bits |= L.LOAD_OFFSET;
  return bits;
}
