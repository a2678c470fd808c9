// Traps and returns as the hot switch makes them: same privilege, 32-bit frame, flat segments, checks made
// before and remembered. What is not plain in this sense leaves for traps.ts and iret.ts. All inlined.
import {
  CPL, CS, CS_GENERATION, EAX, EFLAGS, END_TIME, ESP, GENERATION, INTR, MARGIN, NMI_BLOCKED, SEGMENTS, SEGMENT, S_SELECTOR, SS, TRAPS, TRAP_CODE,
  TRAP_DETAIL, TRAP_EIP, TRAP_ENTRIES, TRAP_ENTRY, TRAP_ESP, TRAP_RING, TRAP_SS, TRAP_STOP, TRAP_TIME,
  TRAP_VECTOR, CAUSE_SOFTWARE,
} from './layout';
import { arithmeticFlags, setArithmeticFlags, ARITHMETIC } from './flags';
import { FLAG_AC, FLAG_DF, FLAG_ID, FLAG_IF, FLAG_IOPL, FLAG_NT, FLAG_RF, FLAG_TF, FLAG_VM, FLAG_VIF, FLAG_VIP } from './segments';
import { gateOf as gateOfVector, G_KEEPS, G_PLAIN_SOFTWARE, G_SELECTOR, G_TARGET } from './traps';

/** Bytes of a same-privilege frame: EIP, CS, EFLAGS. */
export const FRAME: u32 = 12;

@inline function selector(segment: u32): u32 { return load<u32>(SEGMENTS + segment * SEGMENT, S_SELECTOR); }
@inline export function gateOf(vector: u32): usize { return gateOfVector(vector); }
@inline export function target(gate: usize): u32 { return load<u32>(gate, G_TARGET); }

/** Everything about this gate is known and plain, CS is the segment it leads to, and the host has not asked to be told of this trap. */
@inline export function isPlain(gate: usize): bool {
  const generation = load<u32>(GENERATION);
  const unknown = (load<u32>(gate) ^ generation) | (load<u32>(CS_GENERATION) ^ generation);
  const differs = (load<u32>(gate, G_PLAIN_SOFTWARE) ^ load<u32>(CPL)) | (load<u32>(gate, G_SELECTOR) ^ selector(CS));
  return (unknown | differs) == 0 && load<u32>(TRAPS) + 1 != load<u32>(TRAP_STOP);
}
/** The trap ring's entry; `budget` is what is left after this instruction. */
@inline export function log(vector: u32, eip: u32, budget: i32): void {
  const count = load<u32>(TRAPS), entry = TRAP_RING + (count & (TRAP_ENTRIES - 1)) * TRAP_ENTRY;
  store<f64>(entry, load<f64>(END_TIME) - <f64>(budget + <i32>MARGIN), TRAP_TIME);
  store<u32>(entry, vector | (CAUSE_SOFTWARE << 8) | (load<u32>(CPL) << 16), TRAP_VECTOR);
  store<u32>(entry, selector(CS) << 16, TRAP_CODE);
  store<u32>(entry, eip, TRAP_EIP);
  store<u32>(entry, load<u32>(ESP), TRAP_ESP);
  store<u32>(entry, load<u32>(EAX), TRAP_DETAIL);
  store<u32>(entry, (selector(SS) & 0xffff) | (pushedFlags() << 16), TRAP_SS);
  store<u32>(TRAPS, count + 1);
}
@inline export function pushFrame(frame: usize, eip: u32): void {
  store<u32>(frame, eip);
  store<u32>(frame, selector(CS), 4);
  store<u32>(frame, pushedFlags(), 8);
}
@inline export function enter(gate: usize): void { store<u32>(EFLAGS, load<u32>(EFLAGS) & load<u32>(gate, G_KEEPS)); }

/** EFLAGS as pushf and a trap push it; outside virtual-8086 mode, and with RF clear, those are the same. */
@inline export function pushedFlags(): u32 { return load<u32>(EFLAGS) | arithmeticFlags() | 2; }

/** cli and sti: CPL <= IOPL. */
@inline export function mayChangeIf(): bool { return load<u32>(CPL) <= ((load<u32>(EFLAGS) >>> 12) & 3); }

// A flags image is plain at ring 0 when loading it starts neither a debug trap, virtual-8086 mode nor a waiting interrupt,
// and has no virtual interrupt flags.
const ODD: u32 = FLAG_TF | FLAG_VM | FLAG_VIF | FLAG_VIP;
const LOADED: u32 = FLAG_IF | FLAG_DF | FLAG_IOPL | FLAG_NT | FLAG_AC | FLAG_ID;
@inline export function popsPlainly(flags: u32): bool {
  return ((flags & ODD) | (load<u32>(EFLAGS) & (ODD | FLAG_RF)) | load<u32>(CPL) | load<u32>(INTR)) == 0;
}
@inline export function setFlags(flags: u32): void {
  setArithmeticFlags(flags & ARITHMETIC);
  store<u32>(EFLAGS, (flags & LOADED) | 2);
}
/**
 * A return within ring 0 to the segment that is running, with plain flags. RF, which every fault pushes, counts for the
 * next instruction only: it can be dropped when that will begin here, that is, while there is `budget` left after this one.
 */
@inline export function returnsPlainly(frame: usize, budget: i32): bool {
  const elsewhere = (load<u32>(frame, 4) & 0xffff) ^ selector(CS), flags = load<u32>(frame, 8);
  const odd = (load<u32>(EFLAGS) & FLAG_NT) | (load<u32>(CS_GENERATION) ^ load<u32>(GENERATION)) | load<u32>(NMI_BLOCKED);
  return (elsewhere | odd | (flags & FLAG_RF & <u32>(budget >> 31))) == 0 && popsPlainly(flags);
}
