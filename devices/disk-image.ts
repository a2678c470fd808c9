/** The sectors of a disk: those of an image file, and over them what has been written since. */

export const SECTOR_BYTES = 512;

/** Cylinders, heads, and sectors on a track. */
export interface Geometry {
  readonly cylinders: number;
  readonly heads: number;
  readonly sectors: number;
}

/** The diskettes of a PC by their size in sectors: 160, 180, 320, 360, 720 KB, 1.2, 1.44 and 2.88 MB. */
const DISKETTES: ReadonlyMap<number, Geometry> = new Map(
  (
    [
      [40, 1, 8],
      [40, 1, 9],
      [40, 2, 8],
      [40, 2, 9],
      [80, 2, 9],
      [80, 2, 15],
      [80, 2, 18],
      [80, 2, 36],
    ] as const
  ).map(([cylinders, heads, sectors]) => [cylinders * heads * sectors, { cylinders, heads, sectors }]),
);

const HEADS = 16;
const SECTORS = 63;
/** ATA/ATAPI-4, 8.12.9: the most cylinders that word 1 of IDENTIFY DEVICE tells of. */
const MOST_CYLINDERS = 16_383;
/** LBA has 28 bits. */
const MOST_SECTORS = 2 ** 28;

/** The geometry that a disk of so many sectors tells of: a diskette's, or 16 heads and 63 sectors. */
export function geometryOf(sectors: number): Geometry {
  const diskette = DISKETTES.get(sectors);
  if (diskette) return diskette;
  const cylinders = Math.max(1, Math.floor(sectors / (HEADS * SECTORS)));
  return { cylinders: Math.min(MOST_CYLINDERS, cylinders), heads: HEADS, sectors: SECTORS };
}

/** Sectors written since the image was read, by number; each a character a byte, so that copies share them. */
export type Written = Record<number, string>;

/** An image that is never changed. Its last sector is filled up with zeros. */
export class DiskImage {
  /** How many sectors there are, at least 1. */
  readonly sectors: number;
  readonly geometry: Geometry;

  /** @throws RangeError when the image is empty or larger than 128 GB */
  constructor(private readonly image: Uint8Array) {
    this.sectors = Math.ceil(image.length / SECTOR_BYTES);
    if (this.sectors < 1 || this.sectors > MOST_SECTORS) throw new RangeError(`a disk of ${image.length} bytes`);
    this.geometry = geometryOf(this.sectors);
  }

  /** A sector's bytes: as written, else as in the image. */
  read(sector: number, written: Written): number[] {
    const text = written[sector];
    if (text !== undefined) return Array.from(text, (character) => character.charCodeAt(0));
    const bytes = new Array<number>(SECTOR_BYTES).fill(0);
    this.image.subarray(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES).forEach((byte, i) => {
      bytes[i] = byte;
    });
    return bytes;
  }

  /** Takes a sector's bytes to what has been written. */
  write(sector: number, bytes: readonly number[], written: Written): void {
    written[sector] = String.fromCharCode(...bytes);
  }
}
