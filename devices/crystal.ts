/**
 * A crystal beside the processor: converts virtual time (instructions) to the crystal's ticks and back, exactly.
 *
 * In every `period` instructions there are exactly `beats` ticks, both whole numbers without a common divisor, so a
 * product never leaves the integers below 2^53 for the usual frequencies; for the unusual ones BigInt takes over.
 */
import type { Clock } from './device.ts';

export class Crystal {
  private readonly clock: Clock;
  private readonly period: number;
  private readonly beats: number;

  /**
   * A crystal of `hertz` / `divisor` ticks a second (whole numbers above 0), tick 0 at power-on.
   * Throws RangeError when a frequency is not a whole number above 0.
   */
  constructor(clock: Clock, hertz: number, divisor = 1) {
    for (const n of [hertz, divisor, clock.frequency, clock.frequency * divisor]) {
      if (!Number.isSafeInteger(n) || n <= 0) throw new RangeError(`not a whole frequency: ${n}`);
    }
    const common = gcd(hertz, clock.frequency * divisor);
    this.clock = clock;
    this.beats = hertz / common;
    this.period = (clock.frequency * divisor) / common;
  }

  /** Whole ticks since power-on. */
  get ticks(): number {
    return this.ticksAt(this.clock.now);
  }

  /** Whole ticks between power-on and the virtual time `now`. */
  ticksAt(now: number): number {
    const rest = now % this.period;
    return ((now - rest) / this.period) * this.beats + floorMulDiv(rest, this.beats, this.period);
  }

  /** The first virtual time, in instructions, at which `ticks` has reached `tick`. */
  timeOf(tick: number): number {
    const rest = tick % this.beats;
    return ((tick - rest) / this.beats) * this.period + ceilMulDiv(rest, this.period, this.beats);
  }
}

/** Instructions in `microseconds` of virtual time: a whole number, at least 1. */
export function instructionsIn(clock: Clock, microseconds: number): number {
  return Math.max(1, Math.round((clock.frequency * microseconds) / 1_000_000));
}

function gcd(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** floor(a * b / c), exact. */
function floorMulDiv(a: number, b: number, c: number): number {
  const product = a * b;
  if (product > Number.MAX_SAFE_INTEGER) return Number((BigInt(a) * BigInt(b)) / BigInt(c));
  return (product - (product % c)) / c;
}

/** ceil(a * b / c), exact. */
function ceilMulDiv(a: number, b: number, c: number): number {
  const product = a * b;
  if (product > Number.MAX_SAFE_INTEGER) return Number((BigInt(a) * BigInt(b) + BigInt(c) - 1n) / BigInt(c));
  const rest = product % c;
  return (product - rest) / c + (rest > 0 ? 1 : 0);
}
