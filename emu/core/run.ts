// The core as the host sees it: reset, run, and the few things the host may do between runs.
import {
  A20_MASKED, BREAKPOINT_COUNT, BUDGET, CPL, CURRENT, EFLAGS, EIP, END_TIME, EVENT_HIT, EVENT_RING, EVENT_STOPS, EXIT_REQUEST, FAULT, FAULT_CODE, FETCH, HALTED, INTA_LATCH, INTR, KIND_REAL, LATCH_MADE, LATCH_WAITS, MARGIN, NMI, NMI_BLOCKED, PC, R_EIP,
  R_KIND, R_POSITION, KIND_REP, KIND_REPNE, REPEATING, DEBUG_TRAPS, SHADOW, SHUTDOWN, TIME_NOW, WATCH_HIT, CAUSE_EXTERNAL, CAUSE_FAULT, CAUSE_NMI, CAUSE_TRAP,
} from './layout';
import { runHot } from './generated/hot';
import { prepareSteps, stepSlow } from './generated/slow';
import { deliver } from './traps';
import { hasErrorCode, DB, GP, NMI_VECTOR } from './fault';
import { beginWatchfully, enterDebugHandler, isCareful, refreshBreakpoints, trapsAreDue, trapsAt, unusual } from './debug';
import { meetEvent, stopsBefore } from './attach';
import { find, forgetBlocks, resetBlocks } from './blocks';
import { flushTranslations, forgetSaved, probe } from './paging';
import { forgetTables } from './watch';
import { codeWritten } from './blocks';
import { refreshMode, FLAG_IF, FLAG_RF } from './segments';
import { arithmeticFlags, setArithmeticFlags, ARITHMETIC } from './flags';
import { controlChanged } from './control';
import { resetModel } from './model';
import { virtualInterruptWaits } from './virtual';
import { instructionsLeft, now } from './time';

@external('env', 'acknowledge') declare function acknowledge(): u32;

// Why run() came back: RunExit in emu/machine/cpu.ts.
const BUDGET_SPENT: u32 = 0, REQUESTED: u32 = 1, IS_HALTED: u32 = 2, IS_SHUT_DOWN: u32 = 3, AT_BREAKPOINT: u32 = 4, AT_WATCH: u32 = 5;

/** One instruction, or one piece of glue; gives the record to go on from. */
@inline function step(pc: usize): usize {
  store<u32>(CURRENT, <u32>pc);
  // Read first: the instruction may overwrite itself.
  const position = <i32>load<u8>(pc, R_POSITION), eip = load<u32>(pc, R_EIP), kind = <u32>load<u8>(pc, R_KIND);
  const retired = kind & KIND_REAL ? 1 : 0;
  const to = stepSlow(pc);
  if (load<u32>(FAULT)) return deliverFault(position, eip);
  store<i32>(BUDGET, load<i32>(BUDGET) + <i32>load<u8>(to, R_POSITION) - position - retired);
  if (retired) {
    const shadow = load<u32>(SHADOW);
    if (shadow) store<u32>(SHADOW, shadow - 1);
    if (kind & (KIND_REP | KIND_REPNE)) store<u32>(REPEATING, to == pc ? 1 : 0);
  }
  return to;
}

function stepAlone(pc: usize): usize { return step(pc); }

/** A delivery takes the time of one instruction, so that a guest that only faults still gets nowhere in finite time. */
function chargeDelivery(position: i32): void {
  store<i32>(BUDGET, load<i32>(BUDGET) - position - 1);
  store<u32>(CURRENT, FETCH); // its position is 0: what now() expects after the charge
}
function deliverFault(position: i32, eip: u32): usize {
  const vector = load<u32>(FAULT) & 0xff, code = load<u32>(FAULT_CODE);
  store<u32>(FAULT, 0);
  chargeDelivery(position);
  return deliver(vector, CAUSE_FAULT, hasErrorCode(vector), code, eip);
}
@inline function deliverAsynchronous(pc: usize, vector: u32, cause: u32): usize {
  const eip = load<u32>(pc, R_EIP);
  chargeDelivery(load<u8>(pc, R_POSITION));
  store<u32>(HALTED, 0);
  return deliver(vector, cause, false, 0, eip);
}
/** The INTA cycle before this record: its vector, perhaps known beforehand (devices/port-latch.ts). */
@inline function interruptVector(pc: usize): u32 {
  const known = <u32>load<u16>(INTA_LATCH);
  if ((known & (LATCH_WAITS | LATCH_MADE)) == LATCH_WAITS) {
    store<u16>(INTA_LATCH, known | LATCH_MADE);
    store<u32>(INTR, 0);
    return known & 0xff;
  }
  store<u32>(CURRENT, <u32>pc);
  return acknowledge() & 0xff;
}
/** SDM 3B, 17.3.1.1: an interrupt between two iterations of a repeated string instruction pushes RF set. */
@inline function deliverInterrupt(pc: usize, vector: u32, cause: u32): usize {
  if (load<u32>(REPEATING)) store<u32>(EFLAGS, load<u32>(EFLAGS) | FLAG_RF);
  return deliverAsynchronous(pc, vector, cause);
}
function deliverDebug(pc: usize, found: u32, cause: u32): usize {
  enterDebugHandler(found);
  return deliverAsynchronous(pc, DB, cause);
}

