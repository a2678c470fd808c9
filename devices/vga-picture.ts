/**
 * What a monitor would show of a text screen, dot by dot.
 *
 * Source: IBM PS/2 Hardware Interface Technical Reference, "Video Subsystem", "Alphanumeric modes".
 */
import { FONT_PITCH } from './vga-planes.ts';
import type { TextScreen } from './vga-text.ts';

/** Rows from the top, three bytes a dot: red, green, blue. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

const BLINK = 0x80;
const SECOND_FONT = 0x08;
/** Characters whose last column goes on into the ninth: the horizontal lines. */
const LINES_FIRST = 0xc0;
const LINES_LAST = 0xdf;

/**
 * Draws the screen as it is while blinking things are shown.
 * @param blinkHides draw it as it is while they are not
 */
export function pictureOf(screen: TextScreen, blinkHides = false): Picture {
  const { columns, rows, cells, glyphs } = screen;
  const width = columns * glyphs.width;
  const height = rows * glyphs.height;
  const pixels = new Uint8Array(width * height * 3);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = cells[row * columns + column] ?? 0;
      const look = lookOf(screen, cell >> 8, blinkHides);
      for (let line = 0; line < glyphs.height; line++) {
        const underCursor = !blinkHides && hasCursor(screen, row, column, line);
        const dots = underCursor ? -1 : look.shown ? dotsOf(screen, cell, line) : 0;
        let at = ((row * glyphs.height + line) * width + column * glyphs.width) * 3;
        for (let dot = glyphs.width - 1; dot >= 0; dot--, at += 3) {
          pixels.set(dots & (1 << dot) ? look.foreground : look.background, at);
        }
      }
    }
  }
  return { width, height, pixels };
}

function lookOf(screen: TextScreen, attribute: number, blinkHides: boolean) {
  const colour = (n: number) => screen.palette[n] ?? [0, 0, 0];
  return {
    foreground: colour(attribute & 15),
    background: colour((attribute >> 4) & (screen.blink ? 7 : 15)),
    shown: !(blinkHides && screen.blink && attribute & BLINK),
  };
}

function hasCursor({ cursor }: TextScreen, row: number, column: number, line: number): boolean {
  return cursor?.row === row && cursor.column === column && line >= cursor.firstLine && line <= cursor.lastLine;
}

/** A line of a character, the leftmost dot in the highest bit. */
function dotsOf({ glyphs }: TextScreen, cell: number, line: number): number {
  const character = cell & 0xff;
  const font = cell & (SECOND_FONT << 8) ? glyphs.fonts[1] : glyphs.fonts[0];
  const eight = font[character * FONT_PITCH + line] ?? 0;
  if (glyphs.width === 8) return eight;
  const ninth = glyphs.joinLines && character >= LINES_FIRST && character <= LINES_LAST ? eight & 1 : 0;
  return (eight << 1) | ninth;
}
