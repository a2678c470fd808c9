// Packed integers: the instructions that MMX and SSE2 share. SDM 1, 9.4 and 11.4.3.
// Each works on 64 bits; an XMM register is two of them. T is the type of the elements.
import { faulted } from '../fault';
import { imm, isMemory } from '../operands';
import { onward } from '../onward';
import { enterMmx } from './state';
import { setMmx, source32, sourceLike, to, isXmm } from './operands';
import { beginFor } from './moves';

const ADD: u32 = 0, ADD_SATURATED: u32 = 1, SUBTRACT: u32 = 2, SUBTRACT_SATURATED: u32 = 3, EQUAL: u32 = 4, GREATER: u32 = 5, MINIMUM: u32 = 6;
const MAXIMUM: u32 = 7, AVERAGE: u32 = 8, MULTIPLY_LOW: u32 = 9, MULTIPLY_HIGH: u32 = 10;

@inline function bits<T>(): u32 { return sizeof<T>() * 8; }
@inline function least<T>(): i64 { return isSigned<T>() ? -(<i64>1 << (bits<T>() - 1)) : 0; }
@inline function most<T>(): i64 { return isSigned<T>() ? (<i64>1 << (bits<T>() - 1)) - 1 : (<i64>1 << bits<T>()) - 1; }
@inline function saturated<T>(value: i64): i64 { return min<i64>(max<i64>(value, least<T>()), most<T>()); }

function elementValue<T>(operation: u32, x: i64, y: i64): i64 {
  switch (operation) {
    case ADD: return x + y;
    case ADD_SATURATED: return saturated<T>(x + y);
    case SUBTRACT: return x - y;
    case SUBTRACT_SATURATED: return saturated<T>(x - y);
    case EQUAL: return x == y ? -1 : 0;
    case GREATER: return x > y ? -1 : 0;
    case MINIMUM: return min<i64>(x, y);
    case MAXIMUM: return max<i64>(x, y);
    case AVERAGE: return (x + y + 1) >> 1;
    case MULTIPLY_LOW: return x * y;
    default: return (x * y) >> 16;
  }
}
function elements<T>(operation: u32, a: u64, b: u64): u64 {
  let result: u64 = 0;
  const mask = bits<T>() == 64 ? ~<u64>0 : (<u64>1 << bits<T>()) - 1;
  for (let shift: u32 = 0; shift < 64; shift += bits<T>()) {
    result |= (<u64>elementValue<T>(operation, <i64><T>(a >>> shift), <i64><T>(b >>> shift)) & mask) << shift;
  }
  return result;
}
/** Begin, and fetch the source; 0 when there is nothing to go on with. */
function operands(pc: usize): usize {
  if (!beginFor(to(pc))) return 0;
  const source = sourceLike(pc, to(pc));
  return faulted() ? 0 : source;
}
/** Store a result of two halves, of which an MMX register takes the low one. */
function finish(pc: usize, low: u64, high: u64): usize {
  const register = to(pc);
  if (isXmm(register)) {
    store<u64>(register, low);
    store<u64>(register, high, 8);
  } else { enterMmx(); setMmx(register, low); }
  return onward(pc);
}
function each<T>(pc: usize, operation: u32): usize {
  const source = operands(pc), register = to(pc);
  if (!source) return pc;
  const low = elements<T>(operation, load<u64>(register), load<u64>(source));
  return finish(pc, low, isXmm(register) ? elements<T>(operation, load<u64>(register, 8), load<u64>(source, 8)) : 0);
}

