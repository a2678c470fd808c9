// Software interrupts, the processor's tables and registers, and asking about selectors.
import {
  CPL, CR4, SS, LDTR, TR, GDT_BASE, GDT_LIMIT, IDT_BASE, IDT_LIMIT, GENERATION, HALTED, MODE, RECORD, SHADOW,
  SHADOW_OF_STACK,
} from './layout';
import { raise, faulted, BP, OF_VECTOR, BR, UD, GP, NP } from './fault';
import { overflow, recordZero } from './flags';
import {
  readSegment, writeSegment, proveWrite, linearOf, ACCESS_READABLE, ACCESS_TYPE_CODE,
} from './memory';
import { flushPage } from './paging';
import {
  readDescriptor, findDescriptor, low, high, isNull, isSystem, isCode, isConforming, isPresent, isWritableData, dplOf, rplOf, typeOf,
  limitOf, selectorCode, selectorIn, setSegment, setNull, loadSegment, writeType, isRealStyle, isVirtual8086, TYPE_TSS16, TYPE_TSS16_BUSY,
  TYPE_LDT, TYPE_TSS32, TYPE_TSS32_BUSY, TYPE_CALL16, TYPE_TASK_GATE, TYPE_CALL32,
} from './segments';
import { pushValue, popValue, adjustStack } from './stack';
import { virtualNeedsIopl } from './eflags';
import { skipSingleStep } from './debug';
import { CR4_VME, isRedirected } from './virtual';
import { debugInterrupt, redirectedInterrupt, softwareInterrupt } from './traps';
import { dst, src, imm, next, offset, segmentOf, isMemory, readRM } from './operands';
import { onward } from './onward';
import { find } from './blocks';

@inline function refuse(pc: usize, vector: u32, code: u32): usize { raise(vector, code); return pc; }
/** SDM 3A, 5.9: privileged instructions are #GP(0) outside ring 0. */
export function isPrivileged(): bool {
  if (load<u32>(CPL) == 0) return true;
  raise(GP, 0);
  return false;
}
/** Instructions about selectors mean nothing in real and virtual-8086 mode: #UD. */
function needsProtected(): bool {
  if (!isRealStyle()) return true;
  raise(UD, 0);
  return false;
}
@inline function newGeneration(): void { store<u32>(GENERATION, load<u32>(GENERATION) + 1); }

// ---- software interrupts. SDM 2A, INT n/INTO/INT 3.

export function icebp(pc: usize): usize { return debugInterrupt(pc); }
export function int3(pc: usize): usize { return softwareInterrupt(pc, BP); }
export function interrupt(pc: usize): usize {
  const vector = imm(pc) & 0xff;
  // SDM 3B, 20.3.3: with CR4.VME the redirection bitmap is asked first, then IOPL.
  if (isVirtual8086() && load<u32>(CR4) & CR4_VME) {
    const redirected = isRedirected(vector);
    if (faulted()) return pc;
    if (redirected) return redirectedInterrupt(pc, vector);
  }
  return virtualNeedsIopl() ? softwareInterrupt(pc, vector) : pc;
}
export function into(pc: usize): usize { return overflow() ? softwareInterrupt(pc, OF_VECTOR) : onward(pc); }
/** SDM 2A, BOUND: the register outside the two signed bounds is #BR, a fault. */
export function bound<T>(pc: usize): usize {
  const at = offset(pc), segment = segmentOf(pc);
  const lower = readSegment<T>(segment, at);
  if (faulted()) return pc;
  const upper = readSegment<T>(segment, at + <u32>sizeof<T>());
  if (faulted()) return pc;
  const value = signed<T>(load<T>(dst(pc)));
  if (value < signed<T>(lower) || value > signed<T>(upper)) return refuse(pc, BR, 0);
  return onward(pc);
}
@inline function signed<T>(value: T): i32 { return sizeof<T>() == 2 ? <i32><i16>value : <i32>value; }

// ---- descriptor table registers

