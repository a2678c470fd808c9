/**
 * A recorded run as a trace that Perfetto (ui.perfetto.dev) and Chrome (the Performance panel of its DevTools,
 * chrome://tracing where it has that) open: the Trace Event Format, JSON.
 *
 * | track        | what is on it                                                                                |
 * |--------------|----------------------------------------------------------------------------------------------|
 * | hard IRQ     | a slice for each interrupt handler, from delivery to iret, with its EOI inside                 |
 * | exceptions   | a mark for each exception and system call; a slice where its handler was followed to its iret  |
 * | softirq      | a slice for each softirq that is run                                                            |
 * | ring 3       | a slice from each return to ring 3 to the next delivery there                                   |
 * | threads      | a track each: a slice while it runs                                                            |
 * | works        | a track for each thread that runs works: a slice for each work                                 |
 * | IRQ n        | a slice while the line is high; the same as a counter                                          |
 * | console      | a mark for each line                                                                         |
 *
 * A flow leads from the line's rise through its handler and the EOI to the softirqs and works that they asked for. Threads,
 * softirqs and works are there for a kernel that kernel-probes.ts knows. Times are virtual microseconds.
 * Source: "Trace Event Format", Google, 2016.
 */

import { nameOfVector } from '../machine/stop.ts';
import type { MachineEvent } from './events.ts';
import { bottomHalfOf } from './latency.ts';
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

type NameRecord = 'process_name' | 'thread_name';

export interface TraceContext {
  /** Instructions in a virtual second. */
  readonly frequency: number;
  readonly irqOf: (vector: number) => number | undefined;
  /** Where an address is, for people. */
  readonly nameOf: (address: number) => string | undefined;
}

const CPU = 1;
const LINES = 2;
const THREADS = 3;
const WORKS = 4;
const HARD_IRQ = 1;
const EXCEPTIONS = 2;
const RING_3 = 3;
const CONSOLE = 4;
const SOFTIRQ = 5;
const TRACKS: readonly [number, string][] = [
  [HARD_IRQ, 'hard IRQ'],
  [SOFTIRQ, 'softirq'],
  [EXCEPTIONS, 'exceptions'],
  [RING_3, 'ring 3'],
  [CONSOLE, 'console'],
];
const MICROSECONDS = 1e6;
/** Chrome leads a flow to the slice that begins there only when both are of one category; ours are all of this one. */
const CATEGORY = 'irq';

/** The records of a run: names of tracks first, then all in the order of time, a slice before those inside it. */
export function perfettoRecords(events: readonly MachineEvent[], context: TraceContext): TraceRecord[] {
  return new Writer(context).write(events);
}

/** The whole file. */
export function formatPerfetto(events: readonly MachineEvent[], context: TraceContext): string {
  const records = perfettoRecords(events, context).map((record) => JSON.stringify(record));
  return `{"displayTimeUnit":"ns","traceEvents":[\n${records.join(',\n')}\n]}\n`;
}

/** A place that a flow leads through. */
interface FlowPoint {
  readonly pid: number;
  readonly tid: number;
  readonly time: number;
}

class Writer {
  private readonly records: TraceRecord[] = [];
  private readonly high = new Map<string, number>();
  /** Flows: where each leads, in order; the last place is known at the end only. */
  private readonly flows: FlowPoint[][] = [];
  /** The flow that a line's last rise began, by IRQ. */
  private readonly risen = new Map<number, FlowPoint[]>();
  /** Flows of the handlers that were entered and not left, innermost last. */
  private readonly handlers: { readonly trap: TrapEntry; readonly flow: FlowPoint[] | undefined }[] = [];
  /** Flows that lead to a softirq or work that was asked for. */
  private readonly asked = new Map<string, FlowPoint[][]>();
  /** Of the softirqs and works that run: what they ask for continues their flows. */
  private readonly running: {
    readonly what: string;
    readonly pid: number;
    readonly tid: number;
    readonly name: string;
    readonly since: number;
    readonly flows: readonly FlowPoint[][];
  }[] = [];
  private thread: { readonly pid: number; readonly name: string; readonly since: number } | undefined;
  /** Those that have a track: their last names, by number. */
  private readonly threads = new Map<number, string>();
  private readonly workers = new Set<number>();
  private userSince: number | undefined;
  private placed = 0;
  private readonly lineTracks = new Map<string, number>();

