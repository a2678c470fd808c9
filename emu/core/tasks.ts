// Hardware task switching. SDM 3A, chapter 7.
//
// Up to a point nothing has changed and a fault belongs to the instruction (or event) that asked for the switch.
// Past it the new task's state is loaded, and a fault (a selector of its TSS that won't load, say) is the new
// task's, before its first instruction: it is delivered from here.
import {
  EFLAGS, CR0, CR3, ES, CS, SS, DS, FS, GS, LDTR, TR, CPL, S_SELECTOR, S_BASE, S_LIMIT, S_ACCESS,
  FAULT, FAULT_CODE, CAUSE_TRAP, DEBUG_TRAPS, GENERATION,
} from './layout';
import { raise, faulted, DB, TS, NP, SS_FAULT, GP } from './fault';
import { arithmeticFlags } from './flags';
import { readSystem, writeSystem, proveWritable, segmentAt, ACCESS_TYPE_CODE, ACCESS_READABLE } from './memory';
import { CR0_PG } from './paging';
import { setCr3 } from './control';
import {
  readDescriptor, low, high, isNull, isSystem, isCode, isConforming, isPresent, isWritableData, dplOf, rplOf, typeOf, limitOf, baseOf,
  selectorCode, selectorIn, markAccessed, setSegment, setCodeSegment, setNull, setRealSegment, setRealCodeSegment, writeType, refreshMode,
  isVirtual8086, TYPE_TSS16, TYPE_TSS32, TYPE_LDT, FLAG_NT, FLAG_RF,
} from './segments';
import { writeFlags } from './eflags';
import { dropLocalBreakpoints, enterDebugHandler, DR6, DR6_BT } from './debug';
import { pushValue } from './stack';
import { deliver, deliverInNewTask } from './traps';
import { find } from './blocks';

export const BY_JUMP: u32 = 0, BY_CALL: u32 = 1, BY_RETURN: u32 = 2;

const BUSY: u32 = 1 << 9, WIDE: u32 = 1 << 11; // in a TSS descriptor's type
const CR0_TS: u32 = 8;
// SDM 3A, figures 7-2 and 7-10. The general registers follow EFLAGS, the segments follow them.
const LINK: u32 = 0, CR3_32: u32 = 0x1c, EIP_32: u32 = 0x20, LDT_32: u32 = 0x60, TRAP_32: u32 = 0x64, LAST_32: u32 = 0x67;
const IP_16: u32 = 0x0e, LDT_16: u32 = 0x2a, LAST_16: u32 = 0x2b;

function reject(vector: u32, code: u32): u32 { raise(vector, code); return 0; }

/** Check a task gate's TSS, the way far transfers do: gives its selector, with its descriptor in low and high. */
export function taskGateTarget(gate: u32, gateHigh: u32, tss: u32): u32 {
  const code = selectorCode(gate);
  if (dplOf(gateHigh) < max<u32>(load<u32>(CPL), rplOf(gate))) return reject(GP, code);
  if (!isPresent(gateHigh)) return reject(NP, code);
  return checkAvailable(tss, 0) ? tss : 0;
}
/** SDM 2A, CALL and INT n, TASK-GATE: a TSS in the GDT that is not busy. */
function checkAvailable(tss: u32, external: u32): bool {
  const code = selectorCode(tss) | external;
  if (tss & 4) { raise(GP, code); return false; }
  if (!readDescriptor(tss, GP, external)) return false;
  const type = typeOf(high);
  if (!isSystem(high) || (type != TYPE_TSS16 && type != TYPE_TSS32)) { raise(GP, code); return false; }
  return true;
}

