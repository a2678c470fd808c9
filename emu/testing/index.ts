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
import type { ExpectedInterrupt, ExpectedTrap } from './matchers.ts';
import * as matchers from './matchers.ts';
import type { SanitizerOptions } from './sanitizer.ts';

expect.extend(matchers);

declare module 'vitest' {
  interface Matchers<T> {
    /** The last trap or interrupt that the machine delivered is this one. */
    toDeliverTrap(expected: ExpectedTrap): void;
    /** The last interrupt of the INTR or NMI pin that was delivered is this one. */
    toDeliverInterrupt(expected?: ExpectedInterrupt): void;
    /** The interrupt controllers have given the processor this vector; `times`: exactly so often. */
    toAcknowledge(vector: number, times?: number): void;
    /** The guest has ended the service of this IRQ, 0 to 15, with an EOI; `times`: exactly so often. */
    toSendEoi(irq: number, times?: number): void;
    /** At no time more handlers than this were entered and not yet left. */
    toNestAtMost(depth: number): void;
    /** The last iret led here: an address, a label, or 'label+4'. */
    toReturnTo(place: number | string): void;
    /** At every iret the stack was as at the handler's entry, less the error code. */
    toLeaveStackBalanced(): void;
    /** Every handler that returned gave back the registers as it found them; `except`: those that may be changed. */
    toPreserveRegisters(options?: { readonly except?: readonly string[] }): void;
    /** Runs the machine: within so many instructions it comes to this place. */
    toReachWithin(place: number | string, instructions: number): void;
    /** COM1 has sent this text. */
    toPrint(text: string | RegExp): void;
    /** The sanitizer finds nothing in what the machine has recorded. */
    toHaveCleanInterrupts(options?: SanitizerOptions): void;
    /** Nothing that was explored failed. */
    toHoldEverywhere(): void;
  }
}

export type { Alarm, Clock, Device, IrqLine, MemoryWindow, PortWindow } from '../../devices/device.ts';
export type { ChipEvent } from '../trace/chip-events.ts';
export type { EventKind, EventOf, EventPattern, MachineEvent } from '../trace/events.ts';
export type { Frame, Observation, Snapshot } from '../trace/frames.ts';
export type { TrapCause, TrapEntry } from '../trace/trap-log.ts';
export {
  type Delivery,
  type Exploration,
  explore,
  type Failure,
  type Findings,
  type Progress,
  type Stimulus,
} from './explorer.ts';
export { at, edge, key, keys, line, serial, type VirtualTime } from './inputs.ts';
export type { ExpectedInterrupt, ExpectedTrap } from './matchers.ts';
export { bare, type Program, paged0, paged3, real, ring0, ring1, ring2, ring3 } from './program.ts';
export { type Finding, type FindingKind, type SanitizerOptions, type StackBounds, sanitize } from './sanitizer.ts';
export { type Board, boot, type ImageToBoot, type RunBudget, TestMachine, type TestOptions } from './test-machine.ts';
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
