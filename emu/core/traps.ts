// Trap delivery: from a vector through the guest's IDT to its handler. SDM 3A, chapter 6.
//
//   deliver             hardware interrupts, NMIs, faults and debug traps, called by the loop
//   softwareInterrupt   int n, int3, into
//
// What the checks on a vector found is kept in the gate cache (GATES in layout.ts) and is good while
// GENERATION stands. The hot switch delivers plain same-privilege interrupts from it by itself; here is
// everything else: the checks, rings, 16-bit gates, virtual-8086 mode, and faults on the way.
import {
  GATES, GATE, GENERATION, CS_GENERATION, IDT_BASE, IDT_LIMIT, EFLAGS, CPL, CS, SS, ES, DS, FS, GS, ESP, EAX, CR2, FAULT, FAULT_CODE,
  CAUSE_FAULT, CAUSE_SOFTWARE, CAUSE_NMI, CAUSE_TRAP, DEBUG_TRAPS, REPEATING, SHADOW, SHUTDOWN, SHUTDOWN_VECTOR, SHUTDOWN_CODE, TRAIL, TRAIL_COUNT, TRAIL_ENTRIES, TRAIL_ENTRY, TRAIL_TRAPS, NMI_BLOCKED, TRAPS, TRAP_RING,
  TRAP_ENTRIES, TRAP_ENTRY, TRAP_TIME, TRAP_VECTOR, TRAP_CODE, TRAP_EIP, TRAP_ESP,
  TRAP_DETAIL, TRAP_SS, TRAP_STOP, EXIT_REQUEST, R_EIP,
} from './layout';
import { raise, faulted, hasErrorCode, DE, DB, DF, TS, NP, SS_FAULT, GP, PF_VECTOR } from './fault';
import { readSystem, ACCESS_BIG, ACCESS_READABLE } from './memory';
import { arithmeticFlags } from './flags';
import { watchDescriptor } from './watch';
import {
  readDescriptor, low, high, isNull, isCode, isConforming, isPresent, dplOf, limitOf, baseOf, typeOf, selectorCode, selectorIn,
  markAccessed, setCodeSegment, setNull, refreshMode, refreshCodeAndStack, isProtected, isVirtual8086, TYPE_TASK_GATE, FLAG_TF,
  FLAG_IF, FLAG_NT, FLAG_RF, FLAG_VM,
} from './segments';
import { aimAtCurrentStack, reserve, commit, settleStack, stackTop } from './stack';
import { findInnerStack, enterInnerStack, innerTop } from './inner';
import { isFlatProgram, ring0Frame, enterRing0, noteRing0 } from './rings';
import { canWriteSpan, host, tlbEntry } from './tlb';
import { checksAlignment } from './debug';
import { interruptReal, interruptRedirected } from './real';
import { interruptTask } from './tasks';
import { next } from './operands';
import { now } from './time';
import { find } from './blocks';

// ---- the gate cache. The hot switch reads the first six words.

export const G_TARGET: u32 = 4, G_SELECTOR: u32 = 8, G_KEEPS: u32 = 12, G_PLAIN_SOFTWARE: u32 = 16, G_PLAIN: u32 = 20;
/** What delivery must know besides: FACT_ bits. */
const G_FACTS: u32 = 24;
/** S_ACCESS of the handler's segment, once entered from ring 3 on the beaten path (rings.ts); else 0. */
const G_CODE_ACCESS: u32 = 28;
const FACT_GATE_DPL: u32 = 3, FACT_CODE_DPL_SHIFT: u32 = 2, FACT_CONFORMING: u32 = 16, FACT_WIDE: u32 = 32, FACT_TASK: u32 = 64;
const FACT_BEYOND_LIMIT: u32 = 128;
const NEVER_PLAIN: u32 = 0xff;
const NOTHING: u32 = 0xff; // in place of a vector

