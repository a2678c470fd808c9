/**
 * The PIIX's reset control register, 0xcf9.
 *
 * | bit | RC                                                                       |
 * |-----|--------------------------------------------------------------------------|
 * | 1   | SRST: the reset that bit 2 makes is hard (1) or soft (0)                  |
 * | 2   | RCPU: a 0 to 1 change resets                                             |
 *
 * The ports around it are PCI's configuration address, which is written as a double word and never means this register.
 *
 * Source: Intel 82371AB (PIIX4) data sheet, 4.2.7 (RC); Intel 82441FX data sheet, 3.1.1, for the double words.
 */
import { Chip } from './chip.ts';
import type { IrqLine, PortWindow } from './device.ts';
import { pulse } from './line.ts';

const ADDRESS = 0xcf8;
const PORT = 0xcf9;
const RESET = 0x04;
const BITS = 0x06;

export interface ResetControlState {
  value: number;
}

export class ResetControl extends Chip<ResetControlState> {
  readonly name = 'reset-control';
  readonly ports: readonly PortWindow[];
  private readonly resetLine: IrqLine;

  /** A high pulse on `reset` resets the machine. */
  constructor(options: { reset: IrqLine }) {
    super(() => ({ value: 0 }));
    this.resetLine = options.reset;
    this.ports = [
      {
        first: ADDRESS,
        last: ADDRESS + 3,
        read: (port) => (port === PORT ? this.s.value : 0xff),
        write: (port, value) => {
          if (port === PORT) this.write(value);
        },
        readWide: (port, width) => this.readWide(port, width),
        writeWide: (port, value, width) => {
          if (width === 2 && port <= PORT) this.write((value >> ((PORT - port) * 8)) & 0xff);
        },
      },
    ];
  }

  protected settle(): void {}

  private readWide(port: number, width: 2 | 4): number {
    if (width === 4) return 0xffff_ffff;
    if (port > PORT) return 0xffff;
    return port === PORT ? 0xff00 | this.s.value : (this.s.value << 8) | 0xff;
  }

  private write(value: number): void {
    const rising = value & ~this.s.value;
    this.s.value = value & BITS;
    if (rising & RESET) pulse(this.resetLine);
  }
}
