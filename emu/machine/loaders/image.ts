/**
 * What all loaders share: an image file that is read with bounds checked, and the way its faults are told.
 */

/** The image is corrupt, or not what it claims to be. `message` names file and offset. */
export class ImageError extends Error {
  override readonly name = 'ImageError';

  constructor(
    readonly file: string,
    /** Where in the file, in bytes. */
    readonly offset: number,
    readonly complaint: string,
  ) {
    super(`${file}: at offset 0x${offset.toString(16)}: ${complaint}`);
  }
}

/** An image's bytes. Every read outside of them is an ImageError that says what was wanted there. */
export class ImageFile {
  private readonly view: DataView;

  /** @param name what error messages call it, usually its path */
  constructor(
    readonly name: string,
    readonly bytes: Uint8Array,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get size(): number {
    return this.bytes.length;
  }

  u8(offset: number, what: string): number {
    this.require(offset, 1, what);
    return this.view.getUint8(offset);
  }

  u16(offset: number, what: string): number {
    this.require(offset, 2, what);
    return this.view.getUint16(offset, true);
  }

  u32(offset: number, what: string): number {
    this.require(offset, 4, what);
    return this.view.getUint32(offset, true);
  }

  slice(offset: number, length: number, what: string): Uint8Array {
    this.require(offset, length, what);
    return this.bytes.subarray(offset, offset + length);
  }

  /** A string that ends with a zero byte. */
  text(offset: number, what: string): string {
    this.require(offset, 1, what);
    const end = this.bytes.indexOf(0, offset);
    if (end < 0) throw this.error(offset, `${what} is not ended by a zero byte`);
    return Buffer.from(this.bytes.subarray(offset, end)).toString('latin1');
  }

  error(offset: number, complaint: string): ImageError {
    return new ImageError(this.name, offset, complaint);
  }

  private require(offset: number, length: number, what: string): void {
    if (offset + length > this.size) {
      const end = `the file ends at 0x${this.size.toString(16)}`;
      throw this.error(offset, `${what} (${length} bytes) should be here, but ${end}`);
    }
  }
}

/** Guest memory as a loader needs it. */
export interface LoadTarget {
  readonly ramBytes: number;
  isMemory(address: number, length: number): boolean;
  write(address: number, bytes: Uint8Array): void;
}

/** What an image is called in the guest's memory. */
export interface ImageSymbol {
  readonly name: string;
  readonly address: number;
  /** Bytes; 0 when the image does not say. */
  readonly size: number;
  readonly kind: 'function' | 'object' | 'other';
  readonly global: boolean;
}

/**
 * How the processor is to start, once an image is in memory: 32-bit flat protected mode, ring 0, paging off, IF 0; in a
 * ROM, as after RESET#.
 */
export interface LoadedImage {
  readonly kind: 'flat' | 'elf32' | 'multiboot' | 'rom';
  readonly entry: number;
  /** Registers that the way of booting defines; the others are 0. */
  readonly registers: { readonly eax?: number; readonly ebx?: number; readonly esp?: number };
  /** The memory the image takes, without what was put beside it. */
  readonly first: number;
  readonly last: number;
  readonly symbols: readonly ImageSymbol[];
}

/** Write a piece of an image to memory, or complain that there is none at that address. */
export function place(
  target: LoadTarget,
  file: ImageFile,
  offset: number,
  address: number,
  bytes: Uint8Array,
  memoryBytes: number,
): void {
  if (!target.isMemory(address, memoryBytes)) {
    const range = `0x${address.toString(16)} to 0x${(address + memoryBytes - 1).toString(16)}`;
    throw file.error(offset, `wants to be at ${range}, where the machine's ${target.ramBytes >> 20} MB have no RAM`);
  }
  target.write(address, bytes);
  if (memoryBytes > bytes.length) target.write(address + bytes.length, new Uint8Array(memoryBytes - bytes.length));
}
