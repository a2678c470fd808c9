/**
 * The physical address space: which 4 KB frames are RAM, ROM or a chip, over the core's frame table.
 *
 * RAM and ROM never pass through here when the CPU uses them; only a chip's frames do (`mmioRead`, `mmioWrite`).
 * What nobody decodes floats: reads give all ones, writes vanish.
 */

import type { MemoryWindow } from '../../devices/device.ts';

export const FRAME_BYTES = 4096;
const FLOATING = 0xff;

/** The core's side of it. Addresses and lengths are physical, in bytes, multiples of 4 KB. */
export interface FrameTable {
  /** Guest RAM; what lies at `offset` in it may be mapped at any address. */
  readonly ram: Uint8Array;
  mapRam(address: number, length: number, offset: number): void;
  /** Like RAM, but the CPU's stores vanish. */
  mapRom(address: number, length: number, offset: number): void;
  mapMmio(address: number, length: number): void;
  unmap(address: number, length: number): void;
  /** The host wrote to RAM or ROM behind the CPU's back: decoded code and cached descriptors may be stale. */
  memoryChanged(address: number, bytes: number): void;
}

/** One run of frames, for memory maps that people read. */
export interface Region {
  readonly kind: 'ram' | 'rom' | 'mmio';
  readonly owner: string;
  readonly first: number;
  readonly last: number;
  /** RAM and ROM: where in the host's memory it lies. */
  readonly offset: number;
}

/** A write to a chip's memory; the width is in bytes. */
export type MmioListener = (owner: string, address: number, value: number, width: number) => void;

export class PhysicalMemory {
  private readonly regions: Region[] = [];
  /** The chip that decodes a frame, by frame number. */
  private readonly windows = new Map<number, { readonly owner: string; readonly window: MemoryWindow }>();
  private listener: MmioListener | undefined;

  /** Bytes of RAM the machine was built with; some of its frames may be hidden behind ROM or chips. */
  readonly ramBytes: number;
  private romsEnd: number;

  /**
   * Nothing is mapped at first.
   * @param romBytes of the host's memory, how much at its end is for ROMs above the RAM
   */
  constructor(
    private readonly frames: FrameTable,
    romBytes = 0,
  ) {
    this.ramBytes = frames.ram.length - romBytes;
    this.romsEnd = this.ramBytes;
    frames.unmap(0, frames.ram.length);
  }

  /** Everything that is mapped, lowest address first. */
  get map(): readonly Region[] {
    return this.regions;
  }

  /** @throws RangeError when not made of whole frames, beyond the RAM there is, or taken. */
  addRam(first: number, length: number): void {
    this.addRegion({ kind: 'ram', owner: 'RAM', first, last: first + length - 1, offset: first });
    this.frames.mapRam(first, length, first);
  }

  /**
   * Map an image read-only; its last frame is filled up with 0xff. Below the end of RAM it takes the RAM that lies
   * unused at its address, above it what was set apart for ROMs.
   * @throws RangeError when not made of whole frames, there is no room for it, or taken
   */
  addRom(owner: string, first: number, image: Uint8Array): void {
    const length = Math.ceil(image.length / FRAME_BYTES) * FRAME_BYTES;
    const isAbove = first >= this.ramBytes;
    const offset = isAbove ? this.romsEnd : first;
    this.addRegion({ kind: 'rom', owner, first, last: first + length - 1, offset });
    if (isAbove) this.romsEnd += length;
    this.frames.ram.fill(FLOATING, offset, offset + length);
    this.frames.ram.set(image, offset);
    this.frames.mapRom(first, length, offset);
    this.frames.memoryChanged(first, length);
  }

  /** Give frames to a chip. @throws RangeError when not made of whole frames, or taken. */
  addWindow(owner: string, window: MemoryWindow): void {
    const length = window.last - window.first + 1;
    this.addRegion({ kind: 'mmio', owner, first: window.first, last: window.last, offset: 0 });
    for (let at = window.first; at < window.last; at += FRAME_BYTES) {
      this.windows.set(at / FRAME_BYTES, { owner, window });
    }
    this.frames.mapMmio(window.first, length);
  }

