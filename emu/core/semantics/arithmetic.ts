// Integer arithmetic: what the instructions make of their operands, and the flags that follow.
// T is u8, u16 or u32. Nothing here touches guest memory unless it takes a record.
import { EAX, EBX, ECX, EDX, RECORD } from '../layout';
import { record, recordBits, recordKeepingCarry, recordZero, carry, adjust, overflow } from '../flags';
import { raise, faulted, DE } from '../fault';
import { dst, imm, isMemory, offset, segmentOf, src } from '../operands';
import { readForUpdate, writeBack } from '../memory';

@inline function bitsOf<T>(): u32 { return sizeof<T>() * 8; }
/** Sign-extended to 32 bits. */
@inline export function signed<T>(a: T): i32 {
  return sizeof<T>() == 4 ? <i32>a : sizeof<T>() == 2 ? <i32><i16>a : <i32><i8>a;
}

@inline export function add<T>(a: T, b: T): T { return <T>(a + b); }
@inline export function adc<T>(a: T, b: T): T { return <T>(a + b + <T>carry()); }
@inline export function sub<T>(a: T, b: T): T { return <T>(a - b); }
@inline export function sbb<T>(a: T, b: T): T { return <T>(a - b - <T>carry()); }
@inline export function and<T>(a: T, b: T): T { return a & b; }
@inline export function or<T>(a: T, b: T): T { return a | b; }
@inline export function xor<T>(a: T, b: T): T { return a ^ b; }
@inline export function not<T>(a: T): T { return ~a; }
@inline export function neg<T>(a: T): T { return <T>(0 - a); }
@inline export function inc<T>(a: T): T { return <T>(a + 1); }
@inline export function dec<T>(a: T): T { return <T>(a - 1); }

// The carry out of each bit of a + b = r is the majority of a, b and not r; the borrow of a - b = r, of not a, b and r.
@inline export function addFlags<T>(a: T, b: T, r: T): void { record<T>(r, (a & b) | ((a | b) & ~r)); }
@inline export function subFlags<T>(a: T, b: T, r: T): void { record<T>(r, (~a & b) | (~(a ^ b) & r)); }
/** SDM 2A, AND: CF and OF are cleared; AF is undefined, and processors clear it. */
@inline export function logicFlags<T>(a: T, b: T, r: T): void { record<T>(r, 0); }
@inline export function negFlags<T>(a: T, r: T): void { record<T>(r, a | r); }
@inline export function incFlags<T>(a: T, r: T): void { recordKeepingCarry<T>(r, a & ~r); }
@inline export function decFlags<T>(a: T, r: T): void { recordKeepingCarry<T>(r, ~a & r); }

/** Conditions of a fused compare and branch, straight from the operands. */
export namespace afterSub {
  @inline export function b<T>(a: T, b: T, r: T): bool { return a < b; }
  @inline export function e<T>(a: T, b: T, r: T): bool { return a == b; }
  @inline export function be<T>(a: T, b: T, r: T): bool { return a <= b; }
  @inline export function l<T>(a: T, b: T, r: T): bool { return signed<T>(a) < signed<T>(b); }
  @inline export function le<T>(a: T, b: T, r: T): bool { return signed<T>(a) <= signed<T>(b); }
}
export namespace afterLogic {
  @inline export function b<T>(a: T, b: T, r: T): bool { return false; }
  @inline export function e<T>(a: T, b: T, r: T): bool { return r == 0; }
  @inline export function be<T>(a: T, b: T, r: T): bool { return r == 0; }
  @inline export function s<T>(a: T, b: T, r: T): bool { return signed<T>(r) < 0; }
  @inline export function l<T>(a: T, b: T, r: T): bool { return signed<T>(r) < 0; }
  @inline export function le<T>(a: T, b: T, r: T): bool { return signed<T>(r) <= 0; }
}
export namespace afterDec {
  @inline export function e<T>(a: T, r: T): bool { return r == 0; }
}

// ---- Multiplication and division

/** imul with two or three operands. SDM 2A: CF and OF say that the truncated product differs from the full one. */
@inline export function imul<T>(a: T, b: T): T { return <T>(a * b); }
@inline export function imulFlags<T>(a: T, b: T, r: T): void {
  const lost = <u32>(<i64>signed<T>(a) * <i64>signed<T>(b) != <i64>signed<T>(r));
  recordBits<T>(r, lost, lost, 0);
}

