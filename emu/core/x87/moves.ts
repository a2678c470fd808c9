// Loads, stores, exchanges, constants.
import { faulted } from '../fault';
import { condition } from '../flags';
import { offset, segmentOf } from '../operands';
import { readSegment, writeSegment } from '../memory';
import { proveStore, read80, write80 } from '../wide';
import { quieten } from '../softfloat/arithmetic';
import { fromDecimal, fromInteger, toDecimal, toInteger } from '../softfloat/convert';
import {
  isDenormal, kindOf, packDouble, packExtended, packSingle, setDefaultNaN, unpackDouble, unpackExtended, unpackSingle, SIGNALING, UNSUPPORTED,
} from '../softfloat/number';
import { roundDouble, roundSingle, roundingMode, signal, unmasked, withdraw, DE, IE, NEAREST, OE, PE, UE, UP } from '../softfloat/round';
import {
  A, finish, hasRoom, isEmpty, noteExceptions, noteInstruction, pop, push, putDefaultNaN, register, setC1, setEmpty, setValid, put, stackUnderflow,
  underflowInto,
} from './state';

const TEN_BYTES = memory.data(16, 8);

function pushNumber(): void {
  push();
  put(A, 0);
}
function moveRegister(from: usize, to: usize): void {
  store<u64>(to, load<u64>(from));
  store<u16>(to, load<u16>(from, 8), 8);
}

// ---- from memory

/** SDM 2A, FLD: a signaling NaN of 32 or 64 bits is quieted, a denormal one noted. */
export function loadReal(pc: usize, row: u32, isDouble: bool): void {
  const segment = segmentOf(pc), o = offset(pc);
  if (isDouble) unpackDouble(A, readSegment<u64>(segment, o));
  else unpackSingle(A, readSegment<u32>(segment, o));
  if (faulted()) return;
  noteInstruction(pc, row);
  if (!hasRoom()) return;
  if (kindOf(A) == SIGNALING) { signal(IE); quieten(A, A); }
  if (isDenormal(A)) signal(DE);
  noteExceptions();
  // An unmasked denormal is told, and loaded all the same.
  if (!(unmasked() & IE)) pushNumber();
}
export function loadExtended(pc: usize): void {
  read80(segmentOf(pc), offset(pc), TEN_BYTES);
  if (faulted()) return;
  noteInstruction(pc, 3);
  if (!hasRoom()) return;
  push();
  moveRegister(TEN_BYTES, register(0));
  setC1(false);
}
export function loadInteger(pc: usize, row: u32, bytes: u32): void {
  const segment = segmentOf(pc), o = offset(pc);
  if (bytes == 2) fromInteger(A, <i64><i16>readSegment<u16>(segment, o));
  else if (bytes == 4) fromInteger(A, <i64><i32>readSegment<u32>(segment, o));
  else fromInteger(A, <i64>readSegment<u64>(segment, o));
  if (faulted()) return;
  noteInstruction(pc, row);
  if (!hasRoom()) return;
  pushNumber();
  setC1(false);
}
export function loadDecimal(pc: usize): void {
  read80(segmentOf(pc), offset(pc), TEN_BYTES);
  if (faulted()) return;
  noteInstruction(pc, 7);
  if (!hasRoom()) return;
  fromDecimal(A, TEN_BYTES);
  pushNumber();
  setC1(false);
}

// ---- to memory. The right to write is proved first; an unmasked exception without a result then leaves memory alone.

