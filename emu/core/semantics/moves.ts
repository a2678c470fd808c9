// Data movement.
import { EAX, EBX, RECORD } from '../layout';
import { faulted } from '../fault';
import { address16, dst, isMemory, offset, segmentOf, src } from '../operands';
import { readForUpdate, readSegment, writeBack } from '../memory';
import { signed } from './arithmetic';

@inline export function same<S, T>(a: S): T { return <T>a; }
@inline export function zeroExtend<S, T>(a: S): T { return <T>a; }
@inline export function signExtend<S, T>(a: S): T { return <T>signed<S>(a); }

export function nop(pc: usize): usize { return pc + RECORD; }

export function xchg<T>(pc: usize): usize {
  const memory = isMemory(pc), segment = segmentOf(pc), ea = offset(pc);
  const a = memory ? readForUpdate<T>(segment, ea) : load<T>(dst(pc));
  if (faulted()) return pc;
  const b = load<T>(src(pc));
  if (memory) writeBack<T>(segment, ea, b); else store<T>(dst(pc), b);
  store<T>(src(pc), a);
  return pc + RECORD;
}
/** SDM 2A, BSWAP: of a 16-bit register the result is undefined; processors leave zero. */
export function bswapRegister<T>(pc: usize): usize {
  if (sizeof<T>() == 4) store<u32>(dst(pc), bswap<u32>(load<u32>(dst(pc))));
  else store<u16>(dst(pc), 0);
  return pc + RECORD;
}
/** AL = [(E)BX + AL] */
export function xlat(pc: usize): usize {
  const o = load<u32>(EBX) + <u32>load<u8>(EAX), value = readSegment<u8>(segmentOf(pc), address16(pc) ? o & 0xffff : o);
  if (faulted()) return pc;
  store<u8>(EAX, value);
  return pc + RECORD;
}
