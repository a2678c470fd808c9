// The way to an inner ring: the stack it runs on, from the task state segment. SDM 3A, 5.8.5 and 7.2.1.
// Interrupts and call gates share it.
import { SS, TR, S_SELECTOR, S_BASE, S_LIMIT, S_ACCESS } from './layout';
import { raise, faulted, TS, SS_FAULT } from './fault';
import { readSystem, segmentAt } from './memory';
import {
  readDescriptor, low, high, isNull, rplOf, dplOf, isPresent, isWritableData, selectorCode, typeOf, markAccessed, setSegment,
  TYPE_TSS32,
} from './segments';
import { aimAtStack } from './stack';

/** The stack found: its selector, ESP, and descriptor. */
export let innerSelector: u32 = 0, innerTop: u32 = 0;
let stackLow: u32 = 0, stackHigh: u32 = 0;

@inline function reject(vector: u32, code: u32): bool { raise(vector, code); return false; }

/**
 * Read ring `cpl`'s stack from the TSS and check it; the frame's words then go there (stack.ts).
 * `external`: EXT for the error codes. False with #TS, #SS or #PF raised. The checks stand in the order of SDM 2A, INT n.
 */
export function findInnerStack(cpl: u32, external: u32): bool {
  const tr = segmentAt(TR), wide = (typeOf(load<u32>(tr, S_ACCESS)) & TYPE_TSS32) == TYPE_TSS32;
  const at: u32 = wide ? 4 + cpl * 8 : 2 + cpl * 4, bytes: u32 = wide ? 8 : 4;
  if (at + bytes - 1 > load<u32>(tr, S_LIMIT)) return reject(TS, selectorCode(load<u32>(tr, S_SELECTOR)) | external);
  const tss = load<u32>(tr, S_BASE) + at;
  if (wide) {
    const both = readSystem<u64>(tss);
    innerTop = <u32>both;
    innerSelector = <u32>(both >>> 32) & 0xffff;
  } else {
    const both = readSystem<u32>(tss);
    innerTop = both & 0xffff;
    innerSelector = both >>> 16;
  }
  if (faulted()) return false;
  return checkInnerStack(cpl, external);
}
function checkInnerStack(cpl: u32, external: u32): bool {
  const code = selectorCode(innerSelector) | external;
  if (isNull(innerSelector)) return reject(TS, external);
  if (!readDescriptor(innerSelector, TS, external)) return false;
  if (rplOf(innerSelector) != cpl || dplOf(high) != cpl || !isWritableData(high)) return reject(TS, code);
  if (!isPresent(high)) return reject(SS_FAULT, code);
  stackLow = low;
  stackHigh = markAccessed(innerSelector, high);
  if (faulted()) return false;
  aimAtStack(stackLow, stackHigh, 0, code);
  return true;
}
/** Make the stack found the current one; the caller refreshes the mode once CS is loaded too. */
export function enterInnerStack(): void { setSegment(SS, innerSelector, stackLow, stackHigh); }