/** An exception or interrupt through a task gate. Gives the new task's record, or 0 with a fault and nothing changed. */
export function interruptTask(tss: u32, hasCode: bool, code: u32, eip: u32, external: u32, isFault: bool): usize {
  if (!checkAvailable(tss, external)) return 0;
  const wide = (high & WIDE) != 0, flags = load<u32>(EFLAGS);
  // SDM 3A, 17.3.1.1: a fault's saved EFLAGS has RF set.
  if (isFault) store<u32>(EFLAGS, flags | FLAG_RF);
  const record = switchTask(tss, BY_CALL, eip, external);
  if (faulted()) { store<u32>(EFLAGS, flags); return 0; }
  if (!hasCode || !arrived) return record;
  // SDM 3A, 7.3: the error code goes to the new task's stack.
  if (wide) pushValue<u32>(code);
  else pushValue<u16>(<u16>code);
  return faulted() ? deliverHere(entry) : record;
}

/** iret with NT set: back to the task whose selector is in the TSS's link. */
export function returnFromTask(eip: u32): usize {
  const link = <u32>readSystem<u16>(load<u32>(segmentAt(TR), S_BASE) + LINK), code = selectorCode(link);
  if (faulted()) return 0;
  // SDM 2A, IRET, TASK-RETURN: #TS with the selector for anything but a busy TSS in the GDT.
  if (link & 4) return reject(TS, code);
  if (!readDescriptor(link, TS, 0)) return 0;
  if (!isSystem(high) || (typeOf(high) & ~8) != (TYPE_TSS16 | 2)) return reject(TS, code);
  return switchTask(link, BY_RETURN, eip, 0);
}

// ---- the switch

let entry: u32 = 0; // the new task's EIP
let arrived: bool = false; // it got to its first instruction without a fault

/** The exception noted in FAULT is the new task's. */
function deliverHere(eip: u32): usize {
  arrived = false;
  return deliverInNewTask(load<u32>(FAULT) & 0xff, load<u32>(FAULT_CODE), eip);
}

// The new task's state, between its being read and its being loaded.
let newCr3: u32 = 0, newFlags: u32 = 0, newLdt: u32 = 0, newTrap: bool = false;
const REGISTERS: usize = 0x3fa0; // 8 registers, then 6 selectors, u32 each
const SELECTORS: usize = 0x3fc0;

function readTask(base: u32, wide: bool): void {
  if (wide) {
    newCr3 = readSystem<u32>(base + CR3_32);
    entry = readSystem<u32>(base + EIP_32);
    newFlags = readSystem<u32>(base + EIP_32 + 4);
    for (let i: u32 = 0; i < 14 && !faulted(); i++) store<u32>(REGISTERS + i * 4, readSystem<u32>(base + EIP_32 + 8 + i * 4));
    newLdt = <u32>readSystem<u16>(base + LDT_32);
    newTrap = (readSystem<u16>(base + TRAP_32) & 1) != 0;
    return;
  }
  newCr3 = load<u32>(CR3);
  entry = <u32>readSystem<u16>(base + IP_16);
  newFlags = <u32>readSystem<u16>(base + IP_16 + 2);
  for (let i: u32 = 0; i < 12 && !faulted(); i++) {
    // SDM 3A, 7.6: the upper halves are not in a 16-bit TSS; processors load ones.
    const value = <u32>readSystem<u16>(base + IP_16 + 4 + i * 2);
    store<u32>(REGISTERS + i * 4, i < 8 ? value | 0xffff0000 : value);
  }
  store<u32>(SELECTORS + FS * 4, 0);
  store<u32>(SELECTORS + GS * 4, 0);
  newLdt = <u32>readSystem<u16>(base + LDT_16);
  newTrap = false;
}
/** Save the old task. Its TSS was proven writable. */
function saveTask(base: u32, wide: bool, eip: u32, flags: u32): void {
  if (wide) {
    writeSystem<u32>(base + EIP_32, eip);
    writeSystem<u32>(base + EIP_32 + 4, flags);
    for (let i: u32 = 0; i < 8; i++) writeSystem<u32>(base + EIP_32 + 8 + i * 4, load<u32>(i * 8));
    for (let i: u32 = 0; i < 6; i++) writeSystem<u16>(base + EIP_32 + 40 + i * 4, <u16>selectorIn(i));
    return;
  }
  writeSystem<u16>(base + IP_16, <u16>eip);
  writeSystem<u16>(base + IP_16 + 2, <u16>flags);
  for (let i: u32 = 0; i < 8; i++) writeSystem<u16>(base + IP_16 + 4 + i * 2, load<u16>(i * 8));
  for (let i: u32 = 0; i < 4; i++) writeSystem<u16>(base + IP_16 + 20 + i * 2, <u16>selectorIn(i));
}

