// The stack, at its natural size (SS.B says whether ESP or SP counts), and the instructions that do no more
// than move words to and from it. A push that faults leaves the stack pointer as it was.
import {
  EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI, SS, MODE, MODE_STACK32, RECORD, S_BASE, S_LIMIT, S_ACCESS,
} from './layout';
import { raise, faulted, AC, SS_FAULT } from './fault';
import { checksAlignment } from './debug';
import {
  readSegment, writeSegment, writeAs, proveWrite, proveWritable, withinLimit, segmentAt, ACCESS_BIG, ACCESS_EXPAND_DOWN,
} from './memory';
import { userAccess, cacheFor } from './paging';
import { tlbEntryOf, canWriteSpan, host } from './tlb';
import { baseOf, limitOf } from './segments';
import { imm, disp } from './operands';

@inline export function stackMask(): u32 { return load<u32>(MODE) & MODE_STACK32 ? 0xffffffff : 0xffff; }
/** The stack pointer as an offset in SS. */
@inline export function stackTop(): u32 { return load<u32>(ESP) & stackMask(); }
/** Set ESP, or SP alone on a 16-bit stack. */
@inline export function setStackTop(value: u32): void {
  if (load<u32>(MODE) & MODE_STACK32) store<u32>(ESP, value);
  else store<u16>(ESP, <u16>value);
}
/** Move the stack pointer, up for positive `bytes`. */
@inline export function adjustStack(bytes: i32): void { setStackTop(load<u32>(ESP) + bytes); }

/** Push; on a fault ESP stays. */
export function pushValue<T>(value: T): void {
  const top = (load<u32>(ESP) - <u32>sizeof<T>()) & stackMask();
  writeSegment<T>(SS, top, value);
  if (!faulted()) setStackTop(top);
}
/** What lies on the stack, `above` bytes from its top. Nothing moves. */
export function peekValue<T>(above: u32): T {
  return readSegment<T>(SS, (load<u32>(ESP) + above) & stackMask());
}
/** What a pop would give. It doesn't move ESP, so that the instruction can still fault: adjustStack(sizeof<T>()) follows. */
export function popValue<T>(): T { return peekValue<T>(0); }

// ---- frames: several words that must all arrive or none.
//
// aim() says which stack, reserve() proves that there's room and gives an address to fill, lowest word
// first; nothing has changed until then. commit() makes the words visible where the fast way did not.

/** Where a frame is put together when its place is not one span of plain memory. */
const SCRATCH: usize = 0x3f00; // 160 bytes: tasks.ts has the rest of the page
let base: u32 = 0, limit: u32 = 0, access: u32 = 0, user: u32 = 0, faultCode: u32 = 0;

/** The frame goes to the current stack. `code`: of the #SS should there be no room. */
export function aimAtCurrentStack(code: u32): void {
  const at = segmentAt(SS);
  base = load<u32>(at, S_BASE);
  limit = load<u32>(at, S_LIMIT);
  access = load<u32>(at, S_ACCESS);
  user = userAccess();
  faultCode = code;
}
/** The frame goes to a stack whose descriptor is this, not loaded yet, with the rights of its ring. */
export function aimAtStack(l: u32, h: u32, userBit: u32, code: u32): void {
  base = baseOf(l, h);
  limit = limitOf(l, h);
  access = h;
  user = userBit;
  faultCode = code;
}
@inline function aimMask(): u32 { return access & ACCESS_BIG ? 0xffffffff : 0xffff; }

/** Room for `bytes` in words of `size` below `top`: the address to fill; or 0, with #SS or #PF raised. */
export function reserve(top: u32, bytes: u32, size: u32): usize {
  const bottom = top - bytes;
  // SDM 3A, 6.15, interrupt 17: words that are pushed with the rights of ring 3 may be checked for alignment.
  const checked = user != 0 && ((base + bottom) & (size - 1)) != 0 && checksAlignment();
  if (!checked && bottom < top && !(access & ACCESS_EXPAND_DOWN) && top - 1 <= limit && (access & ACCESS_BIG || top <= 0xffff)) {
    const linear = base + bottom, entry = tlbEntryOf(cacheFor(user), linear);
    if (canWriteSpan(entry, linear, bytes)) return host(entry, linear);
  }
  // Word by word, as they are pushed.
  for (let pushed = size; pushed <= bytes; pushed += size) {
    const offset = (top - pushed) & aimMask();
    // SDM 3A, 6.12.1 and 5.3: #SS when the frame doesn't fit within the limit.
    if (!withinLimit(access, limit, offset, size)) { raise(SS_FAULT, faultCode); return 0; }
    if (checked) { raise(AC, 0); return 0; }
    if (!proveWritable(base + offset, size, user)) return 0;
  }
  return SCRATCH;
}
/** Let the filled frame take effect; cannot fault. The arguments are those of reserve(), and what it gave. */
export function commit(at: usize, top: u32, bytes: u32, size: u32): void {
  if (at != SCRATCH) return;
  for (let pushed = size; pushed <= bytes; pushed += size) {
    const linear = base + ((top - pushed) & aimMask()), word = SCRATCH + bytes - pushed;
    if (size == 4) writeAs<u32>(linear, load<u32>(word), user);
    else writeAs<u16>(linear, load<u16>(word), user);
  }
}
/** The stack pointer after the frame: on a 16-bit stack only SP changes. */
export function settleStack(top: u32): void {
  if (access & ACCESS_BIG) store<u32>(ESP, top);
  else store<u16>(ESP, <u16>top);
}

