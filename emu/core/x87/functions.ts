// What works on ST(0), and sometimes ST(1): signs, examination, square root, remainders, scaling.
import { root, settleNaN, stopsForDenormals } from '../softfloat/arithmetic';
import { fromInteger, quotientOf, remainder, remainderIsPartial, scale } from '../softfloat/convert';
import {
  copy, exponentOf, highOf, isDenormal, kindOf, setFinite, setInfinity, signOf, unpackExtended, FINITE, INFINITE, UNSUPPORTED,
  ZERO,
} from '../softfloat/number';
import { roundToIntegral, roundToPrecision, signal, ZE } from '../softfloat/round';
import {
  A, B, R, C0, C1, C2, C3, finish, isEmpty, push, put, putDefaultNaN, register, setC1, setConditions, stackOverflow, stackTop, stackUnderflow, status,
  underflowInto, setStackTop,
} from './state';

/** FCHS, FABS: whatever ST(0) holds. */
export function changeSign(): void {
  if (isEmpty(0)) { underflowInto(0); return; }
  store<u8>(register(0), load<u8>(register(0), 9) ^ 0x80, 9);
  setC1(false);
}
export function absolute(): void {
  if (isEmpty(0)) { underflowInto(0); return; }
  store<u8>(register(0), load<u8>(register(0), 9) & 0x7f, 9);
  setC1(false);
}
/** SDM 2A, FXAM, table 3-42; C1 is the sign, of an empty register too. */
export function examine(): void {
  unpackExtended(A, register(0));
  const kind = kindOf(A), sign = signOf(A) ? C1 : 0;
  let what = C0; // NaN
  if (isEmpty(0)) what = C3 | C0;
  else if (kind == UNSUPPORTED) what = 0;
  else if (kind == ZERO) what = C3;
  else if (kind == INFINITE) what = C2 | C0;
  else if (kind == FINITE) what = isDenormal(A) ? C3 | C2 : C2;
  setConditions(what | sign);
}
export function squareRoot(): void {
  if (isEmpty(0)) { underflowInto(0); return; }
  unpackExtended(A, register(0));
  root(A, R);
  roundToPrecision(R);
  if (finish()) put(R, 0);
}
export function roundToInteger(): void {
  if (isEmpty(0)) { underflowInto(0); return; }
  unpackExtended(A, register(0));
  if (!settleNaN(A, R) && !stopsForDenormals(A, A)) {
    copy(R, A);
    roundToIntegral(R);
  }
  if (finish()) put(R, 0);
}
/** FPREM, FPREM1: C0 C3 C1 are the quotient's bits 2 1 0; C2: not finished. */
export function partialRemainder(nearest: bool): void {
  setConditions(status() & (C0 | C3));
  if (isEmpty(0) || isEmpty(1)) { underflowInto(0); return; }
  unpackExtended(A, register(0));
  unpackExtended(B, register(1));
  remainder(A, B, R, nearest);
  if (!finish()) return;
  put(R, 0);
  const q = quotientOf();
  // Without a quotient C0 and C3 stay.
  if (kindOf(R) <= FINITE) setConditions((q & 4 ? C0 : 0) | (q & 2 ? C3 : 0) | (q & 1 ? C1 : 0) | (remainderIsPartial() ? C2 : 0));
}
export function scaleByPowerOfTwo(): void {
  if (isEmpty(0) || isEmpty(1)) { underflowInto(0); return; }
  unpackExtended(A, register(0));
  unpackExtended(B, register(1));
  scale(A, B, R);
  if (finish()) put(R, 0);
}
/** SDM 2A, FXTRACT: the exponent takes ST(0)'s place, the significand is pushed. */
export function extract(): void {
  if (isEmpty(0)) {
    if (stackUnderflow()) { putDefaultNaN(0); push(); putDefaultNaN(0); }
    return;
  }
  if (!isEmpty(7)) {
    if (stackOverflow()) { putDefaultNaN(0); push(); putDefaultNaN(0); }
    return;
  }
  unpackExtended(A, register(0));
  if (settleNaN(A, R)) copy(B, R);
  else if (kindOf(A) == INFINITE) { setInfinity(B, 0); copy(R, A); }
  else if (kindOf(A) == ZERO) { signal(ZE); setInfinity(B, 1); copy(R, A); }
  else if (!stopsForDenormals(A, A)) {
    fromInteger(B, exponentOf(A));
    setFinite(R, signOf(A), 0, highOf(A), 0);
  }
  if (!finish()) return;
  put(B, 0);
  push();
  put(R, 0);
}
/** FDECSTP, FINCSTP */
export function turnStack(by: i32): void {
  setStackTop(stackTop() + by);
  setC1(false);
}
