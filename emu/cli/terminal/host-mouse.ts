/**
 * The terminal's mouse as the guest's: while it is given to the guest, the terminal reports its movements and buttons.
 *
 * Source: XTerm Control Sequences, "Mouse Tracking": 1003 reports every movement, 1006 makes each report
 * CSI < button ; column ; row M (or m when a button is let go). In `button` bits 1-0 are left, middle, right, none;
 * 5 is a movement, 6 the wheel.
 */

import type { Input } from '../../machine/input-log.ts';

const GIVE = '\x1b[?1003h\x1b[?1006h';
const TAKE = '\x1b[?1003l\x1b[?1006l';
const BUTTONS = ['left', 'middle', 'right'] as const;
/** A character's size in mouse counts: its dots. */
const CELL = { width: 8, height: 16 };
const MOVEMENT = 32;
const WHEEL = 64;

export class HostMouse {
  private given = false;
  private last: { column: number; row: number } | undefined;

  /** Give the mouse to the guest, or take it back: what to send to the terminal. */
  toggle(): string {
    this.given = !this.given;
    this.last = undefined;
    return this.given ? GIVE : TAKE;
  }

  /** What takes the mouse back, whoever has it. */
  static readonly release = TAKE;

  /** Takes the mouse's reports out of what the terminal sent. */
  sort(text: string): { rest: string; inputs: Input[] } {
    const inputs: Input[] = [];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
    const rest = text.replace(/\x1b\[<(\d+);(\d+);(\d+)([Mm])/g, (_, code, column, row, end) => {
      inputs.push(...this.inputsOf(Number(code), Number(column), Number(row), end === 'M'));
      return '';
    });
    return { rest, inputs };
  }

  private inputsOf(code: number, column: number, row: number, down: boolean): Input[] {
    const { last } = this;
    this.last = { column, row };
    const right = last ? (column - last.column) * CELL.width : 0;
    const away = last ? (last.row - row) * CELL.height : 0;
    const wheel = code & WHEEL ? (code & 1 ? 1 : -1) : 0;
    const moved: Input[] = right || away || wheel ? [{ kind: 'mouse', right, away, wheel }] : [];
    const button = BUTTONS[code & 3];
    if (code & (WHEEL | MOVEMENT) || button === undefined) return moved;
    return [...moved, { kind: 'mouse-button', button, down }];
  }
}
