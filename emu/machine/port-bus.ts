/**
 * The I/O port bus: 65,536 byte-wide ports, each decoded by one chip or by none.
 *
 * A port nobody decodes floats: reads give all ones, writes vanish. A wide access goes whole to a chip that takes
 * wide accesses and decodes all of it; otherwise it is made of byte accesses, low port first, as an ISA bridge does.
 */

import type { PortWindow } from '../../devices/device.ts';
import type { PortLatch } from '../../devices/port-latch.ts';

const PORTS = 0x10000;
/** Entries in a table of latches (devices/port-latch.ts): behind the ports INTA cycles have one. */
const LATCHES = PORTS + 1;
const FLOATING = 0xff;

/** A window and whose it is. */
export interface PortClaim {
  readonly owner: string;
  readonly window: PortWindow;
}

/** A write to a port of somebody's; the width is in bytes. */
export type WriteListener = (owner: string, port: number, value: number, width: number) => void;

/** An access as the CPU made it: `value` as read or written. */
export interface PortAccess {
  readonly port: number;
  readonly width: number;
  readonly write: boolean;
  readonly value: number;
}

/** A claim with its window's functions beside it: of one shape for all chips, which V8 reads faster than windows of many. */
interface Decoded extends PortClaim {
  readonly last: number;
  readonly readByte: PortWindow['read'];
  readonly writeByte: PortWindow['write'];
  readonly readWide: PortWindow['readWide'];
  readonly writeWide: PortWindow['writeWide'];
}

export class PortBus {
  private cpuListener: ((access: PortAccess) => void) | undefined;
  private listener: WriteListener | undefined;
  /** From index 1 on. */
  private readonly claims: (Decoded | undefined)[] = [undefined];
  /** For each port, the index of its claim; 0: nobody. */
  private readonly decoder = new Uint16Array(PORTS);
  private readonly latches: PortLatch[] = [];
  /** Where the processor looks before it asks: see PortLatch. */
  private shown: Uint16Array = new Uint16Array(LATCHES);
  /** Where the chips' latches show what they hold: the same, or, while somebody wants to hear of every access, elsewhere. */
  private latched = this.shown;

  /**
   * Give a run of ports to a chip.
   * @throws RangeError when the window is not within 0 to 0xffff, or another chip has one of its ports.
   */
  claim(owner: string, window: PortWindow): void {
    const { first, last } = window;
    if (!(first >= 0 && first <= last && last < PORTS)) {
      throw new RangeError(`${owner}: ports ${hex(first)} to ${hex(last)} are not a run within 0 to 0xffff`);
    }
    for (let port = first; port <= last; port++) {
      const other = this.claimOf(port);
      if (other) throw new RangeError(`${owner} and ${other.owner} both decode port ${hex(port)}`);
    }
    this.decoder.fill(this.claims.length, first, last + 1);
    const { read: readByte, write: writeByte, readWide, writeWide } = window;
    this.claims.push({ owner, window, last, readByte, writeByte, readWide, writeWide });
    for (const latch of window.latches ?? []) {
      this.latches.push(latch);
      latch.showIn(this.latched);
    }
  }

  /** Have the chips show what their latches hold in the processor's own table, which it reads instead of asking. */
  showLatchesIn(table: Uint16Array): void {
    this.shown = table;
    this.showLatches();
  }

  /** Hear of every write before its chip does; one listener at a time, undefined takes it away. */
  listen(listener: WriteListener | undefined): void {
    this.listener = listener;
    this.showLatches();
  }

  /** Who decodes what, in the order of the ports. */
  map(): PortClaim[] {
    const claims: PortClaim[] = this.claims.slice(1).map((claim) => ({ owner: claim!.owner, window: claim!.window }));
    return claims.sort((a, b) => a.window.first - b.window.first);
  }

  /** For the debugger: hear of every access of the CPU, after it; undefined ends it. */
  listenToCpu(listener: ((access: PortAccess) => void) | undefined): void {
    this.cpuListener = listener;
    this.showLatches();
  }

  /** The CPU's `in`. */
  cpuRead(port: number, width: number): number {
    const value = this.read(port, width);
    this.cpuListener?.({ port, width, write: false, value });
    return value;
  }

  /** The CPU's `out`. */
  cpuWrite(port: number, value: number, width: number): void {
    this.write(port, value, width);
    this.cpuListener?.({ port, width, write: true, value });
  }

  /** A read of 1, 2 or 4 bytes, as the CPU's `in` makes it. */
  read(port: number, width: number): number {
    const claim = this.claimOf(port);
    if (width === 1) return claim?.readByte ? claim.readByte.call(claim.window, port) & 0xff : FLOATING;
    if (claim?.readWide && port + width - 1 <= claim.last) {
      return claim.readWide.call(claim.window, port, width as 2 | 4) >>> 0;
    }
    let value = 0;
    for (let i = 0; i < width; i++) value |= this.read((port + i) & 0xffff, 1) << (8 * i);
    return value >>> 0;
  }

  /** A write of 1, 2 or 4 bytes, as the CPU's `out` makes it. */
  write(port: number, value: number, width: number): void {
    const claim = this.claimOf(port);
    if (width === 1) {
      if (!claim) return;
      this.listener?.(claim.owner, port, value, 1);
      claim.writeByte?.call(claim.window, port, value & 0xff);
    } else if (claim?.writeWide && port + width - 1 <= claim.last) {
      this.listener?.(claim.owner, port, value, width);
      claim.writeWide.call(claim.window, port, width === 2 ? value & 0xffff : value >>> 0, width as 2 | 4);
    } else for (let i = 0; i < width; i++) this.write((port + i) & 0xffff, value >>> (8 * i), 1);
  }

  private showLatches(): void {
    const before = this.latched;
    // Who listens wants to hear of every access.
    this.latched = this.listener || this.cpuListener ? new Uint16Array(LATCHES) : this.shown;
    for (const latch of this.latches) latch.showIn(this.latched);
    if (before !== this.latched) before.fill(0);
  }

  private claimOf(port: number): Decoded | undefined {
    return this.claims[this.decoder[port]!];
  }
}

function hex(port: number): string {
  return `0x${port.toString(16)}`;
}
