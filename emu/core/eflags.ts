// Who may change which bit of EFLAGS (SDM 1, 3.4.3; SDM 2A, IRET; SDM 2B, POPF), and the instructions about it.
import { EFLAGS, CPL, SHADOW, SHADOW_OF_STACK } from './layout';
import { raise, faulted, GP } from './fault';
import { ARITHMETIC, arithmeticFlags, setArithmeticFlags } from './flags';
import {
  isVirtual8086, FLAG_TF, FLAG_IF, FLAG_DF, FLAG_IOPL, FLAG_NT, FLAG_RF, FLAG_VM, FLAG_AC, FLAG_VIF, FLAG_VIP, FLAG_ID,
} from './segments';
import { pushValue, popValue, adjustStack } from './stack';
import { admitsImage, clearVirtual, hasVirtualFlag, isVirtualized, loadImage, setVirtual, virtualImage } from './virtual';
import { onward } from './onward';

/** Bits any program may change by popf and iret. */
export const FLAGS_ALWAYS: u32 = FLAG_TF | FLAG_DF | FLAG_NT;
/** ... and, with a 32-bit operand, these too (popf clears RF instead). */
export const FLAGS_WIDE: u32 = FLAG_RF | FLAG_AC | FLAG_ID;
const DEFINED: u32 = FLAG_TF | FLAG_IF | FLAG_DF | FLAG_IOPL | FLAG_NT | FLAG_RF | FLAG_VM | FLAG_AC | FLAG_VIF | FLAG_VIP | FLAG_ID;

@inline export function iopl(): u32 { return (load<u32>(EFLAGS) >>> 12) & 3; }
/** Bits that the current privilege lets popf and iret change, besides FLAGS_ALWAYS. */
export function privilegedFlags(): u32 {
  const cpl = load<u32>(CPL);
  return (cpl <= iopl() ? FLAG_IF : 0) | (cpl == 0 ? FLAG_IOPL : 0);
}
/** Load the arithmetic bits, and of the others those in `mask`. */
export function writeFlags(value: u32, mask: u32): void {
  mask &= DEFINED;
  setArithmeticFlags(value & ARITHMETIC);
  store<u32>(EFLAGS, (load<u32>(EFLAGS) & ~mask) | (value & mask) | 2);
}

/** SDM 3B, 20.2.7: in virtual-8086 mode pushf, popf, int n and iret need IOPL 3. Raises #GP(0). */
export function virtualNeedsIopl(): bool {
  if (!isVirtual8086() || iopl() == 3) return true;
  raise(GP, 0);
  return false;
}

export function pushf<T>(pc: usize): usize {
  // SDM 3B, table 20-1: the extensions have only the 16-bit forms of pushf, popf and iret.
  if (sizeof<T>() == 2 && isVirtualized()) pushValue<T>(<T>virtualImage());
  else if (virtualNeedsIopl()) pushOwn<T>();
  return faulted() ? pc : onward(pc);
}
function pushOwn<T>(): void {
  // SDM 2B, PUSHF: VM and RF read as 0.
  pushValue<T>(<T>((load<u32>(EFLAGS) & ~(FLAG_VM | FLAG_RF)) | arithmeticFlags() | 2));
}
export function popf<T>(pc: usize): usize {
  const virtual = sizeof<T>() == 2 && isVirtualized();
  if (!virtual && !virtualNeedsIopl()) return pc;
  const value = <u32>popValue<T>();
  if (faulted() || (virtual && !admitsImage(value))) return pc;
  adjustStack(sizeof<T>());
  if (virtual) { loadImage(value); return onward(pc); }
  // IOPL stays as it is in virtual-8086 mode, whose CPL is 3; RF is always cleared.
  const wide = sizeof<T>() == 4 ? FLAG_AC | FLAG_ID : 0;
  writeFlags(value & ~FLAG_RF, FLAGS_ALWAYS | wide | FLAG_RF | privilegedFlags());
  return onward(pc);
}

/** SDM 2A, CLI: #GP(0) when CPL > IOPL. In virtual-8086 mode the CPL is 3, which is the same rule. */
function mayChangeInterrupts(): bool {
  if (load<u32>(CPL) <= iopl()) return true;
  raise(GP, 0);
  return false;
}
export function cli(pc: usize): usize {
  if (hasVirtualFlag()) { clearVirtual(); return onward(pc); }
  if (!mayChangeInterrupts()) return pc;
  store<u32>(EFLAGS, load<u32>(EFLAGS) & ~FLAG_IF);
  return onward(pc);
}
export function sti(pc: usize): usize {
  if (hasVirtualFlag()) return setVirtual() ? onward(pc) : pc;
  if (!mayChangeInterrupts()) return pc;
  // SDM 2B, STI: interrupts stay blocked for one more instruction, if they were before. The loop counts this one too.
  if (!(load<u32>(EFLAGS) & FLAG_IF)) { store<u32>(SHADOW, 2); store<u32>(SHADOW_OF_STACK, 0); }
  store<u32>(EFLAGS, load<u32>(EFLAGS) | FLAG_IF);
  return onward(pc);
}
