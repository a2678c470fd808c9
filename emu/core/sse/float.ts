// ADD SUB MUL DIV MIN MAX SQRT, reciprocals and comparisons, of packed and scalar singles and doubles.
// SDM 1, 10.4.1, 11.4.1; exceptions: 11.5. T is u32 for singles, u64 for doubles: the elements as bits.
import { faulted } from '../fault';
import { imm } from '../operands';
import { onward } from '../onward';
import { add, compare, divideNumbers, multiply, root, subtract, EQUAL, LESS, UNORDERED } from '../softfloat/arithmetic';
import {
  copy, exponentOf, highOf, isDenormal, isNaN_, kindOf, packDouble, packSingle, set, setFinite, setInfinity, setZero, signOf, unpackDouble, unpackSingle,
  INFINITE, QUIET, QUIET_BIT, TOP, ZERO,
} from '../softfloat/number';
import { roundDouble, roundSingle } from '../softfloat/round';
import { setFlags } from '../x87/arithmetic';
import { A, B, R } from '../x87/state';
import { beginFloat, finishFloat } from './state';
import { copy128, source128, source32, source64, to, RESULT } from './operands';

const ADD: u32 = 0, MULTIPLY: u32 = 1, SUBTRACT: u32 = 2, MINIMUM: u32 = 3, DIVIDE: u32 = 4, MAXIMUM: u32 = 5, ROOT: u32 = 6;

@inline export function unpack<T>(n: usize, bits: T): void {
  if (sizeof<T>() == 4) unpackSingle(n, <u32>bits); else unpackDouble(n, <u64>bits);
}
@inline export function pack<T>(n: usize): T {
  if (sizeof<T>() == 4) { roundSingle(n); return <T>packSingle(n); }
  roundDouble(n);
  return <T>packDouble(n);
}
function element<T>(operation: u32, a: T, b: T): T {
  if (operation == MINIMUM || operation == MAXIMUM) return select<T>(operation, a, b);
  unpack<T>(B, b);
  if (operation == ROOT) root(B, R);
  else {
    unpack<T>(A, a);
    switch (operation) {
      case MULTIPLY: multiply(A, B, R); break;
      case SUBTRACT: subtract(A, B, R); break;
      case DIVIDE: divideNumbers(A, B, R); break;
      default: add(A, B, R); break;
    }
  }
  return pack<T>(R);
}
/** SDM 2B, MINPS: the second operand unless the first is less; that is, also for NaNs and for two zeros. */
function select<T>(operation: u32, a: T, b: T): T {
  unpack<T>(A, a);
  unpack<T>(B, b);
  const result = compare(A, B, true), first = operation == MINIMUM ? result == LESS : result == 0;
  // What DAZ made of the operand counts; a NaN comes through as it is.
  const chosen = first ? A : B;
  return kindOf(chosen) == ZERO ? pack<T>(chosen) : first ? a : b;
}

function packed<T>(pc: usize, operation: u32): usize {
  if (!beginFloat()) return pc;
  const source = source128(pc);
  if (faulted()) return pc;
  for (let i: usize = 0; i < 16; i += sizeof<T>()) store<T>(RESULT + i, element<T>(operation, load<T>(to(pc) + i), load<T>(source + i)));
  if (!finishFloat()) return pc;
  copy128(to(pc), RESULT);
  return onward(pc);
}
function scalar<T>(pc: usize, operation: u32): usize {
  if (!beginFloat()) return pc;
  const source = scalarSource<T>(pc);
  if (faulted()) return pc;
  const result = element<T>(operation, load<T>(to(pc)), load<T>(source));
  if (!finishFloat()) return pc;
  store<T>(to(pc), result);
  return onward(pc);
}
@inline export function scalarSource<T>(pc: usize): usize { return sizeof<T>() == 4 ? source32(pc) : source64(pc); }

export function addps(pc: usize): usize { return packed<u32>(pc, ADD); }
export function addpd(pc: usize): usize { return packed<u64>(pc, ADD); }
export function addss(pc: usize): usize { return scalar<u32>(pc, ADD); }
export function addsd(pc: usize): usize { return scalar<u64>(pc, ADD); }
export function mulps(pc: usize): usize { return packed<u32>(pc, MULTIPLY); }
export function mulpd(pc: usize): usize { return packed<u64>(pc, MULTIPLY); }
export function mulss(pc: usize): usize { return scalar<u32>(pc, MULTIPLY); }
export function mulsd(pc: usize): usize { return scalar<u64>(pc, MULTIPLY); }
export function subps(pc: usize): usize { return packed<u32>(pc, SUBTRACT); }
export function subpd(pc: usize): usize { return packed<u64>(pc, SUBTRACT); }
export function subss(pc: usize): usize { return scalar<u32>(pc, SUBTRACT); }
export function subsd(pc: usize): usize { return scalar<u64>(pc, SUBTRACT); }
export function minps(pc: usize): usize { return packed<u32>(pc, MINIMUM); }
export function minpd(pc: usize): usize { return packed<u64>(pc, MINIMUM); }
export function minss(pc: usize): usize { return scalar<u32>(pc, MINIMUM); }
export function minsd(pc: usize): usize { return scalar<u64>(pc, MINIMUM); }
export function divps(pc: usize): usize { return packed<u32>(pc, DIVIDE); }
export function divpd(pc: usize): usize { return packed<u64>(pc, DIVIDE); }
export function divss(pc: usize): usize { return scalar<u32>(pc, DIVIDE); }
export function divsd(pc: usize): usize { return scalar<u64>(pc, DIVIDE); }
export function maxps(pc: usize): usize { return packed<u32>(pc, MAXIMUM); }
export function maxpd(pc: usize): usize { return packed<u64>(pc, MAXIMUM); }
export function maxss(pc: usize): usize { return scalar<u32>(pc, MAXIMUM); }
export function maxsd(pc: usize): usize { return scalar<u64>(pc, MAXIMUM); }
export function sqrtps(pc: usize): usize { return packed<u32>(pc, ROOT); }
export function sqrtpd(pc: usize): usize { return packed<u64>(pc, ROOT); }
export function sqrtss(pc: usize): usize { return scalar<u32>(pc, ROOT); }
export function sqrtsd(pc: usize): usize { return scalar<u64>(pc, ROOT); }

