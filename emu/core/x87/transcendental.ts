// F2XM1, FYL2X, FYL2XP1, FPTAN, FPATAN, FSIN, FCOS, FSINCOS: their special operands (the tables of SDM 2A), and
// where the results go. The functions themselves are in ../softfloat/transcendental.ts.
import { compare, settleNaN, settleNaNs, stopsForDenormals, EQUAL, LESS } from '../softfloat/arithmetic';
import {
  copy, exponentOf, isDenormal, kindOf, setDefaultNaN, setFinite, setInfinity, setZero, signOf, unpackExtended, EXTENDED_MIN, FINITE, INFINITE, TOP,
  ZERO,
} from '../softfloat/number';
import { isStopped, roundExtended, signal, IE, PE, UE, ZE } from '../softfloat/round';
import {
  arctangent, cosine, exponentialMinusOne, logarithm, logarithmOfOnePlus, quarterTurns, sine, tangent,
} from '../softfloat/transcendental';
import { wideMultiply } from '../softfloat/wide';
import {
  A, B, R, C0, C2, C3, finish, isEmpty, pop, push, put, putDefaultNaN, register, setConditions, stackOverflow, stackUnderflow, status, underflowInto,
} from './state';

function invalid(n: usize): void {
  signal(IE);
  setDefaultNaN(n);
}

/** SDM 2A, F2XM1; beyond -1 to 1 the result is undefined: here the operand stays. */
export function twoToTheXMinusOne(): void {
  if (isEmpty(0)) { underflowInto(0); return; }
  unpackExtended(A, register(0));
  if (!settleNaN(A, R) && !stopsForDenormals(A, A)) {
    copy(R, A);
    if (kindOf(A) == INFINITE && signOf(A)) setFinite(R, 1, 0, TOP, 0);
    else if (kindOf(A) == FINITE && exponentOf(A) < 0) exponentialMinusOne(A, R);
    else if (kindOf(A) == FINITE && exponentOf(A) == 0) exponentialMinusOneOfOne();
    roundExtended(R);
  }
  if (finish()) put(R, 0);
}
/** 2^1 - 1 and 2^-1 - 1 are exact. */
function exponentialMinusOneOfOne(): void {
  setFinite(B, signOf(A), 0, TOP, 0);
  if (compare(A, B, false) == EQUAL) setFinite(R, signOf(A), signOf(A) ? -1 : 0, TOP, 0);
}

/** FYL2X and FYL2XP1: ST(1) * log2 ST(0), or of ST(0) + 1, into ST(1); then a pop. */
export function yTimesLogarithm(plusOne: bool): void {
  if (isEmpty(0) || isEmpty(1)) {
    if (underflowInto(1)) pop();
    return;
  }
  unpackExtended(A, register(0));
  unpackExtended(B, register(1));
  if (!settleNaNs(A, B, R)) {
    if (plusOne) product1p(); else product();
    roundExtended(R);
  }
  if (!finish()) return;
  put(R, 1);
  pop();
}
/** SDM 2A, FYL2X, table 3-54. */
function product(): void {
  const kx = kindOf(A), ky = kindOf(B);
  if (kx != ZERO && signOf(A)) { invalid(R); return; }
  if (kx == ZERO) {
    if (ky == ZERO) { invalid(R); return; }
    if (ky == FINITE) signal(ZE);
    if (!isStopped()) setInfinity(R, signOf(B) ^ 1);
    return;
  }
  if (kx == INFINITE) {
    if (ky == ZERO) { invalid(R); return; }
    if (!stopsForDenormals(B, B)) setInfinity(R, signOf(B));
    return;
  }
  setFinite(R, 0, 0, TOP, 0);
  const order = isDenormal(A) ? LESS : compare(A, R, false);
  if (ky == INFINITE && order == EQUAL) { invalid(R); return; }
  if (stopsForDenormals(A, B)) return;
  const sign = signOf(B) ^ (order == LESS ? 1 : 0);
  if (ky == INFINITE) setInfinity(R, sign);
  else if (ky == ZERO || order == EQUAL) setZero(R, sign);
  else {
    logarithm(A, R);
    wideMultiply(R, B, R);
    // Processors call it inexact for powers of two as well.
    signal(exponentOf(R) < EXTENDED_MIN ? UE | PE : PE);
  }
}
/** SDM 2A, FYL2XP1, table 3-55; for ST(0) below -1 the result is undefined: here the operation is invalid. */
function product1p(): void {
  const kx = kindOf(A), ky = kindOf(B), sign = signOf(A) ^ signOf(B);
  if ((kx == ZERO && ky == INFINITE) || (kx == INFINITE && (ky == ZERO || signOf(A)))) { invalid(R); return; }
  if (kx == FINITE && signOf(A) && exponentOf(A) >= 0) { invalid(R); return; }
  if (stopsForDenormals(A, B)) return;
  if (kx == INFINITE || ky == INFINITE) setInfinity(R, sign);
  else if (kx == ZERO || ky == ZERO) setZero(R, sign);
  else { logarithmOfOnePlus(A, R); wideMultiply(R, B, R); }
}

