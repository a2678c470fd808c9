// Linear to physical: the page walk, and what it leaves in the translation caches. SDM 3A, chapter 4.
//
// Two caches, one for ring 3 and one for the rest, so that changing rings empties neither. A cache entry
// carries a write tag only when nothing needs to know of the write: the page is dirty already, its frame
// is plain RAM, no decoded code and no descriptor that somebody remembers lies there, and the host has no copy to keep.
import {
  CR0, CR2, CR3, CR4, CPL, GENERATION, TLB_SUPERVISOR, TLB_USER, TLB_ENTRIES, TLB_ENTRY, TLB_NEVER, T_READ, T_WRITE, T_ADDEND,
  T_FRAME, REMEMBERED_PAGES, REMEMBERED_PAGES_BYTES, FRAMES, FRAME_MEMORY, FRAME_WRITABLE, FRAME_MMIO, FRAME_CODE, FRAME_TABLES, FRAME_SAVED,
} from './layout';
import { raise, faulted, PF_VECTOR } from './fault';
import { tlbEntryOf } from './tlb';
import { codeWritten, forgetJumps } from './blocks';
import { isWatched } from './watch';
import { isPageWatched } from './debug';
@external('env', 'mmioRead') declare function mmioRead(address: u32, width: u32): u32;
@external('env', 'mmioWrite') declare function mmioWrite(address: u32, value: u32, width: u32): void;

export const PAGE: u32 = 0x1000, PAGE_MASK: u32 = 0xfffff000, IN_PAGE: u32 = 0xfff;
export const CR0_PE: u32 = 1, CR0_WP: u32 = 1 << 16, CR0_PG: u32 = 1 << 31;
export const CR4_PSE: u32 = 1 << 4;

/** What is asked of a page: the bits of a page fault's error code (SDM 3A, figure 4-12). */
export const ACCESS_READ: u32 = 0, ACCESS_WRITE: u32 = 2, ACCESS_USER: u32 = 4;
const PRESENT: u32 = 1, WRITABLE: u32 = 2, USER: u32 = 4, ACCESSED: u32 = 0x20, DIRTY: u32 = 0x40, LARGE: u32 = 0x80;

/** ACCESS_USER when the program runs in ring 3. */
@inline export function userAccess(): u32 { return load<u32>(CPL) == 3 ? ACCESS_USER : 0; }
/** The translation cache for accesses made with this ACCESS_USER bit. */
@inline export function cacheFor(access: u32): u32 { return access & ACCESS_USER ? TLB_USER : TLB_SUPERVISOR; }

// ---- physical memory

@inline export function frameOf(physical: u32): u32 { return load<u32>(FRAMES + ((physical >>> 12) << 2)); }
@inline function hostOf(frame: u32, physical: u32): usize { return (frame & PAGE_MASK) | (physical & IN_PAGE); }

