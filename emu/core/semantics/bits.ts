// Bit tests and scans, and the instructions that set single flags.
import { EAX, RECORD, EFLAGS } from '../layout';
import { arithmeticFlags, carry, OF, recordCarry, recordZero, setArithmeticFlags, ARITHMETIC } from '../flags';
import { FLAG_DF } from '../segments';
import { faulted } from '../fault';
import { address16, dst, imm, isMemory, offset, readRM, segmentOf, src } from '../operands';
import { readForUpdate, readSegment, writeBack } from '../memory';
import { signed } from './arithmetic';

const KEEP: u32 = 0, SET: u32 = 1, RESET: u32 = 2, COMPLEMENT: u32 = 3;

export function bt<T>(pc: usize): usize { return testBit<T>(pc, load<T>(src(pc)), KEEP, true); }
export function bts<T>(pc: usize): usize { return testBit<T>(pc, load<T>(src(pc)), SET, true); }
export function btr<T>(pc: usize): usize { return testBit<T>(pc, load<T>(src(pc)), RESET, true); }
export function btc<T>(pc: usize): usize { return testBit<T>(pc, load<T>(src(pc)), COMPLEMENT, true); }
export function btImmediate<T>(pc: usize): usize { return testBit<T>(pc, <T>imm(pc), KEEP, false); }
export function btsImmediate<T>(pc: usize): usize { return testBit<T>(pc, <T>imm(pc), SET, false); }
export function btrImmediate<T>(pc: usize): usize { return testBit<T>(pc, <T>imm(pc), RESET, false); }
export function btcImmediate<T>(pc: usize): usize { return testBit<T>(pc, <T>imm(pc), COMPLEMENT, false); }

/**
 * SDM 2A, BT: CF is the bit. In memory a register's bit offset is signed and reaches beyond the operand
 * (3.1.1.9, "bit(BitBase, BitOffset)"); an immediate's is taken modulo the operand's width.
 */
function testBit<T>(pc: usize, bit: T, then: u32, reaches: bool): usize {
  const width: u32 = sizeof<T>() * 8, mask = <T>(<u32>1 << (<u32>bit & (width - 1)));
  if (!isMemory(pc)) {
    const a = load<T>(dst(pc));
    if (then != KEEP) store<T>(dst(pc), changed<T>(a, mask, then));
    recordCarry(<u32>((a & mask) != 0));
    return pc + RECORD;
  }
  let ea = offset(pc);
  if (reaches) {
    ea += (signed<T>(bit) >> (sizeof<T>() == 4 ? 5 : 4)) * sizeof<T>();
    if (address16(pc)) ea &= 0xffff;
  }
  const segment = segmentOf(pc), a = then == KEEP ? readSegment<T>(segment, ea) : readForUpdate<T>(segment, ea);
  if (faulted()) return pc;
  if (then != KEEP) writeBack<T>(segment, ea, changed<T>(a, mask, then));
  recordCarry(<u32>((a & mask) != 0));
  return pc + RECORD;
}
@inline function changed<T>(a: T, mask: T, then: u32): T {
  return then == SET ? a | mask : then == RESET ? a & ~mask : a ^ mask;
}

/** SDM 2A, BSF and BSR: of 0, ZF is set and the destination keeps its value (as all processors do; the manual says undefined). */
export function bsf<T>(pc: usize): usize {
  const a = readRM<T>(pc, src(pc));
  if (faulted()) return pc;
  recordZero(a == 0);
  if (a != 0) store<T>(dst(pc), <T>ctz<u32>(<u32>a));
  return pc + RECORD;
}
export function bsr<T>(pc: usize): usize {
  const a = readRM<T>(pc, src(pc));
  if (faulted()) return pc;
  recordZero(a == 0);
  if (a != 0) store<T>(dst(pc), <T>(31 - clz<u32>(<u32>a)));
  return pc + RECORD;
}

export function clc(pc: usize): usize { recordCarry(0); return pc + RECORD; }
export function stc(pc: usize): usize { recordCarry(1); return pc + RECORD; }
export function cmc(pc: usize): usize { recordCarry(carry() ^ 1); return pc + RECORD; }
export function cld(pc: usize): usize { store<u32>(EFLAGS, load<u32>(EFLAGS) & ~FLAG_DF); return pc + RECORD; }
export function std(pc: usize): usize { store<u32>(EFLAGS, load<u32>(EFLAGS) | FLAG_DF); return pc + RECORD; }
/** SDM 2A, LAHF: SF ZF 0 AF 0 PF 1 CF. */
export function lahf(pc: usize): usize {
  store<u8>(EAX, <u8>((arithmeticFlags() & ARITHMETIC & ~OF) | 2), 1);
  return pc + RECORD;
}
export function sahf(pc: usize): usize {
  setArithmeticFlags((arithmeticFlags() & OF) | load<u8>(EAX, 1));
  return pc + RECORD;
}
export function salc(pc: usize): usize { store<u8>(EAX, <u8>(0 - carry())); return pc + RECORD; }
