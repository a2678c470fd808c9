/**
 * The interrupt sanitizer: looks at a run, whatever it was for, and names what no handler should do.
 *
 * | finding            | what it says                                                                         |
 * |--------------------|--------------------------------------------------------------------------------------|
 * | missing-eoi        | a handler returned with its IRQ still in service                                      |
 * | stray-eoi          | an EOI command with nothing in service: sent twice, or to the wrong chip               |
 * | foreign-eoi        | a handler ended the service of another IRQ                                             |
 * | clobbered-register | an interrupt handler returned with a register changed                                 |
 * | unbalanced-stack   | iret with the stack pointer elsewhere than at the frame                                |
 * | interrupts-off     | interrupts were off for longer than the bound                                         |
 * | sleeping           | a handler executed hlt                                                                |
 * | lost-edge          | a line rose again before its first edge was acknowledged                              |
 * | idt-write          | the table in use was written                                                          |
 * | stack-overflow     | a handler began or ran within the margin of its stack's end                           |
 */

import type { MachineEvent } from '../trace/events.ts';
import type { Frame, Observation } from '../trace/frames.ts';
import { irqOf } from '../trace/irq-of.ts';
import { clobbersOf, stackImbalance } from './frame-rules.ts';
import type { TestMachine } from './test-machine.ts';

export type FindingKind =
  | 'missing-eoi'
  | 'stray-eoi'
  | 'foreign-eoi'
  | 'clobbered-register'
  | 'unbalanced-stack'
  | 'interrupts-off'
  | 'sleeping'
  | 'lost-edge'
  | 'idt-write'
  | 'stack-overflow';

export interface Finding {
  readonly kind: FindingKind;
  /** Virtual time. */
  readonly time: number;
  readonly text: string;
}

/** A stack that handlers run on: addresses of its lowest byte and behind its highest. */
export interface StackBounds {
  readonly low: number | string;
  readonly high: number | string;
}

export interface SanitizerOptions {
  /** Instructions for which a handler may keep interrupts off; default 20,000. */
  readonly interruptsOff?: number;
  /** Stacks to watch; default: none. */
  readonly stacks?: readonly StackBounds[];
  /** Bytes of a stack that are to stay free; default 64. */
  readonly stackMargin?: number;
  /** Leave these out. */
  readonly except?: readonly FindingKind[];
}

const CASCADE = 2;
const OCW2_EOI = 0x20;
const MASTER = 0x20;
const SLAVE = 0xa0;
const AUTOMATIC_EOI = 2;
const LEVEL_TRIGGERED = 8;

/** Look at everything the machine has recorded while handlers were followed. Findings come in the order of time. */
export function sanitize(machine: TestMachine, options: SanitizerOptions = {}): Finding[] {
  const findings = [
    ...eoiFindings(machine),
    ...machine.frames.flatMap((frame) => frameFindings(machine, frame)),
    ...lostEdges(machine),
    ...machine.observations.flatMap((observation) => observed(machine, observation, options.interruptsOff ?? 20_000)),
    ...stackFindings(machine, options),
  ];
  return findings.filter(({ kind }) => !options.except?.includes(kind)).sort((a, b) => a.time - b.time);
}

function eoiFindings(machine: TestMachine): Finding[] {
  const { master } = machine.pc.pic.peek();
  const findings: Finding[] = [];
  const { events } = machine;
  for (const [i, event] of events.entries()) {
    if (!isEoiCommand(event)) continue;
    const ended = events[i + 1];
    const chip = event.port === MASTER ? 'master' : 'slave';
    if (ended?.kind !== 'eoi' || ended.time !== event.time) {
      findings.push({ kind: 'stray-eoi', time: event.time, text: `EOI to the ${chip}, which has nothing in service` });
      continue;
    }
    const frame = innermost(machine.frames, event.time);
    const irq = frame && irqOf(machine.pc, frame.trap.vector);
    const mayEnd = irq === undefined || ended.irq === irq || (irq >= 8 && ended.irq === CASCADE);
    if (!mayEnd) {
      findings.push({
        kind: 'foreign-eoi',
        time: event.time,
        text: `the handler of IRQ ${irq} ended IRQ ${ended.irq}`,
      });
    }
  }
  if (master.icw4 & AUTOMATIC_EOI) return findings;
  for (const { trap, exit } of machine.frames) {
    const irq = irqOf(machine.pc, trap.vector);
    if (trap.cause !== 'external' || irq === undefined || !exit || isSpurious(machine, trap.vector, trap.time))
      continue;
    const wanted = irq >= 8 ? [irq, CASCADE] : [irq];
    for (const level of wanted) {
      const ended = events.some(
        (e) => e.kind === 'eoi' && e.irq === level && e.time >= trap.time - 1 && e.time <= exit.time,
      );
      if (ended) continue;
      const where = level === irq ? '' : ' at the master';
      findings.push({
        kind: 'missing-eoi',
        time: exit.time,
        text: `the handler of IRQ ${irq} returned without EOI${where}`,
      });
    }
  }
  return findings;
}

