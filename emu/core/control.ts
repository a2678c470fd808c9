// Control and debug registers. SDM 3A, 2.5; SDM 3B, 17.2.
import { CR0, CR2, CR3, CR4, DR } from './layout';
import { raise, faulted, DB, GP, UD } from './fault';
import { flushDirectory, flushTranslations, CR0_PE, CR0_PG, CR0_WP, CR4_PAE, CR4_PGE, CR4_PSE } from './paging';
import { loadDirectoryPointers } from './walk';
import { refreshMode } from './segments';
import { enterDebugHandler, refreshBreakpoints, CR4_DE, DR6, DR7, DR6_BD, DR7_GD } from './debug';
import { CR4_PCE, CR4_TSD } from './model';
import { CR4_PVI, CR4_VME } from './virtual';
import { isPrivileged, storeWord } from './system';
import { dst, src, readRM } from './operands';
import { onward } from './onward';

@inline function refuse(pc: usize, vector: u32, code: u32): usize { raise(vector, code); return pc; }

const CR0_NW: u32 = 1 << 29, CR0_CD: u32 = 1 << 30, CR0_TS: u32 = 8, CR0_ET: u32 = 16;
const CR0_DEFINED: u32 = 0xe005003f, CR4_MCE: u32 = 1 << 6;
const CR4_OSFXSR: u32 = 0x200, CR4_OSXMMEXCPT: u32 = 0x400;
const CR4_DEFINED: u32 = CR4_VME | CR4_PVI | CR4_TSD | CR4_DE | CR4_PSE | CR4_PAE | CR4_MCE | CR4_PGE | CR4_PCE | CR4_OSFXSR | CR4_OSXMMEXCPT;

function setCr0(value: u32): bool {
  const changed = load<u32>(CR0) ^ value;
  // SDM 3A, 4.4.1: with PAE, turning paging on (or CD, NW over) reads the directory pointers; #GP(0) for reserved bits there.
  if (changed & (CR0_PG | CR0_CD | CR0_NW) && value & CR0_PG && load<u32>(CR4) & CR4_PAE && !loadDirectoryPointers(load<u32>(CR3))) {
    raise(GP, 0);
    return false;
  }
  store<u32>(CR0, (value & CR0_DEFINED) | CR0_ET);
  if (changed & (CR0_PG | CR0_PE | CR0_WP)) flushTranslations();
  refreshMode();
  return true;
}
@inline function usesDirectoryPointers(cr4: u32): bool { return cr4 & CR4_PAE && load<u32>(CR0) & CR0_PG ? true : false; }
/** A new page directory; also for task switches. False with #GP(0) raised. */
export function setCr3(value: u32): bool {
  if (usesDirectoryPointers(load<u32>(CR4)) && !loadDirectoryPointers(value)) { raise(GP, 0); return false; }
  store<u32>(CR3, value);
  flushDirectory();
  return true;
}
function setCr4(value: u32): bool {
  const old = load<u32>(CR4), changed = old ^ value;
  // SDM 3A, 2.5: setting a reserved bit is #GP(0).
  if (value & ~CR4_DEFINED & ~old) { raise(GP, 0); return false; }
  if (changed & (CR4_PAE | CR4_PGE | CR4_PSE)) {
    if (usesDirectoryPointers(value) && !loadDirectoryPointers(load<u32>(CR3))) { raise(GP, 0); return false; }
    // SDM 3A, 4.10.4.1: these flush everything, global pages too.
    store<u32>(CR4, value);
    flushTranslations();
  }
  store<u32>(CR4, value);
  refreshBreakpoints();
  return true;
}
/** The host changed a control register. */
export function controlChanged(): void {
  if (usesDirectoryPointers(load<u32>(CR4))) loadDirectoryPointers(load<u32>(CR3));
}
export function movFromCr(pc: usize): usize {
  const n = <u32>src(pc);
  if (n == 1 || n > 4) return refuse(pc, UD, 0);
  if (!isPrivileged()) return pc;
  store<u32>(dst(pc), load<u32>(n == 0 ? CR0 : n == 2 ? CR2 : n == 3 ? CR3 : CR4));
  return onward(pc);
}
export function movToCr(pc: usize): usize {
  const n = <u32>dst(pc), value = load<u32>(src(pc));
  if (n == 1 || n > 4) return refuse(pc, UD, 0);
  if (!isPrivileged()) return pc;
  if (n == 0) {
    // SDM 3A, 2.5: paging needs protection, and NW without CD means nothing.
    if (value & CR0_PG && !(value & CR0_PE)) return refuse(pc, GP, 0);
    if (value & CR0_NW && !(value & CR0_CD)) return refuse(pc, GP, 0);
    return setCr0(value) ? onward(pc) : pc;
  }
  if (n == 3) return setCr3(value) ? onward(pc) : pc;
  if (n == 4) return setCr4(value) ? onward(pc) : pc;
  store<u32>(CR2, value);
  return onward(pc);
}
/** SDM 2B, LMSW: loads PE MP EM TS, and cannot clear PE. */
export function lmsw(pc: usize): usize {
  if (!isPrivileged()) return pc;
  const value = <u32>readRM<u16>(pc, dst(pc)), old = load<u32>(CR0);
  if (faulted()) return pc;
  return setCr0((old & ~0xe) | (value & 0xf)) ? onward(pc) : pc;
}
/** A 32-bit register gets all of CR0 (SDM 2B, SMSW, calls its upper half undefined; processors give it). */
export function smsw<T>(pc: usize): usize { return storeWord<T>(pc, load<u32>(CR0)); }
export function clts(pc: usize): usize {
  if (!isPrivileged()) return pc;
  store<u32>(CR0, load<u32>(CR0) & ~CR0_TS);
  return onward(pc);
}

const DR6_FIXED: u32 = 0xffff0ff0, DR6_ZERO: u32 = 1 << 12;
/** Where a debug register is kept; 0 with #UD, #GP(0) or #DB raised. DR4 and DR5 are DR6 and DR7 unless CR4.DE. */
function debugRegister(n: u32): usize {
  if ((n == 4 || n == 5) && load<u32>(CR4) & CR4_DE) { raise(UD, 0); return 0; }
  if (!isPrivileged()) return 0;
  // SDM 3A, 17.2.4: with GD set, touching a debug register is itself a debug exception, which clears it.
  if (load<u32>(DR7) & DR7_GD) {
    enterDebugHandler(DR6_BD);
    raise(DB, 0);
    return 0;
  }
  return DR + (n == 4 || n == 5 ? n + 2 : n) * 4;
}
export function movFromDr(pc: usize): usize {
  const at = debugRegister(<u32>src(pc));
  if (at) store<u32>(dst(pc), load<u32>(at));
  return at ? onward(pc) : pc;
}
export function movToDr(pc: usize): usize {
  const at = debugRegister(<u32>dst(pc)), value = load<u32>(src(pc));
  if (!at) return pc;
  if (at == DR6) store<u32>(at, (value | DR6_FIXED) & ~DR6_ZERO);
  else if (at == DR7) store<u32>(at, (value | 0x400) & ~<u32>0xd000);
  else store<u32>(at, value);
  refreshBreakpoints();
  return onward(pc);
}
