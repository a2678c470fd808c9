// Segment registers: descriptors, the checks on loading one, and what follows from what is loaded.
// SDM 3A, chapters 3.4 and 5.
//
// Descriptors read are remembered by selector, good while GENERATION stands: see watch.ts.
import {
  S_SELECTOR, S_BASE, S_LIMIT, S_ACCESS, S_USABLE, ES, CS, SS, DS, GS, LDTR, GDT_BASE, GDT_LIMIT, GENERATION, CS_GENERATION, CPL,
  MODE, MODE_CODE32, MODE_STACK32, MODE_FLAT, TLB, TLB_SUPERVISOR, TLB_USER, JUMPS, JUMPS_SUPERVISOR, JUMPS_USER, CR0, EFLAGS,
} from './layout';
import { raise, faulted, GP, NP, SS_FAULT } from './fault';
import {
  readSystem, writeSystem, segmentAt, ACCESS_TYPE_CODE, ACCESS_CONFORMING, ACCESS_READABLE, ACCESS_WRITABLE, ACCESS_BIG,
} from './memory';
import { CR0_PE } from './paging';
import { watchDescriptor } from './watch';
import { forgetJumps } from './blocks';

export const FLAG_TF: u32 = 1 << 8, FLAG_IF: u32 = 1 << 9, FLAG_DF: u32 = 1 << 10, FLAG_IOPL: u32 = 3 << 12, FLAG_NT: u32 = 1 << 14;
export const FLAG_RF: u32 = 1 << 16, FLAG_VM: u32 = 1 << 17, FLAG_AC: u32 = 1 << 18, FLAG_VIF: u32 = 1 << 19, FLAG_VIP: u32 = 1 << 20;
export const FLAG_ID: u32 = 1 << 21;

// ---- a descriptor, as its two dwords. SDM 3A, figure 3-8. `high` is also what S_ACCESS keeps a part of.

/** The dwords of the descriptor last read by readDescriptor. */
export let low: u32 = 0, high: u32 = 0;

export const PRESENT: u32 = 1 << 15, NOT_SYSTEM: u32 = 1 << 12, ACCESSED: u32 = 1 << 8;
export const KEPT_IN_CACHE: u32 = 0x00f0ff00, GRANULAR: u32 = 1 << 23, EXPAND_DOWN: u32 = 1 << 10;
/** Types of system descriptors, bits 8 to 11. SDM 3A, table 3-2. */
export const TYPE_TSS16: u32 = 1, TYPE_LDT: u32 = 2, TYPE_TSS16_BUSY: u32 = 3, TYPE_CALL16: u32 = 4, TYPE_TASK_GATE: u32 = 5;
export const TYPE_TSS32: u32 = 9, TYPE_TSS32_BUSY: u32 = 11, TYPE_CALL32: u32 = 12;

@inline export function dplOf(h: u32): u32 { return (h >>> 13) & 3; }
@inline export function typeOf(h: u32): u32 { return (h >>> 8) & 15; }
@inline export function isPresent(h: u32): bool { return (h & PRESENT) != 0; }
@inline export function isSystem(h: u32): bool { return (h & NOT_SYSTEM) == 0; }
@inline export function isCode(h: u32): bool { return (h & (NOT_SYSTEM | ACCESS_TYPE_CODE)) == (NOT_SYSTEM | ACCESS_TYPE_CODE); }
@inline export function isConforming(h: u32): bool { return (h & ACCESS_CONFORMING) != 0; }
@inline export function isWritableData(h: u32): bool {
  return (h & (NOT_SYSTEM | ACCESS_TYPE_CODE | ACCESS_WRITABLE)) == (NOT_SYSTEM | ACCESS_WRITABLE);
}
@inline export function baseOf(l: u32, h: u32): u32 { return (l >>> 16) | ((h & 0xff) << 16) | (h & 0xff000000); }
@inline export function limitOf(l: u32, h: u32): u32 {
  const limit = (l & 0xffff) | (h & 0xf0000);
  return h & GRANULAR ? (limit << 12) | 0xfff : limit;
}