export function paddb(pc: usize): usize { return each<i8>(pc, ADD); }
export function paddw(pc: usize): usize { return each<i16>(pc, ADD); }
export function paddd(pc: usize): usize { return each<i32>(pc, ADD); }
export function paddq(pc: usize): usize { return each<i64>(pc, ADD); }
export function paddsb(pc: usize): usize { return each<i8>(pc, ADD_SATURATED); }
export function paddsw(pc: usize): usize { return each<i16>(pc, ADD_SATURATED); }
export function paddusb(pc: usize): usize { return each<u8>(pc, ADD_SATURATED); }
export function paddusw(pc: usize): usize { return each<u16>(pc, ADD_SATURATED); }
export function psubb(pc: usize): usize { return each<i8>(pc, SUBTRACT); }
export function psubw(pc: usize): usize { return each<i16>(pc, SUBTRACT); }
export function psubd(pc: usize): usize { return each<i32>(pc, SUBTRACT); }
export function psubq(pc: usize): usize { return each<i64>(pc, SUBTRACT); }
export function psubsb(pc: usize): usize { return each<i8>(pc, SUBTRACT_SATURATED); }
export function psubsw(pc: usize): usize { return each<i16>(pc, SUBTRACT_SATURATED); }
export function psubusb(pc: usize): usize { return each<u8>(pc, SUBTRACT_SATURATED); }
export function psubusw(pc: usize): usize { return each<u16>(pc, SUBTRACT_SATURATED); }
export function pcmpeqb(pc: usize): usize { return each<i8>(pc, EQUAL); }
export function pcmpeqw(pc: usize): usize { return each<i16>(pc, EQUAL); }
export function pcmpeqd(pc: usize): usize { return each<i32>(pc, EQUAL); }
export function pcmpgtb(pc: usize): usize { return each<i8>(pc, GREATER); }
export function pcmpgtw(pc: usize): usize { return each<i16>(pc, GREATER); }
export function pcmpgtd(pc: usize): usize { return each<i32>(pc, GREATER); }
export function pminub(pc: usize): usize { return each<u8>(pc, MINIMUM); }
export function pminsw(pc: usize): usize { return each<i16>(pc, MINIMUM); }
export function pmaxub(pc: usize): usize { return each<u8>(pc, MAXIMUM); }
export function pmaxsw(pc: usize): usize { return each<i16>(pc, MAXIMUM); }
export function pavgb(pc: usize): usize { return each<u8>(pc, AVERAGE); }
export function pavgw(pc: usize): usize { return each<u16>(pc, AVERAGE); }
export function pmullw(pc: usize): usize { return each<i16>(pc, MULTIPLY_LOW); }
export function pmulhw(pc: usize): usize { return each<i16>(pc, MULTIPLY_HIGH); }
export function pmulhuw(pc: usize): usize { return each<u16>(pc, MULTIPLY_HIGH); }

// ---- what mixes elements

/** PMULUDQ, PMADDWD, PSADBW on 64 bits. */
const MULTIPLY_WIDE: u32 = 0, MULTIPLY_AND_ADD: u32 = 1, DIFFERENCES: u32 = 2;
function mixedHalf(operation: u32, a: u64, b: u64): u64 {
  if (operation == MULTIPLY_WIDE) return (a & 0xffffffff) * (b & 0xffffffff);
  let result: u64 = 0;
  if (operation == MULTIPLY_AND_ADD) {
    for (let shift: u32 = 0; shift < 64; shift += 32) {
      const low = <i32><i16>(a >>> shift) * <i32><i16>(b >>> shift);
      const high = <i32><i16>(a >>> (shift + 16)) * <i32><i16>(b >>> (shift + 16));
      result |= <u64><u32>(low + high) << shift;
    }
    return result;
  }
  for (let shift: u32 = 0; shift < 64; shift += 8) result += <u64>abs<i32>(<i32><u8>(a >>> shift) - <i32><u8>(b >>> shift));
  return result;
}
function mixed(pc: usize, operation: u32): usize {
  const source = operands(pc), register = to(pc);
  if (!source) return pc;
  const low = mixedHalf(operation, load<u64>(register), load<u64>(source));
  return finish(pc, low, isXmm(register) ? mixedHalf(operation, load<u64>(register, 8), load<u64>(source, 8)) : 0);
}
export function pmuludq(pc: usize): usize { return mixed(pc, MULTIPLY_WIDE); }
export function pmaddwd(pc: usize): usize { return mixed(pc, MULTIPLY_AND_ADD); }
export function psadbw(pc: usize): usize { return mixed(pc, DIFFERENCES); }

