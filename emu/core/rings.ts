// The beaten path between ring 3 and ring 0: system calls, faults and interrupts of a flat 32-bit program under a flat
// 32-bit kernel. What the careful way (traps.ts, iret.ts) found is noted here, good while GENERATION stands; with
// base and limit the same on both sides, only selectors, access rights and the caches of the privilege change.
import {
  CPL, CS, CS_GENERATION, DS, EFLAGS, ES, ESP, FS, GENERATION, GS, JUMPS, JUMPS_SUPERVISOR, JUMPS_USER, MODE, MODE_CODE32, MODE_FLAT,
  MODE_STACK32, SS, S_ACCESS, S_BASE, S_LIMIT, S_SELECTOR, S_USABLE, TLB, TLB_SUPERVISOR, TLB_USER, TR,
} from './layout';
import { segmentAt } from './memory';
import { typeOf, TYPE_TSS32, FLAG_VM } from './segments';
import { tlbEntryOf, canRead, canReadSpan, canWriteSpan, host } from './tlb';

// The last 32 bytes before the translation caches; watch.ts clears them at reset.
const RING0_GENERATION: usize = 0x3fe0, RING0_SS: usize = 0x3fe4, RING0_SS_ACCESS: usize = 0x3fe8;
const RING3_GENERATION: usize = 0x3fec, RING3_CS: usize = 0x3ff0, RING3_SS: usize = 0x3ff4;
const RING3_CS_ACCESS: usize = 0x3ff8, RING3_SS_ACCESS: usize = 0x3ffc;

const FLAT: u32 = MODE_CODE32 | MODE_STACK32 | (MODE_FLAT << CS) | (MODE_FLAT << SS);
/** Code and stack both flat and 32-bit? */
@inline export function isFlatProgram(): bool { return (load<u32>(MODE) & FLAT) == FLAT; }
@inline function put(segment: u32, selector: u32, access: u32): void {
  store<u32>(segmentAt(segment), selector, S_SELECTOR);
  store<u32>(segmentAt(segment), access, S_ACCESS);
}
@inline function accessOf(segment: u32): u32 { return load<u32>(segmentAt(segment), S_ACCESS); }
@inline function selectorOf(segment: u32): u32 { return load<u32>(segmentAt(segment), S_SELECTOR); }

/** After the careful way into ring 0: note its stack segment. Gives CS's access rights for the gate, 0 when it isn't flat. */
export function noteRing0(): u32 {
  if (!isFlatProgram() || load<u32>(CPL) != 0) return 0;
  store<u32>(RING0_GENERATION, load<u32>(GENERATION));
  store<u32>(RING0_SS, selectorOf(SS));
  store<u32>(RING0_SS_ACCESS, accessOf(SS));
  return accessOf(CS);
}
/** After the careful way to ring 3: note both its segments. */
export function noteRing3(): void {
  if (!isFlatProgram() || load<u32>(CPL) != 3) return;
  store<u32>(RING3_GENERATION, load<u32>(GENERATION));
  store<u32>(RING3_CS, selectorOf(CS));
  store<u32>(RING3_SS, selectorOf(SS));
  store<u32>(RING3_CS_ACCESS, accessOf(CS));
  store<u32>(RING3_SS_ACCESS, accessOf(SS));
}

let ring0Top: u32 = 0;
/** Where a frame of `bytes` goes on ring 0's stack; 0 when anything at all is not as it was noted. */
export function ring0Frame(bytes: u32): usize {
  if (!isFlatProgram() || load<u32>(CPL) != 3 || load<u32>(EFLAGS) & FLAG_VM) return 0;
  if (load<u32>(RING0_GENERATION) != load<u32>(GENERATION)) return 0;
  // SDM 3A, 7.2.1: ESP0 and SS0 are the second and third dword of a 32-bit TSS. They are read each time: kernels change them.
  const tr = segmentAt(TR), tss = load<u32>(tr, S_BASE) + 4;
  if ((typeOf(load<u32>(tr, S_ACCESS)) & TYPE_TSS32) != TYPE_TSS32 || load<u32>(tr, S_LIMIT) < 11) return 0;
  const page = tlbEntryOf(TLB_SUPERVISOR, tss);
  if (!canRead<u64>(page, tss)) return 0;
  const stack = host(page, tss), top = load<u32>(stack);
  if (<u32>load<u16>(stack, 4) != load<u32>(RING0_SS) || top < bytes) return 0;
  const bottom = top - bytes, entry = tlbEntryOf(TLB_SUPERVISOR, bottom);
  ring0Top = bottom;
  return canWriteSpan(entry, bottom, bytes) ? host(entry, bottom) : 0;
}
/** Into ring 0, once the frame is filled. */
export function enterRing0(selector: u32, access: u32): void {
  store<u32>(ESP, ring0Top);
  put(SS, load<u32>(RING0_SS), load<u32>(RING0_SS_ACCESS));
  put(CS, selector, access);
  store<u32>(CS_GENERATION, load<u32>(GENERATION));
  store<u32>(CPL, 0);
  store<u32>(TLB, TLB_SUPERVISOR);
  store<u32>(JUMPS, JUMPS_SUPERVISOR);
}

/** A data segment that ring 3 may keep: null, or of its own privilege. */
@inline function mayKeep(segment: u32): bool {
  return load<u32>(segmentAt(segment), S_USABLE) == 0 || (accessOf(segment) & 0x6000) == 0x6000;
}
/** An iret frame on ring 0's stack that leads to the noted ring 3; 0 when not. */
export function ring3Frame(top: u32): usize {
  if (!isFlatProgram() || load<u32>(CPL) != 0 || load<u32>(RING3_GENERATION) != load<u32>(GENERATION)) return 0;
  const entry = tlbEntryOf(TLB_SUPERVISOR, top);
  if (!canReadSpan(entry, top, 20)) return 0;
  const frame = host(entry, top);
  const same = <u32>load<u16>(frame, 4) == load<u32>(RING3_CS) && <u32>load<u16>(frame, 16) == load<u32>(RING3_SS);
  if (!same || load<u32>(frame, 8) & FLAG_VM) return 0;
  return mayKeep(DS) && mayKeep(ES) && mayKeep(FS) && mayKeep(GS) ? frame : 0;
}
/** Back to ring 3, once EFLAGS' new value is settled. */
export function enterRing3(esp: u32): void {
  store<u32>(ESP, esp);
  put(SS, load<u32>(RING3_SS), load<u32>(RING3_SS_ACCESS));
  put(CS, load<u32>(RING3_CS), load<u32>(RING3_CS_ACCESS));
  store<u32>(CS_GENERATION, load<u32>(GENERATION));
  store<u32>(CPL, 3);
  store<u32>(TLB, TLB_USER);
  store<u32>(JUMPS, JUMPS_USER);
}