/** Write what the conversions made of ST(0), unless that has been stopped. */
function deliver(pc: usize, isWritten: bool, bytes: u32, value: u64, pops: bool): void {
  if (!isWritten) return;
  const segment = segmentOf(pc), o = offset(pc);
  if (bytes == 2) writeSegment<u16>(segment, o, <u16>value);
  else if (bytes == 4) writeSegment<u32>(segment, o, <u32>value);
  else writeSegment<u64>(segment, o, value);
  if (pops) pop();
}
/** SDM 2A, FST: to 32 or 64 bits; an unmasked overflow or underflow stores nothing either (SDM 1, 8.5.4). */
export function storeReal(pc: usize, row: u32, isDouble: bool, pops: bool): void {
  const bytes: u32 = isDouble ? 8 : 4;
  if (!proveStore(segmentOf(pc), offset(pc), bytes, bytes)) return;
  noteInstruction(pc, row);
  let isWritten: bool;
  if (isEmpty(0)) {
    isWritten = stackUnderflow();
    setDefaultNaN(A);
  } else {
    unpackExtended(A, register(0));
    if (kindOf(A) == UNSUPPORTED) { signal(IE); setDefaultNaN(A); }
    if (kindOf(A) == SIGNALING) { signal(IE); quieten(A, A); }
    if (isDouble) roundDouble(A); else roundSingle(A);
    if (unmasked() & (OE | UE)) withdraw(PE);
    noteExceptions();
    isWritten = !(unmasked() & (IE | OE | UE));
  }
  deliver(pc, isWritten, bytes, isDouble ? packDouble(A) : <u64>packSingle(A), pops);
}
export function storeInteger(pc: usize, row: u32, bytes: u32, pops: bool): void {
  if (!proveStore(segmentOf(pc), offset(pc), bytes, bytes)) return;
  noteInstruction(pc, row);
  let isWritten: bool, value = <i64>-1 << (bytes * 8 - 1);
  if (isEmpty(0)) isWritten = stackUnderflow();
  else {
    unpackExtended(A, register(0));
    value = toInteger(A, bytes * 8, false);
    isWritten = finish();
  }
  deliver(pc, isWritten, bytes, <u64>value, pops);
}
export function storeExtendedAndPop(pc: usize): void {
  if (!proveStore(segmentOf(pc), offset(pc), 10, 8)) return;
  noteInstruction(pc, 3);
  let from = register(0);
  if (isEmpty(0)) {
    if (!stackUnderflow()) return;
    setDefaultNaN(A);
    packExtended(A, TEN_BYTES);
    from = TEN_BYTES;
  } else setC1(false);
  write80(segmentOf(pc), offset(pc), from);
  pop();
}
export function storeDecimalAndPop(pc: usize): void {
  if (!proveStore(segmentOf(pc), offset(pc), 10, 8)) return;
  noteInstruction(pc, 7);
  let isWritten: bool;
  if (isEmpty(0)) {
    isWritten = stackUnderflow();
    setDefaultNaN(A);
    toDecimal(A, TEN_BYTES);
  } else {
    unpackExtended(A, register(0));
    toDecimal(A, TEN_BYTES);
    isWritten = finish();
  }
  if (!isWritten) return;
  write80(segmentOf(pc), offset(pc), TEN_BYTES);
  pop();
}

// ---- between registers

export function loadRegister(i: u32): void {
  const from = register(i);
  if (isEmpty(i)) {
    if (stackUnderflow()) { push(); putDefaultNaN(0); }
    return;
  }
  if (!hasRoom()) return;
  push();
  moveRegister(from, register(0));
  setC1(false);
}
export function storeRegister(i: u32, pops: bool): void {
  if (isEmpty(0)) {
    if (!stackUnderflow()) return;
    putDefaultNaN(i);
  } else {
    moveRegister(register(0), register(i));
    setValid(i);
    setC1(false);
  }
  if (pops) pop();
}
export function exchange(i: u32): void {
  if (isEmpty(0) || isEmpty(i)) {
    if (!stackUnderflow()) return;
    if (isEmpty(0)) putDefaultNaN(0);
    if (isEmpty(i)) putDefaultNaN(i);
  } else setC1(false);
  moveRegister(register(0), TEN_BYTES);
  moveRegister(register(i), register(0));
  moveRegister(TEN_BYTES, register(i));
}
/** SDM 2A, FCMOVcc: B E BE U. An empty register is a stack fault whether the condition holds or not. */
export function moveIf(which: u32, negated: bool, i: u32): void {
  const holds = which == 0 ? condition.b() : which == 1 ? condition.e() : which == 2 ? condition.be() : condition.p();
  if (isEmpty(0) || isEmpty(i)) underflowInto(0);
  else if (holds != negated) moveRegister(register(i), register(0));
}
export function free(i: u32): void {
  setEmpty(i);
  setC1(false);
}

// ---- SDM 2A, FLD1 and so on: constants, rounded from more than 64 bits by the rounding mode.

// Significands truncated to 64 bits, and whether rounding to nearest goes up.
const SIGNIFICANDS = memory.data<u64>([
  0x8000000000000000, 0xd49a784bcd1b8afe, 0xb8aa3b295c17f0bb, 0xc90fdaa22168c234, 0x9a209a84fbcff798, 0xb17217f7d1cf79ab, 0,
]);
const EXPONENTS = memory.data<u16>([0x3fff, 0x4000, 0x3fff, 0x4000, 0x3ffd, 0x3ffe, 0]);
const NEAREST_IS_UP = memory.data<u8>([0, 0, 1, 1, 1, 1, 0]);

/** 1, log2 10, log2 e, pi, log10 2, ln 2, 0. */
export function loadConstant(which: u32): void {
  if (!hasRoom()) return;
  const exact = which == 0 || which == 6, mode = roundingMode();
  const up = !exact && (mode == UP || (mode == NEAREST && load<u8>(NEAREST_IS_UP + which) != 0));
  push();
  store<u64>(register(0), load<u64>(SIGNIFICANDS + (which << 3)) + (up ? 1 : 0));
  store<u16>(register(0), load<u16>(EXPONENTS + (which << 1)), 8);
  setC1(false);
}
