// The XMM registers, MXCSR, and how SSE and MMX instructions begin and end. SDM 1, 10.2, 11.5; 2A, 2.4; 3A, 13.1.
import { CR0, CR4, FPU_TAGS, MXCSR } from '../layout';
import { faulted, raise, GP, NM, UD } from '../fault';
import { beginSse, exceptions, unmasked, BEFORE } from '../softfloat/round';
import { noneWaits, setStackTop } from '../x87/state';

const EM: u32 = 4, TS: u32 = 8, OSFXSR: u32 = 0x200, OSXMMEXCPT: u32 = 0x400;
/** #XM, the SIMD floating-point exception. */
const XM: u32 = 19;
/** MXCSR's bits: exceptions, DAZ, masks, rounding, FTZ. Setting another is #GP(0). */
export const MXCSR_MASK: u32 = 0xffff;

/** SDM 2A, table 2-21 (type 1 to 5) and 3A, 13.1.1: #UD with EM or without OSFXSR, then #NM with TS. */
export function isSseAvailable(): bool {
  if (load<u32>(CR0) & EM || !(load<u32>(CR4) & OSFXSR)) raise(UD, 0);
  else if (load<u32>(CR0) & TS) raise(NM, 0);
  return !faulted();
}
/** SDM 3A, 12.1: MMX is #UD with EM, #NM with TS, and #MF when an x87 exception waits. */
export function isMmxAvailable(): bool {
  if (load<u32>(CR0) & EM) raise(UD, 0);
  else if (load<u32>(CR0) & TS) raise(NM, 0);
  return !faulted() && noneWaits();
}
/** SDM 1, 9.5.1: an MMX instruction makes all x87 registers valid and TOP 0. */
export function enterMmx(): void {
  store<u32>(FPU_TAGS, 0xff);
  setStackTop(0);
}
export function beginFloat(): bool {
  if (!isSseAvailable()) return false;
  beginSse(load<u32>(MXCSR));
  return true;
}
/**
 * Note the exceptions of all elements; is there a result? SDM 1, 11.5.1 to 11.5.3: unmasked ones leave none and are #XM
 * (#UD without CR4.OSXMMEXCPT); when an unmasked one comes before the arithmetic, those that follow it are not noted.
 */
export function finishFloat(): bool {
  const waiting = unmasked(), flags = waiting & BEFORE ? exceptions() & BEFORE : exceptions();
  store<u32>(MXCSR, load<u32>(MXCSR) | flags);
  if (waiting) raise(load<u32>(CR4) & OSXMMEXCPT ? XM : UD, 0);
  return !waiting;
}
/** False, with #GP(0) raised, for a value with reserved bits. */
export function setMxcsr(value: u32): bool {
  if (value & ~MXCSR_MASK) { raise(GP, 0); return false; }
  store<u32>(MXCSR, value);
  return true;
}
