/**
 * The I/O port bus: 65,536 byte-wide ports, each decoded by one chip or by none.
 *
 * A port nobody decodes floats: reads give all ones, writes vanish. A wide access goes whole to a chip that takes
 * wide accesses and decodes all of it; otherwise it is made of byte accesses, low port first, as an ISA bridge does.
 */

import type { PortWindow } from '../../devices/device.ts';

const PORTS = 0x10000;
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

export class PortBus {
  private cpuListener: ((access: PortAccess) => void) | undefined;
  private listener: WriteListener | undefined;
  private readonly claims: PortClaim[] = [];
  /** For each port, 1 + the index of its claim; 0: nobody. */
  private readonly decoder = new Uint16Array(PORTS);

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
    this.claims.push({ owner, window });
    this.decoder.fill(this.claims.length, first, last + 1);
  }

  /** Hear of every write before its chip does; one listener at a time, undefined takes it away. */
  listen(listener: WriteListener | undefined): void {
    this.listener = listener;
  }

  /** Who decodes what, in the order of the ports. */
  map(): PortClaim[] {
    return [...this.claims].sort((a, b) => a.window.first - b.window.first);
  }

  /** For the debugger: hear of every access of the CPU, after it; undefined ends it. */
  listenToCpu(listener: ((access: PortAccess) => void) | undefined): void {
    this.cpuListener = listener;
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
    const window = this.claimOf(port)?.window;
    if (width === 1) return window?.read ? window.read(port) & 0xff : FLOATING;
    if (window?.readWide && port + width - 1 <= window.last) {
      return window.readWide(port, width as 2 | 4) >>> 0;
    }
    let value = 0;
    for (let i = 0; i < width; i++) value |= this.read((port + i) & 0xffff, 1) << (8 * i);
    return value >>> 0;
  }

  /** A write of 1, 2 or 4 bytes, as the CPU's `out` makes it. */
  write(port: number, value: number, width: number): void {
    const claim = this.claimOf(port);
    const window = claim?.window;
    const isWhole = width === 1 || (window?.writeWide !== undefined && port + width - 1 <= window.last);
    if (this.listener && claim && isWhole) this.listener(claim.owner, port, value, width);
    if (width === 1) window?.write?.(port, value & 0xff);
    else if (window?.writeWide && port + width - 1 <= window.last) {
      window.writeWide(port, width === 2 ? value & 0xffff : value >>> 0, width as 2 | 4);
    } else {
      for (let i = 0; i < width; i++) this.write((port + i) & 0xffff, value >>> (8 * i), 1);
    }
  }

  private claimOf(port: number): PortClaim | undefined {
    return this.claims[this.decoder[port]! - 1];
  }
}

function hex(port: number): string {
  return `0x${port.toString(16)}`;
}