// ---- packing: elements of half the width, saturated; T is the type of the result

function packedHalf<S, T>(low: u64, high: u64): u64 {
  let result: u64 = 0;
  const mask = (<u64>1 << bits<T>()) - 1, perWord: u32 = 64 / bits<S>();
  for (let i: u32 = 0; i < perWord * 2; i++) {
    const word = i < perWord ? low : high;
    result |= (<u64>saturated<T>(<i64><S>(word >>> (i % perWord * bits<S>()))) & mask) << (i * bits<T>());
  }
  return result;
}
function packElements<S, T>(pc: usize): usize {
  const source = operands(pc), register = to(pc);
  if (!source) return pc;
  if (!isXmm(register)) return finish(pc, packedHalf<S, T>(load<u64>(register), load<u64>(source)), 0);
  return finish(pc, packedHalf<S, T>(load<u64>(register), load<u64>(register, 8)), packedHalf<S, T>(load<u64>(source), load<u64>(source, 8)));
}
export function packsswb(pc: usize): usize { return packElements<i16, i8>(pc); }
export function packuswb(pc: usize): usize { return packElements<i16, u8>(pc); }
export function packssdw(pc: usize): usize { return packElements<i32, i16>(pc); }

// ---- unpacking: elements of two operands, alternating

/** From the low 32 bits of each. */
function interleaved<T>(a: u64, b: u64): u64 {
  let result: u64 = 0;
  const mask = (<u64>1 << bits<T>()) - 1;
  for (let shift: u32 = 0; shift < 32; shift += bits<T>()) {
    result |= (a >>> shift & mask) << (shift * 2);
    result |= (b >>> shift & mask) << (shift * 2 + bits<T>());
  }
  return result;
}
function unpackLow<T>(pc: usize): usize {
  const register = to(pc);
  if (!beginFor(register)) return pc;
  // SDM 2B, PUNPCKLBW: of a 64-bit operation's memory operand only 32 bits are read.
  const source = isXmm(register) || !isMemory(pc) ? sourceLike(pc, register) : source32(pc);
  if (faulted()) return pc;
  const a = load<u64>(register), b = load<u64>(source);
  return finish(pc, interleaved<T>(a, b), isXmm(register) ? interleaved<T>(a >>> 32, b >>> 32) : 0);
}
function unpackHigh<T>(pc: usize): usize {
  const source = operands(pc), register = to(pc);
  if (!source) return pc;
  const at: usize = isXmm(register) ? 8 : 0, a = load<u64>(register + at), b = load<u64>(source + at);
  if (!isXmm(register)) return finish(pc, interleaved<T>(a >>> 32, b >>> 32), 0);
  return finish(pc, interleaved<T>(a, b), interleaved<T>(a >>> 32, b >>> 32));
}
export function punpcklbw(pc: usize): usize { return unpackLow<u8>(pc); }
export function punpcklwd(pc: usize): usize { return unpackLow<u16>(pc); }
/** Also UNPCKLPS. */
export function punpckldq(pc: usize): usize { return unpackLow<u32>(pc); }
export function punpckhbw(pc: usize): usize { return unpackHigh<u8>(pc); }
export function punpckhwd(pc: usize): usize { return unpackHigh<u16>(pc); }
export function punpckhdq(pc: usize): usize { return unpackHigh<u32>(pc); }
/** Also UNPCKLPD. */
export function punpcklqdq(pc: usize): usize {
  const source = operands(pc);
  return source ? finish(pc, load<u64>(to(pc)), load<u64>(source)) : pc;
}
export function punpckhqdq(pc: usize): usize {
  const source = operands(pc);
  return source ? finish(pc, load<u64>(to(pc), 8), load<u64>(source, 8)) : pc;
}

