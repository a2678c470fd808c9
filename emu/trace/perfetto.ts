/**
 * A recorded run as a trace that Perfetto (ui.perfetto.dev) and Chrome's own viewer open: the Trace Event Format, JSON.
 *
 * | track        | what is on it                                                                                |
 * |--------------|----------------------------------------------------------------------------------------------|
 * | hard IRQ     | a slice for each interrupt handler, from delivery to iret, with its EOI inside                 |
 * | exceptions   | a mark for each exception and system call; a slice where its handler was followed to its iret  |
 * | ring 3       | a slice from each return to ring 3 that was followed to the next delivery there                |
 * | IRQ n        | a slice while the line is high; the same as a counter                                          |
 * | console      | a mark for each line                                                                         |
 *
 * A flow leads from the line's rise through its handler to the EOI. Times are virtual microseconds.
 * Source: "Trace Event Format", Google, 2016.
 */

import { nameOfVector } from '../machine/stop.ts';
import type { MachineEvent } from './events.ts';
import type { TrapEntry } from './trap-log.ts';

/** One record of the format, as far as it is used here. */
export interface TraceRecord {
  readonly ph: 'X' | 'i' | 'C' | 's' | 't' | 'f' | 'M';
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly id?: number;
  readonly bp?: 'e';
  readonly s?: 't';
  readonly args?: Readonly<Record<string, string | number>>;
}

export interface TraceContext {
  /** Instructions in a virtual second. */
  readonly frequency: number;
  readonly irqOf: (vector: number) => number | undefined;
  /** Where an address is, for people. */
  readonly nameOf: (address: number) => string | undefined;
}

const CPU = 1;
const LINES = 2;
const HARD_IRQ = 1;
const EXCEPTIONS = 2;
const RING_3 = 3;
const CONSOLE = 4;
const TRACKS: readonly [number, string][] = [
  [HARD_IRQ, 'hard IRQ'],
  [EXCEPTIONS, 'exceptions'],
  [RING_3, 'ring 3'],
  [CONSOLE, 'console'],
];
const MICROSECONDS = 1e6;

/** The records of a run, names of tracks first. */
export function perfettoRecords(events: readonly MachineEvent[], context: TraceContext): TraceRecord[] {
  return new Writer(context).write(events);
}

/** The whole file. */
export function formatPerfetto(events: readonly MachineEvent[], context: TraceContext): string {
  const records = perfettoRecords(events, context).map((record) => JSON.stringify(record));
  return `{"displayTimeUnit":"ns","traceEvents":[\n${records.join(',\n')}\n]}\n`;
}

class Writer {
  private readonly records: TraceRecord[] = [];
  private readonly high = new Map<string, number>();
  /** Flows that have begun, by IRQ. */
  private readonly flows = new Map<number, number>();
  private nextFlow = 1;
  private userSince: number | undefined;
  private readonly lineTracks = new Map<string, number>();

  constructor(private readonly context: TraceContext) {}

  write(events: readonly MachineEvent[]): TraceRecord[] {
    this.name('process_name', CPU, 0, 'processor');
    this.name('process_name', LINES, 0, 'interrupt lines');
    for (const [track, name] of TRACKS) this.name('thread_name', CPU, track, name);
    for (const event of events) this.add(event);
    const end = events.at(-1)?.time ?? 0;
    for (const [line, since] of this.high) this.slice(LINES, this.lineTrack(line), 'high', since, end);
    return this.records;
  }

  private add(event: MachineEvent): void {
    if (event.kind === 'line') this.edge(event.line, event.level, event.time);
    else if (event.kind === 'trap' || event.kind === 'interrupt') this.delivered(event.trap);
    else if (event.kind === 'iret') this.returned(event.frame.trap, event.time, event.frame.exit?.cpl);
    else if (event.kind === 'eoi') this.ended(event.irq, event.time);
    else if (event.kind === 'console') this.mark(CONSOLE, event.line, event.time, {});
  }

