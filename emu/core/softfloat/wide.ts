// Arithmetic on FINITE and ZERO numbers with all 128 bits of significand, for the transcendental functions: each
// operation is off by a few units of the 128th place at most, which leaves 60 bits to spare for the result.
import { divide, mulHigh } from './integers';
import {
  copy, exponentOf, highOf, kindOf, lowOf, setFinite, setNormalized, setSign, setZero, signOf, NUMBER, TOP, ZERO,
} from './number';

/** r = a + b; what is too small to count still shows in the last bit. */
export function wideAdd(a: usize, b: usize, r: usize): void {
  if (kindOf(b) == ZERO) { copy(r, a); return; }
  if (kindOf(a) == ZERO) { copy(r, b); return; }
  const swap = exponentOf(a) < exponentOf(b) || (exponentOf(a) == exponentOf(b) && isBelow(highOf(a), lowOf(a), highOf(b), lowOf(b)));
  const large = swap ? b : a, small = swap ? a : b;
  const sign = signOf(large), distance = exponentOf(large) - exponentOf(small);
  let exponent = exponentOf(large), high = highOf(large), low = lowOf(large);
  let h = highOf(small), l = lowOf(small);
  if (distance >= 128) { h = 0; l = 1; }
  else if (distance >= 64) { l = h >>> (distance - 64) | 1; h = 0; }
  else if (distance) { l = l >>> distance | h << (64 - distance); h >>>= distance; }
  if (sign == signOf(small)) {
    low += l;
    const carry: u64 = low < l ? 1 : 0, sum = high + h + carry;
    if (sum < high || (carry && sum == high)) { low = low >>> 1 | sum << 63 | (low & 1); high = sum >>> 1 | TOP; exponent++; }
    else high = sum;
    setFinite(r, sign, exponent, high, low);
  } else {
    high -= h + (low < l ? 1 : 0);
    low -= l;
    setNormalized(r, sign, exponent, high, low);
  }
}
@inline function isBelow(high: u64, low: u64, thanHigh: u64, thanLow: u64): bool {
  return high < thanHigh || (high == thanHigh && low < thanLow);
}
const NEGATED = memory.data(NUMBER, 8);
/** r = a - b */
export function wideSubtract(a: usize, b: usize, r: usize): void {
  copy(NEGATED, b);
  setSign(NEGATED, signOf(b) ^ 1);
  wideAdd(a, NEGATED, r);
}
/** r = a * b */
export function wideMultiply(a: usize, b: usize, r: usize): void {
  const sign = signOf(a) ^ signOf(b);
  if (kindOf(a) == ZERO || kindOf(b) == ZERO) { setZero(r, sign); return; }
  const ah = highOf(a), al = lowOf(a), bh = highOf(b), bl = lowOf(b);
  let high = mulHigh(ah, bh), low = ah * bh;
  const first = mulHigh(ah, bl), second = mulHigh(al, bh);
  low += first;
  if (low < first) high++;
  low += second;
  if (low < second) high++;
  setNormalized(r, sign, exponentOf(a) + exponentOf(b) + 1, high, low);
}
/** r = a / b, b not ZERO: one bit at a time. */
export function wideDivide(a: usize, b: usize, r: usize): void {
  const sign = signOf(a) ^ signOf(b);
  if (kindOf(a) == ZERO) { setZero(r, sign); return; }
  const bh = highOf(b), bl = lowOf(b);
  let h = highOf(a), l = lowOf(a), qh: u64 = 0, ql: u64 = 0, carry: u64 = 0;
  let exponent = exponentOf(a) - exponentOf(b);
  if (isBelow(h, l, bh, bl)) { carry = h >>> 63; h = h << 1 | l >>> 63; l <<= 1; exponent--; }
  for (let i = 0; i < 128; i++) {
    qh = qh << 1 | ql >>> 63;
    ql <<= 1;
    if (carry || !isBelow(h, l, bh, bl)) {
      h -= bh + (l < bl ? 1 : 0);
      l -= bl;
      ql |= 1;
    }
    carry = h >>> 63;
    h = h << 1 | l >>> 63;
    l <<= 1;
  }
  setFinite(r, sign, exponent, qh, ql | <u64>((carry | h | l) != 0));
}
/** r = a / n, n an integer from 1 to 2^32 - 1. */
export function wideDivideBy(a: usize, n: u32, r: usize): void {
  if (kindOf(a) == ZERO) { copy(r, a); return; }
  const shift = clz<u64>(n), divisor = <u64>n << shift, exponent = exponentOf(a), sign = signOf(a);
  const high = highOf(a) / <u64>n, rest = highOf(a) % <u64>n;
  // rest:low / n, both scaled so that the divisor has its top bit set.
  const low = lowOf(a), restHigh = rest << shift | (shift ? low >>> (64 - shift) : 0);
  setNormalized(r, sign, exponent, high, divide(restHigh, low << shift, divisor));
}
