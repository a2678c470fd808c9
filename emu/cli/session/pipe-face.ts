/**
 * No terminal: standard input goes to COM1 as it comes, and what COM1 sends to standard output, nothing else.
 */

import type { Writable } from 'node:stream';
import type { Face, Session } from './session.ts';

export class PipeFace implements Face {
  isOpen: boolean;
  private readonly remove: (() => void)[] = [];

  /** @param connectInput whether standard input is COM1's other end */
  constructor(private readonly connectInput: boolean) {
    this.isOpen = connectInput;
  }

  attach(session: Session): void {
    if (!this.connectInput) return;
    const { stdin } = process;
    const data = (bytes: Uint8Array) => session.sendSerial(bytes);
    const end = () => {
      this.isOpen = false;
      session.wake();
    };
    stdin.on('data', data).on('end', end).on('error', end);
    this.remove.push(() => {
      stdin.off('data', data).off('end', end).off('error', end);
      // An open pipe would keep the program alive.
      stdin.destroy();
    });
  }

  refresh(): void {}

  drained(): Promise<void> {
    return drained(process.stdout);
  }

  detach(): void {
    for (const remove of this.remove.splice(0)) remove();
  }
}

/** Wait until a stream has little left to write. */
export async function drained(stream: Writable): Promise<void> {
  if (!stream.writableNeedDrain || stream.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done).off('error', done);
      resolve();
    };
    stream.on('drain', done).on('close', done).on('error', done);
  });
}
