// Moves, shuffles and the bitwise instructions of SSE and SSE2. They look at bits only, so no NaN or denormal matters.
import { EDI, FPU_TAGS } from '../layout';
import { faulted } from '../fault';
import { proveWrite, writeSegment } from '../memory';
import { address16, dst, imm, isMemory, readRM, segmentOf, src, writeRM } from '../operands';
import { onward } from '../onward';
import { isNatural } from '../wide';
import { enterMmx, isMmxAvailable, isSseAvailable } from './state';
import { copy128, move128, set64, setMmx, source128, source32, source64, store32, store64, to, unaligned128, isXmm, RESULT } from './operands';

@inline function done(pc: usize): usize { return faulted() ? pc : onward(pc); }
@inline function from(pc: usize): usize { return src(pc) << 4; }
/** MMX's rules where the operand is an MMX register, SSE's where it is an XMM one. */
export function beginFor(register: usize): bool { return isXmm(register) ? isSseAvailable() : isMmxAvailable(); }

// ---- 16 bytes

function load128(pc: usize, aligned: bool): usize {
  if (!isSseAvailable()) return pc;
  const source = aligned ? source128(pc) : unaligned128(pc);
  if (!faulted()) copy128(to(pc), source);
  return done(pc);
}
function save128(pc: usize, aligned: bool): usize {
  if (!isSseAvailable()) return pc;
  move128(pc, from(pc), aligned);
  return done(pc);
}
/** MOVAPS, MOVAPD, MOVDQA */
export function movaLoad(pc: usize): usize { return load128(pc, true); }
export function movaStore(pc: usize): usize { return save128(pc, true); }
/** MOVUPS, MOVUPD, MOVDQU */
export function movuLoad(pc: usize): usize { return load128(pc, false); }
export function movuStore(pc: usize): usize { return save128(pc, false); }

// ---- scalars and halves

/** MOVSS: from memory the rest becomes zero, from a register it stays. */
export function movssLoad(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  const value = load<u32>(source32(pc));
  if (faulted()) return pc;
  if (isMemory(pc)) set64(to(pc), value); else store<u32>(to(pc), value);
  return onward(pc);
}
export function movssStore(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  const value = load<u32>(from(pc));
  if (isMemory(pc)) store32(pc, value); else store<u32>(to(pc), value);
  return done(pc);
}
export function movsdLoad(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  const value = load<u64>(source64(pc));
  if (faulted()) return pc;
  if (isMemory(pc)) set64(to(pc), value); else store<u64>(to(pc), value);
  return onward(pc);
}
export function movsdStore(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  const value = load<u64>(from(pc));
  if (isMemory(pc)) store64(pc, value); else store<u64>(to(pc), value);
  return done(pc);
}
/** MOVLPS, MOVLPD from memory. */
export function movlLoad(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  const value = load<u64>(source64(pc));
  if (!faulted()) store<u64>(to(pc), value);
  return done(pc);
}
export function movlStore(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  store64(pc, load<u64>(from(pc)));
  return done(pc);
}
/** MOVHPS, MOVHPD from memory; MOVLHPS is the same from a register. */
export function movhLoad(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  const value = load<u64>(source64(pc));
  if (!faulted()) store<u64>(to(pc), value, 8);
  return done(pc);
}
export function movhStore(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  store64(pc, load<u64>(from(pc), 8));
  return done(pc);
}
export function movhlps(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  store<u64>(to(pc), load<u64>(from(pc), 8));
  return onward(pc);
}

// ---- MOVD, MOVQ, and the moves between the two kinds of registers