/** Anything but 0: something has to be looked at before the next instruction. */
@inline function attention(): u32 {
  return load<u32>(SHUTDOWN) | load<u32>(EXIT_REQUEST) | load<u32>(SHADOW) | load<u32>(NMI) | load<u32>(INTR) | load<u32>(HALTED) |
    load<u32>(BREAKPOINT_COUNT) | load<u32>(EVENT_STOPS) | unusual();
}

/** Execute `limit` instructions (1 to 2^31 - 1), or fewer when something stops the processor first; says what. */
export function run(limit: i32): u32 {
  let pc: usize = load<u32>(PC), reason = BUDGET_SPENT;
  store<f64>(END_TIME, load<f64>(TIME_NOW) + <f64>limit);
  store<i32>(BUDGET, limit - <i32>MARGIN + <i32>load<u8>(pc, R_POSITION));
  store<u32>(EXIT_REQUEST, 0);
  store<u32>(WATCH_HIT, 0);
  store<u32>(EVENT_HIT, 0);
  const ring = load<u32>(CPL);
  while (true) {
    if (attention() | (load<u32>(BUDGET) >>> 31)) {
      if (load<u32>(EVENT_STOPS) && load<u32>(CPL) != ring) meetEvent(EVENT_RING);
      if (load<u32>(SHUTDOWN)) { reason = IS_SHUT_DOWN; break; }
      if (instructionsLeft(pc) <= 0) break;
      if (load<u32>(EXIT_REQUEST)) { reason = REQUESTED; break; }
      // SDM 3A, table 6-2: of what waits at an instruction boundary, the debug traps of the instruction before go first,
      // then NMI, then INTR; then the code breakpoints of the next instruction, and what fetching it raises.
      if (load<u32>(DEBUG_TRAPS) && trapsAreDue(pc)) {
        pc = deliverDebug(pc, trapsAt(pc), CAUSE_TRAP);
        continue;
      }
      if (!load<u32>(SHADOW)) {
        if (load<u32>(NMI) && !load<u32>(NMI_BLOCKED)) {
          store<u32>(NMI, 0);
          pc = deliverInterrupt(pc, NMI_VECTOR, CAUSE_NMI);
          continue;
        }
        if (load<u32>(INTR) && load<u32>(EFLAGS) & FLAG_IF) {
          pc = deliverInterrupt(pc, interruptVector(pc), CAUSE_EXTERNAL);
          continue;
        }
      }
      if (load<u32>(HALTED)) { reason = IS_HALTED; break; }
      if (stopsBefore(pc)) { reason = AT_BREAKPOINT; break; }
      // In the shadow of sti, for the last instructions before the deadline, and where each one is looked at: single steps.
      let careful = load<u32>(SHADOW) != 0 || load<i32>(BUDGET) < 0;
      if (unusual()) {
        if (virtualInterruptWaits()) {
          const eip = load<u32>(pc, R_EIP);
          chargeDelivery(load<u8>(pc, R_POSITION));
          pc = deliver(GP, CAUSE_FAULT, true, 0, eip);
          continue;
        }
        const found = beginWatchfully(pc);
        if (found) { pc = deliverDebug(pc, found, CAUSE_FAULT); continue; }
        careful = careful || isCareful();
      }
      if (careful) { pc = stepAlone(pc); continue; }
    }
    pc = runHot(pc);
    if (load<i32>(BUDGET) < 0 || stopsBefore(pc)) continue;
    pc = step(pc);
  }
  if (load<u32>(WATCH_HIT) | load<u32>(EVENT_HIT)) reason = AT_WATCH;
  store<u32>(PC, <u32>pc);
  store<u32>(EIP, load<u32>(pc, R_EIP));
  store<f64>(TIME_NOW, load<f64>(END_TIME) - <f64>instructionsLeft(pc));
  return reason;
}

/** The virtual time, exact also while a chip is being asked something in the middle of an instruction. */
export function time(): f64 { return now(); }

/** Empty every cache; the state itself is the host's to set. Call once before anything else. */
export function initialize(): void {
  prepareSteps();
  resetModel();
  resetBlocks();
  forgetTables();
  flushTranslations();
  stateChanged();
}
/** The host changed registers, segments or control registers: look everything up anew. */
export function stateChanged(): void {
  refreshBreakpoints();
  flushTranslations();
  refreshMode();
  store<u32>(PC, <u32>find(load<u32>(EIP)));
}
/** The host changed guest memory: `bytes` at a physical address. */
export function memoryChanged(physical: u32, bytes: u32): void {
  while (bytes) {
    const here = min<u32>(bytes, 0x1000 - (physical & 0xfff));
    forgetSaved(physical);
    codeWritten(physical, here);
    physical += here;
    bytes -= here;
  }
  flushTranslations(); // descriptor tables may have been there
}
/** The debugger's breakpoints or watches are others now: instructions with and without one are decoded differently. */
export function stopsChanged(): void {
  forgetBlocks();
  stateChanged();
}
export function eflags(): u32 { return load<u32>(EFLAGS) | arithmeticFlags() | 2; }
export function setEflags(value: u32): void {
  setArithmeticFlags(value & ARITHMETIC);
  store<u32>(EFLAGS, (value & ~ARITHMETIC) | 2);
}
/** The level of the A20M# pin, inverted: false holds address line 20 low. Also in the middle of an instruction. */
export function gateA20(open: bool): void {
  store<u32>(A20_MASKED, open ? 0 : 1 << 20);
  flushTranslations();
}
export { probe, controlChanged };
