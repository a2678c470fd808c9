// Rounding, and the exceptions of a result. One set of rules serves x87 and SSE (SDM 1, 4.8.4, 4.9, 8.5, 11.5);
// what differs between them is said once for each instruction, by begin().
import {
  exponentOf, highOf, kindOf, lowOf, set, setFinite, setInfinity, setZero, signOf, setDenormalsAreZero, FINITE, TOP, DOUBLE_MAX, DOUBLE_MIN,
  EXTENDED_MAX, EXTENDED_MIN, SINGLE_MAX, SINGLE_MIN,
} from './number';

/** Exceptions, at their places in the x87 status word and in MXCSR. */
export const IE: u32 = 1, DE: u32 = 2, ZE: u32 = 4, OE: u32 = 8, UE: u32 = 16, PE: u32 = 32;
/** Those found before there is a result: unmasked, they leave none. */
export const BEFORE: u32 = IE | DE | ZE;
/** Rounding modes, as in the x87 control word and in MXCSR. */
export const NEAREST: u32 = 0, DOWN: u32 = 1, UP: u32 = 2, TOWARD_ZERO: u32 = 3;

let mode: u32 = 0, masks: u32 = 0, raised: u32 = 0, flush = false, up = false, x87 = false;
let precision: u32 = 64;

/** An x87 instruction begins: its control word counts. */
export function beginX87(control: u32): void {
  mode = (control >>> 10) & 3;
  masks = control & 0x3f;
  raised = 0; flush = false; up = false; x87 = true;
  setDenormalsAreZero(false);
  // SDM 1, table 8-2; the reserved value acts as 64 bits.
  const field = (control >>> 8) & 3;
  precision = field == 0 ? 24 : field == 2 ? 53 : 64;
}
/** An SSE instruction begins: MXCSR counts. SDM 1, 10.2.3: FTZ works only with underflow masked. */
export function beginSse(mxcsr: u32): void {
  mode = (mxcsr >>> 13) & 3;
  masks = (mxcsr >>> 7) & 0x3f;
  raised = 0; flush = (mxcsr & 0x8000) != 0; up = false; x87 = false;
  setDenormalsAreZero((mxcsr & 0x40) != 0);
}

@inline export function signal(exceptions: u32): void { raised |= exceptions; }
/** Take back what doesn't count after all. */
@inline export function withdraw(exceptions: u32): void { raised &= ~exceptions; }
@inline export function exceptions(): u32 { return raised; }
@inline export function unmasked(): u32 { return raised & ~masks; }
/** Is there an exception that leaves no result? */
@inline export function isStopped(): bool { return (raised & ~masks & BEFORE) != 0; }
@inline export function isMasked(exception: u32): bool { return (masks & exception) != 0; }
@inline export function roundingMode(): u32 { return mode; }
/** Was the last result rounded away from zero? C1 says so (SDM 1, 8.1.3.3). */
@inline export function wasRoundedUp(): bool { return up; }
@inline export function isX87(): bool { return x87; }
export function setRoundedUp(to: bool): void { up = to; }

/** Does a magnitude `kept` units and `fraction` (0.64 fixed point) round up? */
@inline export function roundsUp(sign: u32, odd: bool, fraction: u64): bool {
  if (mode == NEAREST) return fraction > TOP || (fraction == TOP && odd);
  return fraction != 0 && mode == (sign ? DOWN : UP);
}

let kept: u64 = 0, carried = false, inexact = false;
/** Keep the first `bits` of high:low. */
function cut(sign: u32, high: u64, low: u64, bits: u32): void {
  const unit = <u64>1 << (64 - bits);
  const fraction = bits == 64 ? low : high << bits | <u64>(low != 0);
  kept = high & ~(unit - 1);
  inexact = fraction != 0;
  up = roundsUp(sign, (high & unit) != 0, fraction);
  carried = false;
  if (!up) return;
  kept += unit;
  if (kept == 0) { kept = TOP; carried = true; }
}

/**
 * Round a FINITE number to so many bits and a range of exponents. `scale` is added to or taken from an exponent
 * out of range when that exception is unmasked (SDM 1, 4.9.1.4, 8.5.4, 8.5.5).
 */