@inline export function isNull(selector: u32): bool { return (selector & 0xfffc) == 0; }
@inline export function rplOf(selector: u32): u32 { return selector & 3; }
/** SDM 3A, 6.13: the error code that names a selector. */
@inline export function selectorCode(selector: u32): u32 { return selector & 0xfffc; }
@inline export function isProtected(): bool { return (load<u32>(CR0) & CR0_PE) != 0; }
@inline export function isVirtual8086(): bool { return (load<u32>(EFLAGS) & FLAG_VM) != 0; }
/** Real mode and virtual-8086: a selector is its base's paragraph number, and nothing is checked. */
@inline export function isRealStyle(): bool { return !isProtected() || isVirtual8086(); }

// ---- reading descriptors

const REMEMBERED: u32 = 0x3000, REMEMBERED_ENTRIES: u32 = 128, REMEMBERED_ENTRY: u32 = 16; // generation, selector, low, high
@inline export function rememberedAt(selector: u32): usize { return REMEMBERED + ((selector >>> 3) & (REMEMBERED_ENTRIES - 1)) * REMEMBERED_ENTRY; }

/** Where the selector's descriptor is, or 0xffffffff when beyond its table. */
function descriptorAt(selector: u32): u32 {
  if (!(selector & 4)) return (selector | 7) > load<u32>(GDT_LIMIT) ? 0xffffffff : load<u32>(GDT_BASE) + (selector & 0xfff8);
  const ldt = segmentAt(LDTR);
  if (!load<u32>(ldt, S_USABLE) || (selector | 7) > load<u32>(ldt, S_LIMIT)) return 0xffffffff;
  return load<u32>(ldt, S_BASE) + (selector & 0xfff8);
}
/**
 * Read the selector's descriptor into low and high.
 * Beyond the table's limit it raises `vector` with the selector | `external` as the code; the read itself may raise #PF.
 */
export function readDescriptor(selector: u32, vector: u32, external: u32): bool {
  const entry = rememberedAt(selector), key = selector & 0xfffc;
  if (load<u32>(entry) == load<u32>(GENERATION) && load<u32>(entry, 4) == key) {
    low = load<u32>(entry, 8);
    high = load<u32>(entry, 12);
    return true;
  }
  const at = descriptorAt(selector);
  if (at == 0xffffffff) { raise(vector, key | external); return false; }
  const both = readSystem<u64>(at);
  if (faulted()) return false;
  low = <u32>both;
  high = <u32>(both >>> 32);
  if (watchDescriptor(at)) {
    store<u32>(entry, load<u32>(GENERATION));
    store<u32>(entry, key, 4);
    store<u32>(entry, low, 8);
    store<u32>(entry, high, 12);
  }
  return true;
}
/** The same for instructions that only ask (lar, lsl, verr, verw): false beyond the table, without a fault. */
export function findDescriptor(selector: u32): bool {
  return !isNull(selector) && descriptorAt(selector) != 0xffffffff && readDescriptor(selector, GP, 0);
}
/** Write the type byte (bits 8 to 15 of `h`) back: for accessed and busy bits. May raise #PF. */
export function writeType(selector: u32, h: u32): void {
  // Nothing that is remembered depends on these bits, so the write must not start a new generation.
  const generation = load<u32>(GENERATION), entry = rememberedAt(selector);
  writeSystem<u8>(descriptorAt(selector) + 5, <u8>(h >>> 8));
  store<u32>(GENERATION, generation);
  if (!faulted() && load<u32>(entry) == generation && load<u32>(entry, 4) == (selector & 0xfffc)) store<u32>(entry, h, 12);
}
/** SDM 3A, 3.4.5.1: the processor sets a segment's accessed bit when it loads it. Gives the descriptor's high dword with it set. */
export function markAccessed(selector: u32, h: u32): u32 {
  if (h & ACCESSED) return h;
  writeType(selector, h | ACCESSED);
  return h | ACCESSED;
}

