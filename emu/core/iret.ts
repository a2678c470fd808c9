// Returns: iret and far ret to the same or an outer ring. SDM 2A, IRET; SDM 2B, RET.
import { EFLAGS, CPL, CS, SS, CS_GENERATION, GENERATION, NMI_BLOCKED, ESP, MODE, MODE_FLAT, MODE_STACK32 } from './layout';
import { raise, faulted, NP, SS_FAULT, GP } from './fault';
import { tlbEntry, canReadSpan, host } from './tlb';
import {
  readDescriptor, low, high, isNull, isCode, isConforming, isPresent, isWritableData, dplOf, rplOf, limitOf, selectorCode, selectorIn,
  markAccessed, setSegment, setCodeSegment, refreshCodeAndStack, dropPrivilegedSegments, isRealStyle, FLAG_NT, FLAG_IF, FLAG_IOPL, FLAG_VM,
  FLAG_VIF, FLAG_VIP,
} from './segments';
import { peekValue, adjustStack, settleStack, aimAtStack } from './stack';
import { writeFlags, privilegedFlags, FLAGS_ALWAYS, FLAGS_WIDE } from './eflags';
import { ring3Frame, enterRing3, noteRing3 } from './rings';
import { iretReal, returnToVirtual8086 } from './real';
import { returnFromTask } from './tasks';
import { enterRealCode } from './far';
import { next, imm } from './operands';
import { find } from './blocks';

@inline function reject(vector: u32, code: u32): bool { raise(vector, code); return false; }

/** The checks on a CS selector that a return pops; leaves the descriptor in low and high. */
function checkReturnSegment(selector: u32): bool {
  const code = selectorCode(selector), rpl = rplOf(selector);
  if (isNull(selector)) return reject(GP, 0);
  if (!readDescriptor(selector, GP, 0)) return false;
  if (!isCode(high)) return reject(GP, code);
  // Never to an inner ring.
  if (rpl < load<u32>(CPL)) return reject(GP, code);
  if (isConforming(high) ? dplOf(high) > rpl : dplOf(high) != rpl) return reject(GP, code);
  if (!isPresent(high)) return reject(NP, code);
  return true;
}
/** The checks on the SS selector popped on the way to ring `cpl`. `absent`: what a segment not present raises. */
function checkReturnStack(selector: u32, cpl: u32, absent: u32): bool {
  const code = selectorCode(selector);
  if (isNull(selector)) return reject(GP, 0);
  if (!readDescriptor(selector, GP, 0)) return false;
  if (rplOf(selector) != cpl || !isWritableData(high) || dplOf(high) != cpl) return reject(GP, code);
  if (!isPresent(high)) return reject(absent, code);
  return true;
}

/** The far target of a return, checked: low and high dwords of its descriptor. */
let codeLow: u32 = 0, codeHigh: u32 = 0;
function prepareCode(selector: u32): bool {
  if (!checkReturnSegment(selector)) return false;
  codeLow = low;
  codeHigh = high;
  return true;
}

/** To the same ring: load CS. False with #GP(0) when EIP is beyond the limit. */
function returnSame(eip: u32, selector: u32): bool {
  if (eip > limitOf(codeLow, codeHigh)) return reject(GP, 0);
  const h = markAccessed(selector, codeHigh);
  if (faulted()) return false;
  setCodeSegment(selector, codeLow, h);
  refreshCodeAndStack();
  return true;
}
/**
 * To an outer ring: the old stack holds ESP and SS at `above` bytes from its top; `dropped` bytes of parameters
 * are dropped from the new one. False with a fault raised and nothing changed.
 */
function returnOuter<T>(eip: u32, selector: u32, above: u32, dropped: u32, absent: u32): bool {
  const esp = <u32>peekValue<T>(above), stack = <u32>peekValue<T>(above + <u32>sizeof<T>()) & 0xffff, cpl = rplOf(selector);
  if (faulted()) return false;
  if (!checkReturnStack(stack, cpl, absent)) return false;
  const stackLow = low, stackHigh = high;
  if (eip > limitOf(codeLow, codeHigh)) return reject(GP, 0);
  const marked = markAccessed(stack, stackHigh), h = faulted() ? 0 : markAccessed(selector, codeHigh);
  if (faulted()) return false;
  setSegment(SS, stack, stackLow, marked);
  aimAtStack(stackLow, stackHigh, 0, 0);
  settleStack(esp + dropped);
  setCodeSegment(selector, codeLow, h);
  refreshCodeAndStack();
  dropPrivilegedSegments();
  return true;
}

