// FADD FMUL FSUB FSUBR FDIV FDIVR, and the comparisons, in all their forms.
import { faulted } from '../fault';
import { setArithmeticFlags, CF, PF, ZF } from '../flags';
import { offset, segmentOf } from '../operands';
import { readSegment } from '../memory';
import { add, compare, divideNumbers, multiply, subtract, UNORDERED } from '../softfloat/arithmetic';
import { fromInteger } from '../softfloat/convert';
import { setZero, unpackDouble, unpackExtended, unpackSingle } from '../softfloat/number';
import { roundToPrecision } from '../softfloat/round';
import { A, B, R, C0, C2, C3, finish, isEmpty, noteInstruction, pop, put, register, setComparison, setConditions, stackUnderflow, underflowInto } from './state';

/** What is in memory: the operand types of rows D8, DA, DC, DE. */
export const SINGLE: u32 = 0, INTEGER32: u32 = 1, DOUBLE: u32 = 2, INTEGER16: u32 = 3;

/** Read a memory operand into B; check faulted() afterwards. */
export function readOperand(pc: usize, format: u32): void {
  const segment = segmentOf(pc), o = offset(pc);
  if (format == SINGLE) unpackSingle(B, readSegment<u32>(segment, o));
  else if (format == DOUBLE) unpackDouble(B, readSegment<u64>(segment, o));
  else if (format == INTEGER32) fromInteger(B, <i64><i32>readSegment<u32>(segment, o));
  else fromInteger(B, <i64><i16>readSegment<u16>(segment, o));
}

/** Operations as modrm's reg field tells them, on ST(0) and the other operand. */
const MULTIPLY: u32 = 1, COMPARE: u32 = 2, COMPARE_AND_POP: u32 = 3, SUBTRACT: u32 = 4, SUBTRACT_FROM: u32 = 5, DIVIDE: u32 = 6, DIVIDE_INTO: u32 = 7;

/** R from A (ST(0)) and B, rounded as the control word asks. */
function compute(operation: u32): void {
  switch (operation) {
    case MULTIPLY: multiply(A, B, R); break;
    case SUBTRACT: subtract(A, B, R); break;
    case SUBTRACT_FROM: subtract(B, A, R); break;
    case DIVIDE: divideNumbers(A, B, R); break;
    case DIVIDE_INTO: divideNumbers(B, A, R); break;
    default: add(A, B, R); break;
  }
  roundToPrecision(R);
}
/** D8, DA, DC, DE with memory: ST(0) and a number there. */
export function withMemory(pc: usize, row: u32, operation: u32): void {
  readOperand(pc, row >>> 1);
  if (faulted()) return;
  noteInstruction(pc, row);
  const isComparison = operation == COMPARE || operation == COMPARE_AND_POP;
  if (isEmpty(0)) {
    if (isComparison) incomparable(operation == COMPARE_AND_POP ? 1 : 0);
    else underflowInto(0);
    return;
  }
  unpackExtended(A, register(0));
  if (isComparison) { conclude(true, operation == COMPARE_AND_POP ? 1 : 0); return; }
  compute(operation);
  if (finish()) put(R, 0);
}
/** ST(0) and ST(i), result to one of them, perhaps with a pop. */
export function withRegister(operation: u32, i: u32, to: u32, pops: bool): void {
  if (isEmpty(0) || isEmpty(i)) {
    if (underflowInto(to) && pops) pop();
    return;
  }
  unpackExtended(A, register(0));
  unpackExtended(B, register(i));
  compute(operation);
  if (!finish()) return;
  put(R, to);
  if (pops) pop();
}

// ---- comparisons; SDM 2A, FCOM, FUCOM, FTST: C3 C2 C0 are 000 greater, 001 less, 100 equal, 111 unordered.

function incomparable(pops: u32): void {
  const masked = stackUnderflow();
  setConditions(C0 | C2 | C3);
  if (masked) while (pops--) pop();
}
function conclude(strict: bool, pops: u32): void {
  const result = compare(A, B, strict);
  const goesOn = finish();
  setComparison(result);
  if (goesOn) while (pops--) pop();
}
export function compareRegister(i: u32, strict: bool, pops: u32): void {
  if (isEmpty(0) || isEmpty(i)) { incomparable(pops); return; }
  unpackExtended(A, register(0));
  unpackExtended(B, register(i));
  conclude(strict, pops);
}
export function test(): void {
  if (isEmpty(0)) { incomparable(0); return; }
  unpackExtended(A, register(0));
  setZero(B, 0);
  conclude(true, 0);
}
/** SDM 2A, FCOMI: the answer in ZF PF CF; OF SF AF are cleared. */
export function compareToFlags(i: u32, strict: bool, pops: bool): void {
  let result = UNORDERED, goesOn = false;
  if (isEmpty(0) || isEmpty(i)) goesOn = stackUnderflow();
  else {
    unpackExtended(A, register(0));
    unpackExtended(B, register(i));
    result = compare(A, B, strict);
    goesOn = finish();
  }
  setFlags(result);
  if (goesOn && pops) pop();
}
/** A comparison's answer in EFLAGS. */
export function setFlags(result: u32): void {
  setArithmeticFlags((result & 1 ? CF : 0) | (result & 2 ? PF : 0) | (result & 4 ? ZF : 0));
}
