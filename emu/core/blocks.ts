// Decoded code: finding it, linking it, and dropping it when the bytes under it change.
//
//   find(eip)            where to go on: a record, or FETCH, which decodes when it is executed
//   fetch, link, bridge  the glue records between blocks, as the slow step executes them
//   codeWritten          a store hit a page that holds decoded code
//
// A block is known by its physical address, EIP, MODE and CS limit, so a new mapping or mode simply
// finds other blocks. Links inside a page are patched in place; jumps to another page go through the
// jump cache, which every change of mapping or mode empties, so a link can never outlive its mapping.
import {
  ARENA, ARENA_END, CR2, FAULT, BLOCK_HASH, BLOCK_BUCKETS, BLOCK, B_PHYSICAL, B_EIP, B_MODE, B_LIMIT, B_BYTES, B_SECOND, B_RECORDS, B_BUCKET, B_NEXT,
  B_NEXT_SECOND, NO_PAGE, CODE_PAGES, CODE_PAGE, C_GRANULES, C_BLOCKS, C_FRAME, C_NEXT, FRAMES, FRAME_CODE, FRAME_MEMORY, FETCH, RECORD, R_CASE,
  R_COUNT, R_EIP, R_KIND, R_POSITION, R_SLOW_CASE, SEGMENTS, SEGMENT, CS, S_BASE, S_LIMIT, MODE, JUMPS_SUPERVISOR, JUMPS_USER,
  JUMP_ENTRIES, JUMP_ENTRY, LEAVE, BLOCK_LIMIT,
} from './layout';
import { CASE_fetch, CASE_bridge, HOT } from './generated/tables';
import { jumpEntry, jumpKnown, jumpTarget, imm } from './operands';
import { fetchAddress, protectFrame, rememberPage } from './paging';
import { raise, faulted, GP } from './fault';
import { decodeBlock } from './decode';

// ---- The arena: records, headers and code pages are taken from its bottom up, and freed all at once.

const LARGEST_BLOCK: u32 = BLOCK + (4 * BLOCK_LIMIT + 8) * RECORD + 2 * CODE_PAGE;
let top: u32 = ARENA;
let codePages: u32 = 0; // list of all pages with code

export function allocate(bytes: u32): usize {
  const at = top;
  top += bytes;
  memory.fill(at, 0, bytes);
  return at;
}

export function resetBlocks(): void {
  memory.fill(FETCH, 0, RECORD);
  store<u16>(FETCH, LEAVE, R_CASE);
  store<u16>(FETCH, CASE_fetch, R_SLOW_CASE);
  forgetBlocks();
}
/** Drop all decoded code. Not while the core runs but from fetch(): records that are gone may be linked to. */
export function forgetBlocks(): void {
  for (let page: usize = codePages; page; page = load<u32>(page, C_NEXT)) unwatch(load<u32>(page, C_FRAME));
  codePages = 0;
  top = ARENA;
  memory.fill(BLOCK_HASH, 0, BLOCK_BUCKETS * 4);
  forgetJumps();
}

// ---- Going on

/** The record to go on from at this EIP. Never faults: what is wrong there is found when it is executed. */
export function find(eip: u32): usize {
  const entry = jumpEntry(eip);
  if (jumpKnown(entry, eip)) return jumpTarget(entry);
  store<u32>(FETCH, eip, R_EIP);
  return FETCH;
}

/** Empty the jump caches. An empty entry holds an EIP that belongs to another entry. */
export function forgetJumps(): void {
  unlinked = 0;
  memory.fill(JUMPS_SUPERVISOR, 0, JUMP_ENTRIES * JUMP_ENTRY);
  memory.fill(JUMPS_USER, 0, JUMP_ENTRIES * JUMP_ENTRY);
  store<u32>(JUMPS_SUPERVISOR, 1);
  store<u32>(JUMPS_USER, 1);
}

/** The FETCH record: find the block at its EIP, or decode it. */
export function fetch(pc: usize): usize {
  const eip = load<u32>(pc, R_EIP), limit = load<u32>(SEGMENTS + CS * SEGMENT, S_LIMIT);
  // SDM 3A, 5.3: fetching beyond the limit of the code segment is #GP(0).
  if (eip > limit) { raise(GP, 0); return pc; }
  const linear = load<u32>(SEGMENTS + CS * SEGMENT, S_BASE) + eip, physical = fetchAddress(linear);
  if (faulted()) return pc;
  let block = lookup(physical, eip, limit);
  if (!block) {
    if (top + LARGEST_BLOCK > ARENA_END) forgetBlocks();
    block = decodeBlock(physical, eip, limit);
    if (faulted()) return pc;
    enter(block);
  }
  rememberPage(linear);
  if (straddles(block)) rememberPage(linear + 0x1000);
  const entry = jumpEntry(eip);
  store<u32>(entry, eip);
  store<u32>(entry, <u32>(block + BLOCK), 4);
  linkTo(block + BLOCK, eip);
  return block + BLOCK;
}

/**
 * An exit not linked yet. Once its target is known, later passes go there at once: known from the jump cache now, or
 * from the fetch that follows. (Waiting for the jump cache would not do: two targets may take turns in one entry of it.)
 */
