/**
 * The power button's other side: the PM1 control register of QEMU's PIIX4 at 0x604, by which a guest switches the
 * machine off.
 *
 * | bits  | PM1a_CNT                                                       |
 * |-------|----------------------------------------------------------------|
 * | 0     | SCI_EN                                                         |
 * | 10-12 | SLP_TYP: 0 is soft off (S5), 2 is the same here (S4)           |
 * | 13    | SLP_EN: write 1 to enter the state SLP_TYP names; reads 0       |
 *
 * Source: ACPI 1.0b, 4.7.3.2.1; Intel 82371AB (PIIX4) data sheet, 7.2.3.
 */
import { Chip } from './chip.ts';
import type { PortWindow } from './device.ts';

const PM1A_CNT = 0x604;
const SLP_EN = 0x2000;
const BITS = 0x1c01;

export interface PowerState {
  pm1aControl: number;
}

export class Power extends Chip<PowerState> {
  readonly name = 'power';
  readonly ports: readonly PortWindow[];
  private readonly off: () => void;

  /** `off` is called when the guest switches the machine off. */
  constructor(options: { off: () => void }) {
    super(() => ({ pm1aControl: 0 }));
    this.off = options.off;
    this.ports = [
      {
        first: PM1A_CNT,
        last: PM1A_CNT + 1,
        read: (port) => (this.s.pm1aControl >> ((port - PM1A_CNT) * 8)) & 0xff,
        write: (port, value) => this.writeByte(port - PM1A_CNT, value),
        readWide: () => this.s.pm1aControl,
        writeWide: (_, value) => this.write(value & 0xffff),
      },
    ];
  }

  protected settle(): void {}

  private writeByte(at: number, value: number): void {
    const shift = at * 8;
    this.write((this.s.pm1aControl & ~(0xff << shift)) | (value << shift));
  }

  private write(value: number): void {
    this.s.pm1aControl = value & BITS;
    if (!(value & SLP_EN)) return;
    const sleepType = (value >> 10) & 7;
    // The other types are suspend states, in which this machine would have nothing to wake it.
    if (sleepType === 0 || sleepType === 2) this.off();
  }
}
