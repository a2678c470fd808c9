/**
 * Decimal fractions as the processor stores them, rounded once, to the nearest, ties to even (SDM volume 1, 4.2.2 and
 * 4.8.4).
 */

/** A format's significand in bits, the hidden or explicit first one included, and its exponent in bits. */
interface FloatFormat {
  readonly precision: number;
  readonly exponentBits: number;
  /** The extended format writes its first bit down. */
  readonly explicit: boolean;
}

/** By their size in bytes. */
const FORMATS: Readonly<Record<number, FloatFormat>> = {
  2: { precision: 11, exponentBits: 5, explicit: false },
  4: { precision: 24, exponentBits: 8, explicit: false },
  8: { precision: 53, exponentBits: 11, explicit: false },
  10: { precision: 64, exponentBits: 15, explicit: true },
};

/** Exponents beyond this are infinite or zero in every format; bigger ones would only cost time. */
const MOST_DECIMAL_EXPONENT = 10_000;

/**
 * The bytes, lowest first, of a number like `1.5`, `2e-3` or `.5`.
 * @returns null when no format has so many bytes (2, 4, 8 or 10)
 */
export function fractionBytes(text: string, negative: boolean, size: number): number[] | null {
  const format = FORMATS[size];
  const match = /^(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text.replaceAll('_', ''));
  if (!format || !match) return null;
  const [, whole = '', part = '', exponent = '0'] = match;
  const decimal = Math.max(-MOST_DECIMAL_EXPONENT, Math.min(MOST_DECIMAL_EXPONENT, Number(exponent))) - part.length;
  const digits = BigInt(whole + part || '0');
  const scale = 10n ** BigInt(Math.abs(decimal));
  const { significand, biased } = decimal >= 0 ? round(digits * scale, 1n, format) : round(digits, scale, format);
  const stored = format.explicit ? format.precision : format.precision - 1;
  const bits =
    (negative ? 1n << BigInt(stored + format.exponentBits) : 0n) |
    (BigInt(biased) << BigInt(stored)) |
    BigInt.asUintN(stored, significand);
  return Array.from({ length: size }, (_, i) => Number((bits >> BigInt(8 * i)) & 0xffn));
}

/** The fraction's significand and biased exponent; what is too large is infinite. */
function round(
  numerator: bigint,
  denominator: bigint,
  { precision, exponentBits, explicit }: FloatFormat,
): { significand: bigint; biased: number } {
  if (numerator === 0n) return { significand: 0n, biased: 0 };
  const bias = 2 ** (exponentBits - 1) - 1;
  // 2^power <= value < 2^(power + 1), and never below what the smallest normal number has.
  let power = lengthOf(numerator) - lengthOf(denominator);
  if (!atLeast(numerator, denominator, power)) power--;
  const lowest = Math.max(power, 1 - bias);
  const shift = precision - 1 - lowest;
  const [top, bottom] =
    shift >= 0 ? [numerator << BigInt(shift), denominator] : [numerator, denominator << BigInt(-shift)];
  const rest = (top % bottom) * 2n;
  const down = top / bottom;
  const significand = rest > bottom || (rest === bottom && down % 2n === 1n) ? down + 1n : down;
  // Rounding up may carry into the next power, and out of the denormal numbers.
  const carried = significand === 1n << BigInt(precision);
  const isNormal = significand >= 1n << BigInt(precision - 1);
  const biased = isNormal ? lowest + bias + (carried ? 1 : 0) : 0;
  const infinite = 2 ** exponentBits - 1;
  const leading = 1n << BigInt(precision - 1);
  if (biased >= infinite) return { significand: explicit ? leading : 0n, biased: infinite };
  return { significand: carried ? leading : significand, biased };
}

const lengthOf = (n: bigint): number => n.toString(2).length;

/** numerator / denominator >= 2^power? */
function atLeast(numerator: bigint, denominator: bigint, power: number): boolean {
  return power >= 0 ? numerator >= denominator << BigInt(power) : numerator << BigInt(-power) >= denominator;
}
