/** A screen of characters with tones, before a terminal shows it. */

import type { Line, Tone } from '../../debug/views/text.ts';

export interface Cell {
  readonly char: string;
  readonly tone: Tone | undefined;
}

const BLANK: Cell = { char: ' ', tone: undefined };

export class Canvas {
  private readonly cells: Cell[][];

  constructor(
    readonly columns: number,
    readonly rows: number,
  ) {
    this.cells = Array.from({ length: rows }, () => new Array<Cell>(columns).fill(BLANK));
  }

  /** Put a line at a place, cut off where its room ends; the rest of the room stays as it is. */
  put(x: number, y: number, width: number, spans: Line): void {
    const row = this.cells[y];
    if (!row) return;
    const end = Math.min(x + width, this.columns);
    let at = x;
    for (const { text, tone } of spans) {
      for (const char of text) {
        if (at >= end) {
          // Something was cut off.
          if (end > x) row[end - 1] = { char: '\u2026', tone: 'dim' };
          return;
        }
        row[at++] = { char: isShown(char) ? char : '\u00b7', tone };
      }
    }
  }

  /** Give what stands there another tone. */
  paint(x: number, y: number, width: number, tone: Tone): void {
    const row = this.cells[y];
    for (let at = x; row && at < Math.min(x + width, this.columns); at++) row[at] = { char: row[at]!.char, tone };
  }

  /** A row as runs of one tone. */
  line(y: number): Line {
    const runs: { text: string; tone?: Tone }[] = [];
    let last: Tone | undefined;
    for (const { char, tone } of this.cells[y] ?? []) {
      const run = runs.at(-1);
      if (run && tone === last) run.text += char;
      else runs.push(tone === undefined ? { text: char } : { text: char, tone });
      last = tone;
    }
    return runs;
  }

  get lines(): Line[] {
    return Array.from({ length: this.rows }, (_, y) => this.line(y));
  }
}

function isShown(char: string): boolean {
  const code = char.codePointAt(0)!;
  return code >= 32 && code !== 127 && !(code >= 0x80 && code < 0xa0);
}
