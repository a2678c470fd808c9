// CVT instructions. SDM 1, 11.4.1.3 and 11.4.2; integers that don't fit become the integer indefinite.
import { faulted } from '../fault';
import { dst, readRM, src, isMemory } from '../operands';
import { onward } from '../onward';
import { settleNaN } from '../softfloat/arithmetic';
import { fromInteger, toInteger } from '../softfloat/convert';
import { copy, isDenormal } from '../softfloat/number';
import { signal, DE } from '../softfloat/round';
import { A, R } from '../x87/state';
import { pack, scalarSource, unpack } from './float';
import { copy128, set64, setMmx, source128, source32, source64, to, RESULT } from './operands';
import { beginFloat, enterMmx, finishFloat, isMmxAvailable } from './state';

@inline function integerOf<T>(bits: T, truncate: bool): u32 {
  unpack<T>(A, bits);
  return <u32>toInteger(A, 32, truncate);
}
@inline function floatOf<T>(value: u32): T {
  fromInteger(A, <i64><i32>value);
  return pack<T>(A);
}
/** Between singles and doubles: NaNs are quieted, denormals noted. */
function resized<S, T>(bits: S): T {
  unpack<S>(A, bits);
  if (!settleNaN(A, R)) {
    if (isDenormal(A)) signal(DE);
    copy(R, A);
  }
  return pack<T>(R);
}

// ---- with general registers

function fromGeneral<T>(pc: usize): usize {
  if (!beginFloat()) return pc;
  const value = readRM<u32>(pc, src(pc));
  if (faulted()) return pc;
  const result = floatOf<T>(value);
  if (!finishFloat()) return pc;
  store<T>(to(pc), result);
  return onward(pc);
}
function toGeneral<T>(pc: usize, truncate: bool): usize {
  if (!beginFloat()) return pc;
  const source = scalarSource<T>(pc);
  if (faulted()) return pc;
  const result = integerOf<T>(load<T>(source), truncate);
  if (!finishFloat()) return pc;
  store<u32>(dst(pc), result);
  return onward(pc);
}
export function cvtsi2ss(pc: usize): usize { return fromGeneral<u32>(pc); }
export function cvtsi2sd(pc: usize): usize { return fromGeneral<u64>(pc); }
export function cvtss2si(pc: usize): usize { return toGeneral<u32>(pc, false); }
export function cvtsd2si(pc: usize): usize { return toGeneral<u64>(pc, false); }
export function cvttss2si(pc: usize): usize { return toGeneral<u32>(pc, true); }
export function cvttsd2si(pc: usize): usize { return toGeneral<u64>(pc, true); }

// ---- with MMX registers

// Using an MMX register means its checks too, after SSE's. The x87 state gives way even if #XM follows.

/** SDM 2A, CVTPI2PS, CVTPI2PD: a memory operand leaves the x87 state alone. */
function fromMmx<T>(pc: usize): usize {
  if (!beginFloat() || (!isMemory(pc) && !isMmxAvailable())) return pc;
  const source = source64(pc);
  if (faulted()) return pc;
  if (!isMemory(pc)) enterMmx();
  const low = floatOf<T>(load<u32>(source)), high = floatOf<T>(load<u32>(source, 4));
  if (!finishFloat()) return pc;
  store<T>(to(pc), low);
  store<T>(to(pc), high, sizeof<T>());
  return onward(pc);
}
export function cvtpi2ps(pc: usize): usize { return fromMmx<u32>(pc); }
export function cvtpi2pd(pc: usize): usize { return fromMmx<u64>(pc); }
function toMmx<T>(pc: usize, truncate: bool): usize {
  if (!beginFloat() || !isMmxAvailable()) return pc;
  const source = sizeof<T>() == 4 ? source64(pc) : source128(pc);
  if (faulted()) return pc;
  enterMmx();
  const low = integerOf<T>(load<T>(source), truncate), high = integerOf<T>(load<T>(source, sizeof<T>()), truncate);
  if (!finishFloat()) return pc;
  setMmx(to(pc), <u64>high << 32 | low);
  return onward(pc);
}
export function cvtps2pi(pc: usize): usize { return toMmx<u32>(pc, false); }
export function cvtpd2pi(pc: usize): usize { return toMmx<u64>(pc, false); }
export function cvttps2pi(pc: usize): usize { return toMmx<u32>(pc, true); }
export function cvttpd2pi(pc: usize): usize { return toMmx<u64>(pc, true); }

