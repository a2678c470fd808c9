/**
 * What a trap test can say. A failure tells what differs, and what happened last, with source lines.
 *
 *     expect(m).toDeliverTrap({ vector: GP, errorCode: 0x0ff8, eip: 'here' });
 *     expect(m).toPreserveRegisters();
 *
 * What is said of handlers (`toNestAtMost`, `toReturnTo`, `toLeaveStackBalanced`, `toPreserveRegisters`) is about those
 * that were entered while handlers were followed; that is so from the start for programs, and asked for with images.
 */

import { nameOfVector } from '../machine/stop.ts';
import type { Frame } from '../trace/frames.ts';
import { irqOf } from '../trace/irq-of.ts';
import type { TrapCause, TrapEntry } from '../trace/trap-log.ts';
import type { Findings } from './explorer.ts';
import { failureOf } from './failure.ts';
import { type Clobber, clobbersOf, stackImbalance } from './frame-rules.ts';
import { type SanitizerOptions, sanitize } from './sanitizer.ts';
import { hex, TestMachine } from './test-machine.ts';

/** What is expected of a trap; what is left out may be anything. */
export interface ExpectedTrap {
  readonly vector: number;
  /** null: none is pushed. */
  readonly errorCode?: number | null;
  readonly cause?: TrapCause;
  readonly cpl?: number;
  readonly cs?: number;
  /** What is pushed as the address to return to: a number, or a place as TestMachine.addressOf takes it. */
  readonly eip?: number | string;
  readonly cr2?: number;
}

/** What is expected of an interrupt; what is left out may be anything. */
export type ExpectedInterrupt = Partial<Omit<ExpectedTrap, 'errorCode' | 'cr2'>>;

/** The form in which a matcher answers vitest. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** The last trap or interrupt delivered is this one. */
export function toDeliverTrap(received: unknown, expected: ExpectedTrap): MatcherResult {
  return about(received, (machine) => {
    const last = machine.traps.at(-1);
    const name = nameOfVector(expected.vector, expected.errorCode ?? undefined);
    if (!last) return { complaint: `expected ${name}, but nothing has been delivered` };
    return {
      complaint: complaintOf(`expected the last trap to be ${name}`, differencesOf(machine, last, expected)),
      negation: `expected anything but ${name}`,
    };
  });
}

/** The last interrupt delivered, of the INTR or the NMI pin, is this one; traps since then do not count. */
export function toDeliverInterrupt(received: unknown, expected: ExpectedInterrupt = {}): MatcherResult {
  return about(received, (machine) => {
    const last = machine.traps.findLast(({ cause }) => cause === 'external' || cause === 'nmi');
    const name = expected.vector === undefined ? 'an interrupt' : nameOfVector(expected.vector);
    if (!last) {
      const irq = expected.vector === undefined ? undefined : irqOf(machine.pc, expected.vector);
      return { complaint: `expected ${name}, but no interrupt has been delivered`, irq };
    }
    return {
      complaint: complaintOf(`expected the last interrupt to be ${name}`, differencesOf(machine, last, expected)),
      negation: `expected no such interrupt as ${name}`,
    };
  });
}

/** The interrupt controllers have given the processor this vector; `times`: as often as this, exactly. */
export function toAcknowledge(received: unknown, vector: number, times?: number): MatcherResult {
  return about(received, (machine) => {
    const found = machine.eventsOf('inta').filter((event) => event.vector === vector).length;
    return {
      ...counted(`vector 0x${hex(vector, 2)} to be acknowledged`, found, times),
      irq: irqOf(machine.pc, vector),
    };
  });
}

/** The guest has ended the service of this IRQ, 0 to 15, with an EOI; `times`: as often as this, exactly. */
export function toSendEoi(received: unknown, irq: number, times?: number): MatcherResult {
  return about(received, (machine) => {
    const found = machine.eventsOf('eoi').filter((event) => event.irq === irq).length;
    return counted(`an EOI for IRQ ${irq}`, found, times);
  });
}

/** At no time more handlers than this were entered and not yet left. */
export function toNestAtMost(received: unknown, most: number): MatcherResult {
  return about(received, (machine) => {
    const deepest = Math.max(0, ...machine.frames.map(({ depth }) => depth + 1));
    return {
      complaint:
        deepest <= most ? undefined : `expected handlers to nest at most ${most} deep, but they were ${deepest} deep`,
      negation: `expected handlers to nest more than ${most} deep, but they were ${deepest} deep`,
    };
  });
}

/** The last iret led here: an address, a label, or 'label+4'. */
export function toReturnTo(received: unknown, place: number | string): MatcherResult {
  return about(received, (machine) => {
    const wanted = typeof place === 'string' ? machine.addressOf(place) : place;
    const last = machine.eventsOf('iret').at(-1);
    if (!last) return { complaint: 'no handler has returned' };
    const eip = last.frame.exit!.eip;
    return {
      complaint:
        eip === wanted
          ? undefined
          : `expected the return to lead to ${machine.describeAddress(wanted)},\nbut it led to ${machine.describeAddress(eip)}`,
      negation: `expected the return to lead anywhere but to ${machine.describeAddress(wanted)}`,
    };
  });
}

