// Guest memory as instructions see it: by linear address, and by segment and offset.
//
// Everything goes through the translation cache when it can. What can't (a miss, an access across two
// pages, a chip, a watched frame) takes the slow way below. An access across two pages asks for both
// before it touches either, so that a fault leaves nothing behind.
import {
  CR0, MODE, MODE_FLAT, CS, SS, SEGMENTS, SEGMENT, S_BASE, S_LIMIT, S_ACCESS, S_USABLE, TLB_SUPERVISOR,
} from './layout';
import { raise, faulted, AC, GP, SS_FAULT } from './fault';
import { checksAlignment, noteRead, noteWrite } from './debug';
import { tlbEntry, tlbEntryOf, canRead, canWrite, canWriteSpan, host } from './tlb';
import {
  translate, readPhysical, writePhysical, userAccess, cacheFor, PAGE, IN_PAGE, ACCESS_READ, ACCESS_WRITE, CR0_PE,
} from './paging';

// ---- the slow way. `user` is ACCESS_USER or 0.

/** Bytes of [linear, linear + bytes) that lie in its first page. */
@inline function inFirstPage(linear: u32, bytes: u32): u32 { return min<u32>(PAGE - (linear & IN_PAGE), bytes); }

/** Up to four bytes in one page, of any number: chips are asked only for 1, 2 or 4, aligned as they come. */
function readPiece(physical: u32, bytes: u32): u32 {
  if (bytes != 3) return readPhysical(physical, bytes);
  return readPhysical(physical, 2) & 0xffff | (readPhysical(physical + 2, 1) & 0xff) << 16;
}
function writePiece(physical: u32, value: u32, bytes: u32): void {
  if (bytes != 3) { writePhysical(physical, value, bytes); return; }
  writePhysical(physical, value, 2);
  writePhysical(physical + 2, value >>> 16, 1);
}
function readWords(physical: u32, bytes: u32): u64 {
  const low = <u64>readPiece(physical, min<u32>(bytes, 4));
  return bytes > 4 ? low | <u64>readPiece(physical + 4, bytes - 4) << 32 : low;
}
function writeWords(physical: u32, value: u64, bytes: u32): void {
  writePiece(physical, <u32>value, min<u32>(bytes, 4));
  if (bytes > 4) writePiece(physical + 4, <u32>(value >>> 32), bytes - 4);
}

function readSlow(linear: u32, bytes: u32, user: u32): u64 {
  const n = inFirstPage(linear, bytes), first = translate(linear, ACCESS_READ | user);
  if (faulted()) return 0;
  noteRead(linear, bytes);
  if (n == bytes) return readWords(first, bytes);
  const second = translate(linear + n, ACCESS_READ | user);
  if (faulted()) return 0;
  const low = readWords(first, n) & ((<u64>1 << (n * 8)) - 1);
  return low | readWords(second, bytes - n) << (n * 8);
}
function writeSlow(linear: u32, value: u64, bytes: u32, user: u32): void {
  const n = inFirstPage(linear, bytes), first = translate(linear, ACCESS_WRITE | user);
  if (faulted()) return;
  noteWrite(linear, bytes);
  if (n == bytes) { writeWords(first, value, bytes); return; }
  const second = translate(linear + n, ACCESS_WRITE | user);
  if (faulted()) return;
  writeWords(first, value, n);
  writeWords(second, value >>> (n * 8), bytes - n);
}

// ---- by linear address

/** Read with the rights of the current privilege; check faulted() afterwards. */
export function readLinear<T>(linear: u32): T {
  const entry = tlbEntry(linear);
  if (canRead<T>(entry, linear)) return load<T>(host(entry, linear));
  return <T>readSlow(linear, <u32>sizeof<T>(), userAccess());
}
export function writeLinear<T>(linear: u32, value: T): void {
  const entry = tlbEntry(linear);
  if (canWrite<T>(entry, linear)) store<T>(host(entry, linear), value);
  else writeSlow(linear, <u64>value, <u32>sizeof<T>(), userAccess());
}
/** Read as the processor itself does for descriptor tables and task states: with supervisor rights at any CPL. */
export function readSystem<T>(linear: u32): T {
  const entry = tlbEntryOf(TLB_SUPERVISOR, linear);
  if (canRead<T>(entry, linear)) return load<T>(host(entry, linear));
  return <T>readSlow(linear, <u32>sizeof<T>(), 0);
}
export function writeSystem<T>(linear: u32, value: T): void {
  const entry = tlbEntryOf(TLB_SUPERVISOR, linear);
  if (canWrite<T>(entry, linear)) store<T>(host(entry, linear), value);
  else writeSlow(linear, <u64>value, <u32>sizeof<T>(), 0);
}
/** Write with the rights of a ring that is yet to be entered (`user`: ACCESS_USER or 0). */
export function writeAs<T>(linear: u32, value: T, user: u32): void {
  writeSlow(linear, <u64>value, <u32>sizeof<T>(), user);
}
/** Prove that [linear, linear + bytes), at most a page long, can be written (raises #PF if not); nothing is written. */
export function proveWritable(linear: u32, bytes: u32, user: u32): bool {
  const entry = tlbEntryOf(cacheFor(user), linear);
  if (canWriteSpan(entry, linear, bytes)) return true;
  translate(linear, ACCESS_WRITE | user);
  if (faulted()) return false;
  const n = inFirstPage(linear, bytes);
  if (n < bytes) translate(linear + n, ACCESS_WRITE | user);
  return !faulted();
}
/** Prove that [linear, linear + bytes), at most a page long, can be read. */
export function proveReadable(linear: u32, bytes: u32, user: u32): bool {
  translate(linear, ACCESS_READ | user);
  if (faulted()) return false;
  const n = inFirstPage(linear, bytes);
  if (n < bytes) translate(linear + n, ACCESS_READ | user);
  return !faulted();
}

