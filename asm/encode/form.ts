/**
 * An instruction ready to be encoded: every number is either put in, or declared open. An open
 * number (an address the linker decides) gets the widest field its place has; the encoding says
 * where that field lies.
 */

import type { Bits, OperandSize } from './operands.ts';
import type { Register } from './registers.ts';

/** A number known now, or `open`. */
export type FormNumber = bigint | 'open';

export interface MemoryForm {
  readonly kind: 'memory';
  readonly size: OperandSize | null;
  readonly far: boolean;
  readonly segment: Register | null;
  readonly base: Register | null;
  readonly index: Register | null;
  readonly scale: 1 | 2 | 4 | 8;
  readonly displacement: FormNumber;
  /** In bits, where the source says: of the displacement, or without registers of the address. */
  readonly displacementSize: 8 | 16 | 32 | null;
  /** From the next instruction's address (64-bit code); always open. */
  readonly relative: boolean;
}

export type OperandForm =
  | { readonly kind: 'register'; readonly register: Register }
  | {
      readonly kind: 'immediate';
      readonly number: FormNumber;
      readonly size: OperandSize | null;
      readonly strict: boolean;
    }
  | MemoryForm
  | {
      readonly kind: 'far';
      readonly selector: FormNumber;
      readonly offset: FormNumber;
      readonly size: OperandSize | null;
    };

export interface Form {
  readonly mnemonic: string;
  readonly prefixes: readonly string[];
  readonly operands: readonly OperandForm[];
  readonly bits: Bits;
}

/** The place of an open number in the bytes. */
export interface Field {
  /** Which operand; a far pointer's selector is a field of the same operand, with `selector` set. */
  readonly operand: number;
  readonly selector: boolean;
  /** In bytes from the instruction's first. */
  readonly offset: number;
  /** In bytes: 1, 2 or 4. */
  readonly size: number;
  /** Counted from the instruction's end. */
  readonly relative?: boolean;
}

export interface Encoding {
  readonly bytes: Uint8Array;
  readonly fields: readonly Field[];
}

/** An instruction that has no encoding, in words for the person who wrote it. */
export class EncodeError extends Error {}

/**
 * What stands in the bytes for open numbers until the linker knows better. Each needs its full
 * field, and none looks like an opcode that goes with it, so that its place is found by search.
 */
export const OPEN_IMMEDIATE = 0x6b5a4938n;
export const OPEN_DISPLACEMENT = 0x5c4d3e2fn;

/** The address size of a memory operand, in bits: its registers', else the code's. */
export function addressSize(memory: MemoryForm, bits: Bits): Bits {
  const size = (memory.base ?? memory.index)?.size ?? memory.displacementSize ?? bits;
  return size === 16 || size === 64 ? size : 32;
}

const BYTE_IMMEDIATE =
  /^(rol|ror|rcl|rcr|shl|sal|shr|sar|shld|shrd|bt|bts|btr|btc|in|out|int|aam|aad|psll[wdq]|psrl[wdq]|psra[wd]|ps[lr]ldq|p?shuf.*|pinsrw|pextrw|cmp[ps][sd]|palignr)$/;

/** The width, in bits, of the number an immediate operand stands for; null when nothing tells. */
export function immediateWidth(form: Form, at: number): number | null {
  const { mnemonic, operands, bits } = form;
  const self = operands[at];
  if (BYTE_IMMEDIATE.test(mnemonic)) return 8;
  if (/^ret[nf]?[wd]?$/.test(mnemonic)) return 16;
  if (mnemonic === 'enter') return at === 0 ? 16 : 8;
  if (mnemonic === 'push') {
    const size = self?.kind === 'immediate' ? self.size : null;
    return size === 16 || size === 32 ? size : Math.min(bits, 32);
  }
  const first = operands[0];
  if (first?.kind === 'register') return first.register.class === 'general' ? first.register.size : 8;
  if (first?.kind === 'memory' && first.size !== null) return first.size;
  if (self?.kind === 'immediate' && self.size !== null) return self.size;
  return null;
}

/** Does the number fit `width` bits, read as signed or as unsigned? */
export function fits(number: bigint, width: number): boolean {
  return number >= -(1n << BigInt(width - 1)) && number < 1n << BigInt(width);
}

/** Does the number, taken modulo 2^width, sign-extend from a byte? */
export function fitsSignedByte(number: bigint, width: number): boolean {
  const value = BigInt.asIntN(width, number);
  return value >= -128n && value <= 127n;
}