// ---- between XMM registers

export function cvtss2sd(pc: usize): usize {
  if (!beginFloat()) return pc;
  const source = source32(pc);
  if (faulted()) return pc;
  const result = resized<u32, u64>(load<u32>(source));
  if (!finishFloat()) return pc;
  store<u64>(to(pc), result);
  return onward(pc);
}
export function cvtsd2ss(pc: usize): usize {
  if (!beginFloat()) return pc;
  const source = source64(pc);
  if (faulted()) return pc;
  const result = resized<u64, u32>(load<u64>(source));
  if (!finishFloat()) return pc;
  store<u32>(to(pc), result);
  return onward(pc);
}
export function cvtps2pd(pc: usize): usize {
  if (!beginFloat()) return pc;
  const source = source64(pc);
  if (faulted()) return pc;
  const low = resized<u32, u64>(load<u32>(source)), high = resized<u32, u64>(load<u32>(source, 4));
  if (!finishFloat()) return pc;
  store<u64>(to(pc), low);
  store<u64>(to(pc), high, 8);
  return onward(pc);
}
export function cvtpd2ps(pc: usize): usize {
  if (!beginFloat()) return pc;
  const source = source128(pc);
  if (faulted()) return pc;
  const low = resized<u64, u32>(load<u64>(source)), high = resized<u64, u32>(load<u64>(source, 8));
  if (!finishFloat()) return pc;
  set64(to(pc), <u64>high << 32 | low);
  return onward(pc);
}
export function cvtdq2ps(pc: usize): usize {
  if (!beginFloat()) return pc;
  const source = source128(pc);
  if (faulted()) return pc;
  for (let i: usize = 0; i < 16; i += 4) store<u32>(RESULT + i, floatOf<u32>(load<u32>(source + i)));
  if (!finishFloat()) return pc;
  copy128(to(pc), RESULT);
  return onward(pc);
}
export function cvtdq2pd(pc: usize): usize {
  if (!beginFloat()) return pc;
  const source = source64(pc);
  if (faulted()) return pc;
  const low = load<u32>(source), high = load<u32>(source, 4);
  store<u64>(to(pc), floatOf<u64>(low));
  store<u64>(to(pc), floatOf<u64>(high), 8);
  return onward(pc);
}
function toPackedIntegers(pc: usize, truncate: bool): usize {
  if (!beginFloat()) return pc;
  const source = source128(pc);
  if (faulted()) return pc;
  for (let i: usize = 0; i < 16; i += 4) store<u32>(RESULT + i, integerOf<u32>(load<u32>(source + i), truncate));
  if (!finishFloat()) return pc;
  copy128(to(pc), RESULT);
  return onward(pc);
}
export function cvtps2dq(pc: usize): usize { return toPackedIntegers(pc, false); }
export function cvttps2dq(pc: usize): usize { return toPackedIntegers(pc, true); }
function toTwoIntegers(pc: usize, truncate: bool): usize {
  if (!beginFloat()) return pc;
  const source = source128(pc);
  if (faulted()) return pc;
  const low = integerOf<u64>(load<u64>(source), truncate), high = integerOf<u64>(load<u64>(source, 8), truncate);
  if (!finishFloat()) return pc;
  set64(to(pc), <u64>high << 32 | low);
  return onward(pc);
}
export function cvtpd2dq(pc: usize): usize { return toTwoIntegers(pc, false); }
export function cvttpd2dq(pc: usize): usize { return toTwoIntegers(pc, true); }
