// Breakpoints and single steps. SDM 3B, chapter 17.2 and 17.3.
//
//   code breakpoints   faults before the instruction: while one is enabled, the loop takes single steps and asks here
//   data breakpoints   traps after it: pages with one are kept out of the translation caches, so that every access to
//                      them comes the slow way (memory.ts), where it is compared; all else runs at full speed
//   I/O breakpoints    traps too, noted by the port instructions
//   single steps       traps too, noted before an instruction that begins with TF set
//
// Traps wait in DEBUG_TRAPS, as bits of DR6, until the instruction is done. A fault or a software interrupt throws them
// away: they come again, or never, once the handler has returned.
import {
  CR4, CS, DEBUG_TRAPS, DR, EFLAGS, FETCH, KIND_REAL, R_EIP, R_KIND, R_SLOW_CASE, REPEATING, S_BASE, SEGMENT, SEGMENTS, SHADOW, SHADOW_OF_STACK, WATCH_CODE,
  WATCH_COUNT, WATCH_DATA, WATCH_PORTS, WATCH_READ, WATCH_WRITE, WATCHING, CPL, CR0,
} from './layout';
import { CASE_outside } from './generated/tables';
import { FLAG_AC, FLAG_RF, FLAG_TF, FLAG_VIP } from './segments';
import { flushTranslations } from './paging';
import { meetWatches, watchesPage } from './attach';

export const DR6: u32 = DR + 6 * 4, DR7: u32 = DR + 7 * 4;
export const DR6_BREAKPOINTS: u32 = 0xf, DR6_BD: u32 = 1 << 13, DR6_BS: u32 = 1 << 14, DR6_BT: u32 = 1 << 15;
export const DR7_GD: u32 = 1 << 13;
const DR7_LOCAL: u32 = 0x55;
export const CR4_DE: u32 = 1 << 3;
const CR0_AM: u32 = 1 << 18;

// R/W fields of DR7. SDM 3B, 17.2.4.
const ON_CODE: u32 = 0, ON_WRITE: u32 = 1, ON_PORT: u32 = 2, ON_ACCESS: u32 = 3;

@inline function isEnabled(n: u32): bool { return ((load<u32>(DR7) >>> (2 * n)) & 3) != 0; }
@inline function conditionOf(n: u32): u32 { return (load<u32>(DR7) >>> (16 + 4 * n)) & 3; }
/** LEN: 1, 2, 8 or 4 bytes, as a mask of the address bits that don't count (SDM 3B, 17.2.5). */
@inline function lengthMask(n: u32): u32 {
  const length = (load<u32>(DR7) >>> (18 + 4 * n)) & 3;
  return length == 2 ? 7 : length;
}
/** Do [at, at + bytes) and the breakpoint's range share a byte? */
function overlaps(n: u32, at: u32, bytes: u32): bool {
  const mask = lengthMask(n), first = load<u32>(DR + n * 4) & ~mask;
  return at - first <= mask || first - at < bytes;
}
/**
 * Bits 0 to 3: the breakpoints on one of two conditions that an access meets; 0 when none of them is enabled. SDM 3B,
 * 17.2.3: where one is, the bits of those that are not may be set too, and Bochs has it so.
 */
function hits(condition: u32, other: u32, at: u32, bytes: u32): u32 {
  let met: u32 = 0, enabled: u32 = 0;
  for (let n: u32 = 0; n < 4; n++) {
    if ((conditionOf(n) != condition && conditionOf(n) != other) || !overlaps(n, at, bytes)) continue;
    met |= 1 << n;
    enabled |= <u32>isEnabled(n);
  }
  return enabled ? met : 0;
}

/** DR0 to DR3, DR7 or CR4.DE changed: work out anew what is watched. */
export function refreshBreakpoints(): void {
  let watching: u32 = 0;
  for (let n: u32 = 0; n < 4; n++) {
    if (!isEnabled(n)) continue;
    const condition = conditionOf(n);
    // SDM 3B, 17.2.4: I/O breakpoints exist only with CR4.DE set; what they are without it is undefined: nothing.
    if (condition == ON_PORT) watching |= load<u32>(CR4) & CR4_DE ? WATCH_PORTS : 0;
    else watching |= condition == ON_CODE ? WATCH_CODE : WATCH_DATA;
  }
  // Pages watched until now may come back into the caches, pages watched from now on must leave them.
  if ((watching | load<u32>(WATCHING)) & WATCH_DATA) flushTranslations();
  store<u32>(WATCHING, watching);
}
/** SDM 3B, 17.2.4: a task switch disables the local breakpoints. */
export function dropLocalBreakpoints(): void {
  if (!(load<u32>(DR7) & DR7_LOCAL)) return;
  store<u32>(DR7, load<u32>(DR7) & ~DR7_LOCAL);
  refreshBreakpoints();
}

// ---- what happens in an instruction

@inline function note(found: u32): void { if (found) store<u32>(DEBUG_TRAPS, load<u32>(DEBUG_TRAPS) | found); }

