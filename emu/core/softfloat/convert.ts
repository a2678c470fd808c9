// Numbers to integers and back, packed decimal, partial remainder, scaling.
import {
  copy, exponentOf, highOf, kindOf, setDefaultNaN, setFinite, setInfinity, setNormalized, setZero, signOf, EXTENDED_MIN, FINITE, INFINITE, ZERO,
} from './number';
import { settleNaNs, stopsForDenormals } from './arithmetic';
import { isMasked, roundExtended, setRoundedUp, signal, wholeIfRounded, wholePart, wholeRounded, EXTENDED_SCALE, IE, OE, PE, UE } from './round';

export function fromInteger(n: usize, value: i64): void {
  const sign: u32 = value < 0 ? 1 : 0;
  setNormalized(n, sign, 63, <u64>(sign ? 0 - value : value), 0);
}
/** A signed integer of so many bits; IE and the integer indefinite (SDM 1, 4.8.3.7) when it doesn't fit. */
export function toInteger(n: usize, bits: u32, truncate: bool): i64 {
  const indefinite = <i64>-1 << (bits - 1), kind = kindOf(n);
  if (kind == ZERO) return 0;
  if (kind != FINITE || exponentOf(n) > 63) { signal(IE); return indefinite; }
  // Ask before rounding: what doesn't fit is not inexact as well.
  const whole = wholeIfRounded(n, truncate), most = <u64>1 << (bits - 1);
  const wraps = exponentOf(n) == 63 && whole == 0;
  if (wraps || (signOf(n) ? whole > most : whole >= most)) { signal(IE); return indefinite; }
  wholeRounded(n, truncate);
  return signOf(n) ? 0 - <i64>whole : <i64>whole;
}

// ---- packed decimal (SDM 1, figure 4-3; 8.1): 18 digits, then the sign

const LARGEST_DECIMAL: u64 = 999999999999999999;
/** Ten bytes at an address. Digits above 9 are undefined; they count with their weight. */
export function fromDecimal(n: usize, at: usize): void {
  let value: u64 = 0;
  for (let i: i32 = 8; i >= 0; i--) {
    const pair = <u64>load<u8>(at + i);
    value = value * 100 + (pair >>> 4) * 10 + (pair & 15);
  }
  setNormalized(n, load<u8>(at, 9) >>> 7, 63, value, 0);
}
export function toDecimal(n: usize, at: usize): void {
  const kind = kindOf(n);
  let whole: u64 = 0, fits = kind <= FINITE;
  if (kind == FINITE) {
    fits = exponentOf(n) < 63;
    if (fits) {
      whole = wholeIfRounded(n, false);
      fits = whole <= LARGEST_DECIMAL;
      if (fits) wholeRounded(n, false);
    }
  }
  if (!fits) {
    // SDM 1, table 4-4: the packed BCD indefinite.
    signal(IE);
    store<u64>(at, 0xc000000000000000);
    store<u16>(at, 0xffff, 8);
    return;
  }
  for (let i: usize = 0; i < 9; i++) {
    const pair = whole % 100;
    whole /= 100;
    store<u8>(at + i, <u8>(pair / 10 << 4 | pair % 10));
  }
  store<u8>(at, <u8>(signOf(n) << 7), 9);
}

// ---- SDM 2A, FPREM, FPREM1

let quotientBits: u32 = 0, isPartial = false;
/** The low bits of the last remainder's quotient. */
export function quotientOf(): u32 { return quotientBits; }
/** Is the last remainder still to be reduced (C2)? */
export function remainderIsPartial(): bool { return isPartial; }

/** r = a - b * q; q is truncated, or with `nearest` rounded to nearest (the IEEE remainder). */
export function remainder(a: usize, b: usize, r: usize, nearest: bool): void {
  quotientBits = 0; isPartial = false;
  if (settleNaNs(a, b, r)) return;
  if (kindOf(a) == INFINITE || kindOf(b) == ZERO) { signal(IE); setDefaultNaN(r); return; }
  if (stopsForDenormals(a, b)) return;
  if (kindOf(a) == ZERO || kindOf(b) == INFINITE) { copy(r, a); roundExtended(r); return; }
  const distance = exponentOf(a) - exponentOf(b);
  if (distance < -1 || (distance < 0 && !nearest)) { copy(r, a); roundExtended(r); return; }
  let sign = signOf(a), rest = highOf(a), carry: u64 = 0;
  const divisor = highOf(b);
  // What one execution reduces when the distance is 64 or more, is the processor's choice between 32 and 63 bits.
  isPartial = distance >= 64;
  const steps = isPartial ? (distance & 31) | 32 : distance;
  let q: u32 = 0, exponent = exponentOf(a) - steps;
  if (distance < 0) exponent = exponentOf(a);
  else {
    for (let i: i32 = 0; i <= steps; i++) {
      if (i) { carry = rest >>> 63; rest <<= 1; }
      q <<= 1;
      if (carry || rest >= divisor) { rest -= divisor; q |= 1; }
    }
  }
  if (nearest && !isPartial) {
    // rest stands for rest * 2^(exponent - 63), the divisor for divisor * 2^(exponentOf(b) - 63).
    const half = distance < 0 ? rest > divisor || (rest == divisor && (q & 1) != 0)
      : rest > divisor - rest || (rest == divisor - rest && (q & 1) != 0);
    if (half) {
      q++;
      sign ^= 1;
      if (distance < 0) {
        // a is within (b/2, b) and has one more fractional place than b: b - a, by b's exponent.
        setNormalized(r, sign, exponentOf(b), divisor - (rest >>> 1) - (rest & 1), (rest & 1) << 63);
        quotientBits = q & 7;
        roundExtended(r);
        return;
      }
      rest = divisor - rest;
    }
  }
  quotientBits = isPartial ? 0 : q & 7;
  setNormalized(r, sign, exponent, rest, 0);
  roundExtended(r);
}

// ---- SDM 2A, FSCALE

/** r = a * 2^(b truncated) */
export function scale(a: usize, b: usize, r: usize): void {
  if (settleNaNs(a, b, r)) return;
  const ka = kindOf(a), kb = kindOf(b);
  if (kb == INFINITE && (signOf(b) ? ka == INFINITE : ka == ZERO)) { signal(IE); setDefaultNaN(r); return; }
  if (stopsForDenormals(a, b)) return;
  copy(r, a);
  if (kb == INFINITE) {
    if (signOf(b)) setZero(r, signOf(a)); else setInfinity(r, signOf(a));
    return;
  }
  if (ka != FINITE) return;
  const by = kb == ZERO ? 0 : exponentOf(b) > 16 ? 0x20000 : <i32>wholePart(b), exponent = exponentOf(a) + (signOf(b) ? -by : by);
  setFinite(r, signOf(a), exponent, highOf(a), 0);
  // SDM 1, 8.5.4, 8.5.5: so far out of range that even the adjusted exponent doesn't fit.
  if (exponent > 16383 + EXTENDED_SCALE && !isMasked(OE)) { signal(OE | PE); setRoundedUp(true); setInfinity(r, signOf(a)); return; }
  if (exponent < EXTENDED_MIN - EXTENDED_SCALE && !isMasked(UE)) { signal(UE | PE); setZero(r, signOf(a)); return; }
  roundExtended(r);
}
