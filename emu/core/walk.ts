// The page walk. SDM 3A, 4.3 (32-bit paging) and 4.4 (PAE paging).
//
// walk() follows the tables for one access and says, in the variables below, what page it found; it sets accessed and
// dirty bits, and raises #PF. What is remembered of a page is the business of paging.ts.
import { CR0, CR2, CR3, CR4, DIRECTORY_POINTERS, EFER, FRAME_MEMORY } from './layout';
import { raise, faulted, PF_VECTOR } from './fault';
import { EFER_NXE } from './model';
import {
  readPhysical, writePhysical, frameOf, hostOf, ACCESS_FETCH, ACCESS_USER, ACCESS_WRITE, CR0_WP, CR4_PAE, CR4_PGE, CR4_PSE, IN_PAGE,
  MARK_GLOBAL, MARK_LARGE, MARK_NO_EXECUTE, PAGE_MASK,
} from './paging';

// Entries. SDM 3A, tables 4-4 to 4-6 and 4-8 to 4-11; of PAE entries the low dword.
const PRESENT: u32 = 1, WRITABLE: u32 = 2, USER: u32 = 4, ACCESSED: u32 = 0x20, DIRTY: u32 = 0x40, LARGE: u32 = 0x80, GLOBAL: u32 = 0x100;
/** High dword of a PAE entry. */
const NO_EXECUTE: u32 = 1 << 31;
/** Reserved without PSE-36: bits 13 to 21 of what maps 4 MB, 13 to 20 of what maps 2 MB. Bit 12 is the PAT's. */
const RESERVED_4MB: u32 = 0x3fe000, RESERVED_2MB: u32 = 0x1fe000;
/** Error code bits besides those of the access. SDM 3A, figure 4-12. */
const CODE_RESERVED: u32 = 8;

/** The page found: the address's place in physical memory, rights that all levels give, MARK_ bits, and whether it is dirty already. */
export let physical: u32 = 0, rights: u32 = 0, marks: u32 = 0, isDirty: bool = false;

@inline function executeDisable(): bool { return (load<u32>(EFER) & EFER_NXE) != 0; }

/** SDM 3A, 4.7: I/D tells a fetch where pages may be marked not executable. */
function pageFault(linear: u32, access: u32, reason: u32): bool {
  if (faulted()) return false; // CR2 belongs to the first
  store<u32>(CR2, linear);
  const fetch = load<u32>(CR4) & CR4_PAE && executeDisable() ? access & ACCESS_FETCH : 0;
  raise(PF_VECTOR, (access & ~ACCESS_FETCH) | fetch | reason);
  return false;
}
/** SDM 3A, 4.6: may a page with these combined rights be used so? Ring 0 writes read-only pages unless CR0.WP. */
export function permits(rights: u32, access: u32): bool {
  if (access & ACCESS_USER && !(rights & USER)) return false;
  return !(access & ACCESS_WRITE) || (rights & WRITABLE) != 0 || (!(access & ACCESS_USER) && !(load<u32>(CR0) & CR0_WP));
}
@inline function mark(at: u32, entry: u32, bits: u32): void {
  if ((entry & bits) != bits) writePhysical(at, entry | bits, 4);
}

/**
 * The entry that maps the page, at last. `upper` and `upperAt`: the directory entry above it, which counts as used only
 * when the access is permitted; `inPage`: the address bits that the page leaves alone.
 */
function arrive(linear: u32, access: u32, upper: u32, upperAt: u32, entry: u32, at: u32, inPage: u32, noExecute: bool): bool {
  // SDM 3A, 4.6.1: a right must be given by every level.
  rights = upper & entry;
  if (!permits(rights, access) || (noExecute && access & ACCESS_FETCH)) return pageFault(linear, access, PRESENT);
  // SDM 3A, 4.8: accessed at every level used, dirty at the last when writing.
  mark(upperAt, upper, ACCESSED);
  mark(at, entry, access & ACCESS_WRITE ? ACCESSED | DIRTY : ACCESSED);
  physical = (entry & PAGE_MASK & ~inPage) | (linear & inPage);
  isDirty = ((access & ACCESS_WRITE) | (entry & DIRTY)) != 0;
  marks = (noExecute ? MARK_NO_EXECUTE : 0) | (entry & GLOBAL && load<u32>(CR4) & CR4_PGE ? MARK_GLOBAL : 0)
    | (inPage == IN_PAGE ? 0 : MARK_LARGE);
  return true;
}

