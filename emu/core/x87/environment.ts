// FLDENV FSTENV FSAVE FRSTOR, in the four formats that operand size and mode make (SDM 1, figures 8-9 to 8-12).
// FXSAVE and FXRSTOR are in ../sse/save.ts.
import {
  CR0, EFLAGS, FPU_CONTROL, FPU_CS, FPU_DP, FPU_DS, FPU_IP, FPU_OPCODE, FPU_STATUS, FPU_TAGS, FPU_REGISTERS,
} from '../layout';
import { linearOf, readLinear, writeLinear } from '../memory';
import { offset, segmentOf } from '../operands';
import { CR0_PE } from '../paging';
import { FLAG_VM } from '../segments';
import { proveLoad, proveStore } from '../wide';
import { initialize, register, status, updateSummary } from './state';

/** SDM 1, 8.1.7: each register's two tag bits: valid, zero, special, empty. */
export function tagWord(): u32 {
  let word: u32 = 0;
  for (let n: u32 = 0; n < 8; n++) {
    const at = FPU_REGISTERS + n * 16, significand = load<u64>(at), exponent = <u32>load<u16>(at, 8) & 0x7fff;
    let tag: u32 = 0;
    if (!((load<u32>(FPU_TAGS) >>> n) & 1)) tag = 3;
    else if (exponent == 0 && significand == 0) tag = 1;
    else if (exponent == 0 || exponent == 0x7fff || !(significand >>> 63)) tag = 2;
    word |= tag << (n * 2);
  }
  return word;
}
function setTagWord(word: u32): void {
  let tags: u32 = 0;
  for (let n: u32 = 0; n < 8; n++) if (((word >>> (n * 2)) & 3) != 3) tags |= 1 << n;
  store<u32>(FPU_TAGS, tags);
}
/** Real-mode format: linear addresses instead of selectors. */
@inline function isReal(): bool { return !(load<u32>(CR0) & CR0_PE) || (load<u32>(EFLAGS) & FLAG_VM) != 0; }
@inline export function environmentBytes<T>(): u32 { return sizeof<T>() == 4 ? 28 : 14; }

/** Seven words or doublewords; the upper halves of 16-bit fields read as ones. */
function writeEnvironment<T>(at: u32): void {
  const ones: u32 = 0xffff0000, size = <u32>sizeof<T>(), opcode = load<u32>(FPU_OPCODE) & 0x7ff;
  writeLinear<T>(at, <T>(ones | load<u32>(FPU_CONTROL)));
  writeLinear<T>(at + size, <T>(ones | status()));
  writeLinear<T>(at + 2 * size, <T>(ones | tagWord()));
  const ip = load<u32>(FPU_IP), dp = load<u32>(FPU_DP), cs = load<u32>(FPU_CS), ds = load<u32>(FPU_DS);
  if (isReal()) {
    const codeAt = cs * 16 + ip, dataAt = ds * 16 + dp;
    writeLinear<T>(at + 3 * size, <T>(sizeof<T>() == 4 ? ones | codeAt & 0xffff : codeAt));
    writeLinear<T>(at + 4 * size, <T>(sizeof<T>() == 4 ? codeAt >>> 16 << 12 | opcode : (codeAt >>> 16 & 15) << 12 | opcode));
    writeLinear<T>(at + 5 * size, <T>(sizeof<T>() == 4 ? ones | dataAt & 0xffff : dataAt));
    writeLinear<T>(at + 6 * size, <T>(sizeof<T>() == 4 ? dataAt >>> 16 << 12 : (dataAt >>> 16 & 15) << 12));
  } else {
    writeLinear<T>(at + 3 * size, <T>ip);
    writeLinear<T>(at + 4 * size, <T>(sizeof<T>() == 4 ? opcode << 16 | cs : cs));
    writeLinear<T>(at + 5 * size, <T>dp);
    writeLinear<T>(at + 6 * size, <T>(ones | ds));
  }
}
function readEnvironment<T>(at: u32): void {
  const size = <u32>sizeof<T>();
  store<u32>(FPU_CONTROL, <u32>readLinear<u16>(at) & 0x1f7f | 0x40);
  store<u32>(FPU_STATUS, <u32>readLinear<u16>(at + size));
  setTagWord(<u32>readLinear<u16>(at + 2 * size));
  const first = <u32>readLinear<T>(at + 3 * size), second = <u32>readLinear<T>(at + 4 * size);
  const third = <u32>readLinear<T>(at + 5 * size), fourth = <u32>readLinear<T>(at + 6 * size);
  if (isReal()) {
    const upper = sizeof<T>() == 4 ? 0x0ffff000 : 0xf000;
    store<u32>(FPU_IP, first & 0xffff | (second & upper) << 4);
    store<u32>(FPU_CS, 0);
    store<u32>(FPU_OPCODE, second & 0x7ff);
    store<u32>(FPU_DP, third & 0xffff | (fourth & upper) << 4);
    store<u32>(FPU_DS, 0);
  } else {
    store<u32>(FPU_IP, first);
    store<u32>(FPU_CS, second & 0xffff);
    if (sizeof<T>() == 4) store<u32>(FPU_OPCODE, second >>> 16 & 0x7ff);
    store<u32>(FPU_DP, third);
    store<u32>(FPU_DS, fourth & 0xffff);
  }
  updateSummary();
}

/** SDM 2A, FNSTENV: then all exceptions are masked. */
export function storeEnvironment<T>(pc: usize): void {
  const segment = segmentOf(pc), o = offset(pc);
  if (!proveStore(segment, o, environmentBytes<T>(), sizeof<T>())) return;
  writeEnvironment<T>(linearOf(segment, o));
  store<u32>(FPU_CONTROL, load<u32>(FPU_CONTROL) | 0x3f);
  updateSummary();
}
export function loadEnvironment<T>(pc: usize): void {
  const segment = segmentOf(pc), o = offset(pc);
  if (!proveLoad(segment, o, environmentBytes<T>(), sizeof<T>())) return;
  readEnvironment<T>(linearOf(segment, o));
}
/** SDM 2A, FNSAVE: the environment, ST(0) to ST(7), then as FNINIT. */
export function save<T>(pc: usize): void {
  const segment = segmentOf(pc), o = offset(pc), bytes = environmentBytes<T>();
  if (!proveStore(segment, o, bytes + 80, sizeof<T>())) return;
  const at = linearOf(segment, o);
  writeEnvironment<T>(at);
  for (let i: u32 = 0; i < 8; i++) {
    writeLinear<u64>(at + bytes + i * 10, load<u64>(register(i)));
    writeLinear<u16>(at + bytes + i * 10 + 8, load<u16>(register(i), 8));
  }
  initialize();
}
export function restore<T>(pc: usize): void {
  const segment = segmentOf(pc), o = offset(pc), bytes = environmentBytes<T>();
  if (!proveLoad(segment, o, bytes + 80, sizeof<T>())) return;
  const at = linearOf(segment, o);
  readEnvironment<T>(at);
  for (let i: u32 = 0; i < 8; i++) {
    store<u64>(register(i), readLinear<u64>(at + bytes + i * 10));
    store<u16>(register(i), readLinear<u16>(at + bytes + i * 10 + 8), 8);
  }
}
