/**
 * An instruction as a structure. Nothing reaches the encoder as text a person typed: operands are
 * parsed into this, checked, and printed again in one canonical way.
 */

import type { Expression } from '../expressions/expression.ts';
import type { Position } from '../source/source.ts';
import type { Register } from './registers.ts';

/** A size keyword, in bits: byte 8, word 16, dword 32, qword 64, tword 80, oword 128; fword 48. */
export type OperandSize = 8 | 16 | 32 | 48 | 64 | 80 | 128;

export interface RegisterOperand {
  readonly kind: 'register';
  readonly register: Register;
  readonly at: Position;
}

export interface ImmediateOperand {
  readonly kind: 'immediate';
  readonly value: Expression;
  readonly size: OperandSize | null;
  /** `strict`: the size is an order, not a hint. */
  readonly strict: boolean;
  /** `short` or `near` before a jump's target. */
  readonly distance: 'short' | 'near' | null;
  readonly at: Position;
}

export interface MemoryOperand {
  readonly kind: 'memory';
  readonly size: OperandSize | null;
  /** `far`: the memory holds offset and selector. */
  readonly far: boolean;
  readonly segment: Register | null;
  readonly base: Register | null;
  readonly index: Register | null;
  readonly scale: 1 | 2 | 4 | 8;
  readonly displacement: Expression | null;
  /** `[byte ebx + 0]`, `[dword 0x12]`: in bits, of the displacement, or without registers of the address. */
  readonly displacementSize: 8 | 16 | 32 | null;
  /** Counted from the next instruction (64-bit code): `[rel place]`. */
  readonly relative: boolean;
  readonly at: Position;
}

/** `selector:offset`. */
export interface FarOperand {
  readonly kind: 'far';
  readonly selector: Expression;
  readonly offset: Expression;
  readonly size: OperandSize | null;
  readonly at: Position;
}

export type Operand = RegisterOperand | ImmediateOperand | MemoryOperand | FarOperand;

export type Bits = 16 | 32 | 64;

export interface Instruction {
  /** Lower case. */
  readonly mnemonic: string;
  /** `lock`, `rep`, `repne`, `cs`..`gs`, `o16`, `o32`, `a16`, `a32`, as written. */
  readonly prefixes: readonly string[];
  readonly operands: readonly Operand[];
  readonly bits: Bits;
  readonly at: Position;
}