function walkTwoLevels(linear: u32, access: u32): bool {
  const directory = (load<u32>(CR3) & PAGE_MASK) + ((linear >>> 22) << 2), pde = readPhysical(directory, 4);
  if (!(pde & PRESENT)) return pageFault(linear, access, 0);
  // SDM 3A, 4.3: with CR4.PSE a directory entry may map 4 MB itself.
  if (pde & LARGE && load<u32>(CR4) & CR4_PSE) {
    if (pde & RESERVED_4MB) return pageFault(linear, access, PRESENT | CODE_RESERVED);
    return arrive(linear, access, pde, directory, pde, directory, 0x3fffff, false);
  }
  const table = (pde & PAGE_MASK) + (((linear >>> 12) & 0x3ff) << 2), pte = readPhysical(table, 4);
  if (!(pte & PRESENT)) return pageFault(linear, access, 0);
  return arrive(linear, access, pde, directory, pte, table, IN_PAGE, false);
}

/** SDM 3A, 4.4.2: with 32 bits of physical address the high dword is reserved, but for NX where that is enabled. */
@inline function isReserved(high: u32): bool { return (high & (executeDisable() ? ~NO_EXECUTE : 0xffffffff)) != 0; }

function walkThreeLevels(linear: u32, access: u32): bool {
  const pointer = load<u32>(DIRECTORY_POINTERS + (linear >>> 30) * 8);
  if (!(pointer & PRESENT)) return pageFault(linear, access, 0);
  const directory = (pointer & PAGE_MASK) + (((linear >>> 21) & 0x1ff) << 3), pde = readPhysical(directory, 4);
  if (!(pde & PRESENT)) return pageFault(linear, access, 0);
  const high = readPhysical(directory + 4, 4);
  if (isReserved(high)) return pageFault(linear, access, PRESENT | CODE_RESERVED);
  if (pde & LARGE) {
    if (pde & RESERVED_2MB) return pageFault(linear, access, PRESENT | CODE_RESERVED);
    return arrive(linear, access, pde, directory, pde, directory, 0x1fffff, (high & NO_EXECUTE) != 0);
  }
  const table = (pde & PAGE_MASK) + (((linear >>> 12) & 0x1ff) << 3), pte = readPhysical(table, 4);
  if (!(pte & PRESENT)) return pageFault(linear, access, 0);
  const last = readPhysical(table + 4, 4);
  if (isReserved(last)) return pageFault(linear, access, PRESENT | CODE_RESERVED);
  // SDM 3A, 4.6: no execution when any level says so.
  return arrive(linear, access, pde, directory, pte, table, IN_PAGE, ((high | last) & NO_EXECUTE) != 0);
}

/** Find the page for an access of the given kind (ACCESS_ bits). False with #PF raised. Paging must be on. */
export function walk(linear: u32, access: u32): bool {
  return load<u32>(CR4) & CR4_PAE ? walkThreeLevels(linear, access) : walkTwoLevels(linear, access);
}

/** SDM 3A, 4.4.1: the four pointers are read once, here. False, and nothing changed, when a reserved bit is set: #GP(0). */
export function loadDirectoryPointers(cr3: u32): bool {
  const table = cr3 & 0xffffffe0;
  for (let i: u32 = 0; i < 4; i++) {
    const low = readPhysical(table + i * 8, 4), high = readPhysical(table + i * 8 + 4, 4);
    if (low & PRESENT && (low & 0x1e6) | high) return false;
  }
  for (let i: u32 = 0; i < 4; i++) store<u32>(DIRECTORY_POINTERS + i * 8, readPhysical(table + i * 8, 4));
  return true;
}

/** Where a linear address leads, as the tables stand, without any effect: the physical address, or -1. */
export function follow(linear: u32): f64 {
  if (load<u32>(CR4) & CR4_PAE) {
    const pointer = load<u32>(DIRECTORY_POINTERS + (linear >>> 30) * 8);
    const pde = pointer & PRESENT ? peek((pointer & PAGE_MASK) + (((linear >>> 21) & 0x1ff) << 3)) : 0;
    if (pde & LARGE) return pde & PRESENT ? <f64>((pde & 0xffe00000) | (linear & 0x1fffff)) : -1;
    return pde & PRESENT ? end(linear, peek((pde & PAGE_MASK) + (((linear >>> 12) & 0x1ff) << 3))) : -1;
  }
  const pde = peek((load<u32>(CR3) & PAGE_MASK) + ((linear >>> 22) << 2));
  if (!(pde & PRESENT)) return -1;
  if (pde & LARGE && load<u32>(CR4) & CR4_PSE) return <f64>((pde & 0xffc00000) | (linear & 0x3fffff));
  return end(linear, peek((pde & PAGE_MASK) + (((linear >>> 12) & 0x3ff) << 2)));
}
function end(linear: u32, pte: u32): f64 { return pte & PRESENT ? <f64>((pte & PAGE_MASK) | (linear & IN_PAGE)) : -1; }
/** A chip must not notice that somebody looked, so what isn't memory is "not present". */
function peek(at: u32): u32 {
  const frame = frameOf(at);
  return frame & FRAME_MEMORY ? load<u32>(hostOf(frame, at)) : 0;
}
