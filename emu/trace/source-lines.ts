/** Addresses and lines of source, both ways. */

import type { LineRow } from '../../asm/index.ts';

/** A line of source. */
export interface SourceLine {
  /** As the debug information has it: often relative to where the image was built. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Code of one line: from `first` up to but not including `end`. */
export interface LineCode extends SourceLine {
  readonly first: number;
  readonly end: number;
  /** Where a debugger should stop for this line. */
  readonly isStatement: boolean;
}

export function isSameLine(a: SourceLine, b: SourceLine): boolean {
  return a.line === b.line && a.file === b.file;
}

export class SourceLines {
  /** By address. */
  private readonly code: readonly LineCode[];
  /** Every file that has code, in order. */
  readonly files: readonly string[];

  constructor(rows: readonly LineRow[]) {
    const code: LineCode[] = [];
    for (const [i, { address: first, file, line, isStatement }] of rows.entries()) {
      const end = rows[i + 1]?.address ?? first;
      if (file !== undefined && end > first) code.push({ file, line, first, end, isStatement });
    }
    this.code = joined(code.sort((a, b) => a.first - b.first));
    this.files = [...new Set(code.map(({ file }) => file))].sort();
  }

  /** The code that an address lies in; undefined when no line is known for it. */
  at(address: number): LineCode | undefined {
    let low = 0;
    let high = this.code.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.code[middle]!.first <= address) low = middle + 1;
      else high = middle;
    }
    const found = this.code[low - 1];
    return found && address < found.end ? found : undefined;
  }

  /** 'file:line' of an address; undefined when no line is known for it. */
  nameOf(address: number): string | undefined {
    const found = this.at(address);
    return found && `${found.file}:${found.line}`;
  }

  /**
   * Where to stop for a line: its first address in each place that has code for it. A line without code counts as the
   * next one that has some.
   * @returns undefined when there is none in the file from there on
   */
  addressesOf(
    file: string,
    line: number,
  ): { readonly line: number; readonly addresses: readonly number[] } | undefined {
    const candidates = this.code.filter((code) => code.file === file && code.line >= line && code.isStatement);
    if (candidates.length === 0) return undefined;
    const best = Math.min(...candidates.map((code) => code.line));
    const addresses = candidates.filter((code) => code.line === best).map(({ first }) => first);
    return { line: best, addresses };
  }

  /** Lines of a file that have code, in order, in a range of lines. */
  linesIn(file: string, first: number, last: number): number[] {
    const lines = this.code.filter((code) => code.file === file && code.line >= first && code.line <= last);
    return [...new Set(lines.map(({ line }) => line))].sort((a, b) => a - b);
  }

  /**
   * The file that a person means by a path: the same one, or the one whose name ends the same way, whichever of both is
   * relative. @returns undefined when there is none, or several are as good
   */
  fileLike(path: string): string | undefined {
    if (this.files.includes(path)) return path;
    const wanted = partsOf(path);
    const shared = (file: string) => {
      const parts = partsOf(file);
      const length = Math.min(parts.length, wanted.length);
      return parts.slice(-length).join('/') === wanted.slice(-length).join('/') ? length : 0;
    };
    const scores = this.files.map((file) => ({ file, score: shared(file) })).filter(({ score }) => score > 0);
    const best = Math.max(0, ...scores.map(({ score }) => score));
    const found = scores.filter(({ score }) => score === best);
    return found.length === 1 ? found[0]!.file : undefined;
  }
}

/** Neighbours of the same line in one. */
function joined(code: readonly LineCode[]): LineCode[] {
  const whole: LineCode[] = [];
  for (const piece of code) {
    const last = whole.at(-1);
    if (last && last.end === piece.first && isSameLine(last, piece)) {
      whole[whole.length - 1] = { ...last, end: piece.end };
    } else whole.push(piece);
  }
  return whole;
}

/** A path's parts, outermost first, without . and with .. followed. */
function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.replaceAll('\\', '/').split('/')) {
    if (part === '..' && parts.length > 0) parts.pop();
    else if (part !== '' && part !== '.' && part !== '..') parts.push(part);
  }
  return parts;
}
