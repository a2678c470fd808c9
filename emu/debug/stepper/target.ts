/**
 * What a face of the debugger moves and looks at: a machine of ours, or one behind another program's gdb stub. The verbs
 * are the stepper's; what a stub cannot do is refused in words.
 */

import type { GeneralRegister } from '../../machine/cpu.ts';
import type { RegisterValues } from '../views/registers.ts';
import type { Scene } from '../views/scene.ts';
import type { Verb } from './stepper.ts';
import type { Reason, StopAt, StopOptions, StopPoint } from './stops.ts';

/** Something the person asked for that this target cannot do, or that went wrong at the far end. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
}

export interface MoveOptions {
  /** Only so far, in virtual time. */
  readonly until?: number;
  /** Steps go by lines of source rather than by instructions. */
  readonly byLine?: boolean;
}

/** Registers that a person may set from here. */
export type SettableRegister = GeneralRegister | 'eip' | 'eflags';

export interface Target {
  /** What it is, in a few words. */
  readonly title: string;
  /** Whether it can go back, and to a virtual time. */
  readonly canGoBack: boolean;
  readonly canGoTo: boolean;
  readonly isMoving: boolean;
  readonly stops: readonly StopPoint[];

  /** What views draw on, as the machine stands. */
  scene(before?: RegisterValues): Scene;
  /**
   * Get from the far end what views have looked for and not found.
   * @returns whether there was anything: then it is worth looking again
   */
  fetch(): Promise<boolean>;

  /** @throws TargetError when it cannot stop at such a thing */
  add(at: StopAt, options?: StopOptions): Promise<StopPoint>;
  /** @returns whether there was one */
  remove(id: number): Promise<boolean>;

  /** @throws TargetError, also when something is under way already */
  move(verb: Verb, options?: MoveOptions): Promise<Reason>;
  /** End what is under way, soon; the move then gives 'paused'. */
  interrupt(): void;
  /** @throws TargetError, RangeError when the history does not reach back so far */
  goTo(time: number): Promise<Reason>;

  setRegister(name: SettableRegister, value: number): Promise<void>;
  /** @throws TargetError where some of it is no memory */
  setMemory(linear: number, bytes: Uint8Array): Promise<void>;
  /** What there is beside all this, as gdb's `monitor` has it. @returns lines with their ends */
  monitor(command: string): Promise<string>;
}

/** Make something of a scene; again until nothing that it looks at is still at the far end. */
export async function settled<T>(target: Target, make: () => T): Promise<T> {
  for (;;) {
    const made = make();
    if (!(await target.fetch())) return made;
  }
}