/** The accumulator and its upper half: AX for bytes, DX:AX, EDX:EAX. */
@inline function storeProduct<T>(product: u64): void {
  if (sizeof<T>() == 1) store<u16>(EAX, <u16>product);
  else {
    store<T>(EAX, <T>product);
    store<T>(EDX, <T>(product >> <u64>bitsOf<T>()));
  }
}
@inline function dividend<T>(): u64 {
  if (sizeof<T>() == 1) return load<u16>(EAX);
  return (<u64>load<T>(EDX) << <u64>bitsOf<T>()) | <u64>load<T>(EAX);
}
@inline function storeQuotient<T>(quotient: u64, remainder: u64): void {
  if (sizeof<T>() == 1) {
    store<u8>(EAX, <u8>quotient);
    store<u8>(EAX, <u8>remainder, 1);
  } else {
    store<T>(EAX, <T>quotient);
    store<T>(EDX, <T>remainder);
  }
}

@inline export function mul<T>(b: T): void {
  const product = <u64>load<T>(EAX) * <u64>b, high = <u32>(product >> <u64>bitsOf<T>() != 0);
  storeProduct<T>(product);
  recordBits<T>(<T>product, high, high, 0);
}
@inline export function mulFits<T>(b: T): bool { return true; }
export function imulWide<T>(b: T): void {
  const product = <i64>signed<T>(load<T>(EAX)) * <i64>signed<T>(b), lost = <u32>(product != <i64>signed<T>(<T>product));
  storeProduct<T>(<u64>product);
  recordBits<T>(<T>product, lost, lost, 0);
}

/** Will dividing raise nothing? The quotient must fit, so the dividend's upper half must be below the divisor; that also excludes 0. */
@inline export function divFits<T>(b: T): bool { return dividend<T>() >> <u64>bitsOf<T>() < <u64>b; }
/** SDM 2A, DIV: #DE when the divisor is 0 or the quotient does not fit. The flags are undefined, and stay. */
@inline export function div<T>(b: T): void {
  const a = dividend<T>();
  if (a >> <u64>bitsOf<T>() >= <u64>b) { raise(DE, 0); return; }
  // Most dividends fit in 32 bits, and dividing those is several times faster.
  if (sizeof<T>() == 4 && a >> 32 == 0) { storeQuotient<T>(<u32>a / <u32>b, <u32>a % <u32>b); return; }
  storeQuotient<T>(a / <u64>b, a % <u64>b);
}
/** True where a plain 32-bit division does: a sign-extended dividend, and neither 0 nor -1 as divisor. */
@inline export function idivFits<T>(b: T): bool {
  return load<i32>(EAX) >> 31 == load<i32>(EDX) && <u32>b + 1 > 1;
}
@inline export function idiv<T>(b: T): void {
  if (sizeof<T>() == 4 && idivFits<T>(b)) {
    // Typed first: where a u64 is wanted, asc would load a u64 and divide without signs.
    const a: i32 = load<i32>(EAX), divisor: i32 = <i32>b;
    storeQuotient<T>(<u64>(a / divisor), <u64>(a % divisor));
    return;
  }
  divideSigned<T>(b);
}
/** SDM 2A, IDIV: #DE when the divisor is 0 or the quotient does not fit. */
function divideSigned<T>(b: T): void {
  const divisor = <i64>signed<T>(b), wide = dividend<T>();
  const a: i64 = sizeof<T>() == 4 ? <i64>wide : sizeof<T>() == 2 ? <i64><i32>wide : <i64><i16>wide;
  if (divisor == 0 || (divisor == -1 && a == i64.MIN_VALUE)) { raise(DE, 0); return; }
  const quotient = a / divisor;
  if (quotient != <i64>signed<T>(<T>quotient)) { raise(DE, 0); return; }
  storeQuotient<T>(<u64>quotient, <u64>(a % divisor));
}

// ---- Decimal adjustment (SDM 2A, DAA DAS AAA AAS AAM AAD). OF is undefined after all of them.

@inline function al(): u32 { return load<u8>(EAX); }
@inline function next(pc: usize): usize { return pc + RECORD; }