/** At every iret the stack was as at the handler's entry, less the error code. */
export function toLeaveStackBalanced(received: unknown): MatcherResult {
  return aboutFrames(received, 'leave the stack balanced', (frame) => {
    const bytes = stackImbalance(frame);
    if (bytes === 0) return [];
    return [bytes > 0 ? `popped ${bytes} bytes too many` : `left ${-bytes} bytes on the stack`];
  });
}

/** Every handler that returned gave back the registers as it found them; `except`: those that may be changed. */
export function toPreserveRegisters(
  received: unknown,
  { except = [] }: { readonly except?: readonly string[] } = {},
): MatcherResult {
  const text = ({ register, before, after }: Clobber) =>
    `changed ${register} from ${hex(before, 8)} to ${hex(after, 8)}`;
  return aboutFrames(received, 'preserve the registers', (frame) => {
    return clobbersOf(frame)
      .filter(({ register }) => !except.includes(register))
      .map(text);
  });
}

/** Runs the machine: within so many instructions it comes to this place. */
export function toReachWithin(received: unknown, place: number | string, instructions: number): MatcherResult {
  return about(received, (machine) => {
    const from = machine.now;
    const negation = () =>
      `expected ${place} not to be reached within ${instructions} instructions, but it was after ${machine.now - from}`;
    try {
      machine.runTo(place, { instructions });
      return { complaint: undefined, negation: negation() };
    } catch (error) {
      return {
        complaint: `expected ${place} to be reached within ${instructions} instructions\n${(error as Error).message}`,
      };
    }
  });
}

/** COM1 has sent this text. */
export function toPrint(received: unknown, text: string | RegExp): MatcherResult {
  return about(received, (machine) => {
    const found = typeof text === 'string' ? machine.consoleText.includes(text) : text.test(machine.consoleText);
    const wanted = typeof text === 'string' ? JSON.stringify(text) : String(text);
    const said = machine.consoleText === '' ? 'nothing' : `\n${machine.consoleText.slice(-2000)}`;
    return {
      complaint: found ? undefined : `expected the console to say ${wanted}, but it said ${said}`,
      negation: `expected the console not to say ${wanted}`,
    };
  });
}

/** The sanitizer finds nothing in what the machine has recorded. */
export function toHaveCleanInterrupts(received: unknown, options: SanitizerOptions = {}): MatcherResult {
  return about(received, (machine) => {
    const lines = sanitize(machine, options).map(({ kind, time, text }) => `  ${time}: ${kind}: ${text}`);
    return {
      complaint: complaintOf('expected interrupts to be handled cleanly', lines),
      negation: 'expected the sanitizer to find something',
    };
  });
}

/** Nothing that was explored failed. */
export function toHoldEverywhere(received: unknown): MatcherResult {
  const { failures, tried, possible } = received as Findings;
  const [first] = failures;
  return {
    pass: first === undefined,
    message: () =>
      first === undefined
        ? `expected some schedule to fail, but all ${tried} hold`
        : `${failures.length} of the things that can go wrong, found in ${tried} of ${possible} schedules; the first:\n${first.message}\n\n${first.test}`,
  };
}

/** What a matcher found: a complaint when it does not hold, and what to say when it was not to hold. */
interface Verdict {
  readonly complaint: string | undefined;
  /** The interrupt that did not come. */
  readonly irq?: number | undefined;
  readonly negation?: string;
}

function about(received: unknown, look: (machine: TestMachine) => Verdict): MatcherResult {
  if (!(received instanceof TestMachine)) {
    return { pass: false, message: () => 'this matcher is about a machine, as boot() gives it' };
  }
  const { complaint, negation, irq } = look(received);
  return {
    pass: complaint === undefined,
    message: () => failureOf(received, complaint ?? negation ?? '', complaint === undefined ? undefined : irq),
  };
}

function aboutFrames(received: unknown, wanted: string, faultsOf: (frame: Frame) => readonly string[]): MatcherResult {
  return about(received, (machine) => {
    const lines = machine.frames.flatMap((frame) =>
      faultsOf(frame).map((fault) => `  the handler of ${machine.describeTrap(frame.trap)} ${fault}`),
    );
    return {
      complaint: complaintOf(`expected every handler to ${wanted}`, lines),
      negation: `expected some handler not to ${wanted}`,
    };
  });
}

function counted(what: string, found: number, times: number | undefined): Verdict {
  const often = times === undefined ? '' : ` ${times} times`;
  const isRight = times === undefined ? found > 0 : found === times;
  return {
    complaint: isRight ? undefined : `expected ${what}${often}, but that happened ${found} times`,
    negation: `expected ${what} not to happen${often}, but it happened ${found} times`,
  };
}

function complaintOf(head: string, lines: readonly string[]): string | undefined {
  return lines.length === 0 ? undefined : [head, ...lines].join('\n');
}

function differencesOf(machine: TestMachine, entry: TrapEntry, expected: Partial<ExpectedTrap>): string[] {
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
