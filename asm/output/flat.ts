/** A flat binary: the sections' bytes one after the other, as they will lie in memory. */

import type { LinkedImage } from '../link/link.ts';

/** The image from its first byte to its last; room at the end (.bss) is left out. */
export function writeFlat(image: LinkedImage): Uint8Array {
  const parts = image.pieces.filter(({ emitted: { section } }) => section.allocate && !section.noBits);
  const start = Math.min(...parts.map((p) => p.load));
  const end = Math.max(...parts.map((p) => p.load + p.size));
  const out = new Uint8Array(parts.length > 0 ? end - start : 0);
  for (const { load, bytes } of parts) out.set(bytes, load - start);
  return out;
}
