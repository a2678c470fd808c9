/**
 * A terminal in raw mode, given back as it was whatever happens.
 */

import { writeSync } from 'node:fs';
import type { ReadStream, WriteStream } from 'node:tty';

const STANDARD_OUTPUT = 1;

/** Standard input and output, which must both be the terminal. */
export class RawTerminal {
  private readonly input: ReadStream = process.stdin;
  private readonly output: WriteStream = process.stdout;
  private restore: string | undefined;
  private readonly giveBack = () => this.leave();

  get rows(): number {
    return this.output.rows || 25;
  }

  get columns(): number {
    return this.output.columns || 80;
  }

  /**
   * Take the terminal over.
   * @param prepare what to send first
   * @param restore what to send last
   * @param typed gets what the person types
   */
  enter(prepare: string, restore: string, typed: (text: string) => void, resized: () => void = () => {}): void {
    this.restore = restore;
    this.input.setRawMode(true);
    this.input.setEncoding('utf8');
    this.input.on('data', typed);
    this.input.resume();
    this.output.on('resize', resized);
    // Also when the program dies of an error that nobody catches.
    process.on('exit', this.giveBack);
    this.write(prepare);
  }

  write(text: string): void {
    if (text !== '') this.output.write(text);
  }

  /** Give the terminal back. */
  leave(): void {
    if (this.restore === undefined) return;
    const { restore } = this;
    this.restore = undefined;
    process.off('exit', this.giveBack);
    this.input.removeAllListeners('data');
    this.output.removeAllListeners('resize');
    this.input.setRawMode(false);
    this.input.pause();
    // At once: the program may be on its way out.
    writeSync(STANDARD_OUTPUT, restore);
  }
}
