/** A flat binary: the sections' bytes one after the other, as they will lie in memory. */

import type { LinkedImage } from '../link/link.ts';

/** In bytes, from the first loaded to the last. */
export function flatSize(image: LinkedImage): number {
  const parts = image.pieces.filter(({ emitted: { section } }) => section.allocate && !section.noBits);
  return parts.length > 0 ? Math.max(...parts.map((p) => p.load + p.size)) - Math.min(...parts.map((p) => p.load)) : 0;
}

/** The image from its first byte to its last; room at the end (.bss) is left out. */
export function writeFlat(image: LinkedImage): Uint8Array {
  const parts = image.pieces.filter(({ emitted: { section } }) => section.allocate && !section.noBits);
  const start = Math.min(...parts.map((p) => p.load));
  const out = new Uint8Array(flatSize(image));
  for (const { load, bytes } of parts) out.set(bytes, load - start);
  return out;
}
