/** What a PC's BIOS keeps in the 128 bytes of CMOS beside the clock. */
export interface CmosContents {
  /** Bytes of RAM, from 0 up. */
  memoryBytes: number;
}

/** 128 bytes of CMOS as a BIOS would leave it, checksum included. */
export function cmosOf(_contents: CmosContents): number[] {
  return new Array<number>(128).fill(0);
}
