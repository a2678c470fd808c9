// Exceptions by name, and how an instruction raises one.
//
// Raising only notes the exception. The function that raised it returns at once, everything above it
// sees faulted() and returns too, and the loop, finding FAULT set, hands it to traps.ts.
import { FAULT, FAULT_CODE, FAULT_RAISED } from './layout';

export const DE: u32 = 0, DB: u32 = 1, NMI_VECTOR: u32 = 2, BP: u32 = 3, OF_VECTOR: u32 = 4, BR: u32 = 5, UD: u32 = 6, NM: u32 = 7, DF: u32 = 8;
export const TS: u32 = 10, NP: u32 = 11, SS_FAULT: u32 = 12, GP: u32 = 13, PF_VECTOR: u32 = 14, MF: u32 = 16, AC: u32 = 17, MC: u32 = 18;

/**
 * Note an exception against the instruction being executed. `code` counts only for vectors with an error code.
 * The first one stands: what an instruction tries after it doesn't happen any more.
 */
export function raise(vector: u32, code: u32): void {
  if (faulted()) return;
  store<u32>(FAULT, FAULT_RAISED | vector);
  store<u32>(FAULT_CODE, code);
}
@inline export function faulted(): bool { return load<u32>(FAULT) != 0; }

/** SDM 3A, table 6-1: exceptions that push an error code (#DF, #TS, #NP, #SS, #GP, #PF, #AC). */
@inline export function hasErrorCode(vector: u32): bool {
  return vector < 32 && ((0x00027d00 >>> vector) & 1) != 0;
}
