/** From a program on which two processors differ to the shortest one that still shows it. */
import type { Compared } from './engines.ts';
import type { Generator, Stream } from './streams/generator.ts';

/** @param differing which of these programs differ */
export async function shrink(
  generator: Generator,
  stream: Stream,
  differing: (streams: readonly Stream[]) => Promise<readonly Compared[]>,
): Promise<Stream> {
  let best = stream;
  // Halves first, then one instruction at a time; every round is one batch.
  for (let size = Math.ceil(best.parts.length / 2); size >= 1; ) {
    const shorter: Stream[] = [];
    for (let from = 0; from < best.parts.length; from += size) {
      const parts = best.parts.filter((_, n) => n < from || n >= from + size);
      if (parts.length > 0) shorter.push(generator.assemble(`${stream.test.id}.${from}.${size}`, parts, best.test));
    }
    const found = shorter.length > 0 ? await differing(shorter) : [];
    if (found.length > 0) {
      best = shorter.find(({ test }) => test.id === found[0]!.test.id)!;
      size = Math.min(size, best.parts.length);
    } else if (size === 1) break;
    else size = Math.ceil(size / 2);
  }
  return best;
}