/** sgdt and sidt: limit, then base; with 16-bit operands a base of 24 bits. */
function storeTable<T>(pc: usize, base: u32, limit: u32): usize {
  const at = offset(pc), segment = segmentOf(pc);
  if (!proveWrite(segment, at, 6)) return pc;
  writeSegment<u16>(segment, at, <u16>limit);
  writeSegment<u32>(segment, at + 2, sizeof<T>() == 2 ? base & 0xffffff : base);
  return onward(pc);
}
function loadTable<T>(pc: usize, baseAt: usize, limitAt: usize): usize {
  if (!isPrivileged()) return pc;
  const at = offset(pc), segment = segmentOf(pc);
  const limit = <u32>readSegment<u16>(segment, at), base = faulted() ? 0 : readSegment<u32>(segment, at + 2);
  if (faulted()) return pc;
  store<u32>(baseAt, sizeof<T>() == 2 ? base & 0xffffff : base);
  store<u32>(limitAt, limit);
  newGeneration();
  return onward(pc);
}
export function sgdt<T>(pc: usize): usize { return storeTable<T>(pc, load<u32>(GDT_BASE), load<u32>(GDT_LIMIT)); }
export function sidt<T>(pc: usize): usize { return storeTable<T>(pc, load<u32>(IDT_BASE), load<u32>(IDT_LIMIT)); }
export function lgdt<T>(pc: usize): usize { return loadTable<T>(pc, GDT_BASE, GDT_LIMIT); }
export function lidt<T>(pc: usize): usize { return loadTable<T>(pc, IDT_BASE, IDT_LIMIT); }

/** Store 16 bits in the E operand; a 32-bit register is zero-extended, memory never gets more than 16. */
export function storeWord<T>(pc: usize, value: u32): usize {
  if (isMemory(pc)) writeSegment<u16>(segmentOf(pc), offset(pc), <u16>value);
  else store<T>(dst(pc), <T>value);
  return faulted() ? pc : onward(pc);
}
export function sldt<T>(pc: usize): usize { return needsProtected() ? storeWord<T>(pc, selectorIn(LDTR)) : pc; }
export function str<T>(pc: usize): usize { return needsProtected() ? storeWord<T>(pc, selectorIn(TR)) : pc; }

/** SDM 2A, LLDT. */
export function lldt(pc: usize): usize {
  if (!needsProtected() || !isPrivileged()) return pc;
  const selector = <u32>readRM<u16>(pc, dst(pc));
  if (faulted()) return pc;
  if (isNull(selector)) setNull(LDTR, selector);
  else {
    if (selector & 4) return refuse(pc, GP, selectorCode(selector));
    if (!readDescriptor(selector, GP, 0)) return pc;
    if (!isSystem(high) || typeOf(high) != TYPE_LDT) return refuse(pc, GP, selectorCode(selector));
    if (!isPresent(high)) return refuse(pc, NP, selectorCode(selector));
    setSegment(LDTR, selector, low, high);
  }
  newGeneration();
  return onward(pc);
}
/** SDM 2A, LTR: the TSS must be available, and becomes busy. */
export function ltr(pc: usize): usize {
  if (!needsProtected() || !isPrivileged()) return pc;
  const selector = <u32>readRM<u16>(pc, dst(pc));
  if (faulted()) return pc;
  if (isNull(selector)) return refuse(pc, GP, 0);
  if (selector & 4) return refuse(pc, GP, selectorCode(selector));
  if (!readDescriptor(selector, GP, 0)) return pc;
  if (!isSystem(high) || (typeOf(high) != TYPE_TSS16 && typeOf(high) != TYPE_TSS32)) return refuse(pc, GP, selectorCode(selector));
  if (!isPresent(high)) return refuse(pc, NP, selectorCode(selector));
  const busy = high | 1 << 9;
  writeType(selector, busy);
  if (faulted()) return pc;
  setSegment(TR, selector, low, busy);
  return onward(pc);
}

// ---- asking about selectors. SDM 2A, LAR and LSL; 2B, VERR. The answer is ZF.

/** Is the segment in reach? Conforming code always is. */
@inline function inReach(selector: u32): bool {
  return (isCode(high) && isConforming(high)) || max<u32>(load<u32>(CPL), rplOf(selector)) <= dplOf(high);
}
/** System descriptors that lar knows (those with a limit, for lsl), one bit each. */
const HAVE_LIMIT: u32 = 1 << TYPE_TSS16 | 1 << TYPE_LDT | 1 << TYPE_TSS16_BUSY | 1 << TYPE_TSS32 | 1 << TYPE_TSS32_BUSY;
const HAVE_RIGHTS: u32 = HAVE_LIMIT | 1 << TYPE_CALL16 | 1 << TYPE_TASK_GATE | 1 << TYPE_CALL32;

