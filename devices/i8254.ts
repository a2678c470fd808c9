import { Chip } from './chip.ts';
import type { Clock, IrqLine, PortWindow } from './device.ts';

/** The 8254's crystal on a PC: 14.31818 MHz (315/22) divided by 12. */
export const I8254_HERTZ = 13_125_000;
export const I8254_DIVISOR = 11;

export interface I8254Options {
  clock: Clock;
  /** OUT of counters 0-2. One that nobody listens to may be left out, and costs nothing. */
  out0?: IrqLine;
  out1?: IrqLine;
  out2?: IrqLine;
}
export interface I8254State {
  counters: number[];
}
export class I8254 extends Chip<I8254State> {
  readonly name = 'i8254';
  readonly ports: readonly PortWindow[] = [];
  constructor(_options: I8254Options) {
    super(() => ({ counters: [] }));
  }
  /** The GATE input of a counter; those of 0 and 1 are tied high. */
  gate(_n: number): IrqLine {
    return { set: () => {} };
  }
  /** OUT of a counter now. */
  output(_n: number): boolean {
    return false;
  }
  protected settle(): void {}
}
