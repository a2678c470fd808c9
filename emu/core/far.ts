// Far jumps and calls: to another code segment, through a call gate, to another task.
// SDM 2A, CALL and JMP; SDM 3A, 5.8. Returns are in iret.ts.
import { CPL, CS, SS, ESP, S_LIMIT } from './layout';
import { raise, faulted, GP, NP } from './fault';
import { readSegment, segmentAt } from './memory';
import {
  readDescriptor, low, high, isNull, isCode, isSystem, isConforming, isPresent, dplOf, rplOf, typeOf, limitOf, selectorCode,
  selectorIn, markAccessed, setCodeSegment, setRealCodeSegment, refreshCodeAndStack, isRealStyle, loadSegment, TYPE_TSS16,
  TYPE_TSS32, TYPE_TASK_GATE, TYPE_CALL16, TYPE_CALL32,
} from './segments';
import { aimAtCurrentStack, reserve, commit, settleStack, stackTop, peekValue } from './stack';
import { findInnerStack, enterInnerStack, innerTop } from './inner';
import { switchTask, taskGateTarget, BY_CALL, BY_JUMP } from './tasks';
import { dst, imm, disp, next, segmentOf, offset, address16 } from './operands';
import { find } from './blocks';
import { onward } from './onward';

@inline function reject(vector: u32, code: u32): bool { raise(vector, code); return false; }

/** Real and virtual-8086 mode: any selector will do. False with #GP(0) when the offset is beyond the segment. */
export function enterRealCode(eip: u32, selector: u32): bool {
  if (eip > load<u32>(segmentAt(CS), S_LIMIT)) return reject(GP, 0);
  setRealCodeSegment(selector);
  refreshCodeAndStack();
  return true;
}

/** The checks on a code segment named by the instruction itself (its descriptor in low and high). */
function checkDirect(selector: u32): bool {
  const code = selectorCode(selector), cpl = load<u32>(CPL);
  if (isConforming(high)) { if (dplOf(high) > cpl) return reject(GP, code); }
  else if (rplOf(selector) > cpl || dplOf(high) != cpl) return reject(GP, code);
  if (!isPresent(high)) return reject(NP, code);
  return true;
}
/** Load CS from a checked descriptor, to run in ring `cpl`. Only marking it accessed can fault: do it before any push. */
function enterCode(selector: u32, cpl: u32, l: u32, h: u32): void {
  setCodeSegment((selector & 0xfffc) | cpl, l, h);
  refreshCodeAndStack();
}

/** Push return CS:EIP in words of `size` (4 or 2); gives the frame's address, 0 with #SS or #PF raised. */
function reserveReturn(size: u32): usize {
  aimAtCurrentStack(0);
  return reserve(stackTop(), 2 * size, size);
}
function pushReturn(frame: usize, size: u32, eip: u32): void {
  const top = stackTop(), selector = selectorIn(CS);
  if (size == 4) { store<u32>(frame, eip); store<u32>(frame, selector, 4); }
  else { store<u16>(frame, <u16>eip); store<u16>(frame, <u16>selector, 2); }
  commit(frame, top, 2 * size, size);
  settleStack(top - 2 * size);
}

/** Everything but a task switch or an inner ring: maybe push, then load CS. `call`: 0 for jmp, else the words' size. */
function transfer(selector: u32, eip: u32, call: u32, back: u32): bool {
  const l = low, h = high;
  let frame: usize = 0;
  if (call) {
    frame = reserveReturn(call);
    if (!frame) return false;
  }
  // SDM 2A, CALL: the stack's room is checked before the target's limit.
  if (eip > limitOf(l, h)) return reject(GP, 0);
  const marked = markAccessed(selector, h);
  if (faulted()) return false;
  if (call) pushReturn(frame, call, back);
  enterCode(selector, load<u32>(CPL), l, marked);
  return true;
}

// ---- call gates. SDM 3A, 5.8.3 to 5.8.5.

let gateSelector: u32 = 0, gateTarget: u32 = 0, gateSize: u32 = 0, gateParameters: u32 = 0;

/** Check the gate (in low and high) and the code segment behind it, whose descriptor is left in low and high. */
function openGate(selector: u32, jump: bool): bool {
  const code = selectorCode(selector), cpl = load<u32>(CPL);
  if (dplOf(high) < max<u32>(cpl, rplOf(selector))) return reject(GP, code);
  if (!isPresent(high)) return reject(NP, code);
  gateSize = typeOf(high) == TYPE_CALL32 ? 4 : 2;
  gateTarget = gateSize == 4 ? (low & 0xffff) | (high & 0xffff0000) : low & 0xffff;
  gateParameters = high & 31;
  gateSelector = low >>> 16;
  if (isNull(gateSelector)) return reject(GP, 0);
  if (!readDescriptor(gateSelector, GP, 0)) return false;
  if (!isCode(high) || dplOf(high) > cpl || (jump && !isConforming(high) && dplOf(high) != cpl)) return reject(GP, selectorCode(gateSelector));
  if (!isPresent(high)) return reject(NP, selectorCode(gateSelector));
  return true;
}
/** A call through a gate to an inner ring: new stack, old SS:ESP and the parameters copied to it. */
function callInner(back: u32): bool {
  const l = low, h = high, cpl = dplOf(high), size = gateSize, count = gateParameters;
  if (!findInnerStack(cpl, 0)) return false;
  const top = innerTop, bytes = (4 + count) * size, frame = reserve(top, bytes, size);
  if (!frame) return false;
  if (gateTarget > limitOf(l, h)) return reject(GP, 0);
  // The parameters are read before anything is written; the frame's room is not visible yet.
  for (let i: u32 = 0; i < count; i++) {
    if (size == 4) proveParameter<u32>(i); else proveParameter<u16>(i);
    if (faulted()) return false;
  }
  const marked = markAccessed(gateSelector, h);
  if (faulted()) return false;
  if (size == 4) fillInner<u32>(frame, count, back); else fillInner<u16>(frame, count, back);
  commit(frame, top, bytes, size);
  settleStack(top - bytes);
  enterInnerStack();
  enterCode(gateSelector, cpl, l, marked);
  return true;
}
function proveParameter<T>(index: u32): void { peekValue<T>(index * <u32>sizeof<T>()); }
function fillInner<T>(frame: usize, count: u32, back: u32): void {
  const size = <u32>sizeof<T>();
  store<T>(frame, <T>back);
  store<T>(frame + size, <T>selectorIn(CS));
  for (let i: u32 = 0; i < count; i++) store<T>(frame + (2 + i) * size, peekValue<T>(i * size));
  store<T>(frame + (2 + count) * size, <T>load<u32>(ESP));
  store<T>(frame + (3 + count) * size, <T>selectorIn(SS));
}