const IDT_BIT: u32 = 2; // SDM 3A, figure 6-7
const GATE_TRAP: u32 = 1; // type bit: a trap gate leaves IF alone
const KEPT_BY_TRAP_GATE: u32 = ~(FLAG_TF | FLAG_NT | FLAG_RF | FLAG_VM);
const KEPT_BY_INTERRUPT_GATE: u32 = KEPT_BY_TRAP_GATE & ~FLAG_IF;

@inline export function gateOf(vector: u32): usize { return GATES + vector * GATE; }
@inline function reject(vector: u32, code: u32): bool { raise(vector, code); return false; }

/**
 * Check a vector's gate and the code segment behind it, in the order of SDM 2A, INT n, and note what was found.
 * `external`: EXT for error codes, 0 exactly for software interrupts. False with #GP, #NP or #PF raised.
 */
function readGate(vector: u32, gate: usize, external: u32): bool {
  const named = vector << 3 | IDT_BIT | external;
  store<u32>(gate, 0);
  if (vector * 8 + 7 > load<u32>(IDT_LIMIT)) return reject(GP, named);
  const at = load<u32>(IDT_BASE) + vector * 8, both = readSystem<u64>(at);
  if (faulted()) return false;
  const l = <u32>both, h = <u32>(both >>> 32), type = typeOf(h) | ((h >>> 8) & 16);
  const size = type & ~(8 | GATE_TRAP);
  if (type != TYPE_TASK_GATE && size != 6) return reject(GP, named);
  // SDM 3A, 6.12.1.2: software interrupts may only use gates whose DPL lets them.
  if (!external && dplOf(h) < load<u32>(CPL)) return reject(GP, named);
  if (!isPresent(h)) return reject(NP, named);
  const remembered = watchDescriptor(at);
  const selector = l >>> 16;
  if (type == TYPE_TASK_GATE) {
    store<u32>(gate, selector, G_SELECTOR);
    store<u32>(gate, NEVER_PLAIN, G_PLAIN_SOFTWARE);
    store<u32>(gate, NEVER_PLAIN, G_PLAIN);
    store<u32>(gate, FACT_TASK | dplOf(h), G_FACTS);
    store<u32>(gate, 0, G_CODE_ACCESS);
    if (remembered) store<u32>(gate, load<u32>(GENERATION));
    return true;
  }
  if (isNull(selector)) return reject(GP, external);
  if (!readDescriptor(selector, GP, external)) return false;
  if (!isCode(high) || dplOf(high) > load<u32>(CPL)) return reject(GP, selectorCode(selector) | external);
  if (!isPresent(high)) return reject(NP, selectorCode(selector) | external);
  noteGate(gate, l, h, type);
  // The target's limit is checked last, after the stack: such a gate is looked at anew each time.
  if (remembered && !(load<u32>(gate, G_FACTS) & FACT_BEYOND_LIMIT)) store<u32>(gate, load<u32>(GENERATION));
  return true;
}
function noteGate(gate: usize, l: u32, h: u32, type: u32): void {
  const wide = (type & 8) != 0, target = wide ? (l & 0xffff) | (h & 0xffff0000) : l & 0xffff;
  const dpl = dplOf(high), conforming = isConforming(high), limit = limitOf(low, high);
  store<u32>(gate, target, G_TARGET);
  store<u32>(gate, 0, G_CODE_ACCESS);
  // A conforming handler runs in the ring it interrupts: delivery puts that in.
  store<u32>(gate, (l >>> 16) & 0xfffc | (conforming ? 0 : dpl), G_SELECTOR);
  store<u32>(gate, type & GATE_TRAP ? KEPT_BY_TRAP_GATE : KEPT_BY_INTERRUPT_GATE, G_KEEPS);
  const flat = baseOf(low, high) == 0 && limit == 0xffffffff && high & ACCESS_BIG && high & ACCESS_READABLE;
  const plain = wide && flat && !conforming;
  store<u32>(gate, plain ? dpl : NEVER_PLAIN, G_PLAIN);
  store<u32>(gate, plain && dplOf(h) >= dpl ? dpl : NEVER_PLAIN, G_PLAIN_SOFTWARE);
  store<u32>(gate, dplOf(h) | dpl << FACT_CODE_DPL_SHIFT | (conforming ? FACT_CONFORMING : 0) | (wide ? FACT_WIDE : 0)
    | (target > limit ? FACT_BEYOND_LIMIT : 0), G_FACTS);
}
/** A gate that was checked before: what depends on the CPL must be asked again. */
function gateAdmits(vector: u32, gate: usize, external: u32): bool {
  const facts = load<u32>(gate, G_FACTS), cpl = load<u32>(CPL);
  if (!external && (facts & FACT_GATE_DPL) < cpl) return reject(GP, vector << 3 | IDT_BIT);
  if (!(facts & FACT_TASK) && ((facts >>> FACT_CODE_DPL_SHIFT) & 3) > cpl) return reject(GP, selectorCode(load<u32>(gate, G_SELECTOR)) | external);
  return true;
}

