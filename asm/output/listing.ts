/** The listing: each source line with the addresses and bytes it made. */

import type { Chunk } from '../layout/emit.ts';
import type { LinkedImage } from '../link/link.ts';
import type { PlacedPiece } from '../link/place.ts';
import { outermost, type SourceLine } from '../source/source.ts';

const BYTES_A_LINE = 8;

interface Entry {
  readonly section: PlacedPiece;
  readonly chunk: Chunk;
}

/**
 * The listing of all lines in reading order. A line that made bytes through a macro shows the
 * macro's lines under it, each marked with how deep it came from.
 */
export function writeListing(image: LinkedImage, lines: readonly SourceLine[]): string {
  const entries = new Map<SourceLine, Entry[]>();
  for (const section of image.pieces) {
    for (const chunk of section.emitted.chunks) {
      const known = entries.get(chunk.line);
      if (known) known.push({ section, chunk });
      else entries.set(chunk.line, [{ section, chunk }]);
    }
  }
  const out: string[] = [];
  let shown: SourceLine | null = null;
  let file = '';
  for (const line of lines) {
    const outer = outermost(line);
    if (outer.file !== file) out.push(`; ${outer.file}`);
    file = outer.file;
    if (line !== outer && outer !== shown) out.push(row(outer.number, '', '', outer.text, 0));
    shown = outer;
    writeLine(out, line, depthOf(line), entries.get(line) ?? []);
  }
  return `${out.join('\n')}\n`;
}

function depthOf(line: SourceLine): number {
  let depth = 0;
  for (let within = line.within; within; within = within.at.within) if (within.kind !== 'include') depth++;
  return depth;
}

function writeLine(out: string[], line: SourceLine, depth: number, entries: readonly Entry[]): void {
  let text = line.text;
  let number: number | null = line.number;
  if (entries.length === 0) out.push(row(number, '', '', text, depth));
  for (const { section, chunk } of entries) {
    if (section.emitted.section.noBits) {
      out.push(row(number, address(section.address + chunk.offset), `<res ${chunk.size}>`, text, depth));
      [text, number] = ['', null];
      continue;
    }
    const bytes = section.bytes.subarray(chunk.offset, chunk.offset + chunk.size);
    // Long data shows its beginning; the binary has the rest.
    const limit = Math.min(bytes.length, BYTES_A_LINE * 4);
    for (let i = 0; i < Math.max(1, limit); i += BYTES_A_LINE) {
      const part = Array.from(bytes.subarray(i, Math.min(limit, i + BYTES_A_LINE)), (b) =>
        b.toString(16).padStart(2, '0'),
      );
      const more = i + BYTES_A_LINE >= limit && limit < bytes.length ? '...' : '';
      out.push(row(number, address(section.address + chunk.offset + i), part.join('') + more, text, depth));
      [text, number] = ['', null];
    }
  }
}

function address(value: number): string {
  return value.toString(16).padStart(8, '0');
}

function row(number: number | null, place: string, bytes: string, text: string, depth: number): string {
  const mark = depth > 0 ? `<${depth}>` : '';
  const left = `${String(number ?? '').padStart(6)} ${place.padEnd(8)} ${bytes.padEnd(BYTES_A_LINE * 2 + 3)} ${mark.padEnd(3)}`;
  return `${left} ${text}`.trimEnd();
}
