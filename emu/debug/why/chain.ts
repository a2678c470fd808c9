/** A chain of checks, each a plain sentence: the form of every answer to "why". */

import type { Pc } from '../../machine/pc.ts';
import type { DebugInfo } from '../../trace/debug-info.ts';
import type { SymbolTable } from '../../trace/symbols.ts';
import type { TrapEntry } from '../../trace/trap-log.ts';

/** Who is asked: a machine, what it has delivered, and names for its addresses. A Stepper is one. */
export interface Asked {
  readonly pc: Pc;
  readonly symbols: SymbolTable;
  /** For lines of source. */
  readonly debugInfo?: DebugInfo;
  readonly traps: { readonly entries: readonly TrapEntry[] };
}

export interface Check {
  /** What is looked at: 'line', 'IMR', 'IF' ... */
  readonly name: string;
  readonly passes: boolean;
  /** A sentence. */
  readonly text: string;
  /** What the manual calls this check, and where it describes it. */
  readonly rule?: string;
  /** What led to it, first things first: each with what led to that. */
  readonly because?: readonly Check[];
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
  return { chain, obstacle, verdict, text: [verdict, ...linesOf(chain, '')].join('\n') };
}

/** The same for programs: what `text` is made of. */
export function answerAsJson({ verdict, chain, obstacle }: Answer): string {
  return JSON.stringify({ verdict, obstacle: obstacle?.name ?? null, chain }, undefined, 2);
}

/** What a check says, with its rule. */
export function checkText({ text, rule }: Check): string {
  return rule === undefined ? text : `${text} [${rule}]`;
}

function linesOf(checks: readonly Check[], indent: string): string[] {
  return checks.flatMap((check) => [
    `${check.passes ? '  ok ' : '  NO '} ${indent}${checkText(check)}`,
    ...linesOf(check.because ?? [], `${indent}  `),
  ]);
}
