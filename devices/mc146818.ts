import { Chip } from './chip.ts';
import type { Clock, IrqLine, PortWindow } from './device.ts';

export interface Mc146818Options {
  clock: Clock;
  /** IRQ 8. */
  irq: IrqLine;
  /** High while bit 7 of port 0x70 masks NMI. */
  nmiMask?: IrqLine;
  /** Date and time at power-on, in seconds since 1970-01-01 00:00:00 UTC. Default 2026-01-01. */
  start?: number;
  /** 128 bytes of CMOS at power-on (cmos.ts makes one); bytes 0-13 of it are the clock's own and are set from start. */
  cmos?: readonly number[];
}
export interface Mc146818State {
  bytes: number[];
}
export class Mc146818 extends Chip<Mc146818State> {
  readonly name = 'mc146818';
  readonly ports: readonly PortWindow[] = [];
  constructor(_options: Mc146818Options) {
    super(() => ({ bytes: [] }));
  }
  protected settle(): void {}
}
