// The eight rows of the x87's opcode map (SDM 2D, A.5): modrm tells the instruction. What a row doesn't define is #UD.
import { EAX } from '../layout';
import { faulted, raise, UD } from '../fault';
import { dst, isMemory, offset, segmentOf } from '../operands';
import { onward } from '../onward';
import { readSegment, writeSegment } from '../memory';
import { compareRegister, compareToFlags, test, withMemory, withRegister } from './arithmetic';
import { loadEnvironment, restore, save, storeEnvironment } from './environment';
import { absolute, changeSign, examine, extract, partialRemainder, roundToInteger, scaleByPowerOfTwo, squareRoot, turnStack } from './functions';
import {
  exchange, free, loadConstant, loadDecimal, loadExtended, loadInteger, loadReal, loadRegister, moveIf, storeDecimalAndPop, storeExtendedAndPop,
  storeInteger, storeReal, storeRegister,
} from './moves';
import { begin, clearExceptions, control, initialize, isAvailable, mayWait, noteInstruction, pop, setControl, status } from './state';
import { angle, cosineOfST0, sineAndCosineOfST0, sineOfST0, tangentOfST0, twoToTheXMinusOne, yTimesLogarithm } from './transcendental';

@inline function regOf(modrm: u32): u32 { return modrm >>> 3 & 7; }
@inline function rmOf(modrm: u32): u32 { return modrm & 7; }
function undefined_(): void { raise(UD, 0); }
/** An instruction is done, unless it faulted. */
@inline function done(pc: usize): usize { return faulted() ? pc : onward(pc); }

export function wait(pc: usize): usize { return mayWait() ? onward(pc) : pc; }

/** Arithmetic with ST(0), or a number in memory, and the result in ST(0). */
export function escapeD8(pc: usize): usize { return arithmeticRow(pc, 0); }
export function escapeDC(pc: usize): usize { return arithmeticRow(pc, 4); }
export function escapeDE(pc: usize): usize { return arithmeticRow(pc, 6); }

function arithmeticRow(pc: usize, row: u32): usize {
  const modrm = <u32>dst(pc), operation = regOf(modrm), i = rmOf(modrm);
  if (row == 6 && !isMemory(pc) && operation == 3 && i != 1) { undefined_(); return pc; }
  if (!begin()) return pc;
  if (isMemory(pc)) {
    withMemory(pc, row, operation);
    return done(pc);
  }
  noteInstruction(pc, row);
  if (operation == 2 || operation == 3) {
    // FCOM, FCOMP; in row DE FCOMP and FCOMPP.
    compareRegister(row == 6 && operation == 3 ? 1 : i, true, row == 6 ? operation - 1 : operation - 2);
  } else withRegister(operation, i, row == 0 ? 0 : i, row == 6);
  return onward(pc);
}

// ---- D9

export function escapeD9<T>(pc: usize): usize {
  const modrm = <u32>dst(pc), reg = regOf(modrm), i = rmOf(modrm);
  if (!isMemory(pc)) return registersD9(pc, reg, i);
  switch (reg) {
    case 0: if (begin()) { loadReal(pc, 1, false); return done(pc); } return pc;
    case 2: case 3: if (begin()) { storeReal(pc, 1, false, reg == 3); return done(pc); } return pc;
    case 4: if (begin()) { loadEnvironment<T>(pc); return done(pc); } return pc;
    case 5: {
      if (!begin()) return pc;
      const word = readSegment<u16>(segmentOf(pc), offset(pc));
      if (!faulted()) setControl(word);
      return done(pc);
    }
    case 6: if (isAvailable()) { storeEnvironment<T>(pc); return done(pc); } return pc;
    case 7: if (isAvailable()) { writeSegment<u16>(segmentOf(pc), offset(pc), <u16>control()); return done(pc); } return pc;
    default: undefined_(); return pc;
  }
}
/** Instructions of D9 E0 to FF, a bit each, that exist. */
const EXIST_D9: u32 = 0b1111_1111_1111_1111_0111_1111_0011_0011;
function registersD9(pc: usize, reg: u32, i: u32): usize {
  const which = (reg & 3) << 3 | i;
  if (reg >= 4 ? !(EXIST_D9 >>> which & 1) : reg == 2 && i != 0) { undefined_(); return pc; }
  if (!begin()) return pc;
  noteInstruction(pc, 1);
  if (reg == 0) loadRegister(i);
  else if (reg == 1) exchange(i);
  else if (reg == 3) storeRegister(i, true);
  else if (reg == 5) loadConstant(i);
  else if (reg > 3) onStackTop(which);
  return onward(pc);
}
function onStackTop(which: u32): void {
  switch (which) {
    case 0x00: changeSign(); break;
    case 0x01: absolute(); break;
    case 0x04: test(); break;
    case 0x05: examine(); break;
    case 0x10: twoToTheXMinusOne(); break;
    case 0x11: yTimesLogarithm(false); break;
    case 0x12: tangentOfST0(); break;
    case 0x13: angle(); break;
    case 0x14: extract(); break;
    case 0x15: partialRemainder(true); break;
    case 0x16: turnStack(-1); break;
    case 0x17: turnStack(1); break;
    case 0x18: partialRemainder(false); break;
    case 0x19: yTimesLogarithm(true); break;
    case 0x1a: squareRoot(); break;
    case 0x1b: sineAndCosineOfST0(); break;
    case 0x1c: roundToInteger(); break;
    case 0x1d: scaleByPowerOfTwo(); break;
    case 0x1e: sineOfST0(); break;
    default: cosineOfST0(); break;
  }
}