// ---- the instructions

/** jmp (`call` 0) or call (the operand size in bytes) to selector:eip; gives the next record, `pc` with a fault raised. */
function goFar(pc: usize, selector: u32, eip: u32, call: u32): usize {
  const back = next(pc);
  if (isRealStyle()) return goReal(pc, selector, eip, call, back);
  if (isNull(selector)) { raise(GP, 0); return pc; }
  if (!readDescriptor(selector, GP, 0)) return pc;
  if (isCode(high)) {
    return checkDirect(selector) && transfer(selector, eip, call, back) ? find(eip) : pc;
  }
  const type = typeOf(high);
  if (isSystem(high)) {
    if (type == TYPE_CALL16 || type == TYPE_CALL32) return goThroughGate(pc, selector, call != 0, back);
    if (type == TYPE_TASK_GATE) {
      const task = taskGateTarget(selector, high, low >>> 16);
      return faulted() ? pc : settle(pc, switchTask(task, call ? BY_CALL : BY_JUMP, back, 0));
    }
    if ((type & ~2) == TYPE_TSS16 || (type & ~2) == TYPE_TSS32) {
      // SDM 2A, JMP, TASK-STATE-SEGMENT: reachable, and not busy.
      if (dplOf(high) < max<u32>(load<u32>(CPL), rplOf(selector)) || type & 2) { raise(GP, selectorCode(selector)); return pc; }
      return settle(pc, switchTask(selector, call ? BY_CALL : BY_JUMP, back, 0));
    }
  }
  raise(GP, selectorCode(selector));
  return pc;
}
@inline function settle(pc: usize, record: usize): usize { return faulted() ? pc : record; }

function goReal(pc: usize, selector: u32, eip: u32, call: u32, back: u32): usize {
  const frame = call ? reserveReturn(call) : 0;
  if (faulted()) return pc;
  if (eip > load<u32>(segmentAt(CS), S_LIMIT)) { raise(GP, 0); return pc; }
  if (call) pushReturn(frame, call, back);
  enterRealCode(eip, selector);
  return find(eip);
}
function goThroughGate(pc: usize, selector: u32, call: bool, back: u32): usize {
  if (!openGate(selector, !call)) return pc;
  const target = gateTarget;
  const inner = call && !isConforming(high) && dplOf(high) < load<u32>(CPL);
  const done = inner ? callInner(back) : transfer(gateSelector, target, call ? gateSize : 0, back);
  return done ? find(target) : pc;
}

@inline function operandOffset<T>(value: u32): u32 { return sizeof<T>() == 2 ? value & 0xffff : value; }

/** jmp ptr16:16/32 and call ptr16:16/32. */
export function jmpFar<T>(pc: usize): usize { return goFar(pc, disp(pc) & 0xffff, operandOffset<T>(imm(pc)), 0); }
export function callFar<T>(pc: usize): usize { return goFar(pc, disp(pc) & 0xffff, operandOffset<T>(imm(pc)), <u32>sizeof<T>()); }

let pointerOffset: u32 = 0, pointerSelector: u32 = 0;
/** Read the far pointer the E operand names: offset, then selector. */
function readPointer<T>(pc: usize): bool {
  const at = offset(pc), segment = segmentOf(pc), above = at + <u32>sizeof<T>();
  pointerOffset = <u32>readSegment<T>(segment, at);
  if (faulted()) return false;
  pointerSelector = <u32>readSegment<u16>(segment, address16(pc) ? above & 0xffff : above);
  return !faulted();
}
/** jmp m16:16/32 and call m16:16/32. */
export function jmpFarMemory<T>(pc: usize): usize {
  return readPointer<T>(pc) ? goFar(pc, pointerSelector, pointerOffset, 0) : pc;
}
export function callFarMemory<T>(pc: usize): usize {
  return readPointer<T>(pc) ? goFar(pc, pointerSelector, pointerOffset, <u32>sizeof<T>()) : pc;
}

/** les, lss, lds, lfs, lgs: the segment register first, since it may fault. */
export function loadFarPointer<T>(pc: usize, segment: u32): usize {
  if (!readPointer<T>(pc)) return pc;
  const value = pointerOffset;
  if (!loadSegment(segment, pointerSelector)) return pc;
  store<T>(dst(pc), <T>value);
  return onward(pc);
}
export function les<T>(pc: usize): usize { return loadFarPointer<T>(pc, 0); }
export function lss<T>(pc: usize): usize { return loadFarPointer<T>(pc, 2); }
export function lds<T>(pc: usize): usize { return loadFarPointer<T>(pc, 3); }
export function lfs<T>(pc: usize): usize { return loadFarPointer<T>(pc, 4); }
export function lgs<T>(pc: usize): usize { return loadFarPointer<T>(pc, 5); }
