// Memory operands wider than 64 bits: 10 and 16 bytes, checked as one before any of it is touched.
import { faulted, raise, AC, GP } from './fault';
import { checkRead, checkWrite, linearOf, proveReadable, proveWritable, readLinear, writeLinear } from './memory';
import { checksAlignment } from './debug';
import { userAccess } from './paging';

/** SDM 3A, table 6-7: the alignment that #AC asks for; that of 80-bit numbers is 8. */
export function isNatural(segment: u32, offset: u32, alignment: u32): bool {
  if (!(linearOf(segment, offset) & (alignment - 1)) || !checksAlignment()) return true;
  raise(AC, 0);
  return false;
}
/** Prove a read of `bytes` (at most a page) possible: limit, alignment, pages. */
export function proveLoad(segment: u32, offset: u32, bytes: u32, alignment: u32): bool {
  return checkRead(segment, offset, bytes) && isNatural(segment, offset, alignment) && proveReadable(linearOf(segment, offset), bytes, userAccess());
}
/** Prove a write of `bytes` (at most a page) possible. */
export function proveStore(segment: u32, offset: u32, bytes: u32, alignment: u32): bool {
  return checkWrite(segment, offset, bytes) && isNatural(segment, offset, alignment) && proveWritable(linearOf(segment, offset), bytes, userAccess());
}

/** Ten bytes into linear (wasm) memory at `to`; check faulted() afterwards. */
export function read80(segment: u32, offset: u32, to: usize): void {
  if (!checkRead(segment, offset, 10) || !isNatural(segment, offset, 8)) return;
  const linear = linearOf(segment, offset), low = readLinear<u64>(linear);
  if (faulted()) return;
  const high = readLinear<u16>(linear + 8);
  if (faulted()) return;
  store<u64>(to, low);
  store<u16>(to, high, 8);
}
/** Ten bytes that proveStore has found writable. */
export function write80(segment: u32, offset: u32, from: usize): void {
  const linear = linearOf(segment, offset);
  writeLinear<u64>(linear, load<u64>(from));
  writeLinear<u16>(linear + 8, load<u16>(from, 8));
}
/** SDM 2A, 2.4: 16-byte operands must be aligned, or #GP(0), unless the instruction says otherwise. */
export function isAligned(segment: u32, offset: u32): bool {
  if (!(linearOf(segment, offset) & 15)) return true;
  raise(GP, 0);
  return false;
}
export function read128(segment: u32, offset: u32, to: usize): void {
  if (!checkRead(segment, offset, 16) || !isNatural(segment, offset, 16)) return;
  const linear = linearOf(segment, offset), low = readLinear<u64>(linear);
  if (faulted()) return;
  const high = readLinear<u64>(linear + 8);
  if (faulted()) return;
  store<u64>(to, low);
  store<u64>(to, high, 8);
}
export function write128(segment: u32, offset: u32, from: usize): void {
  if (!proveStore(segment, offset, 16, 16)) return;
  const linear = linearOf(segment, offset);
  writeLinear<u64>(linear, load<u64>(from));
  writeLinear<u64>(linear + 8, load<u64>(from, 8));
}