/** Is a data breakpoint, or a debugger's watch, on this page? */
export function isPageWatched(linear: u32): bool {
  if (load<u32>(WATCH_COUNT) && watchesPage(linear)) return true;
  return (load<u32>(WATCHING) & WATCH_DATA) != 0 && hits(ON_WRITE, ON_ACCESS, linear & 0xfffff000, 0x1000) != 0;
}
/** Memory was read or written. */
@inline export function noteRead(linear: u32, bytes: u32): void {
  if (load<u32>(WATCH_COUNT)) meetWatches(WATCH_READ, linear, bytes);
  if (load<u32>(WATCHING) & WATCH_DATA) note(hits(ON_ACCESS, ON_ACCESS, linear, bytes));
}
@inline export function noteWrite(linear: u32, bytes: u32): void {
  if (load<u32>(WATCH_COUNT)) meetWatches(WATCH_WRITE, linear, bytes);
  if (load<u32>(WATCHING) & WATCH_DATA) note(hits(ON_WRITE, ON_ACCESS, linear, bytes));
}
/** Ports were read or written. */
@inline export function notePort(port: u32, width: u32): void {
  if (load<u32>(WATCHING) & WATCH_PORTS) note(hits(ON_PORT, ON_PORT, port, width));
}
/** Strings stop after the iteration that trapped. */
@inline export function hasTraps(): bool { return load<u32>(DEBUG_TRAPS) != 0; }

// ---- between instructions

/** SDM 3A, 6.8.3: after a load of SS, debug exceptions wait until the next instruction is done, so that ESP can follow. */
@inline export function heldOff(): bool { return load<u32>(SHADOW) != 0 && load<u32>(SHADOW_OF_STACK) != 0; }

/** SDM 3A, table 6-7: alignment is checked in ring 3, with CR0.AM and EFLAGS.AC set. */
@inline export function checksAlignment(): bool {
  return (load<u32>(EFLAGS) & FLAG_AC) != 0 && load<u32>(CPL) == 3 && (load<u32>(CR0) & CR0_AM) != 0;
}
/** Anything but 0: something here may want a word before the next instruction. */
@inline export function unusual(): u32 {
  return (load<u32>(EFLAGS) & (FLAG_TF | FLAG_RF | FLAG_AC | FLAG_VIP)) | load<u32>(DEBUG_TRAPS) | (load<u32>(WATCHING) & WATCH_CODE);
}
/** Must every instruction go through the slow step? */
export function isCareful(): bool {
  return (load<u32>(EFLAGS) & FLAG_TF) != 0 || (load<u32>(WATCHING) & WATCH_CODE) != 0 || checksAlignment();
}
/** Is it time for the traps that wait? Not between a jump and the fault that its target beyond the limit is. */
export function trapsAreDue(pc: usize): bool {
  if (heldOff()) return false;
  return <u32>load<u16>(pc, R_SLOW_CASE) != CASE_outside || (load<u8>(pc, R_KIND) & KIND_REAL) != 0;
}
/** The traps that wait, and the code breakpoints on the instruction that they come before: one exception tells of both. */
export function trapsAt(pc: usize): u32 {
  const traps = load<u32>(DEBUG_TRAPS);
  return load<u32>(WATCHING) & WATCH_CODE ? traps | codeBreakpointsAt(pc) : traps;
}
function codeBreakpointsAt(pc: usize): u32 {
  return hits(ON_CODE, ON_CODE, load<u32>(SEGMENTS + CS * SEGMENT, S_BASE) + load<u32>(pc, R_EIP), 1);
}
/** What the delivery of a debug exception leaves in DR6 and DR7. SDM 3B, 17.2.3 and 17.2.4. */
export function enterDebugHandler(found: u32): void {
  // B0 to B3 tell of this exception; the others stay until software clears them.
  store<u32>(DR6, (load<u32>(DR6) & ~DR6_BREAKPOINTS) | found);
  store<u32>(DR7, load<u32>(DR7) & ~DR7_GD);
}
/**
 * Before a record, in unusual times: the code breakpoints that its instruction hits, if any. If none, takes note that the
 * instruction began with TF set, and clears RF (SDM 3B, 17.3.1.1: RF holds breakpoints off for one instruction).
 */
export function beginWatchfully(pc: usize): u32 {
  const real = (load<u8>(pc, R_KIND) & KIND_REAL) != 0, flags = load<u32>(EFLAGS);
  if (!real && pc != FETCH) return 0;
  if (load<u32>(WATCHING) & WATCH_CODE && !(flags & FLAG_RF) && !load<u32>(REPEATING) && !heldOff()) {
    const found = codeBreakpointsAt(pc);
    if (found) return found;
  }
  if (!real) return 0;
  store<u32>(EFLAGS, flags & ~FLAG_RF);
  if (flags & FLAG_TF) note(DR6_BS);
  return 0;
}
/** SDM 3A, 6.8.3: no single-step trap after a load of SS. */
@inline export function skipSingleStep(): void { store<u32>(DEBUG_TRAPS, load<u32>(DEBUG_TRAPS) & ~DR6_BS); }
