// Virtual-8086 mode extensions and protected-mode virtual interrupts. SDM 3B, 20.3 and 20.4.
//
// With CR4.VME a virtual-8086 program below IOPL 3 keeps an interrupt flag of its own, VIF, that cli, sti, pushf, popf
// and iret take for IF; VIP says that the monitor has an interrupt for it. And int n goes to the program's own table
// for each vector whose bit in the redirection bitmap is 0. With CR4.PVI cli and sti of ring 3 programs do the same.
import { CPL, CR4, EFLAGS, S_ACCESS, S_BASE, S_LIMIT, TR } from './layout';
import { raise, faulted, GP } from './fault';
import { arithmeticFlags } from './flags';
import { readSystem, segmentAt } from './memory';
import { isVirtual8086, typeOf, FLAG_IF, FLAG_IOPL, FLAG_TF, FLAG_VIF, FLAG_VIP, TYPE_TSS32 } from './segments';
import { iopl, writeFlags, FLAGS_ALWAYS } from './eflags';

export const CR4_VME: u32 = 1, CR4_PVI: u32 = 2;
const TSS_MAP: u32 = 0x66, BITMAP: u32 = 32; // the redirection bitmap lies right below the I/O bitmap

/** Is IF the program's VIF? In virtual-8086 mode, below IOPL 3. */
@inline export function isVirtualized(): bool { return isVirtual8086() && iopl() < 3 && (load<u32>(CR4) & CR4_VME) != 0; }
/** The same for cli and sti, which ring 3 has too with CR4.PVI. */
export function hasVirtualFlag(): bool {
  if (load<u32>(CPL) != 3 || iopl() == 3) return false;
  return (load<u32>(CR4) & (isVirtual8086() ? CR4_VME : CR4_PVI)) != 0;
}

/** FLAGS as such a program sees them: IOPL 3, and VIF in the place of IF. */
export function virtualImage(): u32 {
  const flags = load<u32>(EFLAGS);
  return (flags & ~FLAG_IF) | arithmeticFlags() | FLAG_IOPL | (flags & FLAG_VIF ? FLAG_IF : 0) | 2;
}
/** May it load these FLAGS? SDM 2B, POPF: #GP(0) for TF, and for enabling interrupts while one waits. */
export function admitsImage(flags: u32): bool {
  if (!(flags & FLAG_TF) && !(flags & FLAG_IF && load<u32>(EFLAGS) & FLAG_VIP)) return true;
  raise(GP, 0);
  return false;
}
export function loadImage(flags: u32): void {
  writeFlags((flags & 0xffff) | (flags & FLAG_IF ? FLAG_VIF : 0), FLAGS_ALWAYS | FLAG_VIF);
}
/** SDM 3B, 20.3.2: VIF and VIP found set at the beginning of an instruction are #GP(0): an iret or a task switch loaded them. */
export function virtualInterruptWaits(): bool {
  const both = FLAG_VIF | FLAG_VIP;
  if ((load<u32>(EFLAGS) & both) != both || load<u32>(CPL) != 3) return false;
  return (load<u32>(CR4) & (isVirtual8086() ? CR4_VME : CR4_PVI)) != 0;
}
/** cli and sti of VIF. SDM 2B, STI: #GP(0) while an interrupt waits. */
export function clearVirtual(): void { store<u32>(EFLAGS, load<u32>(EFLAGS) & ~FLAG_VIF); }
export function setVirtual(): bool {
  if (load<u32>(EFLAGS) & FLAG_VIP) { raise(GP, 0); return false; }
  store<u32>(EFLAGS, load<u32>(EFLAGS) | FLAG_VIF);
  return true;
}

/** SDM 3B, 20.3.3: does the program's own table have this vector? The bitmap must lie within a 32-bit TSS: else #GP(0). */
export function isRedirected(vector: u32): bool {
  const tr = segmentAt(TR), limit = load<u32>(tr, S_LIMIT);
  if ((typeOf(load<u32>(tr, S_ACCESS)) & TYPE_TSS32) != TYPE_TSS32 || limit < TSS_MAP + 1) { raise(GP, 0); return false; }
  const at = <u32>readSystem<u16>(load<u32>(tr, S_BASE) + TSS_MAP) - BITMAP + (vector >>> 3);
  if (faulted()) return false;
  if (at > limit) { raise(GP, 0); return false; }
  return (((<u32>readSystem<u8>(load<u32>(tr, S_BASE) + at)) >>> (vector & 7)) & 1) == 0 && !faulted();
}
