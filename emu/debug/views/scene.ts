/** What views draw on: the machine as it stands, its names, and where there is more to know than a stub tells, the stepper. */

import type { DebugInfo } from '../../trace/debug-info.ts';
import type { SymbolTable } from '../../trace/symbols.ts';
import type { Sight } from '../sight/sight.ts';
import type { Stepper } from '../stepper/stepper.ts';
import type { StopPoint } from '../stepper/stops.ts';
import type { RegisterValues } from './registers.ts';

export interface Scene {
  readonly sight: Sight;
  readonly symbols: SymbolTable;
  readonly debugInfo: DebugInfo;
  /** Text of a source file, line by line; undefined when it is not there. */
  readonly source: (file: string) => readonly string[] | undefined;
  /** What is set to stop at. */
  readonly stops: readonly StopPoint[];
  /** The registers when the machine last stood. */
  readonly before: RegisterValues | undefined;
  /** A machine here: its chips, what was delivered, its history. undefined: at the far end of a wire. */
  readonly stepper: Stepper | undefined;
  /** What the stub at the far end answers to a monitor command; undefined: not yet, or there is none. */
  readonly monitor: (command: string) => string | undefined;
}

/** Linear address of the next instruction. */
export function hereOf({ cpu }: Sight): number {
  return (cpu.segment('cs').base + cpu.eip) >>> 0;
}
