// The x87 registers, their stack and tags, the status word, and how every instruction begins and ends.
// SDM 1, 8.1 (registers), 8.5 (stack faults), 8.7 (how exceptions reach software).
import {
  CR0, EXIT_REQUEST, FERR, FPU_CONTROL, FPU_CS, FPU_DP, FPU_DS, FPU_IP, FPU_OPCODE, FPU_REGISTERS, FPU_STATUS, FPU_TAGS, IGNNE, CS, R_EIP, SEGMENTS,
  SEGMENT, S_SELECTOR,
} from '../layout';
import { raise, MF, NM } from '../fault';
import { dst, isMemory, offset, segmentOf } from '../operands';
import { packExtended, setDefaultNaN, NUMBER } from '../softfloat/number';
import { beginX87, exceptions, isMasked, isStopped, signal, unmasked, wasRoundedUp, IE, PE } from '../softfloat/round';

const SF: u32 = 0x40, ES: u32 = 0x80, BUSY: u32 = 0x8000, TOP_SHIFT: u32 = 11;
export const C0: u32 = 0x100, C1: u32 = 0x200, C2: u32 = 0x400, C3: u32 = 0x4000;
const MP: u32 = 2, EM: u32 = 4, TS: u32 = 8, NE: u32 = 32;

/** Operands and result of the instruction at hand. */
export const A = memory.data(NUMBER, 8), B = memory.data(NUMBER, 8), R = memory.data(NUMBER, 8);

// ---- registers

@inline export function status(): u32 { return load<u32>(FPU_STATUS); }
@inline export function control(): u32 { return load<u32>(FPU_CONTROL); }
@inline export function stackTop(): u32 { return (status() >>> TOP_SHIFT) & 7; }
@inline export function setStackTop(to: u32): void { store<u32>(FPU_STATUS, (status() & ~(7 << TOP_SHIFT)) | (to & 7) << TOP_SHIFT); }
@inline function numberOf(i: u32): u32 { return (stackTop() + i) & 7; }
/** Where ST(i) is kept. */
@inline export function register(i: u32): usize { return FPU_REGISTERS + numberOf(i) * 16; }
@inline export function isEmpty(i: u32): bool { return ((load<u32>(FPU_TAGS) >>> numberOf(i)) & 1) == 0; }
@inline export function setValid(i: u32): void { store<u32>(FPU_TAGS, load<u32>(FPU_TAGS) | 1 << numberOf(i)); }
@inline export function setEmpty(i: u32): void { store<u32>(FPU_TAGS, load<u32>(FPU_TAGS) & ~(1 << numberOf(i))); }
export function pop(): void {
  setEmpty(0);
  setStackTop(stackTop() + 1);
}
/** Make room for a new ST(0). */
export function push(): void {
  setStackTop(stackTop() - 1);
  setValid(0);
}
/** Put a number in ST(i). */
export function put(n: usize, i: u32): void {
  packExtended(n, register(i));
  setValid(i);
}
export function putDefaultNaN(i: u32): void {
  setDefaultNaN(R);
  put(R, i);
}

// ---- status

