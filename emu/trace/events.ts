/**
 * What happened in a machine, as typed events in the order of virtual time: what the processor delivered and returned
 * from, what the chips did, what the console said.
 */

import type { Pc } from '../machine/pc.ts';
import { type ChipEvent, listenToChips } from './chip-events.ts';
import type { Frame } from './frames.ts';
import type { KernelEvent } from './kernel-probes.ts';
import type { TrapEntry } from './trap-log.ts';

/** One event. `time` is virtual time in instructions. */
export type MachineEvent =
  | ChipEvent
  /** What the kernel did, when it is known how to hear of it. */
  | KernelEvent
  /** An exception or a software interrupt was delivered. */
  | { readonly time: number; readonly kind: 'trap'; readonly trap: TrapEntry }
  /** An interrupt of the INTR or NMI pin was delivered. */
  | { readonly time: number; readonly kind: 'interrupt'; readonly trap: TrapEntry }
  /** A handler returned. Told while the machine follows handlers. */
  | { readonly time: number; readonly kind: 'iret'; readonly frame: Frame }
  /** COM1 has sent a whole line; its end is not in it. */
  | { readonly time: number; readonly kind: 'console'; readonly line: string };

export type EventKind = MachineEvent['kind'];

/** An event of one kind. */
export type EventOf<Kind extends EventKind> = Extract<MachineEvent, { readonly kind: Kind }>;

type DeepPartial<T> = T extends object ? { readonly [Key in keyof T]?: DeepPartial<T[Key]> } : T;

/** What an event has to have: its kind, and any of what that kind has. */
export type EventPattern = {
  [Kind in EventKind]: { readonly kind: Kind } & DeepPartial<EventOf<Kind>>;
}[EventKind];

/** Whether an event has everything that a pattern asks for. */
export function matches(event: unknown, pattern: unknown): boolean {
  if (typeof pattern !== 'object' || pattern === null) return event === pattern;
  if (typeof event !== 'object' || event === null) return false;
  return Object.entries(pattern).every(([key, wanted]) => matches((event as Record<string, unknown>)[key], wanted));
}

/** Collects the events of a machine. */
export class EventLog {
  readonly events: MachineEvent[] = [];
  private line = '';
  /** Stop listening to the machine; what was collected stays. */
  readonly detach: () => void;

  /** @param heard is told of each event as it is noted */
  constructor(
    pc: Pc,
    private readonly heard: (event: MachineEvent) => void,
  ) {
    this.detach = listenToChips(pc, (event) => this.insert(event));
  }

  delivered(trap: TrapEntry): void {
    const kind = trap.cause === 'external' || trap.cause === 'nmi' ? 'interrupt' : 'trap';
    this.insert({ time: trap.time, kind, trap });
  }

  returned(time: number, frame: Frame): void {
    this.insert({ time, kind: 'iret', frame });
  }

  kernelDid(event: KernelEvent): void {
    this.insert(event);
  }

  sent(time: number, byte: number): void {
    if (byte === 0x0a) {
      this.insert({ time, kind: 'console', line: this.line });
      this.line = '';
    } else if (byte !== 0x0d) this.line += String.fromCharCode(byte);
  }

  /** Traps are read from the core's ring when a run ends, when chips have long told theirs: put each at its time. */
  private insert(event: MachineEvent): void {
    let place = this.events.length;
    while (place > 0 && this.events[place - 1]!.time > event.time) place--;
    this.events.splice(place, 0, event);
    this.heard(event);
  }
}

/** An event in one line. @param describe tells a trap */
export function formatEvent(event: MachineEvent, describe: (trap: TrapEntry) => string): string {
  switch (event.kind) {
    case 'trap':
    case 'interrupt':
      return describe(event.trap);
    case 'iret':
      return `iret from vector ${event.frame.trap.vector.toString(16)}h after ${event.time - event.frame.trap.time} instructions`;
    case 'line':
      return `${event.line} ${event.level ? 'rises' : 'falls'}`;
    case 'inta':
      return `INTA: vector ${event.vector.toString(16)}h`;
    case 'eoi':
      return `EOI of IRQ ${event.irq}`;
    case 'register':
      return 'port' in event
        ? `${event.chip}: out ${event.port.toString(16)}h, ${event.value.toString(16)}h`
        : `${event.chip}: [${event.address.toString(16)}h] = ${event.value.toString(16)}h`;
    case 'console':
      return `console: ${event.line}`;
    case 'softirq':
      return `softirq ${event.name}: ${event.phase}`;
    case 'work':
      return `work ${event.name}: ${event.phase}`;
    case 'thread':
      return `thread ${event.name}/${event.pid} runs`;
    case 'ring3':
      return 'return to ring 3';
  }
}