// ---- the frame

let cursor: usize = 0, wideWords: bool = false;
@inline function put(value: u32): void {
  if (wideWords) { store<u32>(cursor, value); cursor += 4; }
  else { store<u16>(cursor, <u16>value); cursor += 2; }
}
/** EFLAGS as it is pushed. */
@inline export function flagsRegister(): u32 { return load<u32>(EFLAGS) | arithmeticFlags() | 2; }

/** One entry of the trap ring, for a delivery about to take effect. */
@inline function logTrap(vector: u32, cause: u32, hasCode: bool, code: u32, eip: u32, flags: u32): void {
  const count = load<u32>(TRAPS), entry = TRAP_RING + (count & (TRAP_ENTRIES - 1)) * TRAP_ENTRY;
  store<f64>(entry, now(), TRAP_TIME);
  // Whole words: TRAP_CAUSE, TRAP_CPL and TRAP_HAS_CODE; TRAP_CS; TRAP_FLAGS.
  store<u32>(entry, vector | (cause << 8) | (load<u32>(CPL) << 16) | (<u32>hasCode << 24), TRAP_VECTOR);
  store<u32>(entry, (code & 0xffff) | (selectorIn(CS) << 16), TRAP_CODE);
  store<u32>(entry, eip, TRAP_EIP);
  store<u32>(entry, load<u32>(ESP), TRAP_ESP);
  store<u32>(entry, vector == PF_VECTOR && cause == CAUSE_FAULT ? load<u32>(CR2) : load<u32>(EAX), TRAP_DETAIL);
  store<u32>(entry, (selectorIn(SS) & 0xffff) | (flags << 16), TRAP_SS);
  store<u32>(TRAPS, count + 1);
  if (count + 1 == load<u32>(TRAP_STOP)) store<u32>(EXIT_REQUEST, 1);
}