export function link(pc: usize): usize {
  const target = find(load<u32>(pc, R_EIP));
  if (target != FETCH) setLink(imm(pc), target);
  else { unlinked = imm(pc); unlinkedEip = load<u32>(pc, R_EIP); }
  return target;
}
/** The field that waits for the next fetch, if that is of this EIP and nothing was forgotten meanwhile; 0: none. */
let unlinked: usize = 0, unlinkedEip: u32 = 0;
function linkTo(record: usize, eip: u32): void {
  if (unlinked && unlinkedEip == eip) setLink(unlinked, record);
  unlinked = 0;
}
/** A link outlives changes of mapping, so it must not lead to a block that runs over into another page. */
function setLink(field: usize, record: usize): void {
  if (!straddles(record - BLOCK)) store<u32>(field, <u32>record);
}
@inline function straddles(block: usize): bool { return load<u32>(block, B_SECOND) != NO_PAGE; }

/** An exit into another page, or what is left of a record whose bytes changed. */
export function bridge(pc: usize): usize { return find(load<u32>(pc, R_EIP)); }

/** A branch whose target lies beyond the CS limit. SDM 2, JMP and Jcc: #GP(0), at the branch. */
export function outside(pc: usize): usize { raise(GP, 0); return pc; }

// ---- The index

@inline function bucket(physical: u32, eip: u32): usize {
  return BLOCK_HASH + (((physical ^ (eip >>> 12)) & (BLOCK_BUCKETS - 1)) << 2);
}

function lookup(physical: u32, eip: u32, limit: u32): usize {
  const mode = load<u32>(MODE);
  for (let block: usize = load<u32>(bucket(physical, eip)); block; block = load<u32>(block, B_BUCKET)) {
    if (load<u32>(block, B_PHYSICAL) != physical || load<u32>(block, B_EIP) != eip) continue;
    if (load<u32>(block, B_MODE) != mode || load<u32>(block, B_LIMIT) != limit) continue;
      if (!straddles(block)) return block;
    // The first page's mapping says nothing about the second's.
    const nextPage = ((load<u32>(SEGMENTS + CS * SEGMENT, S_BASE) + eip) & 0xfffff000) + 0x1000;
    // If it cannot be reached now, decoding says so again, or ends the block before it.
    if (tryFetchAddress(nextPage) == load<u32>(block, B_SECOND)) return block;
  }
  return 0;
}
/** Physical address for a fetch that is not certain to happen, or NO_PAGE; leaves no trace of a fault. */
export function tryFetchAddress(linear: u32): u32 {
  const cr2 = load<u32>(CR2), physical = fetchAddress(linear);
  if (!faulted()) return physical;
  store<u32>(FAULT, 0);
  store<u32>(CR2, cr2);
  return NO_PAGE;
}

function enter(block: usize): void {
  const physical = load<u32>(block, B_PHYSICAL), second = load<u32>(block, B_SECOND);
  const at = bucket(physical, load<u32>(block, B_EIP));
  store<u32>(block, load<u32>(at), B_BUCKET);
  store<u32>(at, <u32>block);
  watch(physical >>> 12, block, B_NEXT);
  if (straddles(block) && !fillsOneFrame(block)) watch(second >>> 12, block, B_NEXT_SECOND);
}
function leaveIndex(block: usize): void {
  const at = bucket(load<u32>(block, B_PHYSICAL), load<u32>(block, B_EIP));
  if (load<u32>(at) == <u32>block) { store<u32>(at, load<u32>(block, B_BUCKET)); return; }
  for (let b: usize = load<u32>(at); b; b = load<u32>(b, B_BUCKET)) {
    if (load<u32>(b, B_BUCKET) == <u32>block) { store<u32>(b, load<u32>(block, B_BUCKET), B_BUCKET); return; }
  }
}

// ---- Pages with code

@inline function isMemory(frame: u32): bool { return (load<u32>(FRAMES + (frame << 2)) & FRAME_MEMORY) != 0; }

/** Put a block on a page's list (the link's place says which), so that stores there find it. */
function watch(frame: u32, block: usize, link: u32): void {
  if (!isMemory(frame)) return; // nothing can be stored there
  let page: usize = load<u32>(CODE_PAGES + (frame << 2));
  if (!page) {
    page = allocate(CODE_PAGE);
    store<u32>(page, frame, C_FRAME);
    store<u32>(page, codePages, C_NEXT);
    codePages = <u32>page;
    store<u32>(CODE_PAGES + (frame << 2), <u32>page);
  }
  if (!(load<u32>(FRAMES + (frame << 2)) & FRAME_CODE)) {
    store<u32>(FRAMES + (frame << 2), load<u32>(FRAMES + (frame << 2)) | FRAME_CODE);
    protectFrame(frame << 12);
  }
  store<u32>(block + link, load<u32>(page, C_BLOCKS));
  store<u32>(page, <u32>block, C_BLOCKS);
  mark(page, frame, block);
}
function unwatch(frame: u32): void {
  store<u32>(CODE_PAGES + (frame << 2), 0);
  store<u32>(FRAMES + (frame << 2), load<u32>(FRAMES + (frame << 2)) & ~FRAME_CODE);
}

