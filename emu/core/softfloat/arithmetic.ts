// Sum, product, quotient, square root, comparison. Operands are exact numbers from one of the formats; the result
// `r` is exact but for the last bit of its 128, which stands for everything below, and is rounded by the caller.
//
// Each first settles what needs no arithmetic, in the manual's order of exceptions (SDM 1, 4.9.2): unsupported
// formats and signaling NaNs, quiet NaNs, other invalid operations, division by zero, then denormal operands.
import { divide, mulHigh, rootRemainder, squareRoot } from './integers';
import {
  copy, exponentOf, highOf, isDenormal, isNaN_, kindOf, lowOf, set, setDefaultNaN, setFinite, setInfinity, setNormalized, setSign, setZero, signOf,
  FINITE, INFINITE, QUIET, QUIET_BIT, SIGNALING, TOP, UNSUPPORTED, ZERO,
} from './number';
import { isStopped, isX87, roundingMode, signal, DE, DOWN, IE, ZE } from './round';

function invalid(r: usize): bool {
  signal(IE);
  setDefaultNaN(r);
  return true;
}
export function quieten(r: usize, n: usize): void { set(r, QUIET, signOf(n), 0, highOf(n) | QUIET_BIT, 0); }

/** SDM 1, table 4-7: which NaN is the result of an operation with one or two of them. */
function chooseNaN(a: usize, b: usize, r: usize): void {
  if (!isNaN_(b)) { quieten(r, a); return; }
  if (!isNaN_(a)) { quieten(r, b); return; }
  // SSE: the first operand.
  if (!isX87()) { quieten(r, a); return; }
  // x87: the quiet one before the signaling one, then the larger significand, then the positive one.
  if (kindOf(a) != kindOf(b)) { quieten(r, kindOf(a) == QUIET ? a : b); return; }
  const ha = highOf(a), hb = highOf(b);
  quieten(r, ha > hb || (ha == hb && signOf(a) <= signOf(b)) ? a : b);
}
/** Operands that are no numbers; true: they settle the result. */
export function settleNaNs(a: usize, b: usize, r: usize): bool {
  if (kindOf(a) == UNSUPPORTED || kindOf(b) == UNSUPPORTED) return invalid(r);
  if (!isNaN_(a) && !isNaN_(b)) return false;
  if (kindOf(a) == SIGNALING || kindOf(b) == SIGNALING) signal(IE);
  chooseNaN(a, b, r);
  return true;
}
export function settleNaN(a: usize, r: usize): bool {
  if (kindOf(a) == UNSUPPORTED) return invalid(r);
  if (!isNaN_(a)) return false;
  if (kindOf(a) == SIGNALING) signal(IE);
  quieten(r, a);
  return true;
}
/** Note denormal operands; true: unmasked, so there is no result. */
@inline export function stopsForDenormals(a: usize, b: usize): bool {
  if (isDenormal(a) || isDenormal(b)) signal(DE);
  return isStopped();
}

/** r = a + b. `b` may be changed. */
export function add(a: usize, b: usize, r: usize): void {
  if (settleNaNs(a, b, r)) return;
  const sa = signOf(a), sb = signOf(b);
  if (kindOf(a) == INFINITE && kindOf(b) == INFINITE && sa != sb) { invalid(r); return; }
  if (stopsForDenormals(a, b)) return;
  if (kindOf(a) == INFINITE) { setInfinity(r, sa); return; }
  if (kindOf(b) == INFINITE) { setInfinity(r, sb); return; }
  if (kindOf(a) == ZERO && kindOf(b) == ZERO) { setZero(r, sa == sb ? sa : zeroSign()); return; }
  if (kindOf(b) == ZERO) { copy(r, a); return; }
  if (kindOf(a) == ZERO) { copy(r, b); return; }
  if (exponentOf(a) > exponentOf(b) || (exponentOf(a) == exponentOf(b) && highOf(a) >= highOf(b))) combine(a, b, r);
  else combine(b, a, r);
}
/** SDM 1, 4.8.3.1: x - x is +0, in round-down -0. */
@inline function zeroSign(): u32 { return roundingMode() == DOWN ? 1 : 0; }

/** The sum of two FINITE numbers, the first not the smaller in magnitude. */
function combine(large: usize, small: usize, r: usize): void {
  const sign = signOf(large), distance = exponentOf(large) - exponentOf(small);
  let exponent = exponentOf(large), high = highOf(large), low: u64 = 0;
  let h = highOf(small), l: u64 = 0;
  if (distance >= 128) { h = 0; l = 1; }
  else if (distance >= 64) { l = h >>> (distance - 64) | <u64>(distance > 64 && h << (128 - distance) != 0); h = 0; }
  else if (distance) { l = h << (64 - distance); h >>>= distance; }
  if (sign == signOf(small)) {
    high += h;
    low = l;
    if (high < h) { low = high << 63 | low >>> 1 | (low & 1); high = high >>> 1 | TOP; exponent++; }
    setFinite(r, sign, exponent, high, low);
  } else {
    high -= h + (l ? 1 : 0);
    low = 0 - l;
    if (high == 0 && low == 0) setZero(r, zeroSign());
    else setNormalized(r, sign, exponent, high, low);
  }
}
/** r = a - b. */
export function subtract(a: usize, b: usize, r: usize): void {
  if (!isNaN_(b)) setSign(b, signOf(b) ^ 1);
  add(a, b, r);
}

