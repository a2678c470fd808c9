/**
 * Firmware: a ROM at the top of the 4 GB, where the processor begins, and what a chipset makes of it below 1 MB.
 *
 * The last 128 KB of the ROM appear below 1 MB too, as RAM with a copy in it (shadow RAM): BIOSes write to themselves.
 * A ROM of a card, the VGA's for instance, is copied to 0xc0000, where a BIOS looks for it.
 */

import type { ImageFile, LoadedImage } from './loaders/image.ts';
import { FRAME_BYTES, type PhysicalMemory } from './physical-memory.ts';

const KB = 1024;
const MB = 1024 * KB;
const TOP = 2 ** 32;
const MOST_BYTES = 16 * MB;
const SHADOW_BYTES = 128 * KB;
const OPTION_ROM = 0xc0000;
const OPTION_BYTES = MB - SHADOW_BYTES - OPTION_ROM;
/** SDM 3A, 10.1.4: the first instruction is at FFFFFFF0h. */
const RESET_VECTOR = 0xfffffff0;

export interface Firmware {
  /** Its last byte goes to the last address of the 4 GB. */
  readonly bios: ImageFile;
  /** Goes to 0xc0000; it begins with 55 AA and its size in blocks of 512 bytes. */
  readonly optionRom?: ImageFile;
}

/** Bytes of ROM that a machine with this firmware needs. @throws ImageError when the BIOS is too small or too large */
export function romBytesOf({ bios }: Firmware): number {
  if (bios.size < TOP - RESET_VECTOR) throw bios.error(0, `a BIOS has its first instruction 16 bytes before its end`);
  if (bios.size > MOST_BYTES) throw bios.error(MOST_BYTES, `a BIOS has at most ${MOST_BYTES / MB} MB`);
  return Math.ceil(bios.size / FRAME_BYTES) * FRAME_BYTES;
}

/** Put the ROM at the top of the 4 GB, once. */
export function mapFirmware(memory: PhysicalMemory, firmware: Firmware): void {
  memory.addRom('BIOS', TOP - romBytesOf(firmware), paddedInFront(firmware));
}

/**
 * Shadow RAM as a reset finds it.
 * @throws ImageError when the option ROM is none
 */
export function loadFirmware(memory: PhysicalMemory, firmware: Firmware): LoadedImage {
  const shadow = paddedInFront(firmware).slice(-SHADOW_BYTES);
  memory.write(MB - shadow.length, shadow);
  const { optionRom } = firmware;
  if (optionRom) {
    if (optionRom.u16(0, 'an option ROM signature') !== 0xaa55)
      throw optionRom.error(0, 'an option ROM begins with 55 aa');
    if (optionRom.size > OPTION_BYTES) throw optionRom.error(OPTION_BYTES, 'the option ROM is too large');
    memory.write(OPTION_ROM, optionRom.bytes);
  }
  return { kind: 'rom', entry: RESET_VECTOR, registers: {}, first: MB - shadow.length, last: MB - 1, symbols: [] };
}

function paddedInFront(firmware: Firmware): Uint8Array {
  const { bytes } = firmware.bios;
  const padded = new Uint8Array(romBytesOf(firmware)).fill(0xff);
  padded.set(bytes, padded.length - bytes.length);
  return padded;
}