/** Through an interrupt or trap gate that was found good. Gives the handler's record, or 0 with a fault raised. */
function enterHandler(vector: u32, cause: u32, hasCode: bool, code: u32, eip: u32, gate: usize, external: u32): usize {
  const facts = load<u32>(gate, G_FACTS), cpl = load<u32>(CPL), dpl = (facts >>> FACT_CODE_DPL_SHIFT) & 3;
  const conforming = (facts & FACT_CONFORMING) != 0, virtual = isVirtual8086();
  const selector = load<u32>(gate, G_SELECTOR), inner = !conforming && dpl < cpl;
  // SDM 3A, 20.3.1: virtual-8086 mode is left only for ring 0.
  if (virtual && (!inner || dpl != 0)) { raise(GP, selectorCode(selector) | external); return 0; }
  const wide = (facts & FACT_WIDE) != 0, size: u32 = wide ? 4 : 2;
  const bytes = (virtual ? 9 : inner ? 5 : 3) * size + (hasCode ? size : 0);

  if (inner) { if (!findInnerStack(dpl, external)) return 0; }
  else aimAtCurrentStack(external);
  const top = inner ? innerTop : stackTop(), frame = reserve(top, bytes, size);
  if (!frame) return 0;
  // SDM 2A, INT n: the handler's EIP must lie within its segment.
  if (facts & FACT_BEYOND_LIMIT) { raise(GP, external); return 0; }
  // A handler in the segment that is running, and was checked since the tables last changed, is loaded already.
  const to = conforming ? selector | cpl : selector, change = to != selectorIn(CS) || load<u32>(CS_GENERATION) != load<u32>(GENERATION);
  let l: u32 = 0, h: u32 = 0;
  if (change) {
    if (!readDescriptor(to, GP, external)) return 0;
    l = low;
    h = markAccessed(to, high);
    if (faulted()) return 0;
  }

  // From here on nothing can fault.
  // SDM 3A, 17.3.1.1: faults push RF set, so that a breakpoint on the instruction doesn't hit again; but for #DB itself.
  const flags = flagsRegister() | (cause == CAUSE_FAULT && vector != DB ? FLAG_RF : 0);
  logTrap(vector, cause, hasCode, code, eip, flags);
  cursor = frame;
  wideWords = wide;
  if (hasCode) put(code);
  put(eip);
  put(selectorIn(CS));
  put(flags);
  if (inner) { put(load<u32>(ESP)); put(selectorIn(SS)); }
  if (virtual) { put(selectorIn(ES)); put(selectorIn(DS)); put(selectorIn(FS)); put(selectorIn(GS)); }
  commit(frame, top, bytes, size);

  settleStack(top - bytes);
  store<u32>(EFLAGS, load<u32>(EFLAGS) & load<u32>(gate, G_KEEPS));
  if (virtual) { setNull(ES, 0); setNull(DS, 0); setNull(FS, 0); setNull(GS, 0); }
  if (inner) enterInnerStack();
  if (change) setCodeSegment(to, l, h);
  if (virtual) refreshMode();
  else if (change) refreshCodeAndStack();
  if (inner && wide && !virtual && load<u32>(gate) == load<u32>(GENERATION)) store<u32>(gate, noteRing0(), G_CODE_ACCESS);
  return find(load<u32>(gate, G_TARGET));
}

/** Through a gate from ring 3 to ring 0, all of it noted before. Gives the handler's record; 0, nothing changed, if it isn't so. */
function enterNoted(vector: u32, cause: u32, hasCode: bool, code: u32, eip: u32, gate: usize): usize {
  const frame = ring0Frame(hasCode ? 24 : 20), words = frame + (hasCode ? 4 : 0);
  if (!frame) return 0;
  const flags = flagsRegister() | (cause == CAUSE_FAULT && vector != DB ? FLAG_RF : 0);
  logTrap(vector, cause, hasCode, code, eip, flags);
  if (hasCode) store<u32>(frame, code);
  store<u32>(words, eip);
  store<u32>(words, selectorIn(CS), 4);
  store<u32>(words, flags, 8);
  store<u32>(words, load<u32>(ESP), 12);
  store<u32>(words, selectorIn(SS), 16);
  store<u32>(EFLAGS, load<u32>(EFLAGS) & load<u32>(gate, G_KEEPS));
  enterRing0(load<u32>(gate, G_SELECTOR), load<u32>(gate, G_CODE_ACCESS));
  return find(load<u32>(gate, G_TARGET));
}

/** Through a gate to the segment that is running, all flat, as gate and CS were found before. 0, nothing changed, if it isn't so. */
@inline function enterPlain(vector: u32, cause: u32, hasCode: bool, code: u32, eip: u32, gate: usize): usize {
  const differs = (load<u32>(gate, G_PLAIN) ^ load<u32>(CPL)) | (load<u32>(gate, G_SELECTOR) ^ selectorIn(CS));
  if (differs | (load<u32>(CS_GENERATION) ^ load<u32>(GENERATION)) | (load<u32>(EFLAGS) & FLAG_VM) || !isFlatProgram()) return 0;
  const top = load<u32>(ESP) - (hasCode ? 16 : 12), entry = tlbEntry(top);
  if (!canWriteSpan(entry, top, hasCode ? 16 : 12) || checksAlignment()) return 0;
  const frame = host(entry, top), words = frame + (hasCode ? 4 : 0);
  const flags = flagsRegister() | (cause == CAUSE_FAULT && vector != DB ? FLAG_RF : 0);
  logTrap(vector, cause, hasCode, code, eip, flags);
  if (hasCode) store<u32>(frame, code);
  store<u32>(words, eip);
  store<u32>(words, selectorIn(CS), 4);
  store<u32>(words, flags, 8);
  store<u32>(ESP, top);
  store<u32>(EFLAGS, load<u32>(EFLAGS) & load<u32>(gate, G_KEEPS));
  return find(load<u32>(gate, G_TARGET));
}

