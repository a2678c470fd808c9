/**
 * The stepper: one instruction, a call, a routine, or to whatever one has asked to stop at; forwards and backwards.
 * Every face of the debugger (gdb, the terminal, a test) is made of these verbs.
 *
 * Going backwards is going forwards from an earlier save and remembering the last place where it would have stopped,
 * so that both directions find the same stops.
 */

import type { RunLimits } from '../machine/machine.ts';
import type { Pc } from '../machine/pc.ts';
import type { Stop } from '../machine/stop.ts';
import type { SymbolTable } from '../trace/symbols.ts';
import { TrapLog } from '../trace/trap-log.ts';
import { History, type HistoryOptions } from './history.ts';
import { isCall, isRepeated, isReturn, lengthAt } from './instruction-kind.ts';
import { Listeners } from './listeners.ts';
import { peekBytes, peekNumber } from './memory-view.ts';
import type { Reason, StopAt, StopOptions, StopPoint } from './stops.ts';

export interface StepperOptions {
  readonly history?: HistoryOptions;
}

/** Machine stops after which nothing can follow. */
const FINAL: readonly Stop['kind'][] = ['exit', 'power-off', 'shutdown'];

export class Stepper {
  readonly history: History;
  /** Everything delivered since the stepper was attached, up to the moment that is looked at. */
  readonly traps: TrapLog;
  private readonly points = new Map<number, StopPoint>();
  private readonly listeners: Listeners;
  private nextId = 1;
  private armed = false;
  /** Bytes under 'change' watches, as they were when last compared. */
  private readonly watched = new Map<number, string>();
  private pauseAsked = false;

  constructor(
    readonly pc: Pc,
    readonly symbols: SymbolTable,
    options: StepperOptions = {},
  ) {
    this.history = new History(pc, options.history);
    this.traps = new TrapLog(pc.machine, 100_000);
    this.listeners = new Listeners(pc);
    this.history.onTravel(() => this.traps.goBack(pc.machine.now));
  }

  // ---- what to stop at

  get stops(): readonly StopPoint[] {
    return [...this.points.values()];
  }

  /** Set a stop; it counts from the next move on. */
  add(at: StopAt, options: StopOptions = {}): StopPoint {
    const point: StopPoint = { ...options, id: this.nextId++, at, hits: 0 };
    this.points.set(point.id, point);
    this.armed = false;
    return point;
  }

  /** @returns whether there was one */
  remove(id: number): boolean {
    this.armed = false;
    return this.points.delete(id);
  }

  // ---- moving

  /** Ask a run that is under way to end after the present instruction. */
  pause(): void {
    this.pauseAsked = true;
    this.pc.machine.pause();
  }

  /** Linear address of the next instruction. */
  get here(): number {
    const { cpu } = this.pc;
    return (cpu.segment('cs').base + cpu.eip) >>> 0;
  }

  /** One instruction; while the processor waits, the wait and the delivery that ends it. */
  step(): Reason {
    const { cpu, machine } = this.pc;
    cpu.passBreakpoint(machine.now);
    const stop = cpu.isHalted ? this.history.run({ traps: 1 }) : this.history.run({ instructions: 1 });
    if (stop.kind === 'breakpoint') return this.step();
    return stop.kind === 'budget' || stop.kind === 'traps' || stop.kind === 'watch'
      ? { kind: 'step' }
      : this.reasonFor(stop);
  }

  /** As step, but calls, software interrupts and what interrupts are one step; stops on the way count. */
  over(): Reason {
    const { pc, here } = this;
    const code = peekBytes(pc, here, 15);
    if (isRepeated(code)) return this.runTo((here + lengthAt(pc, here)) >>> 0, () => true);
    const call = isCall(code);
    const { trapCount } = pc.cpu;
    const reason = this.step();
    if (reason.kind !== 'step') return reason;
    if (pc.cpu.trapCount !== trapCount) {
      // The handler returns to what its frame says, with the stack as it was.
      const trap = this.traps.last!;
      const base = trap.cs === pc.cpu.segment('cs').selector ? pc.cpu.segment('cs').base : 0;
      return this.runTo((base + trap.eip) >>> 0, () => pc.cpu.esp === trap.esp && pc.cpu.cpl === trap.cpl);
    }
    if (!call) return reason;
    const { esp } = pc.cpu;
    const target = peekNumber(pc, (pc.cpu.segment('ss').base + esp) >>> 0);
    if (target === undefined) return reason;
    return this.runTo((pc.cpu.segment('cs').base + target) >>> 0, () => pc.cpu.esp > esp);
  }