function answer(pc: usize, operand: usize, known: u32): bool {
  const selector = <u32>readRM<u16>(pc, operand);
  if (faulted()) return false;
  const found = findDescriptor(selector);
  if (faulted()) return false;
  const good = found && (!isSystem(high) || ((known >>> typeOf(high)) & 1) != 0) && inReach(selector);
  recordZero(good);
  return good;
}
export function lar<T>(pc: usize): usize {
  if (!needsProtected()) return pc;
  if (answer(pc, src(pc), HAVE_RIGHTS)) store<T>(dst(pc), <T>(high & 0x00ffff00));
  return faulted() ? pc : onward(pc);
}
export function lsl<T>(pc: usize): usize {
  if (!needsProtected()) return pc;
  if (answer(pc, src(pc), HAVE_LIMIT)) store<T>(dst(pc), <T>limitOf(low, high));
  return faulted() ? pc : onward(pc);
}
export function verr(pc: usize): usize {
  if (!needsProtected()) return pc;
  if (answer(pc, dst(pc), 0)) recordZero((high & (ACCESS_TYPE_CODE | ACCESS_READABLE)) != ACCESS_TYPE_CODE);
  return faulted() ? pc : onward(pc);
}
export function verw(pc: usize): usize {
  if (!needsProtected()) return pc;
  if (answer(pc, dst(pc), 0)) recordZero(isWritableData(high));
  return faulted() ? pc : onward(pc);
}
/** SDM 2A, ARPL: raise the E operand's RPL to the register's. Memory that needs no change is only read, as processors do. */
export function arpl(pc: usize): usize {
  if (!needsProtected()) return pc;
  const memory = isMemory(pc), wanted = <u32>load<u16>(src(pc)) & 3;
  const selector: u32 = memory ? <u32>readSegment<u16>(segmentOf(pc), offset(pc)) : <u32>load<u16>(dst(pc));
  if (faulted()) return pc;
  const raised = (selector & 3) < wanted;
  if (raised) {
    const value = <u16>((selector & ~3) | wanted);
    if (memory) writeSegment<u16>(segmentOf(pc), offset(pc), value);
    else store<u16>(dst(pc), value);
    if (faulted()) return pc;
  }
  recordZero(raised);
  return onward(pc);
}

// ---- caches, halting

export function invlpg(pc: usize): usize {
  if (!isPrivileged()) return pc;
  flushPage(linearOf(segmentOf(pc), offset(pc)));
  return onward(pc);
}
/** invd and wbinvd: there is no cache to empty. */
export function invd(pc: usize): usize { return isPrivileged() ? onward(pc) : pc; }
export function wbinvd(pc: usize): usize { return isPrivileged() ? onward(pc) : pc; }
export function hlt(pc: usize): usize {
  if (!isPrivileged()) return pc;
  store<u32>(HALTED, 1);
  return onward(pc);
}

// ---- segment registers

/** `8C`: 16 bits to memory, zero-extended to a register of the operand size. */
export function movFromSegment<T>(pc: usize): usize { return storeWord<T>(pc, selectorIn(<u32>src(pc))); }
/** `8E`. */
export function movToSegment(pc: usize): usize {
  const segment = <u32>dst(pc), selector = <u32>readRM<u16>(pc, src(pc)), mode = load<u32>(MODE);
  if (faulted() || !loadSegment(segment, selector)) return pc;
  if (segment == SS) blockInterrupts();
  return onwardInMode(pc, mode);
}
/** The rest of the block was decoded for this MODE; a segment load that changed it goes on in another. */
@inline function onwardInMode(pc: usize, mode: u32): usize { return load<u32>(MODE) == mode ? pc + RECORD : find(next(pc)); }
export function pushSegment<T>(pc: usize): usize {
  pushValue<T>(<T>selectorIn(<u32>src(pc)));
  return faulted() ? pc : onward(pc);
}
export function popSegment<T>(pc: usize): usize {
  const segment = <u32>dst(pc), selector = <u32>popValue<T>() & 0xffff, mode = load<u32>(MODE);
  if (faulted()) return pc;
  // The pop counts on the stack it came from, even when SS is what it loads.
  adjustStack(sizeof<T>());
  if (!loadSegment(segment, selector)) { adjustStack(-(<i32>sizeof<T>())); return pc; }
  if (segment == SS) blockInterrupts();
  return onwardInMode(pc, mode);
}
/** SDM 3A, 6.8.3: after a load of SS no interrupt comes before the next instruction is done, so that ESP can follow. */
function blockInterrupts(): void {
  store<u32>(SHADOW, 2);
  store<u32>(SHADOW_OF_STACK, 1);
  skipSingleStep();
}
