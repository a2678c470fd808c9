/**
 * A register as the bus may show it without asking its chip.
 *
 * Some registers are polled thousands of times in a row (a UART's line status while a byte goes out), and reading them
 * does nothing to the chip. Such a chip holds the byte here whenever its state has changed, and the processor's `in`
 * takes it from there; it lets go of it while a read would have an effect or depend on the time.
 */

/** In an entry of the bus's table: the low byte is what a read gives. Entries without it say: ask the chip. */
export const SHOWN = 0x100;

export class ReadLatch {
  private entry = 0;
  private table: Uint16Array | undefined;

  constructor(readonly port: number) {}

  /** What a read gives from now on; undefined: ask the chip. */
  hold(byte: number | undefined): void {
    this.entry = byte === undefined ? 0 : SHOWN | byte;
    if (this.table) this.table[this.port] = this.entry;
  }

  /** For the bus: show it from now on in this table, an entry a port. */
  showIn(table: Uint16Array): void {
    this.table = table;
    table[this.port] = this.entry;
  }
}