function roundTo(n: usize, bits: u32, least: i32, most: i32, scale: i32): void {
  if (kindOf(n) != FINITE || isStopped()) return;
  const sign = signOf(n);
  let exponent = exponentOf(n), high = highOf(n), low = lowOf(n);
  if (exponent < least) {
    // SDM 1, 4.9.1.5: tininess is detected after rounding, as if the exponent had no bound.
    cut(sign, high, low, bits);
    const tiny = exponent < least - 1 || !carried;
    if (tiny && !isMasked(UE)) {
      signal(inexact ? UE | PE : UE);
      setFinite(n, sign, exponent + (carried ? 1 : 0) + scale, kept, 0);
      return;
    }
    // SDM 1, 10.2.3.3: flush-to-zero sets PE and UE.
    if (tiny && flush) { signal(UE | PE); setZero(n, sign); return; }
    const shift = <u32>min<i32>(least - exponent, 128);
    if (shift < 64) {
      low = high << (64 - shift) | low >>> shift | <u64>(low << (64 - shift) != 0);
      high >>>= shift;
    } else if (shift < 128) {
      const lost = low | (shift == 64 ? 0 : high << (128 - shift));
      low = high >>> (shift - 64) | <u64>(lost != 0);
      high = 0;
    } else { low = 1; high = 0; }
    cut(sign, high, low, bits);
    if (inexact) signal(tiny ? UE | PE : PE);
    if (kept == 0) setZero(n, sign); else setFinite(n, sign, least, kept, 0);
    return;
  }
  cut(sign, high, low, bits);
  if (carried) exponent++;
  if (inexact) signal(PE);
  if (exponent <= most) { setFinite(n, sign, exponent, kept, 0); return; }
  signal(OE);
  if (!isMasked(OE)) { setFinite(n, sign, exponent - scale, kept, 0); return; }
  // SDM 1, table 4-10: the masked response to overflow.
  signal(PE);
  up = mode == NEAREST || mode == (sign ? DOWN : UP);
  if (up) setInfinity(n, sign);
  else setFinite(n, sign, most, ~<u64>0 << (64 - bits), 0);
}

/** SDM 1, 8.5.4: what the exponent is adjusted by when overflow or underflow is unmasked. */
export const EXTENDED_SCALE: i32 = 24576;

export function roundExtended(n: usize): void { roundTo(n, 64, EXTENDED_MIN, EXTENDED_MAX, EXTENDED_SCALE); }
/** To the precision that the x87 control word asks for; it does not bound the exponent (SDM 1, 8.1.5.2). */
export function roundToPrecision(n: usize): void { roundTo(n, precision, EXTENDED_MIN, EXTENDED_MAX, EXTENDED_SCALE); }
export function roundDouble(n: usize): void { roundTo(n, 53, DOUBLE_MIN, DOUBLE_MAX, 0); }
export function roundSingle(n: usize): void { roundTo(n, 24, SINGLE_MIN, SINGLE_MAX, 0); }

let fraction: u64 = 0;
/** The whole part of a FINITE number below 2^64 in magnitude; its fraction (0.64) is kept for roundsUp. */
export function wholePart(n: usize): u64 {
  const exponent = exponentOf(n), high = highOf(n);
  if (exponent < -1) { fraction = 1; return 0; }
  if (exponent == -1) { fraction = high; return 0; }
  fraction = exponent == 63 ? 0 : high << (exponent + 1);
  return high >>> (63 - exponent);
}
/** ... rounded by the current mode (or cut off). May wrap to 0 from 2^64 - 1. */
export function wholeIfRounded(n: usize, truncate: bool): u64 {
  const whole = wholePart(n);
  up = !truncate && roundsUp(signOf(n), (whole & 1) != 0, fraction);
  return whole + (up ? 1 : 0);
}
/** The same, with PE when that changes it. */
export function wholeRounded(n: usize, truncate: bool): u64 {
  const whole = wholeIfRounded(n, truncate);
  if (fraction) signal(PE);
  return whole;
}
/** SDM 2A, FRNDINT: to an integral value. */
export function roundToIntegral(n: usize): void {
  if (kindOf(n) != FINITE || exponentOf(n) >= 63) return;
  const sign = signOf(n), whole = wholeRounded(n, false);
  if (whole == 0) { setZero(n, sign); return; }
  const shift = clz<u64>(whole);
  set(n, FINITE, sign, 63 - <i32>shift, whole << shift, 0);
}
