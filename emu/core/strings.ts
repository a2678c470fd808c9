// The string instructions. SDM 2B, REP: each iteration is complete in itself, so that a fault or an interrupt
// between two leaves registers that go on from there. Long runs that stay inside plain pages go in one piece.
//
// Each iteration takes the time of one instruction, so that a deadline can fall between any two; then, and when a chip
// wants attention, a function gives back its own record, and the loop comes again.
import { BUDGET, EAX, ECX, ESI, EDI, EDX, ES, EFLAGS, INTR, EXIT_REQUEST } from './layout';
import { checksAlignment, hasTraps } from './debug';
import { faulted } from './fault';
import { condition } from './flags';
import { sub, subFlags } from './semantics/arithmetic';
import { tlbEntry, canRead, canWrite, host } from './tlb';
import { readSegment, writeSegment, proveWrite, isFlat } from './memory';
import { FLAG_DF, FLAG_IF } from './segments';
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

// ---- repetition, the same for all

const MOVS: u32 = 0, STOS: u32 = 1, LODS: u32 = 2, CMPS: u32 = 3, SCAS: u32 = 4, INS: u32 = 5, OUTS: u32 = 6;

/** `what` is a constant in each caller, so only its branch of the choices below is compiled there. */
@inline function string<T>(pc: usize, what: u32): usize {
  if (!repeated(pc)) {
    once<T>(pc, what);
    return faulted() ? pc : onward(pc);
  }
  if (!count(pc)) return onward(pc);
  let n: u32 = 0;
  do {
    n = run<T>(pc, what, min<u32>(<u32>instructionsLeft(pc), count(pc)));
    if (!n) {
      once<T>(pc, what);
      n = 1;
    }
    if (faulted()) return pc;
    countDown(pc, n);
    // SDM 2B, REP: repe goes on while ZF is 1, repne while it is 0; others take either prefix as rep.
    if ((what == CMPS || what == SCAS) && condition.e() != rep(pc)) return onward(pc);
  } while (another(pc, n));
  return count(pc) ? pc : onward(pc);
}
/** One element. Check faulted() afterwards. */
@inline function once<T>(pc: usize, what: u32): void {
  if (what == MOVS) movsOnce<T>(pc);
  else if (what == STOS) stosOnce<T>(pc);
  else if (what == LODS) lodsOnce<T>(pc);
  else if (what == CMPS) cmpsOnce<T>(pc);
  else if (what == SCAS) scasOnce<T>(pc);
  else if (what == INS) insOnce<T>(pc);
  else outsOnce<T>(pc);
}
/** As many elements, up to `most`, as can be done in one piece; 0 when it must be done one by one. */
@inline function run<T>(pc: usize, what: u32, most: u32): u32 {
  return what == MOVS ? movsRun<T>(pc, most) : what == STOS ? stosRun<T>(pc, most) : 0;
}
/** After `n` iterations: are there more, and time for them? The loop charges one for the call, the others are charged here. */
function another(pc: usize, n: u32): bool {
  const last = !count(pc) || instructionsLeft(pc) <= <i32>n || interrupted();
  store<i32>(BUDGET, load<i32>(BUDGET) - <i32>(last ? n - 1 : n));
  return !last;
}
/** A chip that was reached has raised its line, the host wants control, or the iteration traps. */
@inline function interrupted(): bool {
  return (load<u32>(INTR) && load<u32>(EFLAGS) & FLAG_IF) || load<u32>(EXIT_REQUEST) || hasTraps();
}

export function movs<T>(pc: usize): usize { return string<T>(pc, MOVS); }
export function stos<T>(pc: usize): usize { return string<T>(pc, STOS); }
export function lods<T>(pc: usize): usize { return string<T>(pc, LODS); }
export function cmps<T>(pc: usize): usize { return string<T>(pc, CMPS); }
export function scas<T>(pc: usize): usize { return string<T>(pc, SCAS); }
export function ins<T>(pc: usize): usize { return string<T>(pc, INS); }
export function outs<T>(pc: usize): usize { return string<T>(pc, OUTS); }

// ---- one element

function movsOnce<T>(pc: usize): void {
  const value = readSegment<T>(segmentOf(pc), index(pc, ESI));
  if (faulted()) return;
  writeSegment<T>(ES, index(pc, EDI), value);
  if (faulted()) return;
  advance<T>(pc, ESI);
  advance<T>(pc, EDI);
}
function stosOnce<T>(pc: usize): void {
  writeSegment<T>(ES, index(pc, EDI), load<T>(EAX));
  if (!faulted()) advance<T>(pc, EDI);
}
function lodsOnce<T>(pc: usize): void {
  const value = readSegment<T>(segmentOf(pc), index(pc, ESI));
  if (faulted()) return;
  store<T>(EAX, value);
  advance<T>(pc, ESI);
}
function cmpsOnce<T>(pc: usize): void {
  const a = readSegment<T>(segmentOf(pc), index(pc, ESI));
  if (faulted()) return;
  const b = readSegment<T>(ES, index(pc, EDI));
  if (faulted()) return;
  subFlags<T>(a, b, sub<T>(a, b));
  advance<T>(pc, ESI);
  advance<T>(pc, EDI);
}
function scasOnce<T>(pc: usize): void {
  const a = load<T>(EAX), b = readSegment<T>(ES, index(pc, EDI));
  if (faulted()) return;
  subFlags<T>(a, b, sub<T>(a, b));
  advance<T>(pc, EDI);
}
function insOnce<T>(pc: usize): void {
  const port: u32 = load<u16>(EDX), to = index(pc, EDI);
  if (!checkPort(port, <u32>sizeof<T>())) return;
  // The port must not be read if what it gives can't be stored.
  if (!proveWrite(ES, to, <u32>sizeof<T>())) return;
  writeSegment<T>(ES, to, readPort<T>(port));
  advance<T>(pc, EDI);
}
function outsOnce<T>(pc: usize): void {
  const port: u32 = load<u16>(EDX);
  if (!checkPort(port, <u32>sizeof<T>())) return;
  const value = readSegment<T>(segmentOf(pc), index(pc, ESI));
  if (faulted()) return;
  writePort<T>(port, value);
  advance<T>(pc, ESI);
}

// ---- a run of elements: inside plain pages, upwards

/** Whole elements from this address to its page's end. A flat segment's 64 KB wrap is a page's end too. */
@inline function room<T>(address: u32): u32 { return (0x1000 - (address & 0xfff)) / <u32>sizeof<T>(); }
@inline function runsUp(segment: u32): bool { return !backwards() && isFlat(segment) && !hasTraps() && !checksAlignment(); }

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
