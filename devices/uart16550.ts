import { Chip } from './chip.ts';
import type { Clock, IrqLine, PortWindow } from './device.ts';

/** What the UART tells the other end of its cable. */
export interface SerialPeer {
  /** A byte has gone out, at the end of its stop bit. */
  transmit(byte: number): void;
  /** DTR, RTS or the break condition has changed. */
  modem?(lines: { dtr: boolean; rts: boolean; break: boolean }): void;
  /** The receiver has room again: receive() would return true. */
  ready?(): void;
}
export interface Uart16550Options {
  clock: Clock;
  /** For instance 'com1'. */
  name: string;
  /** First of its eight ports. */
  port: number;
  irq: IrqLine;
  /** Absent: nothing is plugged in, and CTS, DSR and DCD are low. */
  peer?: SerialPeer;
  /** Bytes take the time that divisor and format say (default), or none. */
  paced?: boolean;
}
export interface Uart16550State {
  ier: number;
}
export class Uart16550 extends Chip<Uart16550State> {
  readonly name: string;
  readonly ports: readonly PortWindow[] = [];
  constructor(options: Uart16550Options) {
    super(() => ({ ier: 0 }));
    this.name = options.name;
  }
  /** A byte from the other end. False: the receiver has no room (one is on its way, or the FIFO is full); wait for ready(). */
  receive(_byte: number): boolean {
    return true;
  }
  get rts(): boolean {
    return false;
  }
  get dtr(): boolean {
    return false;
  }
  /** The wires that the other end drives. */
  setModem(_lines: { cts?: boolean; dsr?: boolean; ring?: boolean; dcd?: boolean }): void {}
  protected settle(): void {}
}