  constructor(private readonly context: TraceContext) {}

  write(events: readonly MachineEvent[]): TraceRecord[] {
    this.name('process_name', CPU, 0, 'processor');
    this.name('process_name', LINES, 0, 'interrupt lines');
    for (const [track, name] of TRACKS) this.name('thread_name', CPU, track, name);
    for (const event of events) this.add(event);
    const end = events.at(-1)?.time ?? 0;
    for (const [line, since] of this.high) this.slice(LINES, this.lineTrack(line), 'high', since, end);
    this.threadEnds(end);
    if (this.userSince !== undefined) this.slice(CPU, RING_3, 'ring 3', this.userSince, end);
    for (const { trap } of this.handlers) this.handled(trap, end);
    for (const run of this.running) this.slice(run.pid, run.tid, run.name, run.since, end);
    for (const [n, points] of this.flows.entries()) this.writeFlow(points, n + 1);
    return this.records.sort((a, b) => (a.ts ?? -1) - (b.ts ?? -1) || (b.dur ?? 0) - (a.dur ?? 0));
  }

  private add(event: MachineEvent): void {
    if (event.kind === 'line') this.edge(event.line, event.level, event.time);
    else if (event.kind === 'trap' || event.kind === 'interrupt') this.delivered(event.trap);
    else if (event.kind === 'iret') this.returned(event.frame.trap, event.time, event.frame.exit?.cpl);
    else if (event.kind === 'softirq' || event.kind === 'work') this.bottomHalf(event);
    else if (event.kind === 'thread') this.switched(event);
    else if (event.kind === 'ring3') this.userSince = event.time;
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
      const flow = [{ pid: LINES, tid: track, time }];
      this.flows.push(flow);
      this.risen.set(irq, flow);
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
    const flow = irq === undefined ? undefined : this.risen.get(irq);
    flow?.push({ pid: CPU, tid: HARD_IRQ, time: trap.time });
    if (isInterrupt(trap)) this.handlers.push({ trap, flow });
    if (!isInterrupt(trap))
      this.mark(EXCEPTIONS, nameOfVector(trap.vector, trap.errorCode), trap.time, this.detailsOf(trap));
  }

  private returned(trap: TrapEntry, time: number, cpl: number | undefined): void {
    if (cpl === 3) this.userSince = time;
    if (!isInterrupt(trap)) {
      this.slice(CPU, EXCEPTIONS, nameOfVector(trap.vector, trap.errorCode), trap.time, time, this.detailsOf(trap));
      return;
    }
    const mine = this.handlers.findIndex((handler) => handler.trap.index === trap.index);
    if (mine < 0) return;
    this.handlers.splice(mine, 1);
    this.handled(trap, time);
  }

  private handled(trap: TrapEntry, time: number): void {
    const irq = this.context.irqOf(trap.vector);
    const name = irq === undefined ? nameOfVector(trap.vector, trap.errorCode) : `IRQ ${irq}`;
    this.slice(CPU, HARD_IRQ, name, trap.time, time, this.detailsOf(trap));
  }

