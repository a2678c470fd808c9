// The fast way to ring 0 and back, past all tables. SDM 2B, SYSENTER and SYSEXIT; SDM 3A, 5.8.7.
import {
  CPL, CS_GENERATION, ECX, EDX, EFLAGS, ESP, SS, SYSENTER_CS, SYSENTER_EIP, SYSENTER_ESP,
} from './layout';
import { raise, GP } from './fault';
import { FLAG_IF, FLAG_RF, FLAG_VM, isNull, isProtected, refreshMode, setCodeSegment, setSegment } from './segments';
import { find } from './blocks';

// Flat 32-bit segments of either ring, as descriptors.
const FLAT_LOW: u32 = 0x0000ffff, CODE: u32 = 0x00cf9b00, DATA: u32 = 0x00cf9300, RING_3: u32 = 3 << 13;

function enterFlat(code: u32, stack: u32, ring: u32): void {
  setCodeSegment(code, FLAT_LOW, CODE | ring);
  setSegment(SS, stack, FLAT_LOW, DATA | ring);
  // Nobody has looked at the descriptor: who returns to this CS by iret has it checked.
  store<u32>(CS_GENERATION, 0);
  refreshMode();
}
/** #GP(0) in real mode, and with a null selector in the MSR. */
@inline function isReady(): bool { return isProtected() && !isNull(load<u32>(SYSENTER_CS) & 0xffff); }

export function sysenter(pc: usize): usize {
  if (!isReady()) { raise(GP, 0); return pc; }
  store<u32>(EFLAGS, load<u32>(EFLAGS) & ~(FLAG_VM | FLAG_IF | FLAG_RF));
  const selector = load<u32>(SYSENTER_CS) & 0xfffc;
  store<u32>(ESP, load<u32>(SYSENTER_ESP));
  enterFlat(selector, (selector + 8) & 0xffff, 0);
  return find(load<u32>(SYSENTER_EIP));
}
export function sysexit(pc: usize): usize {
  if (!isReady() || load<u32>(CPL)) { raise(GP, 0); return pc; }
  const selector = load<u32>(SYSENTER_CS) & 0xfffc;
  store<u32>(ESP, load<u32>(ECX));
  enterFlat((selector + 16) & 0xffff | 3, (selector + 24) & 0xffff | 3, RING_3);
  return find(load<u32>(EDX));
}