/** r = a * b */
export function multiply(a: usize, b: usize, r: usize): void {
  if (settleNaNs(a, b, r)) return;
  const sign = signOf(a) ^ signOf(b), ka = kindOf(a), kb = kindOf(b);
  if ((ka == INFINITE && kb == ZERO) || (ka == ZERO && kb == INFINITE)) { invalid(r); return; }
  if (stopsForDenormals(a, b)) return;
  if (ka == INFINITE || kb == INFINITE) setInfinity(r, sign);
  else if (ka == ZERO || kb == ZERO) setZero(r, sign);
  else {
    const ha = highOf(a), hb = highOf(b);
    setNormalized(r, sign, exponentOf(a) + exponentOf(b) + 1, mulHigh(ha, hb), ha * hb);
  }
}

/** r = a / b */
export function divideNumbers(a: usize, b: usize, r: usize): void {
  if (settleNaNs(a, b, r)) return;
  const sign = signOf(a) ^ signOf(b), ka = kindOf(a), kb = kindOf(b);
  if ((ka == INFINITE && kb == INFINITE) || (ka == ZERO && kb == ZERO)) { invalid(r); return; }
  if (ka == FINITE && kb == ZERO) {
    signal(ZE);
    setInfinity(r, sign);
    return;
  }
  if (stopsForDenormals(a, b)) return;
  if (ka == INFINITE) setInfinity(r, sign);
  else if (ka == ZERO || kb == INFINITE) setZero(r, sign);
  else quotient(a, b, r, sign);
}
function quotient(a: usize, b: usize, r: usize, sign: u32): void {
  const ha = highOf(a), hb = highOf(b), fits = ha >= hb;
  let high = fits ? ha >>> 1 : ha, low = fits ? ha << 63 : 0;
  const first = divide(high, low, hb);
  high = low - first * hb; low = 0;
  const second = divide(high, low, hb);
  setNormalized(r, sign, exponentOf(a) - exponentOf(b) - (fits ? 0 : 1), first, second | <u64>(second * hb != 0));
}

/** r = square root of a */
export function root(a: usize, r: usize): void {
  if (settleNaN(a, r)) return;
  if (signOf(a) && kindOf(a) != ZERO) { invalid(r); return; }
  if (stopsForDenormals(a, a)) return;
  if (kindOf(a) != FINITE) { copy(r, a); return; }
  // An even exponent halves; the radicand is high:low / 2^126 or / 2^127, so that its root has its top bit set.
  const exponent = exponentOf(a), odd = (exponent & 1) != 0, high = highOf(a);
  const whole = squareRoot(odd ? high : high >>> 1, odd ? 0 : high << 63), rest = rootRemainder();
  setFinite(r, 0, exponent >> 1, whole, rest == 0 ? 0 : rest == 1 ? 1 : TOP | 1);
}

/** What comparing gives: bit 0 is CF (x87: C0), bit 1 PF (C2), bit 2 ZF (C3). */
export const LESS: u32 = 1, EQUAL: u32 = 4, GREATER: u32 = 0, UNORDERED: u32 = 7;

/** Compare; IE for signaling NaNs, and for quiet ones too if `strict`. */
export function compare(a: usize, b: usize, strict: bool): u32 {
  const ka = kindOf(a), kb = kindOf(b);
  if (ka > INFINITE || kb > INFINITE) {
    if (strict || ka >= SIGNALING || kb >= SIGNALING) signal(IE);
    return UNORDERED;
  }
  stopsForDenormals(a, b);
  if (ka == ZERO && kb == ZERO) return EQUAL;
  if (kb == ZERO) return signOf(a) ? LESS : GREATER;
  if (ka == ZERO) return signOf(b) ? GREATER : LESS;
  if (signOf(a) != signOf(b)) return signOf(a) ? LESS : GREATER;
  const order = magnitudeOrder(a, b);
  return order == 0 ? EQUAL : (order < 0) == (signOf(a) == 0) ? LESS : GREATER;
}
function magnitudeOrder(a: usize, b: usize): i32 {
  const ka = kindOf(a), kb = kindOf(b);
  if (ka != kb) return ka == INFINITE ? 1 : -1;
  if (ka == INFINITE) return 0;
  if (exponentOf(a) != exponentOf(b)) return exponentOf(a) < exponentOf(b) ? -1 : 1;
  const ha = highOf(a), hb = highOf(b);
  return ha < hb ? -1 : ha > hb ? 1 : lowOf(a) < lowOf(b) ? -1 : lowOf(a) > lowOf(b) ? 1 : 0;
}
