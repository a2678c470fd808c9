/**
 * What an expression is worth: a 64-bit number, plus the places it hangs on. `label - start` of one
 * section hangs on nothing; `label + 4` hangs once on its section's base, and becomes a relocation.
 */

/** Something whose address the layout, the linker or another file decides: a section or an outside symbol. */
export interface Base {
  readonly kind: 'section' | 'external';
  readonly name: string;
}

export interface Value {
  /** Signed 64 bits. */
  readonly number: bigint;
  readonly terms: readonly Term[];
}

export interface Term {
  readonly base: Base;
  readonly count: bigint;
}

const NO_TERMS: readonly Term[] = [];

/** A plain number, wrapped to 64 bits as in NASM. */
export function constant(number: bigint): Value {
  return { number: BigInt.asIntN(64, number), terms: NO_TERMS };
}

/** `base + offset`. */
export function placed(base: Base, offset: bigint): Value {
  return { number: offset, terms: [{ base, count: 1n }] };
}

export function isConstant(value: Value): boolean {
  return value.terms.length === 0;
}

/** The one base a relocatable value hangs on, or null if it is no such value. */
export function singleBase(value: Value): Base | null {
  const term = value.terms[0];
  return value.terms.length === 1 && term?.count === 1n ? term.base : null;
}

/** left + sign * right; bases that cancel disappear. */
export function add(left: Value, right: Value, sign: 1n | -1n): Value {
  const number = BigInt.asIntN(64, left.number + sign * right.number);
  if (right.terms.length === 0) return { number, terms: left.terms };
  const terms = [...left.terms];
  for (const { base, count } of right.terms) {
    const i = terms.findIndex((t) => t.base === base);
    const sum = sign * count + (i < 0 ? 0n : terms[i]!.count);
    if (i >= 0) terms.splice(i, 1);
    if (sum !== 0n) terms.push({ base, count: sum });
  }
  return { number, terms };
}

/** value * factor, terms and all. */
export function scale(value: Value, factor: bigint): Value {
  if (factor === 0n) return constant(0n);
  return {
    number: BigInt.asIntN(64, value.number * factor),
    terms: value.terms.map(({ base, count }) => ({ base, count: count * factor })),
  };
}