// ---- shifts. A count beyond the element's width leaves zeros, or the sign.

const LEFT: u32 = 0, RIGHT: u32 = 1, RIGHT_SIGNED: u32 = 2;
function shiftedHalf<T>(direction: u32, value: u64, count: u64): u64 {
  const width = bits<T>(), mask = width == 64 ? ~<u64>0 : (<u64>1 << width) - 1;
  if (count >= width) {
    if (direction != RIGHT_SIGNED) return 0;
    count = width - 1;
  }
  let result: u64 = 0;
  for (let at: u32 = 0; at < 64; at += width) {
    const x = value >>> at;
    const y = direction == LEFT ? (x & mask) << count : direction == RIGHT ? (x & mask) >>> count : <u64>(<i64><T>x >> <i64>count);
    result |= (y & mask) << at;
  }
  return result;
}
function shiftBy<T>(pc: usize, direction: u32, count: u64): usize {
  const register = to(pc), low = shiftedHalf<T>(direction, load<u64>(register), count);
  return finish(pc, low, isXmm(register) ? shiftedHalf<T>(direction, load<u64>(register, 8), count) : 0);
}
function shift<T>(pc: usize, direction: u32): usize {
  const source = operands(pc);
  return source ? shiftBy<T>(pc, direction, load<u64>(source)) : pc;
}
function shiftImmediate<T>(pc: usize, direction: u32): usize { return beginFor(to(pc)) ? shiftBy<T>(pc, direction, imm(pc)) : pc; }

export function psllw(pc: usize): usize { return shift<i16>(pc, LEFT); }
export function pslld(pc: usize): usize { return shift<i32>(pc, LEFT); }
export function psllq(pc: usize): usize { return shift<i64>(pc, LEFT); }
export function psrlw(pc: usize): usize { return shift<i16>(pc, RIGHT); }
export function psrld(pc: usize): usize { return shift<i32>(pc, RIGHT); }
export function psrlq(pc: usize): usize { return shift<i64>(pc, RIGHT); }
export function psraw(pc: usize): usize { return shift<i16>(pc, RIGHT_SIGNED); }
export function psrad(pc: usize): usize { return shift<i32>(pc, RIGHT_SIGNED); }
export function psllwImmediate(pc: usize): usize { return shiftImmediate<i16>(pc, LEFT); }
export function pslldImmediate(pc: usize): usize { return shiftImmediate<i32>(pc, LEFT); }
export function psllqImmediate(pc: usize): usize { return shiftImmediate<i64>(pc, LEFT); }
export function psrlwImmediate(pc: usize): usize { return shiftImmediate<i16>(pc, RIGHT); }
export function psrldImmediate(pc: usize): usize { return shiftImmediate<i32>(pc, RIGHT); }
export function psrlqImmediate(pc: usize): usize { return shiftImmediate<i64>(pc, RIGHT); }
export function psrawImmediate(pc: usize): usize { return shiftImmediate<i16>(pc, RIGHT_SIGNED); }
export function psradImmediate(pc: usize): usize { return shiftImmediate<i32>(pc, RIGHT_SIGNED); }

/** By bytes, over the whole register. */
export function pslldq(pc: usize): usize { return shiftBytes(pc, true); }
export function psrldq(pc: usize): usize { return shiftBytes(pc, false); }
function shiftBytes(pc: usize, left: bool): usize {
  const register = to(pc), count = imm(pc) * 8;
  if (!beginFor(register)) return pc;
  const near = load<u64>(register, 0), far = load<u64>(register, 8);
  if (count >= 128) return finish(pc, 0, 0);
  if (count >= 64) return left ? finish(pc, 0, near << (count - 64)) : finish(pc, far >>> (count - 64), 0);
  if (count == 0) return finish(pc, near, far);
  return left ? finish(pc, near << count, far << count | near >>> (64 - count)) : finish(pc, near >>> count | far << (64 - count), far >>> count);
}
