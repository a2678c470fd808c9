// Which descriptors somebody remembers, so that a store to one of them starts a new GENERATION.
//
// A frame that holds a remembered descriptor is marked FRAME_TABLES, and stores to it come the slow way.
// Data often shares a frame with the tables, so a bitmap tells, for every eight bytes (a descriptor's size),
// whether a remembered descriptor is there. It is hashed by physical address: a false alarm costs a
// look at the tables, a missed one can't happen.
import { GATES, FRAMES, FRAME_TABLES, T_FRAME, TLB_SUPERVISOR } from './layout';
import { protectFrame, rememberPage } from './paging';
import { tlbEntryOf, canReadSpan } from './tlb';

const WATCHED: u32 = 0x3800, WATCHED_BITS: u32 = 0x700 * 8; // up to SCRATCH, stack.ts

@inline function bitOf(physical: u32): u32 { return (physical >>> 3) % WATCHED_BITS; }
@inline function byteOf(bit: u32): usize { return WATCHED + (bit >>> 3); }

function watch(physical: u32): void {
  const bit = bitOf(physical), at = byteOf(bit), frame = FRAMES + ((physical >>> 12) << 2);
  store<u8>(at, <u8>(<u32>load<u8>(at) | (1 << (bit & 7))));
  if (load<u32>(frame) & FRAME_TABLES) return;
  store<u32>(frame, load<u32>(frame) | FRAME_TABLES);
  protectFrame(physical & 0xfffff000);
}
@inline function watchByte(linear: u32): bool {
  const entry = tlbEntryOf(TLB_SUPERVISOR, linear);
  if (!canReadSpan(entry, linear, 1)) return false;
  watch((load<u32>(entry, T_FRAME) & 0xfffff000) | (linear & 0xfff));
  rememberPage(linear);
  return true;
}
/**
 * Watch the descriptor of eight bytes at a linear address that was just read with supervisor rights.
 * False when it isn't in memory (but in some chip), where nobody notices changes: don't remember it.
 */
export function watchDescriptor(linear: u32): bool { return watchByte(linear) && watchByte(linear + 7); }
/** Does a store to these bytes (8 at most) touch a remembered descriptor? */
export function isWatched(physical: u32, bytes: u32): bool {
  const first = bitOf(physical), last = bitOf(physical + bytes - 1);
  return ((load<u8>(byteOf(first)) >>> (first & 7)) & 1) != 0 || ((load<u8>(byteOf(last)) >>> (last & 7)) & 1) != 0;
}
/** Forget every gate and descriptor: when the processor is reset, GENERATION starts over. */
export function forgetTables(): void { memory.fill(GATES, 0, TLB_SUPERVISOR - GATES); }