// ---- RCP and RSQRT. SDM 2B: a relative error of at most 1.5 * 2^-12, no exceptions; denormals count as zeros,
// results that would be denormal are zeros. Here: the result's first 14 bits.

const APPROXIMATE: u64 = ~<u64>0 << 50;

function approximation(bits: u32, isRoot: bool): u32 {
  unpackSingle(A, bits);
  if (isDenormal(A)) setZero(A, signOf(A));
  const sign = signOf(A), kind = kindOf(A);
  if (isNaN_(A)) set(R, QUIET, sign, 0, highOf(A) | QUIET_BIT, 0);
  else if (kind == ZERO) setInfinity(R, sign);
  else if (isRoot && sign) set(R, QUIET, 1, 0, TOP | QUIET_BIT, 0);
  else if (kind == INFINITE) setZero(R, sign);
  else {
    setFinite(B, 0, 0, TOP, 0);
    if (isRoot) { root(A, R); copy(A, R); setFinite(A, 0, exponentOf(A), highOf(A), 0); }
    divideNumbers(B, A, R);
    const rounded = highOf(R) + (~APPROXIMATE >> 1) & APPROXIMATE;
    if (rounded & TOP) setFinite(R, sign, exponentOf(R), rounded, 0);
    else setFinite(R, sign, exponentOf(R) + 1, TOP, 0);
    if (exponentOf(R) < -126) setZero(R, sign);
  }
  return packSingle(R);
}
function approximate(pc: usize, isScalar: bool, isRoot: bool): usize {
  if (!beginFloat()) return pc;
  const source = isScalar ? source32(pc) : source128(pc);
  if (faulted()) return pc;
  const bytes: usize = isScalar ? 4 : 16;
  for (let i: usize = 0; i < bytes; i += 4) store<u32>(to(pc) + i, approximation(load<u32>(source + i), isRoot));
  return onward(pc);
}
export function rcpps(pc: usize): usize { return approximate(pc, false, false); }
export function rcpss(pc: usize): usize { return approximate(pc, true, false); }
export function rsqrtps(pc: usize): usize { return approximate(pc, false, true); }
export function rsqrtss(pc: usize): usize { return approximate(pc, true, true); }

// ---- comparisons

/** SDM 2A, CMPPS, table 3-1: EQ LT LE UNORD and their opposites; LT, LE and theirs signal quiet NaNs too. */
function holds<T>(predicate: u32, a: T, b: T): bool {
  unpack<T>(A, a);
  unpack<T>(B, b);
  const kind = predicate & 3, result = compare(A, B, kind == 1 || kind == 2);
  const positive = kind == 0 ? result == EQUAL : kind == 1 ? result == LESS : kind == 2 ? result == LESS || result == EQUAL : result == UNORDERED;
  return positive != ((predicate & 4) != 0);
}
@inline function mask<T>(on: bool): T { return on ? <T>-1 : <T>0; }
function comparePacked<T>(pc: usize): usize {
  if (!beginFloat()) return pc;
  const source = source128(pc);
  if (faulted()) return pc;
  for (let i: usize = 0; i < 16; i += sizeof<T>()) store<T>(RESULT + i, mask<T>(holds<T>(imm(pc), load<T>(to(pc) + i), load<T>(source + i))));
  if (!finishFloat()) return pc;
  copy128(to(pc), RESULT);
  return onward(pc);
}
function compareScalar<T>(pc: usize): usize {
  if (!beginFloat()) return pc;
  const source = scalarSource<T>(pc);
  if (faulted()) return pc;
  const result = mask<T>(holds<T>(imm(pc), load<T>(to(pc)), load<T>(source)));
  if (!finishFloat()) return pc;
  store<T>(to(pc), result);
  return onward(pc);
}
export function cmpps(pc: usize): usize { return comparePacked<u32>(pc); }
export function cmppd(pc: usize): usize { return comparePacked<u64>(pc); }
export function cmpss(pc: usize): usize { return compareScalar<u32>(pc); }
export function cmpsd(pc: usize): usize { return compareScalar<u64>(pc); }

function compareToFlags<T>(pc: usize, strict: bool): usize {
  if (!beginFloat()) return pc;
  const source = scalarSource<T>(pc);
  if (faulted()) return pc;
  unpack<T>(A, load<T>(to(pc)));
  unpack<T>(B, load<T>(source));
  const result = compare(A, B, strict);
  if (!finishFloat()) return pc;
  setFlags(result);
  return onward(pc);
}
export function ucomiss(pc: usize): usize { return compareToFlags<u32>(pc, false); }
export function ucomisd(pc: usize): usize { return compareToFlags<u64>(pc, false); }
export function comiss(pc: usize): usize { return compareToFlags<u32>(pc, true); }
export function comisd(pc: usize): usize { return compareToFlags<u64>(pc, true); }
