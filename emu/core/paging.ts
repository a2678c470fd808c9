// Linear to physical: the page walk, and what it leaves in the translation caches. SDM 3A, chapter 4.
//
// Two caches, one for ring 3 and one for the rest, so that changing rings empties neither. A cache entry
// carries a write tag only when nothing needs to know of the write: the page is dirty already, its frame
// is plain RAM, no decoded code and no descriptor that somebody remembers lies there, and the host has no copy to keep.
import {
  A20_MASKED, CR0, CR4, CPL, GENERATION, TLB_SUPERVISOR, TLB_USER, TLB_ENTRIES, TLB_ENTRY, TLB_NEVER, T_READ, T_WRITE, T_ADDEND,
  T_FRAME, REMEMBERED_PAGES, REMEMBERED_PAGES_BYTES, FRAMES, FRAME_MEMORY, FRAME_WRITABLE, FRAME_MMIO, FRAME_CODE, FRAME_TABLES, FRAME_SAVED, FRAME_HEARD,
} from './layout';
import { tlbEntryOf } from './tlb';
import { codeWritten, forgetJumps } from './blocks';
import { walk, follow, permits, physical, rights, marks, isDirty } from './walk';
import { isWatched } from './watch';
import { isPageWatched } from './debug';
@external('env', 'mmioRead') declare function mmioRead(address: u32, width: u32): u32;
@external('env', 'mmioWrite') declare function mmioWrite(address: u32, value: u32, width: u32): void;

export const PAGE: u32 = 0x1000, PAGE_MASK: u32 = 0xfffff000, IN_PAGE: u32 = 0xfff;
export const CR0_PE: u32 = 1, CR0_WP: u32 = 1 << 16, CR0_PG: u32 = 1 << 31;
export const CR4_PSE: u32 = 1 << 4, CR4_PAE: u32 = 1 << 5, CR4_PGE: u32 = 1 << 7;

/** What is asked of a page: the bits of a page fault's error code (SDM 3A, figure 4-12). */
export const ACCESS_READ: u32 = 0, ACCESS_WRITE: u32 = 2, ACCESS_USER: u32 = 4, ACCESS_FETCH: u32 = 16;
/** What T_FRAME says of a page besides its place: it survives mov cr3; nothing may be fetched there; it is part of a larger one. */
export const MARK_GLOBAL: u32 = 1, MARK_NO_EXECUTE: u32 = 2, MARK_LARGE: u32 = 4;

/** ACCESS_USER when the program runs in ring 3. */
@inline export function userAccess(): u32 { return load<u32>(CPL) == 3 ? ACCESS_USER : 0; }
/** The translation cache for accesses made with this ACCESS_USER bit. */
@inline export function cacheFor(access: u32): u32 { return access & ACCESS_USER ? TLB_USER : TLB_SUPERVISOR; }

// ---- physical memory

@inline export function frameOf(physical: u32): u32 { return load<u32>(FRAMES + ((physical >>> 12) << 2)); }
@inline export function hostOf(frame: u32, physical: u32): usize { return (frame & PAGE_MASK) | (physical & IN_PAGE); }

/** 1, 2 or 4 bytes that lie in one page. Where nothing is, the bus floats high. */
export function readPhysical(address: u32, bytes: u32): u32 {
  const physical = address & ~load<u32>(A20_MASKED), frame = frameOf(physical);
  if ((frame & (FRAME_MEMORY | FRAME_HEARD)) == FRAME_MEMORY) {
    const at = hostOf(frame, physical);
    return bytes == 4 ? load<u32>(at) : bytes == 2 ? <u32>load<u16>(at) : <u32>load<u8>(at);
  }
  if (frame & FRAME_MMIO) return mmioRead(physical, bytes);
  return 0xffffffff;
}
/** The frame is about to differ from the copy that the host has of it. */
export function forgetSaved(physical: u32): void { store<u32>(FRAMES + ((physical >>> 12) << 2), frameOf(physical) & ~FRAME_SAVED); }
/** The same for writing. ROM and the void swallow what is written to them. */
export function writePhysical(address: u32, value: u32, bytes: u32): void {
  const physical = address & ~load<u32>(A20_MASKED), frame = frameOf(physical);
  if (frame & FRAME_WRITABLE) {
    if (frame & FRAME_CODE) codeWritten(physical, bytes);
    if (frame & FRAME_TABLES && isWatched(physical, bytes)) store<u32>(GENERATION, load<u32>(GENERATION) + 1);
    if (frame & FRAME_SAVED) forgetSaved(physical);
    const at = hostOf(frame, physical);
    if (bytes == 4) store<u32>(at, value);
    else if (bytes == 2) store<u16>(at, <u16>value);
    else store<u8>(at, <u8>value);
  } else if (frame & FRAME_MMIO) mmioWrite(physical, value, bytes);
}

// ---- the translation caches

/** Remember a page in the cache for this privilege. `writable`: by its rights, and dirty already. */
function fill(linear: u32, physical: u32, access: u32, writable: bool, marks: u32): void {
  const frame = frameOf(physical), page = linear & PAGE_MASK, entry = tlbEntryOf(cacheFor(access), linear);
  if ((frame & (FRAME_MEMORY | FRAME_HEARD)) != FRAME_MEMORY || isPageWatched(linear)) { store<u64>(entry, <u64>TLB_NEVER << 32 | TLB_NEVER, T_READ); return; }
  const plain = (frame & (FRAME_WRITABLE | FRAME_CODE | FRAME_TABLES | FRAME_SAVED)) == FRAME_WRITABLE;
  store<u32>(entry, page, T_READ);
  store<u32>(entry, writable && plain ? page : TLB_NEVER, T_WRITE);
  store<u32>(entry, (frame & PAGE_MASK) - page, T_ADDEND);
  store<u32>(entry, (physical & PAGE_MASK) | marks, T_FRAME);
  if (marks & MARK_LARGE) holdsLarge = true;
}

