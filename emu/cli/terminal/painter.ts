/**
 * Shows the PC's text screen on a terminal: only cells that changed are sent, with as few escape sequences as will do.
 *
 * A terminal with fewer rows than the screen shows the part that holds the cursor. What the escape sequences mean is
 * in ECMA-48; 90 to 107 (bright colours) are what every terminal has added to it.
 */

import type { TextScreen } from '../../../devices/vga-text.ts';
import { CODE_PAGE_437 } from './code-page-437.ts';

/** The VGA's colours have blue in bit 0 and red in bit 2; a terminal's the other way round. */
const ANSI_COLOUR = [0, 4, 2, 6, 1, 5, 3, 7] as const;
const BRIGHT = 8;
const ESC = '\x1b[';
/** So many cells cost no more to send again than a cursor movement. */
const SHORT_WAY = 6;

export class Painter {
  /** What the terminal shows, as cells; undefined where that is unknown. */
  private shown: (number | undefined)[] = [];
  private shape = '';
  private cursor = '';

  /** Forget what the terminal shows: the next paint() sends everything. */
  forget(): void {
    this.shown = [];
    this.shape = '';
    this.cursor = '';
  }

  /**
   * What to send so that the terminal shows this screen.
   * @param rows,columns the terminal's size
   */
  paint(screen: TextScreen, rows: number, columns: number): string {
    const height = Math.min(rows, screen.rows);
    const width = Math.min(columns, screen.columns);
    const top = firstRow(screen, height);
    let out = '';

    const shape = `${height} ${width} ${screen.blink}`;
    if (shape !== this.shape) {
      this.shape = shape;
      this.shown = new Array(height * width).fill(undefined);
      this.cursor = '';
      out += `${ESC}0m${ESC}2J`;
    }

    let attribute = -1;
    const put = (cell: number) => {
      if (cell >> 8 !== attribute) {
        attribute = cell >> 8;
        out += attributeSequence(attribute, screen.blink);
      }
      out += CODE_PAGE_437[cell & 0xff]!;
    };
    for (let row = 0; row < height; row++) {
      // Where in the row the terminal's own cursor stands; nowhere yet.
      let place = Number.NEGATIVE_INFINITY;
      for (let column = 0; column < width; column++) {
        const index = row * width + column;
        const cellAt = (x: number) => screen.cells[(top + row) * screen.columns + x]!;
        if (this.shown[index] === cellAt(column)) continue;
        this.shown[index] = cellAt(column);
        // A short way to the next change is shorter over what stands there already.
        if (column - place > SHORT_WAY) out += `${ESC}${row + 1};${column + 1}H`;
        else for (let x = place; x < column; x++) put(cellAt(x));
        put(cellAt(column));
        place = column + 1;
      }
    }
    if (attribute >= 0) out += `${ESC}0m`;
    return out + this.paintCursor(screen, top, height, width, out !== '');
  }

  private paintCursor(screen: TextScreen, top: number, height: number, width: number, moved: boolean): string {
    const { cursor } = screen;
    const visible = cursor && cursor.row >= top && cursor.row < top + height && cursor.column < width;
    const now = visible ? `${ESC}${cursor.row - top + 1};${cursor.column + 1}H${ESC}?25h` : `${ESC}?25l`;
    if (now === this.cursor && !moved) return '';
    this.cursor = now;
    return now;
  }
}

/** The first row to show, so that the cursor's is among them. */
function firstRow(screen: TextScreen, height: number): number {
  const lowest = screen.cursor?.row ?? screen.rows - 1;
  return Math.max(0, Math.min(screen.rows - height, lowest - height + 1));
}

function attributeSequence(attribute: number, blink: boolean): string {
  const foreground = attribute & 15;
  const background = (attribute >> 4) & (blink ? 7 : 15);
  const colour = (value: number, normal: number, bright: number) =>
    (value & BRIGHT ? bright : normal) + ANSI_COLOUR[value & 7]!;
  const blinking = blink && attribute & 0x80 ? ';5' : '';
  return `${ESC}0;${colour(foreground, 30, 90)};${colour(background, 40, 100)}${blinking}m`;
}
