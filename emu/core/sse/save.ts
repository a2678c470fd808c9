// FXSAVE, FXRSTOR, LDMXCSR, STMXCSR. The area's layout: SDM 2A, table 3-43.
import {
  CR0, FPU_CONTROL, FPU_CS, FPU_DP, FPU_DS, FPU_IP, FPU_OPCODE, FPU_STATUS, FPU_TAGS, MXCSR, XMM,
} from '../layout';
import { faulted, raise, NM } from '../fault';
import { linearOf, readLinear, readSegment, writeLinear, writeSegment } from '../memory';
import { offset, segmentOf } from '../operands';
import { onward } from '../onward';
import { isAligned, proveLoad, proveStore } from '../wide';
import { register, setControl, status, updateSummary } from '../x87/state';
import { isSseAvailable, setMxcsr, MXCSR_MASK } from './state';

const EM: u32 = 4, TS: u32 = 8, AREA: u32 = 512;
/** Where the area keeps things, where not in order. */
const AT_MXCSR: u32 = 24, AT_ST: u32 = 32, AT_XMM: u32 = 160;

/** SDM 2A, FXSAVE: #NM with EM or TS; then the operand's alignment. */
function isAreaUsable(pc: usize): bool {
  if (load<u32>(CR0) & (EM | TS)) { raise(NM, 0); return false; }
  return isAligned(segmentOf(pc), offset(pc));
}
export function fxsave(pc: usize): usize {
  if (!isAreaUsable(pc) || !proveStore(segmentOf(pc), offset(pc), AREA, 16)) return pc;
  const at = linearOf(segmentOf(pc), offset(pc));
  writeLinear<u32>(at, load<u32>(FPU_CONTROL) | status() << 16);
  writeLinear<u32>(at + 4, load<u32>(FPU_TAGS) | load<u32>(FPU_OPCODE) << 16);
  writeLinear<u32>(at + 8, load<u32>(FPU_IP));
  writeLinear<u32>(at + 12, load<u32>(FPU_CS));
  writeLinear<u32>(at + 16, load<u32>(FPU_DP));
  writeLinear<u32>(at + 20, load<u32>(FPU_DS));
  writeLinear<u32>(at + AT_MXCSR, load<u32>(MXCSR));
  writeLinear<u32>(at + AT_MXCSR + 4, MXCSR_MASK);
  for (let i: u32 = 0; i < 8; i++) {
    writeLinear<u64>(at + AT_ST + i * 16, load<u64>(register(i)));
    writeLinear<u64>(at + AT_ST + i * 16 + 8, <u64>load<u16>(register(i), 8));
    writeLinear<u64>(at + AT_XMM + i * 16, load<u64>(XMM + i * 16));
    writeLinear<u64>(at + AT_XMM + i * 16 + 8, load<u64>(XMM + i * 16, 8));
  }
  return onward(pc);
}
export function fxrstor(pc: usize): usize {
  if (!isAreaUsable(pc) || !proveLoad(segmentOf(pc), offset(pc), AREA, 16)) return pc;
  const at = linearOf(segmentOf(pc), offset(pc));
  if (!setMxcsr(readLinear<u32>(at + AT_MXCSR))) return pc;
  setControl(<u32>readLinear<u16>(at));
  store<u32>(FPU_STATUS, <u32>readLinear<u16>(at + 2));
  store<u32>(FPU_TAGS, <u32>readLinear<u8>(at + 4));
  store<u32>(FPU_OPCODE, <u32>readLinear<u16>(at + 6) & 0x7ff);
  store<u32>(FPU_IP, readLinear<u32>(at + 8));
  store<u32>(FPU_CS, <u32>readLinear<u16>(at + 12));
  store<u32>(FPU_DP, readLinear<u32>(at + 16));
  store<u32>(FPU_DS, <u32>readLinear<u16>(at + 20));
  for (let i: u32 = 0; i < 8; i++) {
    store<u64>(register(i), readLinear<u64>(at + AT_ST + i * 16));
    store<u16>(register(i), readLinear<u16>(at + AT_ST + i * 16 + 8), 8);
    store<u64>(XMM + i * 16, readLinear<u64>(at + AT_XMM + i * 16));
    store<u64>(XMM + i * 16, readLinear<u64>(at + AT_XMM + i * 16 + 8), 8);
  }
  updateSummary();
  return onward(pc);
}
export function ldmxcsr(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  const value = readSegment<u32>(segmentOf(pc), offset(pc));
  return !faulted() && setMxcsr(value) ? onward(pc) : pc;
}
export function stmxcsr(pc: usize): usize {
  if (!isSseAvailable()) return pc;
  writeSegment<u32>(segmentOf(pc), offset(pc), load<u32>(MXCSR));
  return faulted() ? pc : onward(pc);
}
