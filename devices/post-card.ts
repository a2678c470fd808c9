/**
 * A POST card: shows what is written to port 0x80, and remembers the last codes.
 *
 * | port | write                                 | read                     |
 * |------|---------------------------------------|--------------------------|
 * | 0x80 | a code; kernels also write it to wait | the last one written     |
 *
 * A read answers as the AT's DMA page register there does, which has no channel and is a plain latch.
 * Source: IBM PC AT Technical Reference, "System Board", I/O address map ("DMA page register, 74LS612").
 */
import { Chip } from './chip.ts';
import type { PortWindow } from './device.ts';

const PORT = 0x80;
const REMEMBERED = 16;

export interface PostCardState {
  code: number;
  /** The last codes that differ from the one before, oldest first. */
  history: number[];
}

export class PostCard extends Chip<PostCardState> {
  readonly name = 'post-card';
  readonly ports: readonly PortWindow[];

  constructor() {
    super(() => ({ code: 0, history: [] }));
    this.ports = [{ first: PORT, last: PORT, read: () => this.s.code, write: (_, value) => this.write(value) }];
  }

  protected settle(): void {}

  private write(value: number): void {
    const { s } = this;
    s.code = value;
    if (s.history.at(-1) === value) return;
    s.history.push(value);
    if (s.history.length > REMEMBERED) s.history.shift();
  }
}
