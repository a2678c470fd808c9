/**
 * What a trap test can say: `expect(machine).toDeliverTrap({ vector: GP, errorCode: 0x0ff8, eip: 'here' })`.
 *
 * A failure tells what differs, and what the machine delivered last.
 */

import { nameOfVector } from '../machine/stop.ts';
import type { TrapCause, TrapEntry } from '../trace/trap-log.ts';
import { hex, TestMachine } from './test-machine.ts';

/** What is expected of a trap; what is left out may be anything. */
export interface ExpectedTrap {
  readonly vector: number;
  /** null: none is pushed. */
  readonly errorCode?: number | null;
  readonly cause?: TrapCause;
  readonly cpl?: number;
  readonly cs?: number;
  /** An address, a label, or 'label+4': what is pushed as the address to return to. */
  readonly eip?: number | string;
  readonly cr2?: number;
}

/** The form in which a matcher answers vitest. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** The last trap or interrupt delivered is this one. */
export function toDeliverTrap(received: unknown, expected: ExpectedTrap): MatcherResult {
  if (!(received instanceof TestMachine)) {
    return { pass: false, message: () => 'toDeliverTrap is about a machine, as boot() gives it' };
  }
  const machine = received;
  const last = machine.traps.at(-1);
  const name = nameOfVector(expected.vector, expected.errorCode ?? undefined);
  if (!last) return { pass: false, message: () => `expected ${name}, but nothing has been delivered` };
  const differences = differencesOf(machine, last, expected);
  return {
    pass: differences.length === 0,
    message: () =>
      differences.length === 0
        ? `expected anything but ${name}\n${machine.story()}`
        : [`expected the last trap to be ${name}`, ...differences, machine.story()].join('\n'),
  };
}

function differencesOf(machine: TestMachine, entry: TrapEntry, expected: ExpectedTrap): string[] {
  const differences: string[] = [];
  const compare = <T>(what: string, wanted: T | undefined, found: T, text: (value: T) => string) => {
    if (wanted !== undefined && wanted !== found) {
      differences.push(`  ${what}: expected ${text(wanted)}, was ${text(found)}`);
    }
  };
  const address = (value: number) => machine.describeAddress(value);
  const eip = typeof expected.eip === 'string' ? machine.addressOf(expected.eip) : expected.eip;
  compare('vector', expected.vector, entry.vector, (vector) => nameOfVector(vector));
  compare('error code', expected.errorCode, entry.errorCode ?? null, (code) =>
    code === null ? 'none' : `0x${hex(code, 4)}`,
  );
  compare('cause', expected.cause, entry.cause, String);
  compare('privilege level', expected.cpl, entry.cpl, String);
  compare('cs', expected.cs, entry.cs, (cs) => `0x${hex(cs, 4)}`);
  compare('eip', eip, entry.eip, address);
  compare('cr2', expected.cr2, entry.cr2 ?? 0, (cr2) => `0x${hex(cr2, 8)}`);
  return differences;
}