// ---- by segment and offset

@inline export function segmentAt(segment: u32): usize { return SEGMENTS + segment * SEGMENT; }
@inline export function isFlat(segment: u32): bool { return (load<u32>(MODE) & (MODE_FLAT << segment)) != 0; }

// S_ACCESS: the descriptor's bits 8 to 23. SDM 3A, 3.4.5.1.
export const ACCESS_TYPE_CODE: u32 = 1 << 11, ACCESS_CONFORMING: u32 = 1 << 10, ACCESS_EXPAND_DOWN: u32 = 1 << 10;
export const ACCESS_READABLE: u32 = 1 << 9, ACCESS_WRITABLE: u32 = 1 << 9, ACCESS_BIG: u32 = 1 << 22;

/** SDM 3A, 5.3: are these bytes within the limit? Expand-down segments are valid above theirs. */
export function withinLimit(access: u32, limit: u32, offset: u32, bytes: u32): bool {
  const last = offset + (bytes - 1);
  if (last < offset) return false;
  if ((access & (ACCESS_TYPE_CODE | ACCESS_EXPAND_DOWN)) != ACCESS_EXPAND_DOWN) return last <= limit;
  return offset > limit && (access & ACCESS_BIG || last <= 0xffff) != 0;
}
function segmentFault(segment: u32): bool {
  raise(segment == SS ? SS_FAULT : GP, 0);
  return false;
}
function mayAccess(segment: u32, offset: u32, bytes: u32, write: bool): bool {
  const at = segmentAt(segment), access = load<u32>(at, S_ACCESS);
  // SDM 3B, 20.1.1: in real mode all that is left of protection is the limit.
  if (load<u32>(CR0) & CR0_PE) {
    // SDM 3A, 5.4.1: memory cannot be reached through a null selector.
    if (!load<u32>(at, S_USABLE)) { raise(GP, 0); return false; }
    // SDM 3A, 5.5: no writing to code or read-only data, no reading of execute-only code.
    const code = (access & ACCESS_TYPE_CODE) != 0, bit9 = (access & ACCESS_WRITABLE) != 0;
    if (write ? code || !bit9 : code && !bit9) { raise(GP, 0); return false; }
  }
  // SDM 3A, 5.3: #GP(0), or #SS(0) for the stack segment.
  if (!withinLimit(access, load<u32>(at, S_LIMIT), offset, bytes)) return segmentFault(segment);
  return true;
}
/** Check a read of so many bytes at segment:offset; raises #GP(0) or #SS(0). */
@inline export function checkRead(segment: u32, offset: u32, bytes: u32): bool {
  return isFlat(segment) || mayAccess(segment, offset, bytes, false);
}
@inline export function checkWrite(segment: u32, offset: u32, bytes: u32): bool {
  return (segment != CS && isFlat(segment)) || mayAccess(segment, offset, bytes, true);
}
@inline export function linearOf(segment: u32, offset: u32): u32 { return load<u32>(segmentAt(segment), S_BASE) + offset; }

/** SDM 3A, 6.15, interrupt 17: after the limit and before the page, #AC(0) for an operand that isn't aligned to its size. */
@inline function isAligned<T>(linear: u32): bool {
  if (sizeof<T>() == 1 || (linear & (<u32>sizeof<T>() - 1)) == 0 || !checksAlignment()) return true;
  raise(AC, 0);
  return false;
}

/** Read memory as an instruction does; check faulted() afterwards. The offset is already wrapped to 16 bits if need be. */
export function readSegment<T>(segment: u32, offset: u32): T {
  if (!checkRead(segment, offset, <u32>sizeof<T>())) return <T>0;
  const linear = linearOf(segment, offset);
  return isAligned<T>(linear) ? readLinear<T>(linear) : <T>0;
}
export function writeSegment<T>(segment: u32, offset: u32, value: T): void {
  if (!checkWrite(segment, offset, <u32>sizeof<T>())) return;
  const linear = linearOf(segment, offset);
  if (isAligned<T>(linear)) writeLinear<T>(linear, value);
}
/** Read what is about to be written back: asks for the right to write first, as the processor does. */
export function readForUpdate<T>(segment: u32, offset: u32): T {
  if (!checkWrite(segment, offset, <u32>sizeof<T>())) return <T>0;
  const linear = linearOf(segment, offset), entry = tlbEntry(linear);
  if (!isAligned<T>(linear)) return <T>0;
  if (canWrite<T>(entry, linear)) return load<T>(host(entry, linear));
  if (!proveWritable(linear, <u32>sizeof<T>(), userAccess())) return <T>0;
  return readLinear<T>(linear);
}
/** The write that follows readForUpdate; cannot fault. */
export function writeBack<T>(segment: u32, offset: u32, value: T): void {
  writeLinear<T>(linearOf(segment, offset), value);
}
/** Prove a write of `bytes` (at most a page) at segment:offset possible without writing. */
export function proveWrite(segment: u32, offset: u32, bytes: u32): bool {
  return checkWrite(segment, offset, bytes) && proveWritable(linearOf(segment, offset), bytes, userAccess());
}
