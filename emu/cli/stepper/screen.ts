/** A terminal as terminal-kit has it: shows frames, tells of keys, and is given back as it was whatever happens. */

import type { ScreenBuffer as Buffer, Terminal } from 'terminal-kit';
import type { Tone } from '../../debug/views/text.ts';
import type { Frame } from './frame.ts';

// Loaded when the screen is wanted, and not before: whatever imports this must itself be imported dynamically, or every
// command waits for it.
const { default: termkit } = await import('terminal-kit');

/** Attributes as terminal-kit takes them: the sixteen colours every terminal has, by their names. */
type Attributes = Readonly<Record<string, string | boolean>>;

const DEFAULT = { defaultColor: true, bgDefaultColor: true } as const;
const COLOURED: Readonly<Record<Tone, Attributes>> = {
  dim: { ...DEFAULT, dim: true },
  strong: { ...DEFAULT, bold: true },
  changed: { bgDefaultColor: true, color: 'yellow', bold: true },
  here: { ...DEFAULT, inverse: true },
  symbol: { bgDefaultColor: true, color: 'cyan' },
  title: { bgDefaultColor: true, color: 'blue', bold: true },
  good: { bgDefaultColor: true, color: 'green' },
  bad: { bgDefaultColor: true, color: 'red', bold: true },
};
/** Where colours are not wanted (NO_COLOR), or there are none. */
const PLAIN: Readonly<Record<Tone, Attributes>> = {
  dim: DEFAULT,
  strong: { ...DEFAULT, bold: true },
  changed: { ...DEFAULT, bold: true },
  here: { ...DEFAULT, inverse: true },
  symbol: DEFAULT,
  title: { ...DEFAULT, bold: true },
  good: DEFAULT,
  bad: { ...DEFAULT, bold: true },
};

function wantsColours(): boolean {
  // https://no-color.org: any value but an empty one.
  if (process.env.NO_COLOR) return false;
  return !/^(vt\d+|.*-mono|.*-m)$/.test(process.env.TERM ?? '');
}

export interface Key {
  /** terminal-kit's name, or the character itself. */
  readonly name: string;
  readonly isCharacter: boolean;
  /** What the terminal sent. */
  readonly raw: string;
}

export class Screen {
  private readonly terminal: Terminal = termkit.terminal;
  private readonly tones = wantsColours() ? COLOURED : PLAIN;
  private buffer: Buffer | undefined;
  private isTaken = false;
  private readonly giveBack = () => this.leave();

  get columns(): number {
    return process.stdout.columns || 80;
  }

  get rows(): number {
    return process.stdout.rows || 24;
  }

  /** Take the terminal over. */
  enter(typed: (key: Key) => void, resized: () => void): void {
    const { terminal } = this;
    this.isTaken = true;
    terminal.fullscreen(true);
    terminal.hideCursor();
    terminal.grabInput({});
    terminal.on('key', (name: string, _: string[], data: { isCharacter: boolean; code: Uint8Array | number }) => {
      const raw = typeof data.code === 'number' ? String.fromCharCode(data.code) : new TextDecoder().decode(data.code);
      typed({ name, isCharacter: data.isCharacter, raw });
    });
    // What terminal-kit has no name for may still be a key of the guest's.
    terminal.on('unknown', (chunk: Uint8Array) =>
      typed({ name: '', isCharacter: false, raw: new TextDecoder().decode(chunk) }),
    );
    process.stdout.on('resize', resized);
    // Before an error that nobody catches is printed, and on every other way out.
    process.on('uncaughtExceptionMonitor', this.giveBack);
    process.on('exit', this.giveBack);
  }

  /** Show a frame; only what has changed is sent. */
  show({ lines, cursor, layout }: Frame): void {
    if (!this.isTaken) return;
    const { columns, rows } = layout;
    if (this.buffer?.width !== columns || this.buffer.height !== rows) {
      this.buffer = new termkit.ScreenBuffer({ dst: this.terminal, width: columns, height: rows });
      this.terminal.clear();
    }
    const { buffer } = this;
    buffer.fill({ attr: DEFAULT, char: ' ' });
    for (const [y, spans] of lines.entries()) {
      let x = 0;
      for (const { text, tone } of spans) {
        buffer.put({ x, y, attr: tone ? this.tones[tone] : DEFAULT, wrap: false, dx: 1, dy: 0 }, text);
        x += text.length;
      }
    }
    buffer.draw({ delta: true });
    if (cursor) {
      this.terminal.moveTo(cursor.x + 1, cursor.y + 1);
      this.terminal.hideCursor(false);
    } else this.terminal.hideCursor();
  }

  /** Forget what the terminal shows: the next frame is sent whole. */
  forget(): void {
    this.buffer = undefined;
  }

  /** Give the terminal back. */
  leave(): void {
    if (!this.isTaken) return;
    this.isTaken = false;
    process.off('uncaughtExceptionMonitor', this.giveBack);
    process.off('exit', this.giveBack);
    process.stdout.removeAllListeners('resize');
    const { terminal } = this;
    terminal.removeAllListeners('key');
    terminal.removeAllListeners('unknown');
    terminal.styleReset();
    terminal.hideCursor(false);
    terminal.fullscreen(false);
    terminal.grabInput(false);
    process.stdin.pause();
  }
}
