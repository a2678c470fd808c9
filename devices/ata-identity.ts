/**
 * What an ATA disk says of itself: the 256 words of IDENTIFY DEVICE.
 *
 * Source: ATA/ATAPI-4, NCITS 317-1998, 8.12 (table 7 has the words).
 */
import { type Geometry, SECTOR_BYTES } from './disk-image.ts';

export interface AtaIdentity {
  /** All sectors, as LBA counts them. */
  readonly sectors: number;
  /** The default translation. */
  readonly geometry: Geometry;
  /** The translation that INITIALIZE DEVICE PARAMETERS has set. */
  readonly current: Geometry;
  /** The largest block of READ MULTIPLE, and the one that is set; 0: none. */
  readonly mostMultiple: number;
  readonly multiple: number;
}

const FIXED = 0x0040;
const LBA_SUPPORTED = 0x0200;
const ALWAYS_SET = 0x4000;
const MULTIPLE_VALID = 0x0100;
/** Word 53: words 54-58 and 64-70 are valid. */
const VALID = 0x0003;
const PIO_MODES_3_AND_4 = 0x0003;
const PIO_CYCLE_NANOSECONDS = 120;
const ATA_1_TO_4 = 0x001e;
const FLUSH_CACHE = 0x1000;

/** 512 bytes, low byte of each word first. */
export function identityOf({ sectors, geometry, current, mostMultiple, multiple }: AtaIdentity): number[] {
  const words = new Array<number>(256).fill(0);
  const put = (at: number, ...values: number[]) => {
    values.forEach((value, i) => {
      words[at + i] = value & 0xffff;
    });
  };
  const double = (at: number, value: number) => put(at, value & 0xffff, Math.floor(value / 0x1_0000));
  // 8.12.12: the first character of each pair is the high byte.
  const text = (at: number, length: number, characters: string) => {
    const padded = characters.padEnd(length);
    for (let i = 0; i < length; i += 2) put(at + i / 2, (padded.charCodeAt(i) << 8) | padded.charCodeAt(i + 1));
  };
  put(0, FIXED, geometry.cylinders);
  // Words 4 and 5 were bytes a track and a sector until ATA-1; BIOSes still look there.
  put(3, geometry.heads, geometry.sectors * SECTOR_BYTES, SECTOR_BYTES, geometry.sectors);
  text(10, 20, 'TRAPGATE0001');
  text(23, 8, '1.0');
  text(27, 40, 'TRAPGATE DISK');
  put(47, 0x8000 | mostMultiple);
  put(49, LBA_SUPPORTED, ALWAYS_SET);
  put(53, VALID, current.cylinders, current.heads, current.sectors);
  double(57, current.cylinders * current.heads * current.sectors);
  put(59, multiple === 0 ? 0 : MULTIPLE_VALID | multiple);
  double(60, sectors);
  put(64, PIO_MODES_3_AND_4);
  put(67, PIO_CYCLE_NANOSECONDS, PIO_CYCLE_NANOSECONDS);
  put(80, ATA_1_TO_4);
  put(82, 0, ALWAYS_SET | FLUSH_CACHE, ALWAYS_SET, 0, FLUSH_CACHE, ALWAYS_SET);
  return words.flatMap((word) => [word & 0xff, word >> 8]);
}