/** Two pages in a row may be mapped to one frame; a block that straddles them then counts as covering all of it. */
@inline function fillsOneFrame(block: usize): bool { return load<u32>(block, B_PHYSICAL) >>> 12 == load<u32>(block, B_SECOND) >>> 12; }
// A block's bytes in one of its pages, as offsets from that page's start: first, and one past the last.
function firstIn(block: usize, frame: u32): u32 {
  if (fillsOneFrame(block)) return 0;
  return load<u32>(block, B_PHYSICAL) >>> 12 == frame ? load<u32>(block, B_PHYSICAL) & 0xfff : 0;
}
function endIn(block: usize, frame: u32): u32 {
  if (fillsOneFrame(block)) return 0x1000;
  const end = (load<u32>(block, B_PHYSICAL) & 0xfff) + load<u32>(block, B_BYTES);
  return load<u32>(block, B_PHYSICAL) >>> 12 == frame ? min<u32>(end, 0x1000) : end - 0x1000;
}
@inline function linkIn(block: usize, frame: u32): u32 {
  return load<u32>(block, B_PHYSICAL) >>> 12 == frame ? B_NEXT : B_NEXT_SECOND;
}
function mark(page: usize, frame: u32, block: usize): void {
  for (let g = firstIn(block, frame) >>> 4, last = (endIn(block, frame) - 1) >>> 4; g <= last; g++) {
    const at = page + C_GRANULES + (g >>> 3);
    store<u8>(at, <u8>(<u32>load<u8>(at) | (1 << (g & 7))));
  }
}

/**
 * Bytes are about to change in a page with code: drop the blocks made from them. The bytes lie in one page.
 * Holds for the running block too: its remaining records become bridges, so the very next instruction is decoded anew.
 */
export function codeWritten(physical: u32, bytes: u32): void {
  const frame = physical >>> 12, page: usize = load<u32>(CODE_PAGES + (frame << 2));
  if (!page) return;
  const first = physical & 0xfff, end = first + bytes;
  let hit = false;
  for (let g = first >>> 4; g <= (end - 1) >>> 4; g++) {
    if ((<u32>load<u8>(page + C_GRANULES + (g >>> 3)) >>> (g & 7)) & 1) { hit = true; break; }
  }
  if (!hit) return;
  memory.fill(page + C_GRANULES, 0, 32);
  let kept: usize = 0, block: usize = load<u32>(page, C_BLOCKS);
  while (block) {
    const following: usize = load<u32>(block + linkIn(block, frame));
    if (firstIn(block, frame) < end && endIn(block, frame) > first) {
      dropFromOther(block, frame);
      drop(block);
    } else {
      store<u32>(block + linkIn(block, frame), <u32>kept);
      kept = block;
      mark(page, frame, block);
    }
    block = following;
  }
  store<u32>(page, <u32>kept, C_BLOCKS);
  // With no code left the page could be written at full speed again; but a page that is rewritten is
  // often executed again, so it stays watched until its frame's translation is next filled.
  if (!kept) store<u32>(FRAMES + (frame << 2), load<u32>(FRAMES + (frame << 2)) & ~FRAME_CODE);
}
/** Take a block that straddles two pages off the list of the page that was not written. */
function dropFromOther(block: usize, frame: u32): void {
  const own = load<u32>(block, B_PHYSICAL) >>> 12, second = load<u32>(block, B_SECOND);
  if (!straddles(block) || fillsOneFrame(block)) return;
  const other = own == frame ? second >>> 12 : own;
  const page: usize = load<u32>(CODE_PAGES + (other << 2));
  if (!page) return;
  let previous: usize = page + C_BLOCKS;
  for (let b: usize = load<u32>(previous); b; b = load<u32>(previous)) {
    const link = b + linkIn(b, other);
    if (b == block) { store<u32>(previous, load<u32>(link)); return; }
    previous = link;
  }
}
/** Turn every record into a bridge: whoever still links to one, or stands in front of one, looks its EIP up. */
function drop(block: usize): void {
  leaveIndex(block);
  const hot = load<u16>(HOT + CASE_bridge * 2);
  for (let i: u32 = 0, n = load<u32>(block, B_RECORDS); i < n; i++) {
    const record = block + BLOCK + i * RECORD;
    store<u16>(record, hot, R_CASE);
    store<u16>(record, <u16>CASE_bridge, R_SLOW_CASE);
    store<u8>(record, 0, R_KIND);
    store<u8>(record, load<u8>(record, R_POSITION), R_COUNT);
  }
  forgetJump(load<u32>(block, B_EIP));
}
/** A jump cache entry that leads to a bridge would lead back to itself. */
function forgetJump(eip: u32): void {
  const at = (eip & (JUMP_ENTRIES - 1)) * JUMP_ENTRY, never = at == 0 ? 1 : 0;
  store<u32>(JUMPS_SUPERVISOR + at, never);
  store<u32>(JUMPS_USER + at, never);
}
