// Operands of MMX and SSE instructions. The decoder names a wide register by its 16-byte slot (address / 16).
import { XMM } from '../layout';
import { readSegment, writeSegment } from '../memory';
import { dst, isMemory, offset, segmentOf, src } from '../operands';
import { isAligned, read128, write128 } from '../wide';

/** A memory operand's copy, beside the registers. */
const FETCHED = memory.data(16, 16);
/** Where results are made before they go to a register: the destination may also be the source. */
export const RESULT = memory.data(16, 16);

@inline export function to(pc: usize): usize { return dst(pc) << 4; }
@inline function from(pc: usize): usize { return src(pc) << 4; }
@inline export function isXmm(register: usize): bool { return register >= XMM; }

// The source operand: where its bytes are, in a register or fetched from memory. Check faulted() afterwards.

export function source32(pc: usize): usize {
  if (!isMemory(pc)) return from(pc);
  store<u32>(FETCHED, readSegment<u32>(segmentOf(pc), offset(pc)));
  return FETCHED;
}
export function source64(pc: usize): usize {
  if (!isMemory(pc)) return from(pc);
  store<u64>(FETCHED, readSegment<u64>(segmentOf(pc), offset(pc)));
  return FETCHED;
}
/** SDM 2A, 2.4: 16 bytes in memory must be aligned. */
export function source128(pc: usize): usize { return isMemory(pc) && !isAligned(segmentOf(pc), offset(pc)) ? FETCHED : unaligned128(pc); }
export function unaligned128(pc: usize): usize {
  if (!isMemory(pc)) return from(pc);
  read128(segmentOf(pc), offset(pc), FETCHED);
  return FETCHED;
}
/** As wide as the destination register. */
export function sourceLike(pc: usize, register: usize): usize { return isXmm(register) ? source128(pc) : source64(pc); }

// The destination operand, where it may be memory: `value` is the address of a register.

export function move128(pc: usize, value: usize, aligned: bool): void {
  if (!isMemory(pc)) copy128(to(pc), value);
  else if (!aligned || isAligned(segmentOf(pc), offset(pc))) write128(segmentOf(pc), offset(pc), value);
}
export function store64(pc: usize, value: u64): void { writeSegment<u64>(segmentOf(pc), offset(pc), value); }
export function store32(pc: usize, value: u32): void { writeSegment<u32>(segmentOf(pc), offset(pc), value); }

@inline export function copy128(target: usize, value: usize): void {
  const low = load<u64>(value), high = load<u64>(value, 8);
  store<u64>(target, low);
  store<u64>(target, high, 8);
}
/** SDM 1, 9.2.2: what writes an MMX register sets the sign and exponent over it to ones. */
@inline export function setMmx(register: usize, value: u64): void {
  store<u64>(register, value);
  store<u16>(register, 0xffff, 8);
}
@inline export function set64(register: usize, low: u64): void {
  store<u64>(register, low);
  store<u64>(register, 0, 8);
}
