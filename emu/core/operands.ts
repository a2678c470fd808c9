// How an instruction reads its record. All inlined.
import {
  R_DST, R_SRC, R_BASE, R_INDEX, R_SCALE, R_COUNT, R_IMM, R_DISP, R_KIND, R_TAKEN, R_NOT_TAKEN, R_NEXT, KIND_SEGMENT, KIND_ADDRESS16,
  KIND_REP, KIND_REPNE, NO_MEMORY, ESP, EAX, ECX, EDX, EBX, EBP, ESI, EDI, BUDGET, JUMPS, JUMP_ENTRIES,
} from './layout';
import { readSegment, writeSegment } from './memory';

/** Register slots, as addresses. For segment, control and debug registers: their numbers. */
@inline export function dst(pc: usize): usize { return load<u8>(pc, R_DST); }
@inline export function src(pc: usize): usize { return load<u8>(pc, R_SRC); }
@inline export function imm(pc: usize): u32 { return load<u32>(pc, R_IMM); }
@inline export function disp(pc: usize): u32 { return load<u32>(pc, R_DISP); }
/** EIP of the instruction after this one; not in records that link to other records. */
@inline export function next(pc: usize): u32 { return load<u32>(pc, R_NEXT); }
@inline export function rep(pc: usize): bool { return (load<u8>(pc, R_KIND) & KIND_REP) != 0; }
@inline export function repne(pc: usize): bool { return (load<u8>(pc, R_KIND) & KIND_REPNE) != 0; }
@inline export function address16(pc: usize): bool { return (load<u8>(pc, R_KIND) & KIND_ADDRESS16) != 0; }

// Memory operands. In the hot switch segments are flat, so an offset is a linear address.

/** [base + disp] */
@inline export function address_bd(pc: usize): u32 { return load<u32>(load<u8>(pc, R_BASE)) + load<u32>(pc, R_DISP); }
/** [base + index * scale + disp] */
@inline export function address_bis(pc: usize): u32 {
  return load<u32>(load<u8>(pc, R_BASE)) + (load<u32>(load<u8>(pc, R_INDEX)) << load<u8>(pc, R_SCALE)) + load<u32>(pc, R_DISP);
}
@inline export function isMemory(pc: usize): bool { return load<u8>(pc, R_BASE) != NO_MEMORY; }
@inline export function segmentOf(pc: usize): u32 { return load<u8>(pc, R_KIND) & KIND_SEGMENT; }
/** The operand's offset in its segment; SDM 1, 3.7.5: with 16-bit addressing it wraps at 64 KB. */
@inline export function offset(pc: usize): u32 {
  const o = address_bis(pc);
  return address16(pc) ? o & 0xffff : o;
}
/** The E operand: memory, or the register whose slot is given. Check faulted() afterwards. */
@inline export function readRM<T>(pc: usize, slot: usize): T {
  return isMemory(pc) ? readSegment<T>(segmentOf(pc), offset(pc)) : load<T>(slot);
}
@inline export function writeRM<T>(pc: usize, slot: usize, value: T): void {
  if (isMemory(pc)) writeSegment<T>(segmentOf(pc), offset(pc), value);
  else store<T>(slot, value);
}

// Where to go on.

@inline export function taken(pc: usize): usize { return load<u32>(pc, R_TAKEN); }
@inline export function notTaken(pc: usize): usize { return load<u32>(pc, R_NOT_TAKEN); }
/** Guest instructions in the block that this record ends. */
@inline export function blockLength(pc: usize): i32 { return load<u8>(pc, R_COUNT); }
/** Stop the hot switch before this record; the caller returns what this returns. */
@inline export function leave(pc: usize, budget: i32): usize { store<i32>(BUDGET, budget); return pc; }

// Where jumps have gone before: EIP, record.
@inline export function jumpEntry(eip: u32): usize { return load<u32>(JUMPS) + ((eip & (JUMP_ENTRIES - 1)) << 3); }
@inline export function jumpKnown(entry: usize, eip: u32): bool { return load<u32>(entry) == eip; }
@inline export function jumpTarget(entry: usize): usize { return load<u32>(entry, 4); }

// The stack in the hot switch, where SS is flat and 32-bit.
@inline export function esp(): u32 { return load<u32>(ESP); }
@inline export function setEsp(value: u32): void { store<u32>(ESP, value); }
/** pushad and popad, once their 32 bytes are known to be within reach. */
@inline export function storeAll(at: usize): void {
  store<u32>(at, load<u32>(EDI)); store<u32>(at, load<u32>(ESI), 4); store<u32>(at, load<u32>(EBP), 8); store<u32>(at, load<u32>(ESP), 12);
  store<u32>(at, load<u32>(EBX), 16); store<u32>(at, load<u32>(EDX), 20); store<u32>(at, load<u32>(ECX), 24); store<u32>(at, load<u32>(EAX), 28);
}
@inline export function loadAll(at: usize): void {
  store<u32>(EDI, load<u32>(at)); store<u32>(ESI, load<u32>(at, 4)); store<u32>(EBP, load<u32>(at, 8));
  store<u32>(EBX, load<u32>(at, 16)); store<u32>(EDX, load<u32>(at, 20)); store<u32>(ECX, load<u32>(at, 24)); store<u32>(EAX, load<u32>(at, 28));
}
