// The functions of the x87's transcendental instructions, on exact operands of ordinary size; special operands
// are settled in ../x87/transcendental.ts. Series in 128 bits, so that a rounded result is off by half a unit of
// its last place and 2^-50 more at most, where SDM 1, 8.3.10 allows one unit.
import {
  copy, exponentOf, highOf, kindOf, lowOf, setFinite, setNormalized, setSign, setZero, signOf, NUMBER, TOP, ZERO,
} from './number';
import { fromInteger } from './convert';
import { wideAdd, wideDivide, wideDivideBy, wideMultiply, wideSubtract } from './wide';

const TERM = memory.data(NUMBER, 8), POWER = memory.data(NUMBER, 8), SQUARE = memory.data(NUMBER, 8), SUM = memory.data(NUMBER, 8);
const X = memory.data(NUMBER, 8), Y = memory.data(NUMBER, 8), Z = memory.data(NUMBER, 8), ONE = memory.data(NUMBER, 8), CONSTANT = memory.data(NUMBER, 8);

/** The first term so many places below the sum is the last: it only says, in the last bit, on which side the sum lies. */
const ENOUGH: i32 = 127;
@inline function counts(): bool { return kindOf(TERM) != ZERO && exponentOf(TERM) > exponentOf(SUM) - ENOUGH; }

function setOne(n: usize): void { setFinite(n, 0, 0, TOP, 0); }
function setLn2(n: usize): void { setFinite(n, 0, -1, 0xb17217f7d1cf79ab, 0xc9e3b39803f2f6af); }
function setLog2E(n: usize): void { setFinite(n, 0, 0, 0xb8aa3b295c17f0bb, 0xbe87fed0691d3e89); }
function setPi(n: usize): void { setFinite(n, 0, 1, 0xc90fdaa22168c234, 0xc4c6628b80dc1cd1); }

// ---- 2^x - 1

/** r = 2^a - 1, |a| <= 1: the series of e^t - 1, t = a ln 2. */
export function exponentialMinusOne(a: usize, r: usize): void {
  setLn2(CONSTANT);
  wideMultiply(a, CONSTANT, X);
  copy(SUM, X);
  copy(TERM, X);
  for (let n: u32 = 2; ; n++) {
    wideMultiply(TERM, X, TERM);
    wideDivideBy(TERM, n, TERM);
    wideAdd(SUM, TERM, SUM);
    if (!counts()) break;
  }
  copy(r, SUM);
}

// ---- logarithms

/** SUM = X + X^3 / 3 + X^5 / 5 ..., or with alternating signs: artanh X, arctan X. */
function oddSeries(alternating: bool): void {
  wideMultiply(X, X, SQUARE);
  if (alternating) setSign(SQUARE, 1);
  copy(SUM, X);
  copy(POWER, X);
  for (let n: u32 = 3; ; n += 2) {
    wideMultiply(POWER, SQUARE, POWER);
    wideDivideBy(POWER, n, TERM);
    wideAdd(SUM, TERM, SUM);
    if (!counts()) break;
  }
}
/** r = 2 artanh(Y / Z) / ln 2, which is log2((Z + Y) / (Z - Y)) */
function logarithmOfRatio(r: usize): void {
  wideDivide(Y, Z, X);
  if (kindOf(X) == ZERO) { setZero(r, 0); return; }
  oddSeries(false);
  setLog2E(CONSTANT);
  wideMultiply(SUM, CONSTANT, r);
  setExponentUp(r);
}
function setExponentUp(n: usize): void { setFinite(n, signOf(n), exponentOf(n) + 1, highOf(n), lowOf(n)); }

/** r = log2 a, a > 0: the exponent, and the logarithm of a significand between the square roots of 1/2 and 2. */
export function logarithm(a: usize, r: usize): void {
  const isLarge = highOf(a) > 0xb504f333f9de6484;
  const whole = exponentOf(a) + (isLarge ? 1 : 0);
  setFinite(X, 0, isLarge ? -1 : 0, highOf(a), lowOf(a));
  setOne(ONE);
  wideSubtract(X, ONE, Y);
  wideAdd(X, ONE, Z);
  logarithmOfRatio(r);
  fromInteger(X, whole);
  wideAdd(X, r, r);
}
/** r = log2(1 + a), a > -1 */
export function logarithmOfOnePlus(a: usize, r: usize): void {
  setOne(ONE);
  if (exponentOf(a) >= -2) {
    wideAdd(ONE, a, Z);
    copy(Y, Z);
    logarithm(Y, r);
    return;
  }
  // log2((Z + a) / (Z - a)) with Z = 2 + a is half of what is wanted: a cancels nothing.
  copy(Y, a);
  setExponentUp(ONE);
  wideAdd(ONE, a, Z);
  logarithmOfRatio(r);
}

// ---- arctangent

// arctan(k / 8), k from 1 to 8.
const ARCTANGENTS = memory.data<u64>([
  0xfeadd4d5617b6e32, 0xc897989f3e888ef8, 0xfadbafc96406eb15, 0x6dc79ef5f7a217e6, 0xb7b0ca0f26f78473, 0x8aa32122dcfe4483,
  0xed63382b0dda7b45, 0x6fe445ecbc3a8d03, 0x8f005d5ef7f59f9b, 0x5c835e1665c43748, 0xa4bc7d1934f70924, 0x19a87f2a457dac9f,
  0xb8053e2bc2319e73, 0xcb2da55210a4443d, 0xc90fdaa22168c234, 0xc4c6628b80dc1cd1,
]);
const ARCTANGENT_EXPONENTS = memory.data<i8>([-4, -3, -2, -2, -1, -1, -1, -1]);

