/**
 * Flat binaries: bytes that go to one address and are entered there.
 */

import { type ImageFile, type LoadedImage, type LoadTarget, place } from './image.ts';

/** Where a flat binary goes unless told otherwise: 1 MB, the first address above the PC's hole. */
export const FLAT_ADDRESS = 0x100000;

/**
 * @param address where the first byte goes; the first byte is also the entry
 * @throws ImageError when the file is empty or there is no RAM for it
 */
export function loadFlat(target: LoadTarget, file: ImageFile, address: number = FLAT_ADDRESS): LoadedImage {
  if (file.size === 0) throw file.error(0, 'the image is empty');
  place(target, file, 0, address, file.bytes, file.size);
  const last = address + file.size - 1;
  return { kind: 'flat', entry: address, registers: {}, first: address, last, symbols: [] };
}
