/**
 * A register as the bus may show it without asking its chip, and perhaps take writes for it.
 *
 * Some registers are polled thousands of times in a row (a UART's line status while a byte goes out), and reading them
 * does nothing to the chip. Such a chip holds the byte here whenever its state has changed, and the processor's `in`
 * takes it from there; it lets go of it while a read would have an effect or depend on the time.
 *
 * Others are mere memory for a while (an 8259's mask while no request waits): a write changes the byte, and nothing else.
 * Such a chip says so, and looks here for the byte when it next needs it.
 */

/** In an entry of the bus's table: the low byte is what a read gives. Entries without it say: ask the chip. */
export const SHOWN = 0x100;
/** A write of a byte changes the low byte, and has no other effect. Entries without it say: tell the chip. */
export const FREE = 0x200;

export class PortLatch {
  /** An entry a port; before the bus has one, a table of its own. */
  private table: Uint16Array = new Uint16Array(1);
  private at = 0;

  constructor(readonly port: number) {}

  /** What a read gives from now on, undefined: ask the chip; and whether writes may be taken for it. */
  hold(byte: number | undefined, free = false): void {
    this.table[this.at] = byte === undefined ? 0 : SHOWN | (free ? FREE : 0) | byte;
  }

  /** Whether writes are taken: then `byte` is what the register holds. */
  get isFree(): boolean {
    return (this.table[this.at]! & FREE) !== 0;
  }
  get byte(): number {
    return this.table[this.at]! & 0xff;
  }

  /** For the bus: show it from now on in this table, an entry a port. */
  showIn(table: Uint16Array): void {
    table[this.port] = this.table[this.at]!;
    this.table = table;
    this.at = this.port;
  }
}