  /** Asked for, begun, done. */
  private bottomHalf(event: Extract<MachineEvent, { readonly kind: 'softirq' | 'work' }>): void {
    const what = bottomHalfOf(event);
    if (event.phase === 'raise' || event.phase === 'queue') {
      const sources = [this.handlers.at(-1)?.flow ?? [], ...(this.running.at(-1)?.flows ?? [])];
      const flows = sources.filter((flow) => flow.length > 0);
      this.asked.set(what, [...new Set([...(this.asked.get(what) ?? []), ...flows])]);
      return;
    }
    const isSoftirq = event.kind === 'softirq';
    const [pid, tid] = isSoftirq ? [CPU, SOFTIRQ] : [WORKS, event.thread];
    if (event.phase === 'enter' || event.phase === 'begin') {
      const flows = this.asked.get(what) ?? [];
      this.asked.delete(what);
      for (const flow of flows) flow.push({ pid, tid, time: event.time });
      this.running.push({ what, pid, tid, name: event.name, since: event.time, flows });
      if (!isSoftirq) this.nameWorks(tid);
      return;
    }
    const at = this.running.findLastIndex((run) => run.what === what);
    const [run] = at < 0 ? [] : this.running.splice(at, 1);
    if (run) this.slice(pid, tid, event.name, run.since, event.time);
  }

  private switched({ pid, name, time }: Extract<MachineEvent, { readonly kind: 'thread' }>): void {
    this.threadEnds(time);
    // On its way out of an interrupt the kernel gives the CPU to somebody else: the iret comes when this one runs again.
    for (const { trap } of this.handlers.splice(0).reverse()) this.handled(trap, time);
    this.thread = { pid, name, since: time };
    if (this.threads.size === 0) this.name('process_name', THREADS, 0, 'threads');
    if (this.threads.get(pid) !== name) this.name('thread_name', THREADS, pid, `${name}/${pid}`);
    this.threads.set(pid, name);
  }

  /** A thread has a second track as soon as it runs a work. */
  private nameWorks(pid: number): void {
    if (this.workers.has(pid)) return;
    if (this.workers.size === 0) this.name('process_name', WORKS, 0, 'works');
    this.name('thread_name', WORKS, pid, `${this.threads.get(pid) ?? 'thread'}/${pid}`);
    this.workers.add(pid);
  }

  private threadEnds(time: number): void {
    if (this.thread) this.slice(THREADS, this.thread.pid, this.thread.name, this.thread.since, time);
  }

  private ended(irq: number, time: number): void {
    const flow = this.risen.get(irq);
    if (!flow) return;
    this.slice(CPU, HARD_IRQ, `EOI ${irq}`, time, time + 1);
    flow.push({ pid: CPU, tid: HARD_IRQ, time });
    this.risen.delete(irq);
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

  /** Tracks stand in the order in which they are named. */
  private name(kind: NameRecord, pid: number, tid: number, name: string): void {
    this.records.push({ ph: 'M', name: kind, pid, tid, args: { name } });
    const place = kind === 'process_name' ? pid : this.placed++;
    this.records.push({ ph: 'M', name: kind.replace('_name', '_sort_index'), pid, tid, args: { sort_index: place } });
  }

  private slice(pid: number, tid: number, name: string, from: number, to: number, args = {}): void {
    this.records.push({ ph: 'X', name, cat: CATEGORY, pid, tid, ts: this.at(from), dur: this.at(to - from), args });
  }

  private mark(tid: number, name: string, time: number, args: Readonly<Record<string, string | number>>): void {
    this.records.push({ ph: 'i', name, pid: CPU, tid, ts: this.at(time), s: 't', args });
  }

  /** A flow that leads nowhere is none. */
  private writeFlow(points: readonly FlowPoint[], id: number): void {
    if (points.length < 2) return;
    points.forEach(({ pid, tid, time }, i) => {
      const ph = i === 0 ? 's' : i === points.length - 1 ? 'f' : 't';
      const bind = ph === 'f' ? { bp: 'e' as const } : {};
      this.records.push({ ph, name: 'interrupt', cat: CATEGORY, id, pid, tid, ts: this.at(time), ...bind });
    });
  }
}

function isInterrupt({ cause }: TrapEntry): boolean {
  return cause === 'external' || cause === 'nmi';
}