/** One try at delivery: the handler's record, or a fault raised and nothing changed. */
function attempt(vector: u32, cause: u32, hasCode: bool, code: u32, eip: u32): usize {
  if (!isProtected()) return enterUnlogged(vector, cause, false, 0, eip, 0);
  const gate = gateOf(vector), external: u32 = cause == CAUSE_SOFTWARE ? 0 : 1;
  if (load<u32>(gate) == load<u32>(GENERATION)) {
    if (!gateAdmits(vector, gate, external)) return 0;
    const same = enterPlain(vector, cause, hasCode, code, eip, gate);
    if (same) return same;
    if (load<u32>(gate, G_CODE_ACCESS)) {
      const handler = enterNoted(vector, cause, hasCode, code, eip, gate);
      if (handler) return handler;
    }
  } else if (!readGate(vector, gate, external)) return 0;
  if (load<u32>(gate, G_FACTS) & FACT_TASK) return enterUnlogged(vector, cause, hasCode, code, eip, gate);
  return enterHandler(vector, cause, hasCode, code, eip, gate, external);
}
/** Through the real-mode table (no gate) or a task gate: the log entry is made first, and taken back on a fault. */
function enterUnlogged(vector: u32, cause: u32, hasCode: bool, code: u32, eip: u32, gate: usize): usize {
  const fault = cause == CAUSE_FAULT && vector != DB;
  logTrap(vector, cause, hasCode, code, eip, flagsRegister());
  switchingFor = cause == CAUSE_FAULT ? vector : NOTHING;
  const handler = gate
    ? interruptTask(load<u32>(gate, G_SELECTOR), hasCode, code, eip, cause == CAUSE_SOFTWARE ? 0 : 1, fault)
    : interruptReal(vector, eip);
  switchingFor = NOTHING;
  if (faulted()) store<u32>(TRAPS, load<u32>(TRAPS) - 1);
  return handler;
}
/** The fault that a task switch is delivering, while it does. */
let switchingFor: u32 = NOTHING;

// ---- faults on the way. SDM 3A, table 6-5.

const CONTRIBUTORY: u32 = 1 << DE | 1 << TS | 1 << NP | 1 << SS_FAULT | 1 << GP;
@inline function isContributory(vector: u32): bool { return vector < 32 && ((CONTRIBUTORY >>> vector) & 1) != 0; }
/** Does a second exception, met while delivering the first, make a double fault? Interrupts and traps are benign. */
function isDouble(first: u32, cause: u32, second: u32): bool {
  if (cause != CAUSE_FAULT) return false;
  if (first == PF_VECTOR) return second == PF_VECTOR || isContributory(second);
  return isContributory(first) && isContributory(second);
}

/** `n` others could not be delivered before it on this way. `what`: as a TRAIL_ENTRY begins. */
function noteUndelivered(n: u32, what: u32, code: u32, secondCode: u32): void {
  if (n >= TRAIL_ENTRIES) return;
  const at = TRAIL + n * TRAIL_ENTRY;
  store<u32>(at, what);
  store<u32>(at + 4, code);
  store<u32>(at + 8, secondCode);
  store<u32>(TRAIL_COUNT, n + 1);
  store<u32>(TRAIL_TRAPS, load<u32>(TRAPS));
}