  /** The host's copy of RAM or ROM bytes. @throws RangeError when some of it is neither. */
  read(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.forEachPart(address, length, (at, offset, size) => {
      bytes.set(this.frames.ram.subarray(offset, offset + size), at);
    });
    return bytes;
  }

  /** Put bytes into RAM or ROM, as a loader or a debugger does. @throws RangeError when some of it is neither. */
  write(address: number, bytes: Uint8Array): void {
    this.forEachPart(address, bytes.length, (at, offset, size) => {
      this.frames.ram.set(bytes.subarray(at, at + size), offset);
    });
    this.frames.memoryChanged(address, bytes.length);
  }

  /** Whether every byte from `address` on is RAM or ROM. */
  isMemory(address: number, length: number): boolean {
    let at = address;
    for (const region of this.regions) {
      if (region.kind !== 'mmio' && region.first <= at && at <= region.last) at = region.last + 1;
    }
    return at >= address + length;
  }

  /** Hear of every write to a chip before it does; one listener at a time, undefined takes it away. */
  listen(listener: MmioListener | undefined): void {
    this.listener = listener;
  }

  /** The CPU reads from a chip: 1, 2 or 4 bytes. What reaches over the window's end is made of bytes. */
  mmioRead(address: number, width: number): number {
    const window = this.windowAt(address)?.window;
    if (window && address + width - 1 <= window.last) return window.read(address, width as 1 | 2 | 4) >>> 0;
    if (width === 1) return FLOATING;
    let value = 0;
    for (let i = 0; i < width; i++) value |= this.mmioRead((address + i) >>> 0, 1) << (8 * i);
    return value >>> 0;
  }

  /** The CPU writes to a chip: 1, 2 or 4 bytes. */
  mmioWrite(address: number, value: number, width: number): void {
    const claim = this.windowAt(address);
    const window = claim?.window;
    if (window && address + width - 1 <= window.last) {
      this.listener?.(claim.owner, address, value, width);
      window.write(address, width === 4 ? value >>> 0 : value & ((1 << (8 * width)) - 1), width as 1 | 2 | 4);
    } else if (width > 1) {
      for (let i = 0; i < width; i++) this.mmioWrite((address + i) >>> 0, (value >>> (8 * i)) & 0xff, 1);
    }
  }

  /** The parts of a run of memory that lie in one region each: from where in the run, at which offset, how long. */
  private forEachPart(
    address: number,
    length: number,
    action: (at: number, offset: number, size: number) => void,
  ): void {
    this.requireMemory(address, length);
    for (const { kind, first, last, offset } of this.regions) {
      const from = Math.max(first, address);
      const end = Math.min(last + 1, address + length);
      if (kind !== 'mmio' && from < end) action(from - address, offset + from - first, end - from);
    }
  }

  private windowAt(address: number) {
    return this.windows.get(Math.floor(address / FRAME_BYTES));
  }

  private addRegion(region: Region): void {
    const { first, last, kind, owner } = region;
    const name = `${owner}: ${hex(first)} to ${hex(last)}`;
    if (first < 0 || last > 0xffffffff || first % FRAME_BYTES !== 0 || (last + 1) % FRAME_BYTES !== 0 || last < first) {
      throw new RangeError(`${name} is not made of whole 4 KB frames below 4 GB`);
    }
    const hostBytes = first < this.ramBytes ? this.ramBytes : this.frames.ram.length;
    if (kind !== 'mmio' && region.offset + last - first >= hostBytes) {
      throw new RangeError(`${name} does not fit into ${this.ramBytes} bytes of RAM`);
    }
    const other = this.regions.find((r) => r.first <= last && first <= r.last);
    if (other) throw new RangeError(`${name} overlaps ${other.owner} at ${hex(other.first)} to ${hex(other.last)}`);
    this.regions.push(region);
    this.regions.sort((a, b) => a.first - b.first);
  }

  private requireMemory(address: number, length: number): void {
    if (!this.isMemory(address, length)) {
      throw new RangeError(`${hex(address)} to ${hex(address + length - 1)} is not all RAM or ROM`);
    }
  }
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