/** SDM 2A, FPATAN, table 3-30: the angle of (ST(0), ST(1)) into ST(1); then a pop. */
export function angle(): void {
  if (isEmpty(0) || isEmpty(1)) {
    if (underflowInto(1)) pop();
    return;
  }
  unpackExtended(A, register(0));
  unpackExtended(B, register(1));
  if (!settleNaNs(A, B, R) && !stopsForDenormals(A, B)) {
    const kx = kindOf(A), ky = kindOf(B), sign = signOf(B), left = signOf(A) != 0;
    if (ky == INFINITE) quarterTurns(kx != INFINITE ? 2 : left ? 3 : 1, sign, R);
    else if (kx == INFINITE || ky == ZERO) {
      if (left) quarterTurns(4, sign, R); else setZero(R, sign);
    } else if (kx == ZERO) quarterTurns(2, sign, R);
    else arctangent(B, A, R);
    roundExtended(R);
  }
  if (!finish()) return;
  put(R, 1);
  pop();
}

// ---- FSIN, FCOS, FPTAN, FSINCOS. From 2^63 on, C2 says that nothing was done.

const SINE: u32 = 0, COSINE: u32 = 1, TANGENT: u32 = 2, BOTH: u32 = 3;
function ofAngle(which: u32): void {
  setConditions(status() & (C0 | C3));
  const pushes = which >= TANGENT;
  if (isEmpty(0) || (pushes && !isEmpty(7))) {
    const masked = isEmpty(0) ? stackUnderflow() : stackOverflow();
    if (!masked) return;
    putDefaultNaN(0);
    if (pushes) { push(); putDefaultNaN(0); }
    return;
  }
  unpackExtended(A, register(0));
  if (kindOf(A) == FINITE && exponentOf(A) >= 63) { setConditions(status() & (C0 | C3) | C2); return; }
  let secondIsNaN = true;
  if (settleNaN(A, R)) copy(B, R);
  else if (kindOf(A) == INFINITE) { invalid(R); copy(B, R); }
  else {
    secondIsNaN = false;
    if (!stopsForDenormals(A, A)) compute(which);
  }
  if (!finish()) return;
  put(R, 0);
  if (!pushes) return;
  push();
  if (!secondIsNaN && which == TANGENT) setFinite(B, 0, 0, TOP, 0);
  put(B, 0);
}
/** R = the function of A; for FSINCOS also B, the cosine. */
function compute(which: u32): void {
  if (kindOf(A) == ZERO) {
    if (which == COSINE) setFinite(R, 0, 0, TOP, 0); else setZero(R, signOf(A));
    setFinite(B, 0, 0, TOP, 0);
    return;
  }
  if (which == COSINE) cosine(A, R);
  else if (which == TANGENT) tangent(A, R);
  else sine(A, R);
  roundExtended(R);
  if (which != BOTH || isStopped()) return;
  cosine(A, B);
  roundExtended(B);
}
export function sineOfST0(): void { ofAngle(SINE); }
export function cosineOfST0(): void { ofAngle(COSINE); }
export function tangentOfST0(): void { ofAngle(TANGENT); }
export function sineAndCosineOfST0(): void { ofAngle(BOTH); }
