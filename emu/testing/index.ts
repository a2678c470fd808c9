/**
 * What a vitest file imports to test traps. Importing it teaches `expect` the matchers.
 *
 *     test('int3 is a trap: it returns behind itself', async () => {
 *       const m = await boot(ring0`
 *         start:  int3
 *         behind: hlt
 *       `);
 *       m.runUntilTrap();
 *       expect(m).toDeliverTrap({ vector: BP, errorCode: null, eip: 'behind', cpl: 0 });
 *     });
 */

import { expect } from 'vitest';
import { type ExpectedTrap, toDeliverTrap } from './matchers.ts';

expect.extend({ toDeliverTrap });

declare module 'vitest' {
  interface Matchers<T> {
    /** The last trap or interrupt that the machine delivered is this one. */
    toDeliverTrap(expected: ExpectedTrap): void;
  }
}

export type { TrapCause, TrapEntry } from '../trace/trap-log.ts';
export type { ExpectedTrap } from './matchers.ts';
export { bare, type Program, paged0, paged3, real, ring0, ring1, ring2, ring3 } from './program.ts';
export { boot, type ImageToBoot, type RunBudget, TestMachine, type TestOptions } from './test-machine.ts';
export * from './vectors.ts';
export {
  CODE_16,
  CONFORMING_CODE,
  DATA_16,
  KERNEL_CODE,
  KERNEL_DATA,
  RING_1_CODE,
  RING_1_DATA,
  RING_2_CODE,
  RING_2_DATA,
  SPARE,
  TASK_STATE,
  USER_CODE,
  USER_DATA,
} from './worlds.ts';