  private edge(line: string, level: boolean, time: number): void {
    const track = this.lineTrack(line);
    this.records.push({
      ph: 'C',
      name: line,
      pid: LINES,
      tid: track,
      ts: this.at(time),
      args: { level: level ? 1 : 0 },
    });
    const since = this.high.get(line);
    if (level) {
      this.high.set(line, time);
      const irq = Number(line.replace('IRQ ', ''));
      if (Number.isNaN(irq)) return;
      this.flows.set(irq, this.nextFlow++);
      this.flow('s', irq, LINES, track, time);
    } else if (since !== undefined) {
      this.high.delete(line);
      this.slice(LINES, track, 'high', since, time);
    }
  }

  private delivered(trap: TrapEntry): void {
    if (trap.cpl === 3 && this.userSince !== undefined) {
      this.slice(CPU, RING_3, 'ring 3', this.userSince, trap.time);
    }
    this.userSince = undefined;
    const irq = isInterrupt(trap) ? this.context.irqOf(trap.vector) : undefined;
    if (irq !== undefined) this.flow('t', irq, CPU, HARD_IRQ, trap.time);
    if (!isInterrupt(trap))
      this.mark(EXCEPTIONS, nameOfVector(trap.vector, trap.errorCode), trap.time, this.detailsOf(trap));
  }

  private returned(trap: TrapEntry, time: number, cpl: number | undefined): void {
    const track = isInterrupt(trap) ? HARD_IRQ : EXCEPTIONS;
    const irq = this.context.irqOf(trap.vector);
    const name = isInterrupt(trap) && irq !== undefined ? `IRQ ${irq}` : nameOfVector(trap.vector, trap.errorCode);
    this.slice(CPU, track, name, trap.time, time, this.detailsOf(trap));
    if (cpl === 3) this.userSince = time;
  }

  private ended(irq: number, time: number): void {
    if (!this.flows.has(irq)) return;
    this.slice(CPU, HARD_IRQ, `EOI ${irq}`, time, time + 1);
    this.flow('f', irq, CPU, HARD_IRQ, time);
  }

  private detailsOf(trap: TrapEntry): Record<string, string | number> {
    const symbol = this.context.nameOf(trap.eip);
    const eip = `${trap.cs.toString(16)}:${trap.eip.toString(16).padStart(8, '0')}`;
    return {
      at: symbol === undefined ? eip : `${symbol} (${eip})`,
      ring: trap.cpl,
      instruction: trap.time,
      ...(trap.cr2 === undefined ? {} : { cr2: trap.cr2.toString(16) }),
    };
  }

  private lineTrack(line: string): number {
    const known = this.lineTracks.get(line);
    if (known !== undefined) return known;
    const track = this.lineTracks.size + 1;
    this.lineTracks.set(line, track);
    this.name('thread_name', LINES, track, line);
    return track;
  }

  private at(time: number): number {
    return Math.round((time / this.context.frequency) * MICROSECONDS * 1000) / 1000;
  }

  private name(kind: 'process_name' | 'thread_name', pid: number, tid: number, name: string): void {
    this.records.push({ ph: 'M', name: kind, pid, tid, args: { name } });
  }

  private slice(pid: number, tid: number, name: string, from: number, to: number, args = {}): void {
    this.records.push({ ph: 'X', name, pid, tid, ts: this.at(from), dur: this.at(to - from), args });
  }

  private mark(tid: number, name: string, time: number, args: Readonly<Record<string, string | number>>): void {
    this.records.push({ ph: 'i', name, pid: CPU, tid, ts: this.at(time), s: 't', args });
  }

  private flow(ph: 's' | 't' | 'f', irq: number, pid: number, tid: number, time: number): void {
    const id = this.flows.get(irq);
    if (id === undefined) return;
    this.records.push({
      ph,
      name: 'interrupt',
      cat: 'irq',
      id,
      pid,
      tid,
      ts: this.at(time),
      ...(ph === 'f' ? { bp: 'e' } : {}),
    });
    if (ph === 'f') this.flows.delete(irq);
  }
}

function isInterrupt({ cause }: TrapEntry): boolean {
  return cause === 'external' || cause === 'nmi';
}