/** Deliver, and whatever goes wrong on the way after it. `at`: EIP of the instruction, for the faults on the way. */
function deliverAt(vector: u32, cause: u32, hasCode: bool, code: u32, eip: u32, at: u32): usize {
  const first = vector, firstCode = code;
  let failed: u32 = 0;
  store<u32>(FAULT, 0);
  store<u32>(REPEATING, 0);
  // The handler is another context: debug traps of the interrupted instruction are lost (debug.ts).
  store<u32>(DEBUG_TRAPS, 0);
  while (true) {
    const handler = attempt(vector, cause, hasCode, code, eip);
    if (!faulted()) {
      store<u32>(SHADOW, 0);
      // SDM 3A, 6.7.1: one NMI at a time, until an iret.
      if (cause == CAUSE_NMI) store<u32>(NMI_BLOCKED, 1);
      return handler;
    }
    const second = load<u32>(FAULT) & 0xff, secondCode = load<u32>(FAULT_CODE);
    store<u32>(FAULT, 0);
    noteUndelivered(failed++, vector | cause << 8 | second << 16, hasCode ? code : 0, secondCode);
    eip = at;
    // SDM 3A, 6.15, interrupt 8: a fault while calling the double-fault handler shuts the processor down.
    if (vector == DF && cause == CAUSE_FAULT) {
      store<u32>(SHUTDOWN, 1);
      store<u32>(SHUTDOWN_VECTOR, first);
      store<u32>(SHUTDOWN_CODE, firstCode);
      return find(eip);
    }
    if (isDouble(vector, cause, second)) { vector = DF; code = 0; }
    else { vector = second; code = secondCode; }
    hasCode = hasErrorCode(vector);
    cause = CAUSE_FAULT;
  }
}

/**
 * Deliver an exception or interrupt (CAUSE_ but SOFTWARE); gives the record to go on from. `eip` is pushed: of the
 * instruction for faults, of the next one for traps and interrupts. Handles faults on the way, up to SHUTDOWN.
 */
export function deliver(vector: u32, cause: u32, hasCode: bool, code: u32, eip: u32): usize {
  return deliverAt(vector, cause, hasCode, code, eip, eip);
}
/**
 * Deliver a fault that a new task met before its first instruction. Where a fault led to that task its delivery is not
 * done yet: the two may make a double fault, in the new task.
 */
export function deliverInNewTask(vector: u32, code: u32, eip: u32): usize {
  const first = switchingFor;
  switchingFor = NOTHING;
  if (first == DF) {
    store<u32>(FAULT, 0);
    store<u32>(SHUTDOWN, 1);
    store<u32>(SHUTDOWN_VECTOR, first);
    store<u32>(SHUTDOWN_CODE, 0);
    return find(eip);
  }
  if (first != NOTHING && isDouble(first, CAUSE_FAULT, vector)) return deliver(DF, CAUSE_FAULT, true, 0, eip);
  return deliver(vector, CAUSE_FAULT, hasErrorCode(vector), code, eip);
}
/** int n, int3 and into: gates check their DPL, and a fault on the way blames the instruction itself. */
export function softwareInterrupt(pc: usize, vector: u32): usize {
  return deliverAt(vector, CAUSE_SOFTWARE, false, 0, next(pc), load<u32>(pc, R_EIP));
}
/**
 * int1, "icebp". SDM 2A, INT n: a debug exception that asks no gate for its DPL and no IOPL in virtual-8086 mode;
 * it leaves DR6 alone.
 */
export function debugInterrupt(pc: usize): usize {
  return deliverAt(DB, CAUSE_TRAP, false, 0, next(pc), load<u32>(pc, R_EIP));
}
/** int n in virtual-8086 mode, to the program's own handler: no gate, no other ring. Gives the next record, `pc` with a fault raised. */
export function redirectedInterrupt(pc: usize, vector: u32): usize {
  logTrap(vector, CAUSE_SOFTWARE, false, 0, next(pc), flagsRegister());
  const handler = interruptRedirected(vector, next(pc));
  if (faulted()) { store<u32>(TRAPS, load<u32>(TRAPS) - 1); return pc; }
  store<u32>(DEBUG_TRAPS, 0);
  return handler;
}
