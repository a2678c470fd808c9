// EFLAGS' arithmetic bits, kept lazily.
//
// Instructions leave two words behind instead of six flags:
//   RESULT   (i64) the result, sign-extended: zero low half is ZF, bit 63 is SF, and PF is the even parity
//            of byte 0 and byte 4 taken together. Byte 4 of a sign-extended value is 00 or FF, both even, so
//            results speak for themselves, while popf and iret can still load ZF with SF or with odd parity.
//   CARRIES  (u32) the carry out of every bit position, aligned so that bit 31 is CF, bit 31 ^ bit 30 is OF,
//            bit 3 is AF; the bits between are whatever the adder made.
import { RESULT, CARRIES } from './layout';

export const CF: u32 = 1, PF: u32 = 1 << 2, AF: u32 = 1 << 4, ZF: u32 = 1 << 6, SF: u32 = 1 << 7, OF: u32 = 1 << 11;
/** The bits that live here and not in the EFLAGS word. */
export const ARITHMETIC: u32 = CF | PF | AF | ZF | SF | OF;

/** Leave behind an operation's result and carries, both of T's width. */
@inline export function record<T>(result: T, carries: T): void {
  if (sizeof<T>() == 4) {
    store<i64>(RESULT, <i64><i32>result);
    store<u32>(CARRIES, <u32>carries);
  } else if (sizeof<T>() == 2) {
    store<i64>(RESULT, <i64><i16>result);
    store<u32>(CARRIES, (<u32>carries << 16) | (<u32>carries & 8));
  } else {
    store<i64>(RESULT, <i64><i8>result);
    store<u32>(CARRIES, (<u32>carries << 24) | (<u32>carries & 8));
  }
}
/** The same where only CF, OF and AF are known one by one (each 0 or 1). */
@inline export function recordBits<T>(result: T, cf: u32, ov: u32, af: u32): void {
  record<T>(result, 0);
  store<u32>(CARRIES, (cf << 31) | ((cf ^ ov) << 30) | (af << 3));
}
/** Change CF and OF, keep the rest. */
@inline export function recordCarryAndOverflow(cf: u32, ov: u32): void {
  store<u32>(CARRIES, (load<u32>(CARRIES) & 0x3fffffff) | (cf << 31) | ((cf ^ ov) << 30));
}
/** Change CF, keep the rest. */
@inline export function recordCarry(cf: u32): void { recordCarryAndOverflow(cf, overflow()); }
/** Change the result (ZF, SF, PF), keep CF and OF; AF follows `carries`. For inc and dec. */
@inline export function recordKeepingCarry<T>(result: T, carries: T): void {
  const cf = carry();
  record<T>(result, carries);
  const c = load<u32>(CARRIES), ov = c ^ (c << 1);
  store<u32>(CARRIES, (c & 0x3fffffff) | (cf << 31) | (((cf << 31) ^ (ov & 0x80000000)) >>> 1));
}
/** Change ZF alone. */
export function recordZero(zf: bool): void {
  setArithmeticFlags((arithmeticFlags() & ~ZF) | (zf ? ZF : 0));
}

@inline function low(): u32 { return load<u32>(RESULT); }
@inline function high(): i32 { return load<i32>(RESULT, 4); }
@inline function carriesWord(): u32 { return load<u32>(CARRIES); }
@inline function overflowWord(): u32 { return carriesWord() ^ (carriesWord() << 1); } // bit 31: OF

/** 1 when an even number of the low eight bits are set. */
@inline function evenParity(value: u32): u32 {
  value ^= value >>> 4;
  return (0x9669 >>> (value & 15)) & 1;
}
@inline function parity(): u32 { return evenParity(<u32>load<u8>(RESULT) ^ <u32>load<u8>(RESULT, 4)); }

@inline export function carry(): u32 { return carriesWord() >>> 31; }
@inline export function overflow(): u32 { return overflowWord() >>> 31; }
@inline export function adjust(): u32 { return (carriesWord() >>> 3) & 1; }

/** CF PF AF ZF SF OF at their places in EFLAGS. */
export function arithmeticFlags(): u32 {
  const c = carriesWord();
  return (c >>> 31) | (parity() << 2) | ((c & 8) << 1) | (<u32>(low() == 0) << 6) | ((<u32>high() >>> 31) << 7) | (overflow() << 11);
}
/** The inverse, for popf, iret and sahf: words that read back as these flags, whatever the combination. */
export function setArithmeticFlags(flags: u32): void {
  const cf = flags & 1, ov = (flags >>> 11) & 1, zf = (flags >>> 6) & 1, pf = (flags >>> 2) & 1, sf = (flags >>> 7) & 1;
  store<u32>(RESULT, zf ^ 1);
  store<u32>(RESULT, (sf << 31) | (zf ^ pf), 4);
  store<u32>(CARRIES, (cf << 31) | ((cf ^ ov) << 30) | ((flags & AF) >>> 1));
}

/** The conditions of jcc and setcc; the generator negates them for the odd half. */
export namespace condition {
  @inline export function o(): bool { return <i32>overflowWord() < 0; }
  @inline export function b(): bool { return <i32>carriesWord() < 0; }
  @inline export function e(): bool { return low() == 0; }
  @inline export function be(): bool { return <i32>carriesWord() < 0 || low() == 0; }
  @inline export function s(): bool { return high() < 0; }
  @inline export function p(): bool { return parity() != 0; }
  @inline export function l(): bool { return (high() ^ <i32>overflowWord()) < 0; }
  @inline export function le(): bool { return (high() ^ <i32>overflowWord()) < 0 || low() == 0; }
}
