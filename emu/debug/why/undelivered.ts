/** What the core has noted of exceptions and interrupts that could not be delivered (TRAIL in emu/core/layout.ts). */

import * as L from '../../core/layout.ts';
import type { Cpu } from '../../machine/cpu.ts';

/** A delivery that failed. */
export interface Undelivered {
  readonly vector: number;
  /** A fault of the processor's own, no interrupt or software's. */
  readonly isFault: boolean;
  readonly errorCode: number;
  /** What was wrong on the way. */
  readonly met: { readonly vector: number; readonly errorCode: number };
}

/**
 * The last deliveries that failed one after the other, in order; what the last of them met, or the double fault made of
 * it, was delivered next, as trap `trapCount` + 1.
 */
export function undeliveredOf(cpu: Cpu): { readonly deliveries: readonly Undelivered[]; readonly trapCount: number } {
  const word = (n: number, at: number) => cpu.get(L.TRAIL + n * L.TRAIL_ENTRY + at);
  const deliveries = Array.from({ length: cpu.get(L.TRAIL_COUNT) }, (_, n) => ({
    vector: word(n, 0) & 0xff,
    isFault: ((word(n, 0) >>> 8) & 0xff) === L.CAUSE_FAULT,
    errorCode: word(n, 4),
    met: { vector: word(n, 0) >>> 16, errorCode: word(n, 8) },
  }));
  return { deliveries, trapCount: cpu.get(L.TRAIL_TRAPS) };
}