function isEoiCommand(event: MachineEvent): event is Extract<MachineEvent, { port: number }> {
  if (event.kind !== 'register' || !('port' in event) || (event.port !== MASTER && event.port !== SLAVE)) return false;
  // OCW2 has bits 3 and 4 clear.
  return (event.value & 0x18) === 0 && (event.value & OCW2_EOI) !== 0;
}

/** Level 7 of a chip is given without a request when the one there was has gone (data sheet, page 8). */
function isSpurious(machine: TestMachine, vector: number, time: number): boolean {
  const irq = irqOf(machine.pc, vector);
  if (irq !== 7 && irq !== 15) return false;
  const last = machine.events.findLast((e) => e.kind === 'line' && e.line === `IRQ ${irq}` && e.time <= time);
  return last?.kind !== 'line' || !last.level;
}

function innermost(frames: readonly Frame[], time: number): Frame | undefined {
  return frames.findLast(({ trap, exit }) => trap.time <= time && (exit === undefined || exit.time >= time));
}

function frameFindings(machine: TestMachine, frame: Frame): Finding[] {
  const time = frame.exit?.time ?? frame.trap.time;
  const handler = `the handler of ${machine.describeTrap(frame.trap)}`;
  const findings: Finding[] = [];
  const bytes = stackImbalance(frame);
  if (bytes !== 0) {
    const what = bytes > 0 ? `${bytes} bytes too high` : `${-bytes} bytes too low`;
    findings.push({ kind: 'unbalanced-stack', time, text: `${handler} came to its iret with the stack ${what}` });
  }
  if (frame.trap.cause !== 'external' && frame.trap.cause !== 'nmi') return findings;
  for (const { register } of clobbersOf(frame)) {
    findings.push({ kind: 'clobbered-register', time, text: `${handler} changed ${register}` });
  }
  return findings;
}

function lostEdges(machine: TestMachine): Finding[] {
  const findings: Finding[] = [];
  const waiting = new Set<number>();
  const { master, slave } = machine.pc.pic.peek();
  for (const event of machine.events) {
    if (event.kind === 'inta') {
      const irq = irqOf(machine.pc, event.vector);
      if (irq !== undefined) waiting.delete(irq);
    }
    if (event.kind !== 'line' || !event.level) continue;
    const irq = Number(/^IRQ (\d+)$/.exec(event.line)?.[1] ?? Number.NaN);
    const chip = irq < 8 ? master : slave;
    const isLevel = ((chip.icw1 & LEVEL_TRIGGERED) | (chip.elcr & (1 << (irq & 7)))) !== 0;
    if (Number.isNaN(irq) || isLevel) continue;
    if (waiting.has(irq)) {
      findings.push({ kind: 'lost-edge', time: event.time, text: `IRQ ${irq} rose again before it was acknowledged` });
    }
    waiting.add(irq);
  }
  return findings;
}

function observed(machine: TestMachine, observation: Observation, bound: number): Finding[] {
  const { time, eip } = observation;
  const place = machine.describeAddress(eip);
  switch (observation.kind) {
    case 'sleep':
      return [{ kind: 'sleeping', time, text: `hlt in a handler, at ${place}` }];
    case 'idt-write':
      return [{ kind: 'idt-write', time, text: `the IDT in use was written, before ${place}` }];
    case 'interrupts-off':
      if (observation.instructions <= bound) return [];
      return [
        {
          kind: 'interrupts-off',
          time,
          text: `interrupts were off for ${observation.instructions} instructions, until ${place}`,
        },
      ];
  }
}

function stackFindings(machine: TestMachine, { stacks = [], stackMargin = 64 }: SanitizerOptions): Finding[] {
  const addressOf = (place: number | string) => (typeof place === 'string' ? machine.addressOf(place) : place);
  const bounds = stacks.map(({ low, high }) => ({ low: addressOf(low), high: addressOf(high) }));
  return machine.frames.flatMap(({ trap, entry, lowestStack }) => {
    const stack = bounds.find(({ low, high }) => low - 4096 <= entry.registers.esp && entry.registers.esp <= high);
    if (!stack || lowestStack >= stack.low + stackMargin) return [];
    const left = lowestStack - stack.low;
    const text = `the handler of ${machine.describeTrap(trap)} left ${left} bytes of its stack`;
    return [{ kind: 'stack-overflow' as const, time: trap.time, text }];
  });
}
