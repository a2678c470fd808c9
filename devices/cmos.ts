/**
 * What a PC's BIOS keeps in the 128 bytes beside the clock, for the kernels that look there.
 *
 * | byte   |                                            | byte   |                                     |
 * |--------|--------------------------------------------|--------|-------------------------------------|
 * | 0E     | diagnosis: 0 is good                       | 17 18  | KB above 1 MB, as set up            |
 * | 0F     | shutdown: what a reset is for              | 2E 2F  | checksum of 10-2D, high byte first  |
 * | 10     | floppy drives: 0 is none                   | 30 31  | KB above 1 MB, as found             |
 * | 12     | hard disks: F0 is one, its type in 19      | 34 35  | 64 KB blocks above 16 MB            |
 * | 19     | 2F: a type of the user's, in 1B-23         | 3D     | what to boot from: 2 is a hard disk  |
 * | 1B-23  | cylinders (2 bytes), heads, precompensation (2), control, landing zone (2), sectors            ||
 * | 14     | equipment: 2 FPU, 4 PS/2 mouse, 5-4 display | 15 16 | KB below 1 MB                       |
 *
 * Source: IBM PC AT Technical Reference, "Real-time clock/CMOS RAM information"; QEMU's pc_cmos_init for 34, 35 and
 * 3D.
 */

import type { Geometry } from './disk-image.ts';

export interface CmosContents {
  /** Bytes of RAM, counted from address 0. */
  memoryBytes: number;
  /** A mouse is plugged into the aux port. */
  mouse?: boolean;
  /** The geometry of the hard disk, if there is one. */
  disk?: Geometry;
}

const KB = 1024;
const MB = 1024 * KB;
const BASE_KB = 640;
const FPU = 0x02;
const MOUSE = 0x04;
const ONE_DISK_OF_EXTENDED_TYPE = 0xf0;
const USER_TYPE = 47;
/** Control byte: more than eight heads. */
const MANY_HEADS = 0x08;
const BOOT_FROM_DISK = 0x02;

/** 128 bytes as a BIOS would leave them, checksum included; the clock's own are 0. */
export function cmosOf({ memoryBytes, mouse = false, disk }: CmosContents): number[] {
  const bytes = new Array<number>(128).fill(0);
  const putWord = (at: number, value: number) => {
    bytes[at] = value & 0xff;
    bytes[at + 1] = value >> 8;
  };
  const extended = Math.min(0xffff, Math.max(0, Math.floor((memoryBytes - MB) / KB)));
  bytes[0x14] = FPU | (mouse ? MOUSE : 0);
  putWord(0x15, Math.min(BASE_KB, Math.floor(memoryBytes / KB)));
  putWord(0x17, extended);
  putWord(0x30, extended);
  putWord(0x34, Math.min(0xffff, Math.max(0, Math.floor((memoryBytes - 16 * MB) / (64 * KB)))));
  if (disk) {
    const cylinders = Math.min(0xffff, disk.cylinders);
    bytes[0x12] = ONE_DISK_OF_EXTENDED_TYPE;
    bytes[0x19] = USER_TYPE;
    putWord(0x1b, cylinders);
    bytes[0x1d] = disk.heads;
    putWord(0x1e, 0xffff);
    bytes[0x20] = disk.heads > 8 ? MANY_HEADS : 0;
    putWord(0x21, cylinders);
    bytes[0x23] = disk.sectors;
    bytes[0x3d] = BOOT_FROM_DISK;
  }
  const sum = bytes.slice(0x10, 0x2e).reduce((total, byte) => total + byte, 0);
  bytes[0x2e] = (sum >> 8) & 0xff;
  bytes[0x2f] = sum & 0xff;
  return bytes;
}