/**
 * The physical address for a linear one, for an access of the given kind (ACCESS_ bits).
 * Sets accessed and dirty bits, fills the translation cache. Raises #PF, and then returns 0.
 */
export function translate(linear: u32, access: u32): u32 {
  if (!(load<u32>(CR0) & CR0_PG)) {
    const same = linear & ~load<u32>(A20_MASKED);
    fill(linear, same, access, true, 0);
    return same;
  }
  if (!walk(linear, access)) return 0;
  const found = physical & ~load<u32>(A20_MASKED);
  fill(linear, found, access, isDirty && permits(rights, (access & ~ACCESS_FETCH) | ACCESS_WRITE), marks);
  return found;
}

/** The physical address for an instruction fetch at the current privilege. Raises #PF, and then returns 0. */
export function fetchAddress(linear: u32): u32 {
  const access = userAccess(), entry = tlbEntryOf(cacheFor(access), linear), frame = load<u32>(entry, T_FRAME);
  if (load<u32>(entry, T_READ) == (linear & PAGE_MASK) && !(frame & MARK_NO_EXECUTE)) return (frame & PAGE_MASK) | (linear & IN_PAGE);
  return translate(linear, access | ACCESS_FETCH);
}

/** Where a linear address leads, as the tables stand, without any effect: the physical address, or -1. */
export function probe(linear: u32): f64 {
  const found = load<u32>(CR0) & CR0_PG ? follow(linear) : <f64>linear;
  return found < 0 ? found : <f64>(<u32>found & ~load<u32>(A20_MASKED));
}

// ---- forgetting

/** Something is about to be remembered that was found through this address's mapping. */
export function rememberPage(linear: u32): void {
  const at = rememberedByte(linear);
  store<u8>(at, <u8>(<u32>load<u8>(at) | (1 << ((linear >>> 12) & 7))));
}
@inline function rememberedByte(linear: u32): usize { return REMEMBERED_PAGES + ((linear >>> 15) & (REMEMBERED_PAGES_BYTES - 1)); }
/** Jumps are remembered by EIP, descriptors by selector and gates by vector, but all were found by linear address. */
function forgetRemembered(): void {
  memory.fill(REMEMBERED_PAGES, 0, REMEMBERED_PAGES_BYTES);
  store<u32>(GENERATION, load<u32>(GENERATION) + 1);
  forgetJumps();
}

/** Does some entry hold part of a page of 2 or 4 MB? */
let holdsLarge = false;

/** Empty both translation caches, and whatever was remembered through them. For cr0.pg and the like. */
export function flushTranslations(): void {
  memory.fill(TLB_SUPERVISOR, <u8>TLB_NEVER, 2 * TLB_ENTRIES * TLB_ENTRY); // any tag with low bits set matches nothing
  holdsLarge = false;
  forgetRemembered();
}
@inline function forgetEntry(entry: usize): void { store<u64>(entry, <u64>TLB_NEVER << 32 | TLB_NEVER, T_READ); }
/** A new directory. SDM 3A, 4.10.4.1: with CR4.PGE, mov cr3 keeps what global pages' entries said. */
export function flushDirectory(): void {
  if (!(load<u32>(CR4) & CR4_PGE)) { flushTranslations(); return; }
  for (let i: u32 = 0; i < 2 * TLB_ENTRIES * TLB_ENTRY; i += TLB_ENTRY) {
    if (!(load<u32>(TLB_SUPERVISOR + i, T_FRAME) & MARK_GLOBAL)) forgetEntry(TLB_SUPERVISOR + i);
  }
  forgetRemembered();
}
/** INVLPG: forget one page, whatever its privilege. */
export function flushPage(linear: u32): void {
  forgetEntry(tlbEntryOf(TLB_SUPERVISOR, linear));
  forgetEntry(tlbEntryOf(TLB_USER, linear));
  if (holdsLarge) { flushLarge(linear); return; }
  // Mostly it is a page of data, of which nothing is remembered.
  if ((<u32>load<u8>(rememberedByte(linear)) >>> ((linear >>> 12) & 7)) & 1) forgetRemembered();
}
/** SDM 3A, 4.10.4.1: of a large page every entry goes, whichever of its addresses was named. */
function flushLarge(linear: u32): void {
  for (let i: u32 = 0; i < 2 * TLB_ENTRIES * TLB_ENTRY; i += TLB_ENTRY) {
    const entry = TLB_SUPERVISOR + i;
    if (load<u32>(entry, T_FRAME) & MARK_LARGE && (load<u32>(entry, T_READ) ^ linear) >>> 22 == 0) forgetEntry(entry);
  }
  forgetRemembered();
}
/** From now on writes to this frame (given by its physical address) take the slow way, where they are noticed. */
export function protectFrame(physicalPage: u32): void {
  for (let i: u32 = 0; i < 2 * TLB_ENTRIES * TLB_ENTRY; i += TLB_ENTRY) {
    if ((load<u32>(TLB_SUPERVISOR + i, T_FRAME) & PAGE_MASK) == physicalPage) store<u32>(TLB_SUPERVISOR + i, TLB_NEVER, T_WRITE);
  }
}
