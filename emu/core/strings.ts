// The string instructions. SDM 2B, REP: each iteration is complete in itself, so that a fault or an interrupt
// between two leaves registers that go on from there. Long runs that stay inside plain pages go in one piece.
//
// Each iteration takes the time of one instruction, so that a deadline can fall between any two; then, and when a chip
// wants attention, a function gives back its own record, and the loop comes again.
import { BUDGET, EAX, ECX, ESI, EDI, EDX, ES, EFLAGS, INTR, EXIT_REQUEST } from './layout';
import { checksAlignment, hasTraps } from './debug';
import { faulted } from './fault';
import { record } from './flags';
import { tlbEntry, canRead, canWrite, host } from './tlb';
import { readSegment, writeSegment, proveWrite, isFlat } from './memory';
import { FLAG_DF } from './segments';
import { checkPort, readPort, writePort } from './ports';
import { rep, repne, address16, segmentOf } from './operands';
import { onward } from './onward';
import { instructionsLeft } from './time';

@inline function backwards(): bool { return (load<u32>(EFLAGS) & FLAG_DF) != 0; }
@inline function step<T>(): u32 { return backwards() ? -<u32>sizeof<T>() : <u32>sizeof<T>(); }
@inline function repeated(pc: usize): bool { return rep(pc) || repne(pc); }
// With 16-bit addresses it's SI, DI and CX that count.
@inline function index(pc: usize, register: usize): u32 { return address16(pc) ? <u32>load<u16>(register) : load<u32>(register); }
@inline function setIndex(pc: usize, register: usize, value: u32): void {
  if (address16(pc)) store<u16>(register, <u16>value);
  else store<u32>(register, value);
}
@inline function advance<T>(pc: usize, register: usize): void { setIndex(pc, register, load<u32>(register) + step<T>()); }
@inline function count(pc: usize): u32 { return index(pc, ECX); }
@inline function countDown(pc: usize, by: u32): void { setIndex(pc, ECX, load<u32>(ECX) - by); }

// The loop charges one instruction for the call; what more of them a call takes, it charges itself.
@inline function spend(instructions: u32): void { store<i32>(BUDGET, load<i32>(BUDGET) - <i32>instructions); }
/** A chip that was reached may have raised its line, the host wants control, or the iteration traps. */
@inline function interrupted(): bool { return (load<u32>(INTR) | load<u32>(EXIT_REQUEST)) != 0 || hasTraps(); }
/** After an iteration: is there another, and time for it? */
function another(pc: usize): bool {
  if (!count(pc) || instructionsLeft(pc) <= 1 || interrupted()) return false;
  spend(1);
  return true;
}
/** After `n` iterations in one piece, the same. */
function anotherAfter(pc: usize, n: u32): bool {
  const last = !count(pc) || instructionsLeft(pc) <= <i32>n || interrupted();
  spend(last ? n - 1 : n);
  return !last;
}
/** No further: come again, or go on behind. */
@inline function proceed(pc: usize): usize { return count(pc) ? pc : onward(pc); }

/** Whole elements from this address to its page's end. A flat segment's 64 KB wrap is a page's end too. */
@inline function room<T>(address: u32): u32 { return (0x1000 - (address & 0xfff)) / <u32>sizeof<T>(); }
@inline function runsUp(segment: u32): bool { return !backwards() && isFlat(segment) && !hasTraps() && !checksAlignment(); }

// ---- movs, stos, lods: one iteration, and a run of them

function movsOnce<T>(pc: usize): void {
  const value = readSegment<T>(segmentOf(pc), index(pc, ESI));
  if (faulted()) return;
  writeSegment<T>(ES, index(pc, EDI), value);
  if (faulted()) return;
  advance<T>(pc, ESI);
  advance<T>(pc, EDI);
}
/** Move as many elements as lie in one page at either end; 0 when it must be done one by one. */
function movsRun<T>(pc: usize, most: u32): u32 {
  if (!runsUp(ES) || !isFlat(segmentOf(pc))) return 0;
  const from = index(pc, ESI), to = index(pc, EDI), n = min<u32>(most, min<u32>(room<T>(from), room<T>(to)));
  const source = tlbEntry(from), target = tlbEntry(to);
  if (!n || !canRead<T>(source, from) || !canWrite<T>(target, to)) return 0;
  const s = host(source, from), t = host(target, to), bytes = n * <u32>sizeof<T>();
  // A target just above its source repeats what was moved already; memory.copy would not.
  if (t - s >= <usize>bytes) memory.copy(t, s, bytes);
  else for (let i: u32 = 0; i < bytes; i += <u32>sizeof<T>()) store<T>(t + i, load<T>(s + i));
  setIndex(pc, ESI, from + bytes);
  setIndex(pc, EDI, to + bytes);
  return n;
}
export function movs<T>(pc: usize): usize {
  if (!repeated(pc)) { movsOnce<T>(pc); return faulted() ? pc : onward(pc); }
  if (!count(pc)) return onward(pc);
  let n: u32 = 0;
  do {
    n = movsRun<T>(pc, min<u32>(<u32>instructionsLeft(pc), count(pc)));
    if (!n) { movsOnce<T>(pc); n = 1; }
    if (faulted()) return pc;
    countDown(pc, n);
  } while (anotherAfter(pc, n));
  return proceed(pc);
}