// ---- the registers

/** Load a register from a descriptor that passed its checks. */
export function setSegment(segment: u32, selector: u32, l: u32, h: u32): void {
  const at = segmentAt(segment);
  store<u32>(at, selector, S_SELECTOR);
  store<u32>(at, baseOf(l, h), S_BASE);
  store<u32>(at, limitOf(l, h), S_LIMIT);
  store<u32>(at, h & KEPT_IN_CACHE, S_ACCESS);
  store<u32>(at, 1, S_USABLE);
}
/** Load a register with a null selector. */
export function setNull(segment: u32, selector: u32): void {
  const at = segmentAt(segment);
  store<u32>(at, selector, S_SELECTOR);
  store<u32>(at, 0, S_USABLE);
}
/** Load a register as the 8086 does. SDM 3B, 20.1.1; virtual-8086 segments have fixed rights and limit (20.2.1). */
export function setRealSegment(segment: u32, selector: u32): void {
  const at = segmentAt(segment);
  store<u32>(at, selector, S_SELECTOR);
  store<u32>(at, selector << 4, S_BASE);
  store<u32>(at, 1, S_USABLE);
  if (!isVirtual8086()) return;
  store<u32>(at, 0xffff, S_LIMIT);
  store<u32>(at, 0xf300, S_ACCESS);
}
@inline export function selectorIn(segment: u32): u32 { return load<u32>(segmentAt(segment), S_SELECTOR); }

/** Load CS with a checked code descriptor; the selector's RPL becomes the CPL. The caller ends with a refresh. */
export function setCodeSegment(selector: u32, l: u32, h: u32): void {
  const at = segmentAt(CS), base = baseOf(l, h), limit = limitOf(l, h);
  // Code decoded in one segment is known by its EIP alone.
  if (load<u32>(at, S_BASE) != base || load<u32>(at, S_LIMIT) != limit) forgetJumps();
  setSegment(CS, selector, l, h);
  store<u32>(CS_GENERATION, load<u32>(GENERATION));
}
/** Load CS as the 8086 does. */
export function setRealCodeSegment(selector: u32): void {
  if (selectorIn(CS) != selector) forgetJumps();
  setRealSegment(CS, selector);
}

/** MODE_FLAT's bit for one register: base 0, limit 4 GB, readable, and writable but for CS. */
function flatBit(segment: u32): u32 {
  const at = segmentAt(segment), access = load<u32>(at, S_ACCESS);
  if (load<u32>(at, S_USABLE) == 0 || load<u32>(at, S_BASE) != 0 || load<u32>(at, S_LIMIT) != 0xffffffff) return 0;
  const wanted = segment == CS ? ACCESS_TYPE_CODE | ACCESS_READABLE : ACCESS_WRITABLE;
  const looked = segment == CS ? wanted : ACCESS_TYPE_CODE | EXPAND_DOWN | ACCESS_WRITABLE;
  return (access & looked) == wanted ? MODE_FLAT << segment : 0;
}
function setMode(mode: u32): void {
  if (mode == load<u32>(MODE)) return;
  store<u32>(MODE, mode);
  forgetJumps();
}
function refreshPrivilege(): void {
  // SDM 3A, 5.5: the CPL is the RPL of CS; ring 0 in real mode, ring 3 in virtual-8086 mode.
  const cpl: u32 = isVirtual8086() ? 3 : isProtected() ? rplOf(selectorIn(CS)) : 0;
  store<u32>(CPL, cpl);
  store<u32>(TLB, cpl == 3 ? TLB_USER : TLB_SUPERVISOR);
  store<u32>(JUMPS, cpl == 3 ? JUMPS_USER : JUMPS_SUPERVISOR);
}
@inline function sizeBits(): u32 {
  return (load<u32>(segmentAt(CS), S_ACCESS) & ACCESS_BIG ? MODE_CODE32 : 0) | (load<u32>(segmentAt(SS), S_ACCESS) & ACCESS_BIG ? MODE_STACK32 : 0);
}
/** Recompute CPL, the caches it selects, and MODE from the segment registers. */
export function refreshMode(): void {
  refreshPrivilege();
  let mode = sizeBits();
  for (let segment = ES; segment <= GS; segment++) mode |= flatBit(segment);
  setMode(mode);
}
/** The same when only CS and SS changed, as in most traps and returns. */
export function refreshCodeAndStack(): void {
  refreshPrivilege();
  const others = load<u32>(MODE) & ~(MODE_CODE32 | MODE_STACK32 | MODE_FLAT << CS | MODE_FLAT << SS);
  setMode(others | sizeBits() | flatBit(CS) | flatBit(SS));
}
/** The same when only this data segment changed. */
export function refreshSegment(segment: u32): void {
  setMode(load<u32>(MODE) & ~(MODE_FLAT << segment | MODE_CODE32 | MODE_STACK32) | flatBit(segment) | sizeBits());
}

