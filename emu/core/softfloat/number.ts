// A floating-point number taken apart, whatever format it came from.
//
// The value of a FINITE number is (-1)^sign * high:low / 2^127 * 2^exponent, high having its top bit set.
// A NaN keeps its significand left-aligned in `high`. Numbers live in memory and are passed by address.
//
// Sources: SDM 1, 4.2.2, 4.8 and 8.2; the encodings are those of figure 4-3 and table 8-3.

export const NUMBER: i32 = 32;
const N_KIND: usize = 0, N_SIGN: usize = 4, N_EXPONENT: usize = 8, N_DENORMAL: usize = 12, N_HIGH: usize = 16, N_LOW: usize = 24;

export const ZERO: u32 = 0, FINITE: u32 = 1, INFINITE: u32 = 2, QUIET: u32 = 3, SIGNALING: u32 = 4;
/** x87 only: unnormals, pseudo-infinities, pseudo-NaNs. */
export const UNSUPPORTED: u32 = 5;

@inline export function kindOf(n: usize): u32 { return load<u32>(n, N_KIND); }
@inline export function signOf(n: usize): u32 { return load<u32>(n, N_SIGN); }
@inline export function exponentOf(n: usize): i32 { return load<i32>(n, N_EXPONENT); }
@inline export function highOf(n: usize): u64 { return load<u64>(n, N_HIGH); }
@inline export function lowOf(n: usize): u64 { return load<u64>(n, N_LOW); }
/** Was it stored as a denormal (or pseudo-denormal)? */
@inline export function isDenormal(n: usize): bool { return load<u32>(n, N_DENORMAL) != 0; }
@inline export function isNaN_(n: usize): bool { return kindOf(n) == QUIET || kindOf(n) == SIGNALING; }

export function set(n: usize, kind: u32, sign: u32, exponent: i32, high: u64, low: u64): void {
  store<u32>(n, kind, N_KIND);
  store<u32>(n, sign, N_SIGN);
  store<i32>(n, exponent, N_EXPONENT);
  store<u32>(n, 0, N_DENORMAL);
  store<u64>(n, high, N_HIGH);
  store<u64>(n, low, N_LOW);
}
@inline export function setSign(n: usize, sign: u32): void { store<u32>(n, sign, N_SIGN); }
export function setFinite(n: usize, sign: u32, exponent: i32, high: u64, low: u64): void { set(n, FINITE, sign, exponent, high, low); }
export function setZero(n: usize, sign: u32): void { set(n, ZERO, sign, 0, 0, 0); }
export function setInfinity(n: usize, sign: u32): void { set(n, INFINITE, sign, 0, TOP, 0); }
/** SDM 1, table 4-3: the QNaN floating-point indefinite. */
export function setDefaultNaN(n: usize): void { set(n, QUIET, 1, 0, TOP | QUIET_BIT, 0); }
export function copy(to: usize, from: usize): void { memory.copy(to, from, NUMBER); }

/** Any high:low and exponent, made FINITE with its top bit set, or ZERO. */
export function setNormalized(n: usize, sign: u32, exponent: i32, high: u64, low: u64): void {
  if (high == 0) {
    if (low == 0) { setZero(n, sign); return; }
    high = low; low = 0; exponent -= 64;
  }
  const shift = clz<u64>(high);
  if (shift) {
    high = high << shift | low >>> (64 - shift);
    low <<= shift;
  }
  setFinite(n, sign, exponent - <i32>shift, high, low);
}

export const TOP: u64 = 0x8000000000000000, QUIET_BIT: u64 = 0x4000000000000000;

// ---- 80 bits

export const EXTENDED_MIN: i32 = -16382, EXTENDED_MAX: i32 = 16383;

/** From the ten bytes at an address. */
export function unpackExtended(n: usize, at: usize): void {
  const significand = load<u64>(at), word = <u32>load<u16>(at, 8), sign = word >>> 15, exponent = word & 0x7fff;
  const isInteger = (significand & TOP) != 0;
  if (exponent == 0) {
    setNormalized(n, sign, EXTENDED_MIN, significand, 0);
    if (significand) store<u32>(n, 1, N_DENORMAL);
  } else if (!isInteger) set(n, UNSUPPORTED, sign, 0, significand, 0);
  else if (exponent != 0x7fff) setFinite(n, sign, <i32>exponent - 16383, significand, 0);
  else if (significand == TOP) setInfinity(n, sign);
  else set(n, significand & QUIET_BIT ? QUIET : SIGNALING, sign, 0, significand, 0);
}
/** A rounded number's ten bytes. */
export function packExtended(n: usize, at: usize): void {
  const kind = kindOf(n), high = kind == ZERO ? 0 : highOf(n);
  const exponent: u32 = kind == ZERO || !(high & TOP) ? 0 : kind == FINITE ? <u32>(exponentOf(n) + 16383) & 0x7fff : 0x7fff;
  store<u64>(at, high);
  store<u16>(at, <u16>(signOf(n) << 15 | exponent), 8);
}

// ---- 64 and 32 bits

let denormalsAreZero = false;
/** MXCSR.DAZ: denormal operands count as zeros of their sign (SDM 1, 10.2.3.4). */
export function setDenormalsAreZero(on: bool): void { denormalsAreZero = on; }

export const DOUBLE_MIN: i32 = -1022, DOUBLE_MAX: i32 = 1023, SINGLE_MIN: i32 = -126, SINGLE_MAX: i32 = 127;

function unpack(n: usize, sign: u32, exponent: i32, fraction: u64, least: i32, most: i32): void {
  if (exponent > most) {
    if (fraction == 0) setInfinity(n, sign);
    else set(n, fraction & QUIET_BIT ? QUIET : SIGNALING, sign, 0, fraction | TOP, 0);
  } else if (exponent >= least) setFinite(n, sign, exponent, fraction | TOP, 0);
  else if (fraction == 0 || denormalsAreZero) setZero(n, sign);
  else {
    setNormalized(n, sign, least, fraction, 0);
    store<u32>(n, 1, N_DENORMAL);
  }
}
export function unpackDouble(n: usize, bits: u64): void {
  unpack(n, <u32>(bits >>> 63), (<i32>(bits >>> 52) & 0x7ff) - 1023, bits << 11 & ~TOP, DOUBLE_MIN, DOUBLE_MAX);
}
export function unpackSingle(n: usize, bits: u32): void {
  unpack(n, bits >>> 31, (<i32>(bits >>> 23) & 0xff) - 127, <u64>bits << 40 & ~TOP, SINGLE_MIN, SINGLE_MAX);
}
export function packDouble(n: usize): u64 {
  const kind = kindOf(n), high = kind == ZERO ? 0 : highOf(n);
  const exponent: u64 = kind == ZERO || !(high & TOP) ? 0 : kind == FINITE ? <u64>(exponentOf(n) + 1023) : 0x7ff;
  return <u64>signOf(n) << 63 | exponent << 52 | (high & ~TOP) >>> 11;
}
export function packSingle(n: usize): u32 {
  const kind = kindOf(n), high = kind == ZERO ? 0 : highOf(n);
  const exponent: u32 = kind == ZERO || !(high & TOP) ? 0 : kind == FINITE ? <u32>(exponentOf(n) + 127) : 0xff;
  return signOf(n) << 31 | exponent << 23 | <u32>((high & ~TOP) >>> 40);
}