/** r = the angle of the point (x, y), both FINITE: from -pi to pi. */
export function arctangent(y: usize, x: usize, r: usize): void {
  const signX = signOf(x), signY = signOf(y);
  copy(Y, y);
  copy(Z, x);
  setSign(Y, 0);
  setSign(Z, 0);
  const steep = exponentOf(Y) > exponentOf(Z) || (exponentOf(Y) == exponentOf(Z) && highOf(Y) > highOf(Z));
  if (steep) wideDivide(Z, Y, X); else wideDivide(Y, Z, X);
  // X is from 0 to 1: take off the nearest k / 8, by tan(a - b) = (tan a - tan b) / (1 + tan a tan b).
  const eighths = exponentOf(X) < -4 ? 0 : <u32>((highOf(X) >>> (60 - exponentOf(X) - 1)) + 1) >>> 1;
  if (eighths) {
    setNormalized(Y, 0, 63 - 3, eighths, 0);
    wideSubtract(X, Y, Z);
    wideMultiply(X, Y, Y);
    setOne(ONE);
    wideAdd(ONE, Y, Y);
    wideDivide(Z, Y, X);
  }
  if (kindOf(X) == ZERO) setZero(SUM, 0); else oddSeries(true);
  if (eighths) {
    const at = ARCTANGENTS + (eighths - 1 << 4);
    setFinite(CONSTANT, 0, load<i8>(ARCTANGENT_EXPONENTS + eighths - 1), load<u64>(at), load<u64>(at, 8));
    wideAdd(CONSTANT, SUM, SUM);
  }
  if (steep) { setHalfPi(CONSTANT); wideSubtract(CONSTANT, SUM, SUM); }
  if (signX) { setPi(CONSTANT); wideSubtract(CONSTANT, SUM, SUM); }
  copy(r, SUM);
  setSign(r, signY);
}
function setHalfPi(n: usize): void {
  setPi(n);
  setFinite(n, 0, 0, highOf(n), lowOf(n));
}
/** r = pi * quarters / 4 with a sign: the angles of zeros and infinities. */
export function quarterTurns(quarters: u32, sign: u32, r: usize): void {
  fromInteger(X, quarters);
  setPi(CONSTANT);
  wideMultiply(X, CONSTANT, r);
  setFinite(r, sign, exponentOf(r) - 2, highOf(r), lowOf(r));
}

// ---- sine and cosine

// SDM 1, 8.3.8: arguments are reduced by a pi of 66 bits. This is its half.
const HALF_PI_HIGH: u64 = 0xc90fdaa22168c234, HALF_PI_LOW: u64 = 0xc000000000000000;
let quadrant: u32 = 0;

/** X = a less the nearest multiple of pi / 2; the multiple goes to `quadrant`. |a| < 2^63. */
function reduce(a: usize): void {
  const distance = exponentOf(a);
  quadrant = 0;
  copy(X, a);
  setSign(X, 0);
  if (distance < -1) return;
  let high = highOf(a), low: u64 = 0, carry: u64 = 0;
  if (distance < 0) { low = high << 63; high >>>= 1; }
  else for (let i = 0; i <= distance; i++) {
    if (i) { carry = high >>> 63; high = high << 1 | low >>> 63; low <<= 1; }
    quadrant <<= 1;
    if (carry || high > HALF_PI_HIGH || (high == HALF_PI_HIGH && low >= HALF_PI_LOW)) {
      high -= HALF_PI_HIGH + (low < HALF_PI_LOW ? 1 : 0);
      low -= HALF_PI_LOW;
      quadrant |= 1;
    }
  }
  setNormalized(X, 0, 0, high, low);
  setFinite(CONSTANT, 0, -1, HALF_PI_HIGH, HALF_PI_LOW);
  wideSubtract(X, CONSTANT, Y);
  if (kindOf(Y) != ZERO && !signOf(Y)) {
    // Beyond pi / 4: from the other side.
    setFinite(CONSTANT, 0, 0, HALF_PI_HIGH, HALF_PI_LOW);
    wideSubtract(X, CONSTANT, X);
    quadrant++;
  }
}
/** SUM = sin X or cos X, |X| <= pi / 4 */
function evenSeries(cosine: bool): void {
  wideMultiply(X, X, SQUARE);
  setSign(SQUARE, 1);
  if (cosine) setOne(TERM); else copy(TERM, X);
  copy(SUM, TERM);
  for (let n: u32 = cosine ? 1 : 2; ; n += 2) {
    wideMultiply(TERM, SQUARE, TERM);
    wideDivideBy(TERM, n * (n + 1), TERM);
    wideAdd(SUM, TERM, SUM);
    if (!counts()) break;
  }
}
function turned(turns: u32, sign: u32, r: usize): void {
  evenSeries((turns & 1) != 0);
  copy(r, SUM);
  setSign(r, signOf(SUM) ^ turns >>> 1 & 1 ^ sign);
}
export function sine(a: usize, r: usize): void {
  const sign = signOf(a);
  reduce(a);
  turned(quadrant & 3, sign, r);
}
export function cosine(a: usize, r: usize): void {
  reduce(a);
  turned(quadrant + 1 & 3, 0, r);
}
export function tangent(a: usize, r: usize): void {
  const sign = signOf(a);
  reduce(a);
  if (!(quadrant & 1) && exponentOf(X) < -32) {
    // x + x^3 / 3: a quotient of numbers this close to x and 1 would not say on which side of x it lies.
    wideMultiply(X, X, SQUARE);
    wideMultiply(X, SQUARE, TERM);
    wideDivideBy(TERM, 3, TERM);
    wideAdd(X, TERM, r);
    setSign(r, signOf(r) ^ sign);
    return;
  }
  turned(quadrant & 3, sign, Z);
  turned(quadrant + 1 & 3, 0, Y);
  wideDivide(Z, Y, r);
}
