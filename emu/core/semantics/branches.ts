// Near jumps, calls and returns in the slow step, and loops.
import { CASE_outside } from '../generated/tables';
import { ECX, ESP, RECORD, R_SLOW_CASE, SEGMENTS, SEGMENT, CS, S_LIMIT } from '../layout';
import { ZF, arithmeticFlags } from '../flags';
import { find } from '../blocks';
import { faulted, raise, GP, UD } from '../fault';
import { address16, dst, imm, next, notTaken, offset, segmentOf, taken } from '../operands';
import { writeSegment } from '../memory';
import { adjustStack, popValue, pushValue } from '../stack';

/** SDM 2A, JMP, CALL, RET: a target beyond the CS limit is #GP(0). */
@inline function isOutside(eip: u32): bool { return eip > load<u32>(SEGMENTS + CS * SEGMENT, S_LIMIT); }

export function jumpNear(pc: usize, to: u32): usize {
  if (isOutside(to)) { raise(GP, 0); return pc; }
  return find(to);
}
export function callNear<T>(pc: usize, to: u32): usize {
  if (isOutside(to)) { raise(GP, 0); return pc; }
  pushValue<T>(<T>next(pc));
  return faulted() ? pc : find(to);
}
/** ret and ret imm16; imm is 0 where there is none. */
export function returnNear<T>(pc: usize): usize {
  const to = <u32>popValue<T>();
  if (faulted()) return pc;
  if (isOutside(to)) { raise(GP, 0); return pc; }
  adjustStack(sizeof<T>() + imm(pc));
  return find(to);
}

/** SDM 2B, POP: the stack pointer is incremented before a memory operand's address is computed from it. */
export function popMemory<T>(pc: usize): void {
  const value = popValue<T>();
  if (faulted()) return;
  const before = load<u32>(ESP);
  adjustStack(sizeof<T>());
  writeSegment<T>(segmentOf(pc), offset(pc), value);
  if (faulted()) store<u32>(ESP, before);
}
/** pop esp leaves what was popped. */
export function popRegister<T>(pc: usize): void {
  const value = popValue<T>();
  if (faulted()) return;
  adjustStack(sizeof<T>());
  store<T>(dst(pc), value);
}

// SDM 2A, LOOP/LOOPcc and JECXZ: the address size chooses between CX and ECX.

@inline function count(pc: usize): u32 { return address16(pc) ? <u32>load<u16>(ECX) : load<u32>(ECX); }
function loopIf(pc: usize, condition: bool): usize {
  const left = count(pc) - 1, jumps = condition && (address16(pc) ? left & 0xffff : left) != 0;
  // A loop that would leave the segment faults before it counts.
  if (jumps && <u32>load<u16>(taken(pc), R_SLOW_CASE) == CASE_outside) { raise(GP, 0); return pc; }
  if (address16(pc)) store<u16>(ECX, <u16>left); else store<u32>(ECX, left);
  return jumps ? taken(pc) : notTaken(pc);
}
export function loop(pc: usize): usize { return loopIf(pc, true); }
export function loope(pc: usize): usize { return loopIf(pc, (arithmeticFlags() & ZF) != 0); }
export function loopne(pc: usize): usize { return loopIf(pc, (arithmeticFlags() & ZF) == 0); }
export function jecxz(pc: usize): usize { return count(pc) == 0 ? taken(pc) : notTaken(pc); }

export function undefinedOpcode(pc: usize): usize { raise(UD, 0); return pc; }
