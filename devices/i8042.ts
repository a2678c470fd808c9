import { Chip } from './chip.ts';
import type { Clock, IrqLine, PortWindow } from './device.ts';
import type { Ps2Device } from './ps2.ts';

export interface I8042Options {
  clock: Clock;
  /** IRQ 1: the output buffer holds a byte of the keyboard's or the controller's. */
  irq1: IrqLine;
  /** IRQ 12: the output buffer holds a byte of the aux port's. */
  irq12: IrqLine;
  /** One driver of the A20 gate; join it with port 0x92's (line.ts, joinLines). */
  a20: IrqLine;
  /** A high pulse resets the processor. */
  reset: IrqLine;
  /** Absent: nothing is plugged in. */
  keyboard?: Ps2Device;
  aux?: Ps2Device;
}
export interface I8042State {
  status: number;
}
export class I8042 extends Chip<I8042State> {
  readonly name = 'i8042';
  readonly ports: readonly PortWindow[] = [];
  constructor(_options: I8042Options) {
    super(() => ({ status: 0 }));
  }
  protected settle(): void {}
}