  /** Until the routine that the processor is in has returned. */
  out(): Reason {
    const { cpu } = this.pc;
    const { esp, cpl } = cpu;
    for (;;) {
      const returns = isReturn(peekBytes(this.pc, this.here, 15)) && cpu.esp >= esp;
      const reason = returns ? this.step() : this.over();
      if (returns || reason.kind !== 'step') return reason;
      if (cpu.cpl > cpl) return reason;
    }
  }

  /**
   * Forwards to the next stop; or for so long.
   * @param again the same run goes on, after a pause that only its caller wanted: a breakpoint here still counts
   */
  run(limits: Pick<RunLimits, 'until' | 'idle'> = {}, again = false): Reason {
    this.pauseAsked = false;
    if (!again) this.pc.cpu.passBreakpoint(this.pc.machine.now);
    return this.advance(limits.until ?? Infinity, limits.idle ?? 'jump') ?? { kind: 'paused' };
  }

  /** One instruction back, or to where the wait began. */
  back(): Reason {
    this.disarm();
    return { kind: this.history.stepBack() ? 'step' : 'start' };
  }

  /** As back, but over what was called: to the call whose return led here. */
  backOver(): Reason {
    const { pc } = this;
    const reason = this.back();
    if (reason.kind !== 'step' || !isReturn(peekBytes(pc, this.here, 15))) return reason;
    // Whoever wrote the slot that the return takes its address from is the call, or the delivery.
    const slot = (pc.cpu.segment('ss').base + pc.cpu.esp) >>> 0;
    const found = this.findBack([{ id: 0, hits: 0, at: { kind: 'memory', first: slot, bytes: 4, on: 'write' } }]);
    if (found === undefined) return this.toStart();
    this.history.goTo(found.time);
    return this.back();
  }

  /** Backwards to the last stop before here. */
  runBack(): Reason {
    const found = this.findBack(this.stops);
    if (!found) return this.toStart();
    this.history.goTo(found.time);
    return { kind: 'stop', stop: found.point };
  }

  /** To a virtual time, past or to come. @throws RangeError when the history does not reach back so far */
  goTo(time: number): Reason {
    this.disarm();
    this.history.goTo(time);
    return { kind: 'step' };
  }

  // ---- how

  private toStart(): Reason {
    this.history.goTo(this.history.start);
    return { kind: 'start' };
  }

  /** To an address, under a condition, unless another stop comes first. */
  private runTo(address: number, condition: () => boolean): Reason {
    const point = this.add({ kind: 'address', address }, { condition: () => (condition() ? 1 : 0) });
    const reason = this.run();
    this.remove(point.id);
    return reason.kind === 'stop' && reason.stop === point ? { kind: 'step' } : reason;
  }

  /** The last time before now at which one of these would have stopped. The machine is left somewhere in the past. */
  private findBack(points: readonly StopPoint[]): { time: number; point: StopPoint } | undefined {
    const { machine, cpu } = this.pc;
    const set = [...this.points.values()];
    this.replacePoints(points);
    try {
      for (const { from, to } of this.history.segmentsBefore(machine.now)) {
        this.history.goTo(from);
        this.arm();
        let last: { time: number; point: StopPoint } | undefined;
        for (;;) {
          const reason = this.advance(to, 'jump', true);
          if (reason?.kind !== 'stop' || machine.now >= to) break;
          last = { time: machine.now, point: reason.stop };
          cpu.passBreakpoint(machine.now);
        }
        if (last) return last;
      }
      return undefined;
    } finally {
      this.replacePoints(set);
      this.disarm();
    }
  }

  private replacePoints(points: readonly StopPoint[]): void {
    this.points.clear();
    for (const point of points) this.points.set(point.id, point);
    this.armed = false;
  }