/** MOVD to an MMX or XMM register. */
export function movdLoad(pc: usize): usize {
  const register = to(pc);
  if (!beginFor(register)) return pc;
  const value = readRM<u32>(pc, src(pc));
  if (faulted()) return pc;
  if (isXmm(register)) set64(register, value);
  else { enterMmx(); setMmx(register, value); }
  return onward(pc);
}
export function movdStore(pc: usize): usize {
  const register = from(pc);
  if (!beginFor(register)) return pc;
  writeRM<u32>(pc, dst(pc), load<u32>(register));
  if (faulted()) return pc;
  if (!isXmm(register)) enterMmx();
  return onward(pc);
}
/** MOVQ to an MMX or XMM register; bits 64 to 127 become zero. */
export function movqLoad(pc: usize): usize {
  const register = to(pc);
  if (!beginFor(register)) return pc;
  const value = load<u64>(source64(pc));
  if (faulted()) return pc;
  if (isXmm(register)) set64(register, value);
  else { enterMmx(); setMmx(register, value); }
  return onward(pc);
}
/** MOVQ from one; also MOVNTQ. */
export function movqStore(pc: usize): usize {
  const register = from(pc), value = load<u64>(register);
  if (!beginFor(register)) return pc;
  if (isMemory(pc)) store64(pc, value);
  if (faulted()) return pc;
  if (!isXmm(register)) enterMmx();
  if (!isMemory(pc)) { if (isXmm(register)) set64(to(pc), value); else setMmx(to(pc), value); }
  return onward(pc);
}
export function movq2dq(pc: usize): usize {
  if (!isSseAvailable() || !isMmxAvailable()) return pc;
  enterMmx();
  set64(to(pc), load<u64>(from(pc)));
  return onward(pc);
}
export function movdq2q(pc: usize): usize {
  if (!isSseAvailable() || !isMmxAvailable()) return pc;
  enterMmx();
  setMmx(to(pc), load<u64>(from(pc)));
  return onward(pc);
}
/** An integer instruction: no SSE state is touched, so none of its checks apply. */
export function movnti(pc: usize): usize {
  writeRM<u32>(pc, dst(pc), load<u32>(src(pc)));
  return done(pc);
}

// ---- masks

/** SDM 2B, MASKMOVDQU: bytes whose mask has its top bit set go to DS:(E)DI. */
export function maskmov(pc: usize): usize {
  const value = to(pc), mask = from(pc);
  if (!beginFor(value)) return pc;
  const isWide = isXmm(value), o = address16(pc) ? <u32>load<u16>(EDI) : load<u32>(EDI), bytes: u32 = isWide ? 16 : 8;
  const segment = segmentOf(pc);
  if (!isNatural(segment, o, bytes)) return pc;
  for (let i: u32 = 0; i < bytes; i++) {
    if (load<u8>(mask + i) & 0x80 && !proveWrite(segment, o + i, 1)) return pc;
  }
  if (!isWide) enterMmx();
  for (let i: u32 = 0; i < bytes; i++) {
    if (load<u8>(mask + i) & 0x80) writeSegment<u8>(segment, o + i, load<u8>(value + i));
  }
  return onward(pc);
}
/** PMOVMSKB: the top bits of the bytes. */
export function pmovmskb(pc: usize): usize {
  const value = from(pc), isWide = isXmm(value);
  if (!beginFor(value)) return pc;
  if (!isWide) enterMmx();
  let mask: u32 = 0;
  const bytes: u32 = isWide ? 16 : 8;
  for (let i: u32 = 0; i < bytes; i++) mask |= <u32>(load<u8>(value + i) >>> 7) << i;
  store<u32>(dst(pc), mask);
  return onward(pc);
}
export function movmskps(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  let mask: u32 = 0;
  for (let i: u32 = 0; i < 4; i++) mask |= load<u32>(from(pc) + i * 4) >>> 31 << i;
  store<u32>(dst(pc), mask);
  return onward(pc);
}
export function movmskpd(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  store<u32>(dst(pc), <u32>(load<u64>(from(pc)) >>> 63 | load<u64>(from(pc), 8) >>> 63 << 1));
  return onward(pc);
}

// ---- bitwise, for all types of data

