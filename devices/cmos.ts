/**
 * What a PC's BIOS keeps in the 128 bytes beside the clock, for the kernels that look there.
 *
 * | byte   |                                            | byte   |                                     |
 * |--------|--------------------------------------------|--------|-------------------------------------|
 * | 0E     | diagnosis: 0 is good                       | 17 18  | KB above 1 MB, as set up            |
 * | 0F     | shutdown: what a reset is for              | 2E 2F  | checksum of 10-2D, high byte first  |
 * | 10     | floppy drives: 0 is none                   | 30 31  | KB above 1 MB, as found             |
 * | 12     | hard disks: 0 is none                      | 34 35  | 64 KB blocks above 16 MB            |
 * | 14     | equipment: 2 FPU, 4 PS/2 mouse, 5-4 display | 15 16 | KB below 1 MB                       |
 *
 * Source: IBM PC AT Technical Reference, "Real-time clock/CMOS RAM information"; QEMU's pc_cmos_init for 34 and 35.
 */

export interface CmosContents {
  /** Bytes of RAM, counted from address 0. */
  memoryBytes: number;
  /** A mouse is plugged into the aux port. */
  mouse?: boolean;
}

const KB = 1024;
const MB = 1024 * KB;
const BASE_KB = 640;
const FPU = 0x02;
const MOUSE = 0x04;

/** 128 bytes as a BIOS would leave them, checksum included; the clock's own are 0. */
export function cmosOf({ memoryBytes, mouse = false }: CmosContents): number[] {
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
  const sum = bytes.slice(0x10, 0x2e).reduce((total, byte) => total + byte, 0);
  bytes[0x2e] = (sum >> 8) & 0xff;
  bytes[0x2f] = sum & 0xff;
  return bytes;
}