  /** Forwards until a stop, or a time: then undefined. */
  private advance(until: number, idle: 'jump' | 'return', looking = false): Reason | undefined {
    const { cpu, machine } = this.pc;
    this.arm();
    const traps = this.stops.some(({ at }) => at.kind === 'trap') ? { traps: 1 } : {};
    const times = this.stops.flatMap(({ at }) => (at.kind === 'time' ? [at.time] : []));
    for (;;) {
      const next = Math.min(until, ...times.filter((time) => time > machine.now));
      const stop = this.history.run({ ...(next === Infinity ? {} : { until: next }), idle, ...traps });
      const met = this.met(stop, looking);
      if (met) {
        if (met.once) this.remove(met.id);
        return { kind: 'stop', stop: met };
      }
      if (this.pauseAsked && !looking) return { kind: 'paused' };
      switch (stop.kind) {
        case 'budget':
          if (machine.now >= until) return undefined;
          break;
        case 'breakpoint':
          cpu.passBreakpoint(machine.now);
          break;
        case 'traps':
        case 'watch':
        case 'paused':
          break;
        default:
          if (!looking || FINAL.includes(stop.kind) || machine.now >= until) return this.reasonFor(stop);
      }
    }
  }

  /** The stop point that is the reason for a machine's stop, its condition asked and its count kept. */
  private met(stop: Stop, looking: boolean): StopPoint | undefined {
    const heard = this.listeners.take();
    for (const point of this.points.values()) {
      if (!this.matches(point.at, stop, heard)) continue;
      if (point.condition && !point.condition(this.pc)) continue;
      if (!looking) point.hits++;
      if (looking || point.hits > (point.ignore ?? 0)) return point;
    }
    return undefined;
  }

  private matches(at: StopAt, stop: Stop, heard: ReturnType<Listeners['take']>): boolean {
    const { cpu, machine } = this.pc;
    switch (at.kind) {
      case 'address':
        return stop.kind === 'breakpoint' && at.address === this.here;
      case 'trap': {
        const last = stop.kind === 'traps' ? this.traps.last : undefined;
        if (!last || (at.vector !== undefined && at.vector !== last.vector)) return false;
        return at.cause === undefined || at.cause === last.cause;
      }
      case 'irq':
        return heard.edges.some(
          ({ line, level }) => line === at.line && (at.edge === 'both' || level === (at.edge === 'rise')),
        );
      case 'port':
        return heard.ports.some(
          ({ port, width, write }) =>
            port <= at.last && port + width > at.first && (at.on === 'access' || write === (at.on === 'write')),
        );
      case 'memory': {
        const hit = stop.kind === 'watch' ? cpu.watchHit : undefined;
        if (!hit || this.memoryStops[hit.watch] === undefined) return false;
        const met = this.memoryStops[hit.watch]!.at;
        if (met.first !== at.first || met.bytes !== at.bytes || met.on !== at.on) return false;
        return at.on !== 'change' || this.hasChanged(at.first, at.bytes);
      }
      case 'time':
        return machine.now === at.time;
      case 'text':
        return heard.texts.includes(at.text);
    }
  }

  private memoryStops: { readonly at: StopAt & { kind: 'memory' } }[] = [];

  private hasChanged(first: number, bytes: number): boolean {
    const now = peekBytes(this.pc, first, bytes).join();
    const before = this.watched.get(first);
    this.watched.set(first, now);
    return before !== now;
  }

  /** Tell the core and the listeners what to stop at. */
  private arm(): void {
    const { cpu } = this.pc;
    this.watched.clear();
    for (const { at } of this.stops) if (at.kind === 'memory') this.hasChanged(at.first, at.bytes);
    if (this.armed) return;
    this.armed = true;
    this.memoryStops = this.stops.flatMap(({ at }) => (at.kind === 'memory' ? [{ at }] : []));
    cpu.setWatches(
      this.memoryStops.map(({ at: { first, bytes, on } }) => ({
        first,
        last: (first + bytes - 1) >>> 0,
        read: on === 'read' || on === 'access',
        write: on !== 'read',
      })),
    );
    cpu.setBreakpoints(this.stops.flatMap(({ at }) => (at.kind === 'address' ? [at.address] : [])));
    this.listeners.set(this.stops.map(({ at }) => at));
  }

  /** Nothing stops until arm() is called again. */
  private disarm(): void {
    if (!this.armed && this.memoryStops.length === 0) return;
    this.armed = false;
    this.memoryStops = [];
    this.pc.cpu.setWatches([]);
    this.pc.cpu.setBreakpoints([]);
    this.listeners.set([]);
  }

  private reasonFor(stop: Stop): Reason {
    if (stop.kind === 'idle' || stop.kind === 'paused') return { kind: 'paused', stop };
    return { kind: 'machine', stop };
  }
}