// ---- pusha, popa, enter, leave

@inline function put<T>(at: usize, index: u32, register: usize): void { store<T>(at + index * <u32>sizeof<T>(), load<T>(register)); }

export function pusha<T>(pc: usize): usize {
  const size = <u32>sizeof<T>(), top = stackTop();
  aimAtCurrentStack(0);
  const at = reserve(top, 8 * size, size);
  if (!at) return pc;
  put<T>(at, 7, EAX); put<T>(at, 6, ECX); put<T>(at, 5, EDX); put<T>(at, 4, EBX);
  put<T>(at, 3, ESP); put<T>(at, 2, EBP); put<T>(at, 1, ESI); put<T>(at, 0, EDI);
  commit(at, top, 8 * size, size);
  setStackTop(top - 8 * size);
  return pc + RECORD;
}
export function popa<T>(pc: usize): usize {
  const size = <u32>sizeof<T>();
  // All eight are read before any register changes; the saved ESP is read and dropped (SDM 2B, POPA).
  const edi = peekValue<T>(0), esi = peekValue<T>(size), ebp = peekValue<T>(2 * size), dropped = peekValue<T>(3 * size);
  const ebx = peekValue<T>(4 * size), edx = peekValue<T>(5 * size), ecx = peekValue<T>(6 * size), eax = peekValue<T>(7 * size);
  if (faulted()) return pc;
  store<T>(EDI, edi); store<T>(ESI, esi); store<T>(EBP, ebp);
  store<T>(EBX, ebx); store<T>(EDX, edx); store<T>(ECX, ecx); store<T>(EAX, eax);
  adjustStack(8 * size);
  return pc + RECORD;
}

/** SDM 2A, ENTER: push EBP, copy `level` - 1 frame pointers, push the new one, make room for `size` bytes. */
export function enter<T>(pc: usize): usize {
  const size = <u32>sizeof<T>(), mask = stackMask(), level = disp(pc) & 31, room = imm(pc) & 0xffff;
  const top = stackTop(), frame = (load<u32>(ESP) & ~mask) | ((top - size) & mask);
  // Prove every write first: the pushes, and (SDM 2A, ENTER, #SS and #PF) the word ESP will point at.
  const words = level ? level + 1 : 1;
  aimAtCurrentStack(0);
  if (!reserve(top, words * size, size)) return pc;
  const last = (top - words * size - room) & mask;
  if (!proveWrite(SS, last, size)) return pc;
  for (let i: u32 = 1; i < level; i++) {
    peek<T>(load<u32>(EBP) - i * size);
    if (faulted()) return pc;
  }
  pushWord<T>(top, 1, load<T>(EBP));
  if (level) {
    for (let i: u32 = 1; i < level; i++) pushWord<T>(top, i + 1, peek<T>(load<u32>(EBP) - i * size));
    pushWord<T>(top, level + 1, <T>frame);
  }
  store<T>(EBP, <T>frame);
  setStackTop(last);
  return pc + RECORD;
}
@inline function peek<T>(offset: u32): T { return readSegment<T>(SS, offset & stackMask()); }
@inline function pushWord<T>(top: u32, nth: u32, value: T): void {
  writeSegment<T>(SS, (top - nth * <u32>sizeof<T>()) & stackMask(), value);
}

export function leaveFrame<T>(pc: usize): usize {
  const frame = load<u32>(EBP) & stackMask(), value = readSegment<T>(SS, frame);
  if (faulted()) return pc;
  setStackTop(frame + <u32>sizeof<T>());
  store<T>(EBP, value);
  return pc + RECORD;
}
