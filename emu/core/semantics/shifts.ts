// Shifts and rotates by 1 to 31 (the skeletons in emu/isa leave everything alone when the count is 0).
// SDM 2B, SAL/SAR/SHL/SHR and RCL/RCR/ROL/ROR. OF is defined for counts of 1; for others it is what the same circuit gives.
import { ECX, RECORD } from '../layout';
import { carry, recordBits, recordCarryAndOverflow } from '../flags';
import { faulted } from '../fault';
import { dst, imm, isMemory, offset, segmentOf, src } from '../operands';
import { readForUpdate, writeBack } from '../memory';
import { signed } from './arithmetic';

@inline function bitsOf<T>(): u32 { return sizeof<T>() * 8; }
@inline function top<T>(a: T): u32 { return (<u32>a >>> (bitsOf<T>() - 1)) & 1; }
@inline function belowTop<T>(a: T): u32 { return (<u32>a >>> (bitsOf<T>() - 2)) & 1; }

@inline export function shl<T>(a: T, n: u32): T { return <T>(<u32>a << n); }
@inline export function shr<T>(a: T, n: u32): T { return <T>(<u32>a >>> n); }
@inline export function sar<T>(a: T, n: u32): T { return <T>(signed<T>(a) >> n); }

@inline export function shlFlags<T>(a: T, n: u32, r: T): void {
  const cf = <u32>((<u64>a << <u64>n) >> <u64>bitsOf<T>()) & 1;
  recordBits<T>(r, cf, cf ^ top<T>(r), 0);
}
@inline export function shrFlags<T>(a: T, n: u32, r: T): void { recordBits<T>(r, (<u32>a >>> (n - 1)) & 1, top<T>(r) ^ belowTop<T>(r), 0); }
@inline export function sarFlags<T>(a: T, n: u32, r: T): void { recordBits<T>(r, <u32>(signed<T>(a) >> (n - 1)) & 1, 0, 0); }

@inline export function rol<T>(a: T, n: u32): T {
  if (sizeof<T>() == 4) return <T>rotl<u32>(<u32>a, n);
  n &= bitsOf<T>() - 1;
  return <T>((<u32>a << n) | (<u32>a >>> (bitsOf<T>() - n)));
}
@inline export function ror<T>(a: T, n: u32): T {
  if (sizeof<T>() == 4) return <T>rotr<u32>(<u32>a, n);
  n &= bitsOf<T>() - 1;
  return <T>((<u32>a >>> n) | (<u32>a << (bitsOf<T>() - n)));
}
@inline export function rolFlags<T>(a: T, n: u32, r: T): void { recordCarryAndOverflow(<u32>r & 1, (<u32>r & 1) ^ top<T>(r)); }
@inline export function rorFlags<T>(a: T, n: u32, r: T): void { recordCarryAndOverflow(top<T>(r), top<T>(r) ^ belowTop<T>(r)); }

// rcl and rcr rotate one bit more than the operand has: CF stands above it.

@inline function withCarry<T>(a: T): u64 { return (<u64>carry() << <u64>bitsOf<T>()) | <u64>a; }
/** The count, taken modulo the width with CF. */
@inline function turns<T>(n: u32): u32 { return sizeof<T>() == 4 ? n : n % (bitsOf<T>() + 1); }
@inline function turnLeft<T>(a: T, n: u32): u64 {
  const wide = withCarry<T>(a), by = <u64>turns<T>(n);
  return by == 0 ? wide : (wide << by) | (wide >> (<u64>bitsOf<T>() + 1 - by));
}
@inline function carryOf<T>(wide: u64): u32 { return <u32>(wide >> <u64>bitsOf<T>()) & 1; }

export function rcl<T>(a: T, n: u32): T { return <T>turnLeft<T>(a, n); }
export function rcr<T>(a: T, n: u32): T { return <T>turnLeft<T>(a, bitsOf<T>() + 1 - turns<T>(n)); }
export function rclFlags<T>(a: T, n: u32, r: T): void {
  const cf = carryOf<T>(turnLeft<T>(a, n));
  recordCarryAndOverflow(cf, cf ^ top<T>(r));
}
export function rcrFlags<T>(a: T, n: u32, r: T): void {
  recordCarryAndOverflow(carryOf<T>(turnLeft<T>(a, bitsOf<T>() + 1 - turns<T>(n))), top<T>(r) ^ belowTop<T>(r));
}

// ---- Double shifts: the destination, filled up from the source. Counts are taken modulo 32; with a 16-bit operand a count
// above 16 is undefined, and processors go on with the destination's own bits.

@inline function count(pc: usize, byCl: bool): u32 { return (byCl ? <u32>load<u8>(ECX) : imm(pc)) & 31; }

export function shld<T>(pc: usize): usize { return double<T>(pc, count(pc, false), true); }
export function shrd<T>(pc: usize): usize { return double<T>(pc, count(pc, false), false); }
export function shldCl<T>(pc: usize): usize { return double<T>(pc, count(pc, true), true); }
export function shrdCl<T>(pc: usize): usize { return double<T>(pc, count(pc, true), false); }

function double<T>(pc: usize, n: u32, left: bool): usize {
  const memory = isMemory(pc), segment = segmentOf(pc), ea = offset(pc);
  const a = memory ? readForUpdate<T>(segment, ea) : load<T>(dst(pc));
  if (faulted()) return pc;
  if (n == 0) return pc + RECORD;
  const b = load<T>(src(pc));
  const r = left ? joinLeft<T>(a, b, n) : joinRight<T>(a, b, n);
  const cf = left ? lastOutLeft<T>(a, b, n) : lastOutRight<T>(a, b, n);
  recordBits<T>(r, cf, left ? cf ^ top<T>(r) : top<T>(r) ^ belowTop<T>(r), 0);
  if (memory) writeBack<T>(segment, ea, r); else store<T>(dst(pc), r);
  return pc + RECORD;
}
/** a:b (and for words, a:b:a), the upper part of it after a shift to the left. */
@inline function joinLeft<T>(a: T, b: T, n: u32): T {
  if (sizeof<T>() == 4) return <T>((((<u64>a << 32) | <u64>b) << <u64>n) >> 32);
  return <T>((((<u64>a << 32) | (<u64>b << 16) | <u64>a) << <u64>n) >> 32);
}
@inline function lastOutLeft<T>(a: T, b: T, n: u32): u32 {
  return sizeof<T>() == 4 ? (<u32>a >>> (32 - n)) & 1 : (((<u32>a << 16) | <u32>b) >>> (32 - n)) & 1;
}
/** b:a (and for words, a:b:a), the lower part of it after a shift to the right. */
@inline function joinRight<T>(a: T, b: T, n: u32): T {
  if (sizeof<T>() == 4) return <T>(((<u64>b << 32) | <u64>a) >> <u64>n);
  return <T>(((<u64>a << 32) | (<u64>b << 16) | <u64>a) >> <u64>n);
}
@inline function lastOutRight<T>(a: T, b: T, n: u32): u32 {
  return sizeof<T>() == 4 ? (<u32>a >>> (n - 1)) & 1 : (((<u32>b << 16) | <u32>a) >>> (n - 1)) & 1;
}
