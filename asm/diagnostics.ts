/**
 * What went wrong, as data: the assembler never throws for an error in a source, it collects them
 * all, so that one run tells everything. `formatDiagnostic` makes the text a person reads.
 */

import type { Position } from './source/source.ts';

export type Severity = 'error' | 'warning';

export interface Diagnostic {
  readonly severity: Severity;
  readonly message: string;
  readonly file: string;
  /** From 1; 0 when the message is about no line in particular. */
  readonly line: number;
  readonly column: number;
  /** The text of the line. */
  readonly text: string;
  /** Innermost first: "in expansion of 'm'" at file:line, "included" from file:line. */
  readonly trail: readonly { readonly what: string; readonly file: string; readonly line: number }[];
}

/** Thrown inside the assembler to give up a statement; caught where statements are read. */
export class SourceError extends Error {
  readonly at: Position | null;
  constructor(message: string, at: Position | null) {
    super(message);
    this.at = at;
  }
}

/** After this many errors the rest would only be noise; the run stops. */
export const ERROR_LIMIT = 200;

export class Diagnostics {
  private readonly list: Diagnostic[] = [];
  errors = 0;
  private readonly seen = new Set<string>();

  error(message: string, at: Position | null): void {
    this.add('error', message, at);
  }

  warning(message: string, at: Position | null): void {
    this.add('warning', message, at);
  }

  /** All, in the order of the lines of the source that was named; passes find them in another. */
  sorted(): readonly Diagnostic[] {
    const line = (d: Diagnostic): number => d.trail.at(-1)?.line ?? d.line;
    return [...this.list].sort((a, b) => line(a) - line(b));
  }

  get full(): boolean {
    return this.errors >= ERROR_LIMIT;
  }

  /** Runs `work`; a SourceError becomes a diagnostic, placed at `fallback` if it has no place of its own. */
  guard<T>(fallback: Position | null, work: () => T): T | undefined {
    try {
      return work();
    } catch (problem) {
      if (!(problem instanceof SourceError)) throw problem;
      this.error(problem.message, problem.at ?? fallback);
      return undefined;
    }
  }

  private add(severity: Severity, message: string, at: Position | null): void {
    const diagnostic = describe(severity, message, at);
    // Passes and repetitions meet the same fault again; it is told once.
    const first = diagnostic.trail.at(-1);
    const key = `${diagnostic.file}:${diagnostic.line}:${diagnostic.column}:${message}:${first?.file}:${first?.line}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    if (severity === 'error') {
      if (this.full) return;
      this.errors++;
    }
    this.list.push(diagnostic);
  }
}

function describe(severity: Severity, message: string, at: Position | null): Diagnostic {
  if (!at) return { severity, message, file: '', line: 0, column: 0, text: '', trail: [] };
  const trail = [];
  for (let within = at.line.within; within; within = within.at.within) {
    const what =
      within.kind === 'macro' ? `in expansion of '${within.name}'` : within.kind === 'rep' ? 'in %rep' : 'included';
    trail.push({ what, file: within.at.file, line: within.at.number });
  }
  const { file, number, text } = at.line;
  return { severity, message, file, line: number, column: at.column, text, trail };
}

/** So many steps are shown from each end of a long trail. */
const TRAIL_END = 4;

/** The diagnostic as lines of text: place and message, the source line, a caret, the trail. */
export function formatDiagnostic(d: Diagnostic): string {
  const place = d.line > 0 ? `${d.file}:${d.line}:${d.column}: ` : '';
  const lines = [`${place}${d.severity}: ${d.message}`];
  if (d.line > 0) {
    // Tabs are kept, so that the caret stands under its column whatever the terminal's tab width.
    const lead = d.text.slice(0, Math.max(0, d.column - 1)).replace(/[^\t]/g, ' ');
    lines.push(`    ${d.text}`, `    ${lead}^`);
  }
  const steps = d.trail.map((step) => `    ${step.what} from ${step.file}:${step.line}`);
  const between = steps.length - 2 * TRAIL_END;
  if (between > 1) steps.splice(TRAIL_END, between, `    ... ${between} more ...`);
  return [...lines, ...steps].join('\n');
}
