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
}

/** A write to a chip's memory; the width is in bytes. */
export type MmioListener = (owner: string, address: number, value: number, width: number) => void;

export class PhysicalMemory {
  private readonly regions: Region[] = [];
  /** The chip that decodes a frame, by frame number. */
  private readonly windows = new Map<number, { readonly owner: string; readonly window: MemoryWindow }>();
  private listener: MmioListener | undefined;

  /** Nothing is mapped at first. */
  constructor(private readonly frames: FrameTable) {
    frames.unmap(0, frames.ram.length);
  }

  /** Bytes of RAM the machine was built with; some of its frames may be hidden behind ROM or chips. */
  get ramBytes(): number {
    return this.frames.ram.length;
  }

  /** Everything that is mapped, lowest address first. */
  get map(): readonly Region[] {
    return this.regions;
  }

  /** @throws RangeError when not made of whole frames, beyond the RAM there is, or taken. */
  addRam(first: number, length: number): void {
    this.addRegion({ kind: 'ram', owner: 'RAM', first, last: first + length - 1 });
    this.frames.mapRam(first, length, first);
  }

  /** Map an image read-only, in the RAM that lies unused at its address; its last frame is filled up with 0xff. @throws RangeError as addRam. */
  addRom(owner: string, first: number, image: Uint8Array): void {
    const length = Math.ceil(image.length / FRAME_BYTES) * FRAME_BYTES;
    this.addRegion({ kind: 'rom', owner, first, last: first + length - 1 });
    this.frames.ram.fill(FLOATING, first, first + length);
    this.frames.ram.set(image, first);
    this.frames.mapRom(first, length, first);
    this.frames.memoryChanged(first, length);
  }

  /** Give frames to a chip. @throws RangeError when not made of whole frames, or taken. */
  addWindow(owner: string, window: MemoryWindow): void {
    const length = window.last - window.first + 1;
    this.addRegion({ kind: 'mmio', owner, first: window.first, last: window.last });
    for (let at = window.first; at < window.last; at += FRAME_BYTES) {
      this.windows.set(at / FRAME_BYTES, { owner, window });
    }
    this.frames.mapMmio(window.first, length);
  }

  /** The host's copy of RAM or ROM bytes. @throws RangeError when some of it is neither. */
  read(address: number, length: number): Uint8Array {
    this.requireMemory(address, length);
    return this.frames.ram.slice(address, address + length);
  }

  /** Put bytes into RAM or ROM, as a loader or a debugger does. @throws RangeError when some of it is neither. */
  write(address: number, bytes: Uint8Array): void {
    this.requireMemory(address, bytes.length);
    this.frames.ram.set(bytes, address);
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

  private windowAt(address: number) {
    return this.windows.get(Math.floor(address / FRAME_BYTES));
  }

  private addRegion(region: Region): void {
    const { first, last, kind, owner } = region;
    const name = `${owner}: ${hex(first)} to ${hex(last)}`;
    if (first < 0 || last > 0xffffffff || first % FRAME_BYTES !== 0 || (last + 1) % FRAME_BYTES !== 0 || last < first) {
      throw new RangeError(`${name} is not made of whole 4 KB frames below 4 GB`);
    }
    if (kind !== 'mmio' && last >= this.ramBytes) {
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
