/**
 * Where text comes from: files, through an injected reader, and the chain of includes and macro
 * expansions that led to a line. Every token points at its line; every message follows the chain.
 */

/** What the assembler needs of a file system. The caller decides what a path means. */
export interface SourceReader {
  /** The bytes of the file, or null when there is none. */
  read(path: string): Uint8Array | null;
}

/** One use of a macro (or one %include): its name, and the line that holds the use. */
export interface Expansion {
  readonly kind: 'macro' | 'include' | 'rep';
  readonly name: string;
  readonly at: SourceLine;
}

/** One physical line, seen through one chain of expansions. */
export interface SourceLine {
  readonly file: string;
  /** From 1. */
  readonly number: number;
  readonly text: string;
  readonly within: Expansion | null;
}

/** A place in a line: the column counts from 1, in UTF-16 units. */
export interface Position {
  readonly line: SourceLine;
  readonly column: number;
}

/** The line a person wrote in the file they named: the outermost use, leaving includes in place. */
export function outermost(line: SourceLine): SourceLine {
  let result = line;
  for (let at: SourceLine | undefined = line; at; at = at.within?.at) {
    if (at.within && at.within.kind !== 'include') result = at.within.at;
  }
  return result;
}

/** Splits a file's bytes (UTF-8) into lines; a backslash at a line's end continues it, as in NASM. */
export function splitLines(file: string, text: string, within: Expansion | null): SourceLine[] {
  const lines: SourceLine[] = [];
  const physical = text.split(/\r\n|\n|\r/);
  if (physical.at(-1) === '') physical.pop();
  for (let i = 0; i < physical.length; i++) {
    const number = i + 1;
    let line = physical[i] ?? '';
    while (line.endsWith('\\') && i + 1 < physical.length) line = line.slice(0, -1) + (physical[++i] ?? '');
    lines.push({ file, number, text: line, within });
  }
  return lines;
}

/** Joins an include's path with a directory, without a platform's path library. */
export function joinPath(directory: string, name: string): string {
  if (directory === '' || directory === '.' || name.startsWith('/')) return name;
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}