export function daa(pc: usize): usize { return decimalAdjust(pc, 1); }
export function das(pc: usize): usize { return decimalAdjust(pc, -1); }
function decimalAdjust(pc: usize, sign: i32): usize {
  const old = al();
  let r = old, cf = carry(), af = adjust();
  const high = <u32>(old > 0x99 || cf);
  if ((old & 15) > 9 || af) {
    r += sign * 6;
    cf |= r >>> 8 & 1;
    af = 1;
  } else cf = 0;
  if (high) { r += sign * 0x60; cf = 1; }
  store<u8>(EAX, <u8>r);
  recordBits<u8>(<u8>r, cf, 0, af);
  return next(pc);
}
export function aaa(pc: usize): usize { return asciiAdjust(pc, 1); }
export function aas(pc: usize): usize { return asciiAdjust(pc, -1); }
function asciiAdjust(pc: usize, sign: i32): usize {
  const wrong = <u32>((al() & 15) > 9 || adjust());
  if (wrong) store<u16>(EAX, <u16>(<u32>load<u16>(EAX) + sign * 0x106));
  store<u8>(EAX, <u8>(al() & 15));
  recordBits<u8>(<u8>al(), wrong, 0, wrong);
  return next(pc);
}
export function aam(pc: usize): usize {
  const base = imm(pc);
  // SDM 2A, AAM: #DE for an immediate of 0.
  if (base == 0) { raise(DE, 0); return pc; }
  const a = al();
  store<u8>(EAX, <u8>(a / base), 1);
  store<u8>(EAX, <u8>(a % base));
  recordBits<u8>(<u8>(a % base), 0, 0, 0);
  return next(pc);
}
export function aad(pc: usize): usize {
  const r = al() + <u32>load<u8>(EAX, 1) * imm(pc);
  store<u16>(EAX, <u16>(r & 0xff));
  recordBits<u8>(<u8>r, 0, 0, 0);
  return next(pc);
}

/** cbw and cwde, by operand size. */
export function convert<T>(pc: usize): usize {
  if (sizeof<T>() == 2) store<u16>(EAX, <u16><i32>load<i8>(EAX));
  else store<i32>(EAX, <i32>load<i16>(EAX));
  return next(pc);
}
/** cwd and cdq. */
export function convertDouble<T>(pc: usize): usize {
  store<T>(EDX, <T>(signed<T>(load<T>(EAX)) >> 31));
  return next(pc);
}

// ---- Read, modify, write

export function xadd<T>(pc: usize): usize {
  const memory = isMemory(pc), segment = segmentOf(pc), ea = offset(pc);
  const a = memory ? readForUpdate<T>(segment, ea) : load<T>(dst(pc));
  if (faulted()) return pc;
  const b = load<T>(src(pc)), r = <T>(a + b);
  addFlags<T>(a, b, r);
  store<T>(src(pc), a);
  if (memory) writeBack<T>(segment, ea, r); else store<T>(dst(pc), r);
  return next(pc);
}
/** SDM 2A, CMPXCHG: the destination is written either way, so it must be writable either way. */
export function cmpxchg<T>(pc: usize): usize {
  const memory = isMemory(pc), segment = segmentOf(pc), ea = offset(pc);
  const a = memory ? readForUpdate<T>(segment, ea) : load<T>(dst(pc));
  if (faulted()) return pc;
  const accumulator = load<T>(EAX), b = load<T>(src(pc));
  subFlags<T>(accumulator, a, <T>(accumulator - a));
  const r = accumulator == a ? b : a;
  if (memory) writeBack<T>(segment, ea, r); else store<T>(dst(pc), r);
  if (accumulator != a) store<T>(EAX, a);
  return next(pc);
}

/** SDM 2A, CMPXCHG8B: the destination is written in either case, so it must be writable. */
export function cmpxchg8b(pc: usize): usize {
  const segment = segmentOf(pc), ea = offset(pc), value = readForUpdate<u64>(segment, ea);
  if (faulted()) return pc;
  const equal = value == (<u64>load<u32>(EDX) << 32 | load<u32>(EAX));
  writeBack<u64>(segment, ea, equal ? <u64>load<u32>(ECX) << 32 | load<u32>(EBX) : value);
  if (!equal) { store<u32>(EAX, <u32>value); store<u32>(EDX, <u32>(value >>> 32)); }
  recordZero(equal);
  return pc + RECORD;
}
