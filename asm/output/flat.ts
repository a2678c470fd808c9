/** A flat binary: the sections' bytes one after the other, as they will lie in memory. */

import type { LinkedImage } from './link.ts';

/** The image from its first byte to its last; room at the end (.bss) is left out. */
export function writeFlat(image: LinkedImage): Uint8Array {
  // A section that believes to be elsewhere (vstart=) still follows the one before in the file.
  let size = 0;
  const parts: { at: number; bytes: Uint8Array }[] = [];
  for (const { emitted, bytes } of image.sections) {
    if (emitted.section.noBits || !emitted.section.allocate) continue;
    const align = parts.length > 0 ? emitted.section.align : 1;
    const at = Math.ceil(size / align) * align;
    parts.push({ at, bytes });
    size = at + bytes.length;
  }
  const out = new Uint8Array(size);
  for (const { at, bytes } of parts) out.set(bytes, at);
  return out;
}