// ---- DA, DB

export function escapeDA(pc: usize): usize {
  const modrm = <u32>dst(pc), reg = regOf(modrm), i = rmOf(modrm);
  if (!isMemory(pc) && reg > 3 && modrm != 0xe9) { undefined_(); return pc; }
  if (!begin()) return pc;
  if (isMemory(pc)) { withMemory(pc, 2, reg); return done(pc); }
  noteInstruction(pc, 2);
  if (reg < 4) moveIf(reg, false, i);
  else compareRegister(1, false, 2);
  return onward(pc);
}
export function escapeDB(pc: usize): usize {
  const modrm = <u32>dst(pc), reg = regOf(modrm), i = rmOf(modrm);
  if (!isMemory(pc)) return registersDB(pc, reg, i);
  if (reg == 1 || reg == 4 || reg == 6) { undefined_(); return pc; }
  if (!begin()) return pc;
  if (reg == 0) loadInteger(pc, 3, 4);
  else if (reg == 5) loadExtended(pc);
  else if (reg == 7) storeExtendedAndPop(pc);
  else storeInteger(pc, 3, 4, reg == 3);
  return done(pc);
}
function registersDB(pc: usize, reg: u32, i: u32): usize {
  if (reg == 4) {
    if (i > 4) { undefined_(); return pc; }
    if (!isAvailable()) return pc;
    // FNENI, FNDISI and FNSETPM do nothing since the 80387.
    if (i == 2) clearExceptions(); else if (i == 3) initialize();
    return onward(pc);
  }
  if (reg == 7) { undefined_(); return pc; }
  if (!begin()) return pc;
  noteInstruction(pc, 3);
  if (reg < 4) moveIf(reg, true, i);
  else compareToFlags(i, reg == 6, false);
  return onward(pc);
}

// ---- DD, DF

export function escapeDD<T>(pc: usize): usize {
  const modrm = <u32>dst(pc), reg = regOf(modrm), i = rmOf(modrm);
  if (!isMemory(pc)) {
    if (reg > 5) { undefined_(); return pc; }
    if (!begin()) return pc;
    noteInstruction(pc, 5);
    if (reg == 0) free(i);
    else if (reg == 1) exchange(i);
    else if (reg < 4) storeRegister(i, reg == 3);
    else compareRegister(i, false, reg - 4);
    return onward(pc);
  }
  switch (reg) {
    case 0: if (begin()) { loadReal(pc, 5, true); return done(pc); } return pc;
    case 2: case 3: if (begin()) { storeReal(pc, 5, true, reg == 3); return done(pc); } return pc;
    case 4: if (begin()) { restore<T>(pc); return done(pc); } return pc;
    case 6: if (isAvailable()) { save<T>(pc); return done(pc); } return pc;
    case 7: if (isAvailable()) { writeSegment<u16>(segmentOf(pc), offset(pc), <u16>status()); return done(pc); } return pc;
    default: undefined_(); return pc;
  }
}
export function escapeDF(pc: usize): usize {
  const modrm = <u32>dst(pc), reg = regOf(modrm), i = rmOf(modrm);
  if (!isMemory(pc)) {
    if (modrm == 0xe0) {
      if (!isAvailable()) return pc;
      store<u16>(EAX, <u16>status());
      return onward(pc);
    }
    if (reg == 4 || reg == 7) { undefined_(); return pc; }
    if (!begin()) return pc;
    noteInstruction(pc, 7);
    if (reg == 0) { free(i); pop(); }
    else if (reg == 1) exchange(i);
    else if (reg < 4) storeRegister(i, true);
    else compareToFlags(i, reg == 6, true);
    return onward(pc);
  }
  if (reg == 1) { undefined_(); return pc; }
  if (!begin()) return pc;
  switch (reg) {
    case 0: loadInteger(pc, 7, 2); break;
    case 2: case 3: storeInteger(pc, 7, 2, reg == 3); break;
    case 4: loadDecimal(pc); break;
    case 5: loadInteger(pc, 7, 8); break;
    case 6: storeDecimalAndPop(pc); break;
    default: storeInteger(pc, 7, 8, true); break;
  }
  return done(pc);
}
