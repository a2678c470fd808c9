/** A chain of checks, each a plain sentence: the form of every answer to "why". */

import type { Pc } from '../machine/pc.ts';
import type { SymbolTable } from '../trace/symbols.ts';
import type { TrapEntry } from '../trace/trap-log.ts';

/** Who is asked: a machine, what it has delivered, and names for its addresses. A Stepper is one. */
export interface Asked {
  readonly pc: Pc;
  readonly symbols: SymbolTable;
  readonly traps: { readonly entries: readonly TrapEntry[] };
}

export interface Check {
  /** What is looked at: 'line', 'IMR', 'IF' ... */
  readonly name: string;
  readonly passes: boolean;
  /** A sentence. */
  readonly text: string;
}

export interface Answer {
  /** In the order in which the hardware asks. */
  readonly chain: readonly Check[];
  /** The first check that does not pass; undefined when all do. */
  readonly obstacle: Check | undefined;
  readonly verdict: string;
  /** All of it for a person. */
  readonly text: string;
}

/** @param allPass the verdict when there is no obstacle */
export function answerOf(chain: readonly Check[], allPass: string): Answer {
  const obstacle = chain.find(({ passes }) => !passes);
  const verdict = obstacle?.text ?? allPass;
  const lines = chain.map(({ passes, text }) => `${passes ? '  ok ' : '  NO '} ${text}`);
  return { chain, obstacle, verdict, text: [verdict, ...lines].join('\n') };
}