export function iret<T>(pc: usize): usize {
  // SDM 3A, 6.7.1: iret lets the next NMI in; SDM 3C, 26.3: even one that faults.
  store<u32>(NMI_BLOCKED, 0);
  const handler = interruptReturn<T>(pc);
  return faulted() ? pc : handler;
}
function interruptReturn<T>(pc: usize): usize {
  if (isRealStyle()) return iretReal<T>();
  if (load<u32>(EFLAGS) & FLAG_NT) return returnFromTask(next(pc));
  if (sizeof<T>() == 4) {
    const frame = ring3Frame(load<u32>(ESP));
    if (frame) return returnNoted(frame);
  }
  const size = <u32>sizeof<T>();
  let eip: u32, selector: u32, flags: u32;
  const mode = load<u32>(MODE), top = load<u32>(ESP), entry = tlbEntry(top);
  if (sizeof<T>() == 4 && (mode & MODE_STACK32) != 0 && (mode & (MODE_FLAT << SS)) != 0 && canReadSpan(entry, top, 12)) {
    const frame = host(entry, top);
    eip = load<u32>(frame);
    selector = load<u16>(frame, 4);
    flags = load<u32>(frame, 8);
  } else {
    // Processors read the frame from its end: seen in CR2 where it lies on a page that is not there.
    flags = <u32>peekValue<T>(2 * size);
    selector = <u32>peekValue<T>(size) & 0xffff;
    eip = <u32>peekValue<T>(0);
    if (faulted()) return 0;
  }
  if (sizeof<T>() == 4 && flags & FLAG_VM && load<u32>(CPL) == 0) return returnToVirtual8086(eip, selector, flags);
  // The privilege that counts for EFLAGS is the one returned from.
  const mask = FLAGS_ALWAYS | privilegedFlags() | (sizeof<T>() == 4 ? FLAGS_WIDE | (load<u32>(CPL) ? 0 : FLAG_VIF | FLAG_VIP) : 0);
  // To the segment that is running, and was checked since the tables last changed, only the limit can be wrong.
  if (selector != selectorIn(CS) || load<u32>(CS_GENERATION) != load<u32>(GENERATION) || !(mode & (MODE_FLAT << CS))) {
    if (!prepareCode(selector)) return 0;
    if (rplOf(selector) != load<u32>(CPL)) {
      if (!returnOuter<T>(eip, selector, 3 * size, 0, NP)) return 0;
      writeFlags(flags, mask);
      if (sizeof<T>() == 4) noteRing3();
      return find(eip);
    }
    if (!returnSame(eip, selector)) return 0;
  }
  adjustStack(3 * size);
  writeFlags(flags, mask);
  return find(eip);
}

/** From ring 0 to ring 3, all of it noted before (rings.ts). */
function returnNoted(frame: usize): usize {
  const eip = load<u32>(frame);
  writeFlags(load<u32>(frame, 8), FLAGS_ALWAYS | FLAGS_WIDE | FLAG_IF | FLAG_IOPL | FLAG_VIF | FLAG_VIP);
  enterRing3(load<u32>(frame, 12));
  return find(eip);
}

/** ret far; the immediate is how many bytes of parameters to drop. */
export function retFar<T>(pc: usize): usize {
  // The selector is read before EIP, as with iret.
  const size = <u32>sizeof<T>(), selector = <u32>peekValue<T>(size) & 0xffff, eip = <u32>peekValue<T>(0), dropped = imm(pc) & 0xffff;
  if (faulted()) return pc;
  if (isRealStyle()) return retFarReal(pc, eip, selector, 2 * size + dropped);
  if (!prepareCode(selector)) return pc;
  if (rplOf(selector) != load<u32>(CPL)) {
    // SDM 2B, RET: to an outer ring a stack segment not present is #SS, where iret says #NP.
    return returnOuter<T>(eip, selector, 2 * size + dropped, dropped, SS_FAULT) ? find(eip) : pc;
  }
  if (!returnSame(eip, selector)) return pc;
  adjustStack(2 * size + dropped);
  return find(eip);
}
function retFarReal(pc: usize, eip: u32, selector: u32, bytes: u32): usize {
  if (!enterRealCode(eip, selector)) return pc;
  adjustStack(bytes);
  return find(eip);
}