function stosOnce<T>(pc: usize): void {
  writeSegment<T>(ES, index(pc, EDI), load<T>(EAX));
  if (!faulted()) advance<T>(pc, EDI);
}
function stosRun<T>(pc: usize, most: u32): u32 {
  if (!runsUp(ES)) return 0;
  const to = index(pc, EDI), n = min<u32>(most, room<T>(to)), entry = tlbEntry(to);
  if (!n || !canWrite<T>(entry, to)) return 0;
  const t = host(entry, to), bytes = n * <u32>sizeof<T>(), value = load<T>(EAX);
  const one = <u32>load<u8>(EAX), same = sizeof<T>() == 1 || <u32>value == (sizeof<T>() == 2 ? one * 0x101 : one * 0x1010101);
  if (same) memory.fill(t, <u8>one, bytes);
  else for (let i: u32 = 0; i < bytes; i += <u32>sizeof<T>()) store<T>(t + i, value);
  setIndex(pc, EDI, to + bytes);
  return n;
}
export function stos<T>(pc: usize): usize {
  if (!repeated(pc)) { stosOnce<T>(pc); return faulted() ? pc : onward(pc); }
  if (!count(pc)) return onward(pc);
  let n: u32 = 0;
  do {
    n = stosRun<T>(pc, min<u32>(<u32>instructionsLeft(pc), count(pc)));
    if (!n) { stosOnce<T>(pc); n = 1; }
    if (faulted()) return pc;
    countDown(pc, n);
  } while (anotherAfter(pc, n));
  return proceed(pc);
}

export function lods<T>(pc: usize): usize {
  const again = repeated(pc);
  if (again && !count(pc)) return onward(pc);
  do {
    const value = readSegment<T>(segmentOf(pc), index(pc, ESI));
    if (faulted()) return pc;
    store<T>(EAX, value);
    advance<T>(pc, ESI);
    if (!again) return onward(pc);
    countDown(pc, 1);
  } while (another(pc));
  return proceed(pc);
}

// ---- cmps and scas end early: SDM 2B, REP: repe while ZF is 1, repne while it is 0.

@inline function compare<T>(a: T, b: T): void {
  const r = <T>(a - b);
  record<T>(r, <T>((~a & b) | (~(a ^ b) & r)));
}
@inline function endsHere<T>(pc: usize, a: T, b: T): bool { return rep(pc) ? a != b : a == b; }

export function cmps<T>(pc: usize): usize {
  const again = repeated(pc);
  if (again && !count(pc)) return onward(pc);
  do {
    const a = readSegment<T>(segmentOf(pc), index(pc, ESI));
    if (faulted()) return pc;
    const b = readSegment<T>(ES, index(pc, EDI));
    if (faulted()) return pc;
    compare<T>(a, b);
    advance<T>(pc, ESI);
    advance<T>(pc, EDI);
    if (!again) return onward(pc);
    countDown(pc, 1);
    if (endsHere<T>(pc, a, b)) return onward(pc);
  } while (another(pc));
  return proceed(pc);
}
export function scas<T>(pc: usize): usize {
  const again = repeated(pc);
  if (again && !count(pc)) return onward(pc);
  do {
    const b = readSegment<T>(ES, index(pc, EDI)), a = load<T>(EAX);
    if (faulted()) return pc;
    compare<T>(a, b);
    advance<T>(pc, EDI);
    if (!again) return onward(pc);
    countDown(pc, 1);
    if (endsHere<T>(pc, a, b)) return onward(pc);
  } while (another(pc));
  return proceed(pc);
}

// ---- ins and outs

function insOnce<T>(pc: usize): void {
  const port: u32 = load<u16>(EDX), to = index(pc, EDI);
  if (!checkPort(port, <u32>sizeof<T>())) return;
  // The port must not be read if what it gives can't be stored.
  if (!proveWrite(ES, to, <u32>sizeof<T>())) return;
  writeSegment<T>(ES, to, readPort<T>(port));
  advance<T>(pc, EDI);
}
export function ins<T>(pc: usize): usize {
  const again = repeated(pc);
  if (again && !count(pc)) return onward(pc);
  do {
    insOnce<T>(pc);
    if (faulted()) return pc;
    if (!again) return onward(pc);
    countDown(pc, 1);
  } while (another(pc));
  return proceed(pc);
}
export function outs<T>(pc: usize): usize {
  const again = repeated(pc);
  if (again && !count(pc)) return onward(pc);
  do {
    const port: u32 = load<u16>(EDX);
    if (!checkPort(port, <u32>sizeof<T>())) return pc;
    const value = readSegment<T>(segmentOf(pc), index(pc, ESI));
    if (faulted()) return pc;
    writePort<T>(port, value);
    advance<T>(pc, ESI);
    if (!again) return onward(pc);
    countDown(pc, 1);
  } while (another(pc));
  return proceed(pc);
}
