/**
 * System control port A of the PS/2 and its heirs, 0x92.
 *
 * | bit |                                                            |
 * |-----|------------------------------------------------------------|
 * | 0   | a 0 to 1 change resets the processor ("fast reset")         |
 * | 1   | A20 gate: 1 lets address line 20 through                    |
 * | 3   | security lock, kept                                         |
 * | 6-7 | fixed disk lamp, kept                                       |
 *
 * Source: IBM PS/2 Hardware Interface Technical Reference, System Control Port A.
 */
import { Chip } from './chip.ts';
import type { IrqLine, PortWindow } from './device.ts';
import { pulse } from './line.ts';

const PORT = 0x92;
const FAST_RESET = 0x01;
const A20 = 0x02;
const BITS = 0xcb;

export interface Port92State {
  value: number;
}

export interface Port92Options {
  /** One driver of the A20 gate; join it with the 8042's. */
  a20: IrqLine;
  /** A high pulse resets the processor. */
  reset: IrqLine;
}

export class Port92 extends Chip<Port92State> {
  readonly name = 'port92';
  readonly ports: readonly PortWindow[];
  private readonly a20: IrqLine;
  private readonly resetCpu: IrqLine;

  constructor(options: Port92Options) {
    super(() => ({ value: 0 }));
    this.a20 = options.a20;
    this.resetCpu = options.reset;
    this.ports = [{ first: PORT, last: PORT, read: () => this.s.value, write: (_, value) => this.write(value) }];
  }

  protected settle(): void {
    this.a20.set((this.s.value & A20) !== 0);
  }

  private write(value: number): void {
    const rising = value & ~this.s.value;
    this.s.value = value & BITS;
    this.settle();
    if (rising & FAST_RESET) pulse(this.resetCpu);
  }
}