const AND: u32 = 0, AND_NOT: u32 = 1, OR: u32 = 2, XOR: u32 = 3;
@inline function bitwise(operation: u32, a: u64, b: u64): u64 {
  return operation == AND ? a & b : operation == AND_NOT ? ~a & b : operation == OR ? a | b : a ^ b;
}
function logic(pc: usize, operation: u32): usize {
  const register = to(pc);
  if (!beginFor(register)) return pc;
  const isWide = isXmm(register), source = isWide ? source128(pc) : source64(pc);
  if (faulted()) return pc;
  const low = bitwise(operation, load<u64>(register), load<u64>(source));
  if (isWide) {
    store<u64>(register, bitwise(operation, load<u64>(register, 8), load<u64>(source, 8)), 8);
    store<u64>(register, low);
  } else { enterMmx(); setMmx(register, low); }
  return onward(pc);
}
/** ANDPS, ANDPD, PAND and so on */
export function pand(pc: usize): usize { return logic(pc, AND); }
export function pandn(pc: usize): usize { return logic(pc, AND_NOT); }
export function por(pc: usize): usize { return logic(pc, OR); }
export function pxor(pc: usize): usize { return logic(pc, XOR); }

// ---- shuffles

export function shufps(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  const source = source128(pc), order = imm(pc);
  if (faulted()) return pc;
  for (let i: u32 = 0; i < 4; i++) store<u32>(RESULT + i * 4, load<u32>((i < 2 ? to(pc) : source) + (order >>> i * 2 & 3) * 4));
  copy128(to(pc), RESULT);
  return onward(pc);
}
export function shufpd(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  const source = source128(pc), order = imm(pc);
  if (faulted()) return pc;
  const low = load<u64>(to(pc) + (order & 1) * 8), high = load<u64>(source + (order >>> 1 & 1) * 8);
  store<u64>(to(pc), low);
  store<u64>(to(pc), high, 8);
  return onward(pc);
}
/** PSHUFD */
export function pshufd(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  const source = source128(pc), order = imm(pc);
  if (faulted()) return pc;
  for (let i: u32 = 0; i < 4; i++) store<u32>(RESULT + i * 4, load<u32>(source + (order >>> i * 2 & 3) * 4));
  copy128(to(pc), RESULT);
  return onward(pc);
}
/** Four words in the order an immediate asks for. */
function shuffledWords(at: usize, order: u32): u64 {
  let result: u64 = 0;
  for (let i: u32 = 0; i < 4; i++) result |= <u64>load<u16>(at + (order >>> i * 2 & 3) * 2) << i * 16;
  return result;
}
export function pshufw(pc: usize): usize {
  if (!isMmxAvailable()) return pc;
  const source = source64(pc);
  if (faulted()) return pc;
  enterMmx();
  setMmx(to(pc), shuffledWords(source, imm(pc)));
  return onward(pc);
}
export function pshuflw(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  const source = source128(pc);
  if (faulted()) return pc;
  const low = shuffledWords(source, imm(pc)), high = load<u64>(source, 8);
  store<u64>(to(pc), low);
  store<u64>(to(pc), high, 8);
  return onward(pc);
}
export function pshufhw(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  const source = source128(pc);
  if (faulted()) return pc;
  const low = load<u64>(source), high = shuffledWords(source + 8, imm(pc));
  store<u64>(to(pc), low);
  store<u64>(to(pc), high, 8);
  return onward(pc);
}
/** PINSRW: a word of a general register or memory into one of the places. */
export function pinsrw(pc: usize): usize {
  const register = to(pc), isWide = isXmm(register);
  if (!beginFor(register)) return pc;
  const value = readRM<u16>(pc, src(pc));
  if (faulted()) return pc;
  if (!isWide) { enterMmx(); setMmx(register, load<u64>(register)); }
  store<u16>(register + (imm(pc) & (isWide ? 7 : 3)) * 2, value);
  return onward(pc);
}
export function pextrw(pc: usize): usize {
  const register = from(pc), isWide = isXmm(register);
  if (!beginFor(register)) return pc;
  if (!isWide) enterMmx();
  store<u32>(dst(pc), <u32>load<u16>(register + (imm(pc) & (isWide ? 7 : 3)) * 2));
  return onward(pc);
}

// ---- ordering and caches: everything here happens in order, and there is no cache

export function fence(pc: usize): usize { return onward(pc); }
/** SDM 2A, CLFLUSH: faults as a byte read would. */
export function clflush(pc: usize): usize {
  readRM<u8>(pc, 0);
  return done(pc);
}
export function emms(pc: usize): usize {
  if (!isMmxAvailable()) return pc;
  enterMmx();
  store<u32>(FPU_TAGS, 0);
  return onward(pc);
}