/** Replace C3, C2, C1 and C0. */
export function setConditions(bits: u32): void { store<u32>(FPU_STATUS, (status() & ~(C0 | C1 | C2 | C3)) | bits); }
/** A comparison's answer (softfloat/arithmetic.ts) in C3, C2 and C0. */
export function setComparison(result: u32): void {
  setConditions((result & 1) * C0 | ((result >>> 1) & 1) * C2 | (result >>> 2) * C3);
}
export function setC1(on: bool): void { store<u32>(FPU_STATUS, (status() & ~C1) | (on ? C1 : 0)); }
/** After a load of the control or status word: ES and B say whether an unmasked exception waits (SDM 1, 8.1.3.4). */
export function updateSummary(): void {
  const s = status() & ~(ES | BUSY), waits = (s & ~control() & 0x3f) != 0;
  store<u32>(FPU_STATUS, waits ? s | ES | BUSY : s);
  if (!waits) setFerr(0);
}
/** SDM 1, 8.1.5: bits 6, 7 and 13 to 15 are reserved; bit 6 reads as 1. */
export function setControl(word: u32): void {
  store<u32>(FPU_CONTROL, word & 0x1f7f | 0x40);
  updateSummary();
}
/** Note the instruction's exceptions, and C1. */
export function noteExceptions(): void {
  let s = (status() & ~C1) | exceptions();
  if (wasRoundedUp() && exceptions() & PE) s |= C1;
  if (unmasked()) s |= ES | BUSY;
  store<u32>(FPU_STATUS, s);
}
/** The same; is there a result to be stored? */
export function finish(): bool {
  noteExceptions();
  return !isStopped();
}
/** SDM 1, 8.5.1.1: too many registers in use, or too few. True: masked, so the default NaN is to be stored. */
function stackFault(overflow: bool): bool {
  signal(IE);
  noteExceptions();
  store<u32>(FPU_STATUS, status() | SF);
  setC1(overflow);
  return isMasked(IE);
}
export function stackOverflow(): bool { return stackFault(true); }
export function stackUnderflow(): bool { return stackFault(false); }
/** Underflow of an instruction whose result goes to ST(i). */
export function underflowInto(i: u32): bool {
  if (!stackUnderflow()) return false;
  putDefaultNaN(i);
  return true;
}
/** Check for room for one more; false: the overflow has been dealt with. */
export function hasRoom(): bool {
  if (isEmpty(7)) return true;
  if (stackOverflow()) { push(); putDefaultNaN(0); }
  return false;
}

// ---- before and after

/** SDM 3A, table 2-2: #NM for any x87 instruction with EM or TS set. */
export function isAvailable(): bool {
  if (!(load<u32>(CR0) & (EM | TS))) return true;
  raise(NM, 0);
  return false;
}
/** The FERR# pin: the board, which holds IGNNE# up for as long as it is up, is to see every edge at once. */
function setFerr(level: u32): void {
  if (load<u32>(FERR) == level) return;
  store<u32>(FERR, level);
  store<u32>(EXIT_REQUEST, 1);
}
/**
 * SDM 1, 8.7: an instruction that waits finds an exception of an earlier one: #MF if CR0.NE; otherwise FERR# goes up
 * and the processor stands still until the host's interrupt comes, unless IGNNE# lets it pass.
 */
export function noneWaits(): bool {
  if (!(status() & ES)) return true;
  if (load<u32>(CR0) & NE) { raise(MF, 0); return false; }
  if (load<u32>(IGNNE)) return true;
  setFerr(1);
  return false;
}
/** Begin an instruction that waits. False: a fault, or stay at this record. */
export function begin(): bool {
  if (!isAvailable() || !noneWaits()) return false;
  beginX87(control());
  return true;
}
/** SDM 2B, WAIT: #NM only when MP and TS are both set. */
export function mayWait(): bool {
  if ((load<u32>(CR0) & (MP | TS)) == (MP | TS)) { raise(NM, 0); return false; }
  return noneWaits();
}
/** Once no fault can come any more: remember the instruction and its operand (SDM 1, 8.1.8). `row` is 0 for D8 to 7 for DF. */
export function noteInstruction(pc: usize, row: u32): void {
  store<u32>(FPU_OPCODE, row << 8 | <u32>dst(pc));
  store<u32>(FPU_IP, load<u32>(pc, R_EIP));
  store<u32>(FPU_CS, load<u32>(SEGMENTS + CS * SEGMENT, S_SELECTOR) & 0xffff);
  if (!isMemory(pc)) return;
  store<u32>(FPU_DP, offset(pc));
  store<u32>(FPU_DS, load<u32>(SEGMENTS + segmentOf(pc) * SEGMENT, S_SELECTOR) & 0xffff);
}
/** SDM 2A, FNINIT. */
export function initialize(): void {
  store<u32>(FPU_CONTROL, 0x37f);
  store<u32>(FPU_STATUS, 0);
  store<u32>(FPU_TAGS, 0);
  store<u32>(FPU_OPCODE, 0);
  store<u32>(FPU_IP, 0);
  store<u32>(FPU_CS, 0);
  store<u32>(FPU_DP, 0);
  store<u32>(FPU_DS, 0);
  setFerr(0);
}
/** SDM 2A, FNCLEX. */
export function clearExceptions(): void {
  store<u32>(FPU_STATUS, status() & ~<u32>0x80ff);
  setFerr(0);
}
