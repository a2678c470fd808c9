/** What can be wrong with a handler, seen from its entry and its iret. The matchers and the sanitizer say it. */

import type { Frame } from '../trace/frames.ts';

/** A register that a handler did not give back. */
export interface Clobber {
  readonly register: string;
  readonly before: number;
  readonly after: number;
}

const GENERAL = ['eax', 'ecx', 'edx', 'ebx', 'ebp', 'esi', 'edi'] as const;
const SEGMENTS = ['ds', 'es', 'fs', 'gs'] as const;

/** The registers that differ behind the handler's iret; none while it has not returned. */
export function clobbersOf({ entry, exit }: Frame): Clobber[] {
  if (!exit) return [];
  const general = GENERAL.map((register) => ({
    register,
    before: entry.registers[register],
    after: exit.registers[register],
  }));
  const segments = SEGMENTS.map((register) => ({
    register,
    before: entry.segments[register],
    after: exit.segments[register],
  }));
  return [...general, ...segments].filter(({ before, after }) => before !== after);
}

/**
 * Bytes by which the stack pointer at the handler's iret was too high (popped too much) or, negative, too low.
 * The error code has to be gone by then (SDM 3A, 6.13).
 */
export function stackImbalance({ trap, entry, stackAtIret }: Frame): number {
  if (stackAtIret === undefined) return 0;
  const pushed = trap.esp - entry.registers.esp;
  // A 16-bit gate in the same ring pushes three words, or four.
  const word = trap.cpl === entry.cpl && (pushed === 6 || pushed === 8) ? 2 : 4;
  return stackAtIret - (entry.registers.esp + (trap.errorCode === undefined ? 0 : word));
}
