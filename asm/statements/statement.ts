/** What a source is made of once macros are gone: statements, in the order of their section. */

import type { Instruction } from '../encode/operands.ts';
import type { Expression } from '../expressions/expression.ts';
import type { Base } from '../expressions/value.ts';
import type { Position, SourceLine } from '../source/source.ts';
import type { Cfi } from './cfi.ts';

interface Common {
  readonly at: Position;
  /** `times`: how often the statement is repeated; null is once. */
  readonly times: Expression | null;
}

export type Statement =
  | (Common & { readonly kind: 'label'; readonly symbol: AsmSymbol })
  /** `name equ value`: stands among the statements because `$` may be in it. */
  | (Common & { readonly kind: 'equ'; readonly symbol: AsmSymbol })
  /** Takes no room: what a debugger should know here. */
  | (Common & { readonly kind: 'cfi'; readonly cfi: Cfi })
  | (Common & { readonly kind: 'instruction'; readonly instruction: Instruction })
  | (Common & { readonly kind: 'data'; readonly unit: number; readonly items: readonly DataItem[] })
  | (Common & { readonly kind: 'bytes'; readonly bytes: Uint8Array })
  | (Common & { readonly kind: 'reserve'; readonly unit: number; readonly count: Expression })
  /** Fill is the byte to pad with, null reserves (zeros). */
  | (Common & { readonly kind: 'align'; readonly to: Expression; readonly fill: Expression | null | 'nop' });

export type DataItem =
  | { readonly kind: 'expression'; readonly value: Expression }
  /** Bytes put in as they are: strings and fractions, already padded to the unit. */
  | { readonly kind: 'bytes'; readonly bytes: readonly number[] };

export interface Section extends Base {
  readonly kind: 'section';
  readonly name: string;
  /** In bytes, a power of two. */
  align: number;
  readonly write: boolean;
  readonly execute: boolean;
  readonly allocate: boolean;
  /** No bytes in the image, only room (.bss). */
  readonly noBits: boolean;
  /** For flat binaries: the address the code believes to be at; null follows the one before. */
  readonly virtualStart: Expression | null;
  readonly statements: Statement[];
}

export interface External extends Base {
  readonly kind: 'external';
  readonly name: string;
  readonly at: Position;
}

/** A name and what it stands for. */
export interface AsmSymbol {
  readonly name: string;
  readonly at: Position;
  kind: 'label' | 'equ' | 'external' | 'common';
  /** Label: its section. Equ: the section `$` means. */
  section: Section | null;
  /** Label: from the section's start. Equ: of `$`. Set by the layout. */
  offset: number;
  value: Expression | null;
  external: External | null;
  /** Bytes, for common symbols and where the source says so. */
  size: number;
  type: 'none' | 'function' | 'object';
  /** Of common symbols, in bytes. */
  align: number;
  global: boolean;
  weak: boolean;
  /** A weak name may turn out to be another file's: it is referred to by name, through this. */
  weakReference: External | null;
  /** The size the source gives; without one a function or object ends where the next label begins. */
  sizeGiven: Expression | null;
  /** Somebody has asked for it. */
  used: boolean;
  /** Guards against `a equ b`, `b equ a`. */
  evaluating: boolean;
}

/** The whole source, parsed. */
export interface Unit {
  readonly file: string;
  readonly sections: readonly Section[];
  readonly symbols: ReadonlyMap<string, AsmSymbol>;
  readonly origin: Expression | null;
  readonly lines: readonly SourceLine[];
}
