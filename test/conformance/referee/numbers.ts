/** Operands for floating-point instructions: corners of the formats, their neighbours, and random ones between. */
import type { Random } from '../../fuzz/random.ts';

const TOP = 1n << 63n;
const ALL = (1n << 64n) - 1n;

export const random64 = (random: Random): bigint => (BigInt(random.next()) << 32n) | BigInt(random.next());

/** A significand with long runs of zeros and ones, so that roundings are close calls. */
function significand(random: Random): bigint {
  switch (random.below(8)) {
    case 0:
      return 0n;
    case 1:
      return ALL;
    case 2:
      return 1n << BigInt(random.below(64));
    case 3:
      return ALL << BigInt(random.below(64));
    case 4: // a half at the end of a precision, or something beside it
      return (
        (random64(random) & (ALL << BigInt(random.pick([11, 40, 12, 41])))) |
        (1n << BigInt(random.pick([10, 39, 0, 1])))
      );
    case 5:
      return (ALL >> BigInt(random.below(64))) ^ BigInt(random.below(4));
    case 6:
      return random64(random) & random64(random) & random64(random);
    default:
      return random64(random);
  }
}

/** Exponents, biased by 16383, around which something happens: the ends of each format, one, integers' ends. */
const EDGES = [
  0, 1, 2, 0x7ffe, 0x7fff, 0x3fff, 0x3f81, 0x3f6a, 0x407e, 0x3c01, 0x3bcd, 0x43fe, 0x400e, 0x401e, 0x403e, 0x3fbf,
];

/** Ten bytes of an 80-bit number; one of four is something special. */
export function extended(random: Random): Uint8Array {
  const bytes = new Uint8Array(10);
  const view = new DataView(bytes.buffer);
  const edge = random.chance(2);
  const exponent = edge ? Math.max(0, random.pick(EDGES) + random.below(5) - 2) : 0x3fff + random.below(160) - 80;
  const most = Math.min(exponent, 0x7fff);
  const odd = random.chance(24); // an unnormal, a pseudo-denormal
  const isInteger = most !== 0 ? !odd : odd;
  view.setBigUint64(0, (significand(random) & (TOP - 1n)) | (isInteger ? TOP : 0n), true);
  view.setUint16(8, most | (random.chance(2) ? 0x8000 : 0), true);
  if (most === 0x7fff && random.chance(2)) view.setBigUint64(0, TOP, true);
  if (random.chance(16)) bytes.fill(0, 0, 9);
  return bytes;
}

/** One like another but for a little: sums cancel, quotients are near one, comparisons are close. */
export function nearby(random: Random, other: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(other);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, (view.getUint16(8, true) + random.below(5) - 2) & 0xffff, true);
  if (random.chance(2)) view.setBigUint64(0, (view.getBigUint64(0, true) ^ BigInt(random.below(8))) | TOP, true);
  if (random.chance(2)) view.setUint8(9, view.getUint8(9) ^ 0x80);
  return bytes;
}

const SINGLE_EDGES = [0, 1, 2, 103, 104, 126, 127, 128, 150, 151, 152, 157, 158, 253, 254, 255];
export function single(random: Random): number {
  const exponent = random.chance(2) ? random.pick(SINGLE_EDGES) : 127 + random.below(60) - 30;
  const fraction = Number(significand(random) >> BigInt(random.pick([41, 41, 0]))) & 0x7fffff;
  return (((random.below(2) << 31) | (exponent << 23)) >>> 0) + (random.chance(8) ? 0 : fraction);
}
const DOUBLE_EDGES = [
  0, 1, 2, 970, 971, 1022, 1023, 1024, 1053, 1054, 1075, 1076, 1086, 2045, 2046, 2047, 873, 874, 896, 897, 1150, 1151,
];
export function double(random: Random): bigint {
  const exponent = random.chance(2) ? random.pick(DOUBLE_EDGES) : 1023 + random.below(120) - 60;
  const fraction = random.chance(8)
    ? 0n
    : (significand(random) >> BigInt(random.pick([12, 12, 0]))) & ((1n << 52n) - 1n);
  return (BigInt(random.below(2)) << 63n) | (BigInt(exponent) << 52n) | fraction;
}