/**
 * Switch to the task whose descriptor, checked to be a TSS of the right kind, was just read into low and high.
 * `eip` is saved for the old task. Gives the next record, or 0 with a fault raised and nothing changed.
 */
export function switchTask(selector: u32, how: u32, eip: u32, external: u32): usize {
  const l = low, h = high, code = selectorCode(selector) | external, wide = (h & WIDE) != 0;
  // SDM 3A, 7.3, steps 3 and 4: present, and large enough.
  if (!isPresent(h)) return reject(NP, code);
  if (limitOf(l, h) < (wide ? LAST_32 : LAST_16)) return reject(TS, code);
  // Step 6: both states must be in memory, and every write possible, before anything changes.
  const tr = segmentAt(TR), oldSelector = load<u32>(tr, S_SELECTOR), oldBase = load<u32>(tr, S_BASE), base = baseOf(l, h);
  const oldWide = (load<u32>(tr, S_ACCESS) & WIDE) != 0;
  if (!proveWritable(oldBase, (oldWide ? LAST_32 : LAST_16) + 1, 0)) return 0;
  if (how == BY_CALL && !proveWritable(base, 2, 0)) return 0;
  readTask(base, wide);
  if (faulted()) return 0;
  writeType(selector, h);
  if (faulted()) return 0;
  // Steps 5 and 6: jmp and iret leave the old task free; iret leaves its NT clear.
  if (how != BY_CALL) {
    if (!readDescriptor(oldSelector, TS, external)) return 0;
    writeType(oldSelector, high & ~BUSY);
    if (faulted()) return 0;
  }
  const flags = load<u32>(EFLAGS) | arithmeticFlags() | 2;
  saveTask(oldBase, oldWide, eip, how == BY_RETURN ? flags & ~FLAG_NT : flags);
  // Step 12 comes after them: a task that returns to itself loads what it has just saved.
  if (base == oldBase) readTask(base, wide);
  // Steps 8 to 10.
  if (how == BY_CALL) {
    writeSystem<u16>(base + LINK, <u16>oldSelector);
    newFlags |= FLAG_NT;
  }
  if (how != BY_RETURN) writeType(selector, h | BUSY);
  setSegment(TR, selector, l, h | BUSY);
  store<u32>(CR0, load<u32>(CR0) | CR0_TS);
  return arrive(wide);
}

function unload(segment: u32, selector: u32): void {
  const at = segmentAt(segment);
  setNull(segment, selector);
  store<u32>(at, 0, S_BASE);
  store<u32>(at, 0, S_LIMIT);
  store<u32>(at, 0, S_ACCESS);
}
/** Load the state read (steps 11 and 12); faults from here on are the new task's. */
function arrive(wide: bool): usize {
  if (wide && load<u32>(CR0) & CR0_PG && newCr3 != load<u32>(CR3)) setCr3(newCr3);
  for (let i: u32 = 0; i < 8; i++) store<u32>(i * 8, load<u32>(REGISTERS + i * 4));
  store<u32>(DEBUG_TRAPS, 0);
  dropLocalBreakpoints();
  writeFlags(newFlags, 0xffffffff);
  for (let segment = ES; segment <= GS; segment++) unload(segment, load<u32>(SELECTORS + segment * 4));
  unload(LDTR, newLdt);
  store<u32>(GENERATION, load<u32>(GENERATION) + 1); // another LDT
  ringKnown = false;
  arrived = !faulted() && loadTaskLdt() && (isVirtual8086() ? loadVirtual8086() : loadTaskSegments()) && entryWithinLimit();
  refreshMode();
  if (!arrived) {
    // Until it has a stack the new task runs in no ring: the handler gets ring 0's stack rather than one that isn't there.
    if (!ringKnown) store<u32>(CPL, 3);
    return deliverHere(entry);
  }
  // SDM 3A, 7.2.1: the T flag of the TSS traps before the task's first instruction.
  if (newTrap) {
    enterDebugHandler(DR6_BT);
    return deliver(DB, CAUSE_TRAP, false, 0, entry);
  }
  return find(entry);
}

