/**
 * A register as the bus may show it without asking its chip, and perhaps take writes for it; or one access that can wait.
 *
 * Some registers are polled thousands of times in a row (a UART's line status while a byte goes out), and reading them
 * does nothing to the chip. Such a chip holds the byte here whenever its state has changed, and the processor's `in`
 * takes it from there; it lets go of it while a read would have an effect or depend on the time.
 *
 * Others are mere memory for a while (an 8259's mask while no request waits): a write changes the byte, and nothing else.
 * Such a chip says so, and looks here for the byte when it next needs it.
 *
 * And some accesses change their chip, but nothing outside it before something else happens to the chip (an EOI while no
 * request waits). Of one such access, which the chip knows before it is made, it may say that it can wait: the
 * processor then only marks it as made, once, and the chip does what it means before it does anything else.
 */

/** In an entry of the bus's table: the low byte is what a read gives. Entries without it say: ask the chip. */
export const SHOWN = 0x100;
/** A write of a byte changes the low byte, and has no other effect. Entries without it say: tell the chip. */
export const FREE = 0x200;
/** A write of exactly the low byte can wait. Behind the last port: so can an INTA cycle, which gives the low byte. */
export const WAITS = 0x400;
/** The access that could wait has been made. */
export const MADE = 0x800;

/** Where the table has INTA cycles, which are cycles of the bus as reads and writes are. */
export const INTA_CYCLE = 0x10000;

export class PortLatch {
  /** An entry a port; before the bus has one, a table of its own. */
  private table: Uint16Array = new Uint16Array(1);
  private at = 0;

  constructor(readonly port: number) {}

  /** What a read gives from now on. */
  hold(byte: number): void {
    this.table[this.at] = SHOWN | byte;
  }

  /** The same, and writes are taken for it: `byte` is then what the register holds. */
  free(byte: number): void {
    this.table[this.at] = SHOWN | FREE | byte;
  }

  /** Nothing is shown, but this access can wait: a write of `byte`, or the INTA cycle that gives it. */
  letWait(byte: number): void {
    this.table[this.at] = WAITS | byte;
  }

  /** The chip is asked and told. The byte is kept, for the chip. */
  close(): void {
    this.table[this.at]! &= 0xff;
  }

  /** What was held or let wait last, or what was written since. */
  get byte(): number {
    return this.table[this.at]! & 0xff;
  }

  /** Whether the access that could wait has been made: then the chip does what it means, and closes. */
  get isMade(): boolean {
    return (this.table[this.at]! & MADE) !== 0;
  }

  /** For the bus: show it from now on in this table. */
  showIn(table: Uint16Array): void {
    table[this.port] = this.table[this.at]!;
    this.table = table;
    this.at = this.port;
  }
}
