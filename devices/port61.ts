/**
 * The PC's system control port B, 0x61: the speaker, timer 2's gate, and what is left of the NMI logic of the AT.
 *
 * | bit | write                          | read                                             |
 * |-----|--------------------------------|--------------------------------------------------|
 * | 0   | gate of the 8254's counter 2   | as written                                       |
 * | 1   | speaker data: 1 lets OUT2 through | as written                                    |
 * | 2   | 1 disables the parity check    | as written                                       |
 * | 3   | 1 disables the IOCHK check     | as written                                       |
 * | 4   |                                | refresh: toggles every 15.085 us                 |
 * | 5   |                                | OUT of counter 2                                 |
 * | 6   |                                | IOCHK NMI is pending (write 1 to bit 3 to clear)  |
 * | 7   |                                | parity NMI is pending (write 1 to bit 2 to clear) |
 *
 * Source: IBM PC AT Technical Reference, System Board, "System Control Port B"; Intel 82371AB data sheet, 4.2.5.
 */
import { Chip } from './chip.ts';
import { Crystal } from './crystal.ts';
import type { Clock, IrqLine, PortWindow } from './device.ts';
import { I8254_DIVISOR, I8254_HERTZ } from './i8254.ts';

const PORT = 0x61;
const GATE_2 = 0x01;
const SPEAKER_DATA = 0x02;
const PARITY_DISABLE = 0x04;
const IOCHK_DISABLE = 0x08;
const REFRESH = 0x10;
const OUT_2 = 0x20;
const IOCHK = 0x40;
const PARITY = 0x80;
/** Counter 1 of the AT's 8254 counts 18 between two refresh cycles. */
const REFRESH_TICKS = 18;

export interface Port61State {
  /** Bits 0-3 as written. */
  control: number;
  /** The IOCHK and parity latches, as bits 6 and 7. */
  errors: number;
}

export interface Port61Options {
  clock: Clock;
  /** Gate of the 8254's counter 2. */
  gate2: IrqLine;
  /** OUT of the 8254's counter 2, now. */
  output2: () => boolean;
  /** High while an IOCHK or parity error waits: to the CPU's NMI, through the mask in port 0x70. */
  nmi: IrqLine;
  /** High while speaker data is on; the sound then follows OUT of counter 2. */
  speaker?: IrqLine;
}

export class Port61 extends Chip<Port61State> {
  readonly name = 'port61';
  readonly ports: readonly PortWindow[];
  /** Inputs from the board: a rising edge is an error, remembered until it is cleared through bit 2 or 3. */
  readonly iochk: IrqLine = { set: (level) => this.error(level, IOCHK, IOCHK_DISABLE) };
  readonly parity: IrqLine = { set: (level) => this.error(level, PARITY, PARITY_DISABLE) };
  private readonly crystal: Crystal;
  private readonly o: Port61Options;

  constructor(options: Port61Options) {
    super(() => ({ control: 0, errors: 0 }));
    this.o = options;
    this.crystal = new Crystal(options.clock, I8254_HERTZ, I8254_DIVISOR);
    this.ports = [{ first: PORT, last: PORT, read: () => this.read(), write: (_, value) => this.write(value) }];
    this.settle();
  }

  protected settle(): void {
    const { control, errors } = this.s;
    this.o.gate2.set((control & GATE_2) !== 0);
    this.o.speaker?.set((control & SPEAKER_DATA) !== 0);
    this.o.nmi.set(errors !== 0);
  }

  private error(level: boolean, latch: number, disable: number): void {
    if (!level || this.s.control & disable) return;
    this.s.errors |= latch;
    this.settle();
  }

  private read(): number {
    const { control, errors } = this.s;
    const refresh = Math.floor(this.crystal.ticks / REFRESH_TICKS) % 2 === 1 ? REFRESH : 0;
    return control | errors | refresh | (this.o.output2() ? OUT_2 : 0);
  }

  private write(value: number): void {
    this.s.control = value & 0x0f;
    if (value & PARITY_DISABLE) this.s.errors &= ~PARITY;
    if (value & IOCHK_DISABLE) this.s.errors &= ~IOCHK;
    this.settle();
  }
}