@inline function refuse(vector: u32, selector: u32): bool { raise(vector, selectorCode(selector)); return false; }
@inline function selectorOf(segment: u32): u32 { return load<u32>(SELECTORS + segment * 4) & 0xffff; }

let ringKnown: bool = false;

function loadVirtual8086(): bool {
  for (let segment = ES; segment <= GS; segment++) {
    if (segment == CS) setRealCodeSegment(selectorOf(CS));
    else setRealSegment(segment, selectorOf(segment));
  }
  return true;
}
/** SDM 3A, table 7-1: what the new task's selectors must be. The stack comes first, so that faults of the others have one. */
function loadTaskSegments(): bool {
  if (!loadTaskStack()) return false;
  ringKnown = true;
  refreshMode();
  // DS before ES: the manual does not say, Bochs has it so.
  return loadTaskData(DS) && loadTaskData(ES) && loadTaskData(FS) && loadTaskData(GS) && loadTaskCode();
}
/** The first fetch is checked like any jump. */
function entryWithinLimit(): bool {
  if (entry <= load<u32>(segmentAt(CS), S_LIMIT)) return true;
  raise(GP, 0);
  return false;
}
function loadTaskLdt(): bool {
  const selector = newLdt;
  if (isNull(selector)) return true;
  if (selector & 4) return refuse(TS, selector);
  if (!readDescriptor(selector, TS, 0)) return false;
  if (!isSystem(high) || typeOf(high) != TYPE_LDT || !isPresent(high)) return refuse(TS, selector);
  setSegment(LDTR, selector, low, high);
  return true;
}
function loadTaskCode(): bool {
  const selector = selectorOf(CS);
  if (isNull(selector)) return refuse(TS, 0);
  if (!readDescriptor(selector, TS, 0)) return false;
  if (!isCode(high)) return refuse(TS, selector);
  if (isConforming(high) ? dplOf(high) > rplOf(selector) : dplOf(high) != rplOf(selector)) return refuse(TS, selector);
  if (!isPresent(high)) return refuse(NP, selector);
  const h = markAccessed(selector, high);
  if (faulted()) return false;
  setCodeSegment(selector, low, h);
  return true;
}
function loadTaskStack(): bool {
  const selector = selectorOf(SS), cpl = rplOf(selectorOf(CS));
  if (isNull(selector)) return refuse(TS, 0);
  if (!readDescriptor(selector, TS, 0)) return false;
  if (!isWritableData(high)) return refuse(TS, selector);
  // Presence, the tenth check of the table, comes before the eleventh and the fifteenth: DPL and RPL.
  if (!isPresent(high)) return refuse(SS_FAULT, selector);
  if (rplOf(selector) != cpl || dplOf(high) != cpl) return refuse(TS, selector);
  const h = markAccessed(selector, high);
  if (faulted()) return false;
  setSegment(SS, selector, low, h);
  return true;
}
function loadTaskData(segment: u32): bool {
  const selector = selectorOf(segment);
  if (isNull(selector)) return true;
  if (!readDescriptor(selector, TS, 0)) return false;
  if (isSystem(high) || (high & (ACCESS_TYPE_CODE | ACCESS_READABLE)) == ACCESS_TYPE_CODE) return refuse(TS, selector);
  const privileged = !(isCode(high) && isConforming(high));
  if (privileged && dplOf(high) < max<u32>(load<u32>(CPL), rplOf(selector))) return refuse(TS, selector);
  if (!isPresent(high)) return refuse(NP, selector);
  const h = markAccessed(selector, high);
  if (faulted()) return false;
  setSegment(segment, selector, low, h);
  return true;
}