// ---- mov, pop and the like. SDM 2B, MOV: the checks stand in its order.

function loadStack(selector: u32): bool {
  if (isNull(selector)) { raise(GP, 0); return false; }
  if (!readDescriptor(selector, GP, 0)) return false;
  const cpl = load<u32>(CPL);
  if (rplOf(selector) != cpl || !isWritableData(high) || dplOf(high) != cpl) { raise(GP, selectorCode(selector)); return false; }
  if (!isPresent(high)) { raise(SS_FAULT, selectorCode(selector)); return false; }
  return true;
}
function loadData(selector: u32): bool {
  if (!readDescriptor(selector, GP, 0)) return false;
  // Data, or code that can be read.
  if (isSystem(high) || (high & (ACCESS_TYPE_CODE | ACCESS_READABLE)) == ACCESS_TYPE_CODE) { raise(GP, selectorCode(selector)); return false; }
  // Conforming code can be reached from anywhere.
  const privileged = (high & (ACCESS_TYPE_CODE | ACCESS_CONFORMING)) != (ACCESS_TYPE_CODE | ACCESS_CONFORMING);
  if (privileged && max<u32>(rplOf(selector), load<u32>(CPL)) > dplOf(high)) { raise(GP, selectorCode(selector)); return false; }
  if (!isPresent(high)) { raise(NP, selectorCode(selector)); return false; }
  return true;
}
/** Load ES, SS, DS, FS or GS with every check of the manual. False, with the fault raised and nothing changed, if one fails. */
export function loadSegment(segment: u32, selector: u32): bool {
  selector &= 0xffff;
  if (isRealStyle()) setRealSegment(segment, selector);
  else if (segment != SS && isNull(selector)) setNull(segment, selector);
  else {
    if (!(segment == SS ? loadStack(selector) : loadData(selector))) return false;
    const h = markAccessed(selector, high);
    if (faulted()) return false;
    setSegment(segment, selector, low, h);
  }
  refreshSegment(segment);
  return true;
}
/** SDM 2A, IRET and RET: on the way to an outer ring, registers it could not have loaded become null. */
export function dropPrivilegedSegments(): void {
  const cpl = load<u32>(CPL);
  for (let segment = ES; segment <= GS; segment++) {
    if (segment == CS || segment == SS) continue;
    const at = segmentAt(segment), access = load<u32>(at, S_ACCESS);
    const conforming = (access & (ACCESS_TYPE_CODE | ACCESS_CONFORMING)) == (ACCESS_TYPE_CODE | ACCESS_CONFORMING);
    if (load<u32>(at, S_USABLE) && !conforming && dplOf(access) < cpl) { setNull(segment, 0); refreshSegment(segment); }
  }
}