/** 1, 2 or 4 bytes that lie in one page. Where nothing is, the bus floats high. */
export function readPhysical(physical: u32, bytes: u32): u32 {
  const frame = frameOf(physical);
  if (frame & FRAME_MEMORY) {
    const at = hostOf(frame, physical);
    return bytes == 4 ? load<u32>(at) : bytes == 2 ? <u32>load<u16>(at) : <u32>load<u8>(at);
  }
  if (frame & FRAME_MMIO) return mmioRead(physical, bytes);
  return 0xffffffff;
}
/** The frame is about to differ from the copy that the host has of it. */
export function forgetSaved(physical: u32): void { store<u32>(FRAMES + ((physical >>> 12) << 2), frameOf(physical) & ~FRAME_SAVED); }
/** The same for writing. ROM and the void swallow what is written to them. */
export function writePhysical(physical: u32, value: u32, bytes: u32): void {
  const frame = frameOf(physical);
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

// ---- the walk

function pageFault(linear: u32, access: u32, present: u32): u32 {
  if (faulted()) return 0; // CR2 belongs to the first
  store<u32>(CR2, linear);
  raise(PF_VECTOR, access | present);
  return 0;
}
/** SDM 3A, 4.6: may a page with these combined rights be used so? Ring 0 writes read-only pages unless CR0.WP. */
@inline function permitted(rights: u32, access: u32): bool {
  if (access & ACCESS_USER && !(rights & USER)) return false;
  return !(access & ACCESS_WRITE) || (rights & WRITABLE) != 0 || (!(access & ACCESS_USER) && !(load<u32>(CR0) & CR0_WP));
}
@inline function mark(at: u32, entry: u32, bits: u32): void {
  if ((entry & bits) != bits) writePhysical(at, entry | bits, 4);
}

/** Remember a page in the cache for this privilege. `writable`: by its rights, and dirty already. */
function fill(linear: u32, physical: u32, access: u32, writable: bool): void {
  const frame = frameOf(physical), page = linear & PAGE_MASK, entry = tlbEntryOf(cacheFor(access), linear);
  if (!(frame & FRAME_MEMORY) || isPageWatched(linear)) { store<u64>(entry, <u64>TLB_NEVER << 32 | TLB_NEVER, T_READ); return; }
  const plain = (frame & (FRAME_WRITABLE | FRAME_CODE | FRAME_TABLES | FRAME_SAVED)) == FRAME_WRITABLE;
  store<u32>(entry, page, T_READ);
  store<u32>(entry, writable && plain ? page : TLB_NEVER, T_WRITE);
  store<u32>(entry, (frame & PAGE_MASK) - page, T_ADDEND);
  store<u32>(entry, physical & PAGE_MASK, T_FRAME);
}

/**
 * The physical address for a linear one, for an access of the given kind (ACCESS_ bits).
 * Sets accessed and dirty bits, fills the translation cache. Raises #PF, and then returns 0.
 */
export function translate(linear: u32, access: u32): u32 {
  if (!(load<u32>(CR0) & CR0_PG)) {
    fill(linear, linear, access, true);
    return linear;
  }
  const directory = (load<u32>(CR3) & PAGE_MASK) + ((linear >>> 22) << 2), pde = readPhysical(directory, 4);
  if (!(pde & PRESENT)) return pageFault(linear, access, 0);
  // SDM 3A, 4.3: with CR4.PSE a directory entry may map 4 MB itself.
  if (pde & LARGE && load<u32>(CR4) & CR4_PSE) {
    if (!permitted(pde, access)) return pageFault(linear, access, PRESENT);
    mark(directory, pde, access & ACCESS_WRITE ? ACCESSED | DIRTY : ACCESSED);
    const physical = (pde & 0xffc00000) | (linear & 0x3fffff);
    fill(linear, physical, access, permitted(pde, access | ACCESS_WRITE) && (access & ACCESS_WRITE || pde & DIRTY) != 0);
    return physical;
  }
  const table = (pde & PAGE_MASK) + (((linear >>> 12) & 0x3ff) << 2), pte = readPhysical(table, 4);
  if (!(pte & PRESENT)) return pageFault(linear, access, 0);
  // SDM 3A, 4.6.1: a right must be given by both levels.
  const rights = pde & pte;
  if (!permitted(rights, access)) return pageFault(linear, access, PRESENT);
  // SDM 3A, 4.8: accessed at every level used, dirty at the last when writing.
  mark(directory, pde, ACCESSED);
  mark(table, pte, access & ACCESS_WRITE ? ACCESSED | DIRTY : ACCESSED);
  const physical = (pte & PAGE_MASK) | (linear & IN_PAGE);
  fill(linear, physical, access, permitted(rights, access | ACCESS_WRITE) && (access & ACCESS_WRITE || pte & DIRTY) != 0);
  return physical;
}

/** The physical address for an instruction fetch at the current privilege. Raises #PF, and then returns 0. */
export function fetchAddress(linear: u32): u32 {
  const access = userAccess(), entry = tlbEntryOf(cacheFor(access), linear);
  if (load<u32>(entry, T_READ) == (linear & PAGE_MASK)) return load<u32>(entry, T_FRAME) | (linear & IN_PAGE);
  return translate(linear, access);
}

/** Where a linear address leads, as the tables stand, without any effect: the physical address, or -1. */
export function probe(linear: u32): f64 {
  if (!(load<u32>(CR0) & CR0_PG)) return <f64>linear;
  const pde = peekTable((load<u32>(CR3) & PAGE_MASK) + ((linear >>> 22) << 2));
  if (!(pde & PRESENT)) return -1;
  if (pde & LARGE && load<u32>(CR4) & CR4_PSE) return <f64>((pde & 0xffc00000) | (linear & 0x3fffff));
  const pte = peekTable((pde & PAGE_MASK) + (((linear >>> 12) & 0x3ff) << 2));
  return pte & PRESENT ? <f64>((pte & PAGE_MASK) | (linear & IN_PAGE)) : -1;
}
/** A table entry for probe(): a chip must not notice that somebody looked, so what isn't memory is "not present". */
function peekTable(physical: u32): u32 {
  const frame = frameOf(physical);
  return frame & FRAME_MEMORY ? load<u32>(hostOf(frame, physical)) : 0;
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

/** Empty both translation caches, and whatever was remembered through them. For mov cr3, cr0.pg and the like. */
export function flushTranslations(): void {
  memory.fill(TLB_SUPERVISOR, <u8>TLB_NEVER, 2 * TLB_ENTRIES * TLB_ENTRY); // any tag with low bits set matches nothing
  forgetRemembered();
}
/** INVLPG: forget one page, whatever its privilege. */
export function flushPage(linear: u32): void {
  store<u64>(tlbEntryOf(TLB_SUPERVISOR, linear), <u64>TLB_NEVER << 32 | TLB_NEVER, T_READ);
  store<u64>(tlbEntryOf(TLB_USER, linear), <u64>TLB_NEVER << 32 | TLB_NEVER, T_READ);
  // Mostly it is a page of data, of which nothing is remembered.
  if ((<u32>load<u8>(rememberedByte(linear)) >>> ((linear >>> 12) & 7)) & 1) forgetRemembered();
}
/** From now on writes to this frame (given by its physical address) take the slow way, where they are noticed. */
export function protectFrame(physicalPage: u32): void {
  for (let i: u32 = 0; i < 2 * TLB_ENTRIES * TLB_ENTRY; i += TLB_ENTRY) {
    if (load<u32>(TLB_SUPERVISOR + i, T_FRAME) == physicalPage) store<u32>(TLB_SUPERVISOR + i, TLB_NEVER, T_WRITE);
  }
}
