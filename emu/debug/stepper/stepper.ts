/**
 * The stepper: one instruction, a call, a routine, or to whatever one has asked to stop at; forwards and backwards.
 * Every face of the debugger (gdb, the terminal, a test) is made of these verbs.
 *
 * Going backwards is going forwards from an earlier save and remembering the last place where it would have stopped,
 * so that both directions find the same stops.
 */

import type { RunLimits } from '../../machine/machine.ts';
import type { Pc } from '../../machine/pc.ts';
import type { Stop } from '../../machine/stop.ts';
import { type DebugInfo, NO_DEBUG_INFO } from '../../trace/debug-info.ts';
import { isSameLine, type SourceLines } from '../../trace/source-lines.ts';
import type { SymbolTable } from '../../trace/symbols.ts';
import { type TrapEntry, TrapLog } from '../../trace/trap-log.ts';
import { peekBytes, peekNumber } from '../sight/memory-view.ts';
import { History, type HistoryOptions } from './history.ts';
import { isCall, isRepeated, isReturn, lengthAt } from './instruction-kind.ts';
import { Listeners } from './listeners.ts';
import { Move, type Slice, type Steps, WHOLE } from './move.ts';
import type { Reason, StopAt, StopOptions, StopPoint } from './stops.ts';

export interface StepperOptions {
  readonly history?: HistoryOptions;
  /** What the image tells of its lines and frames. */
  readonly debugInfo?: DebugInfo;
}

/** The moves that take a while; each is a method too, which goes all the way at once. */
export type Verb = 'step' | 'over' | 'out' | 'run' | 'back' | 'backOver' | 'runBack';

/** Machine stops after which nothing can follow. */
const FINAL: readonly Stop['kind'][] = ['exit', 'power-off', 'reset', 'shutdown'];

/** What a piece of running came back with. */
interface Event {
  readonly stop: Stop;
  /** A trap was delivered. */
  readonly trapped: boolean;
  /** Something was executed: what the core has to tell is new. */
  readonly watched: boolean;
  readonly heard: ReturnType<Listeners['take']>;
}

const DOUBLE_FAULT = 8;
/** Of an error code: the selector index is a vector. SDM 3A, 6.13. */
const OF_THE_IDT = 2;
const WITH_SELECTOR = [10, 11, 12, 13];

/** A trap that came of a delivery that failed: its gate, its handler's segment or its stack is not to be used. */
function isUnhandled({ vector, errorCode }: TrapEntry): boolean {
  if (vector === DOUBLE_FAULT) return true;
  return errorCode !== undefined && (errorCode & OF_THE_IDT) !== 0 && WITH_SELECTOR.includes(vector);
}

/** The log of these, and as many again, is 2 MB: much more does not stay in the host's cache, which a storm of traps feels. */
const TRAPS_KEPT = 32_768;

export class Stepper {
  readonly history: History;
  readonly debugInfo: DebugInfo;
  /** What was delivered since the stepper was attached, up to the moment that is looked at; the last TRAPS_KEPT at least. */
  readonly traps: TrapLog;
  private readonly points = new Map<number, StopPoint>();
  private readonly listeners: Listeners;
  private nextId = 1;
  private armed = false;
  /** Bytes under 'change' watches, as they were when last compared. */
  private readonly watched = new Map<number, string>();
  private pauseAsked = false;
  private slice: Slice = WHOLE;

  constructor(
    readonly pc: Pc,
    readonly symbols: SymbolTable,
    options: StepperOptions = {},
  ) {
    this.history = new History(pc, options.history);
    this.debugInfo = options.debugInfo ?? NO_DEBUG_INFO;
    this.traps = new TrapLog(pc.machine, TRAPS_KEPT);
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

  /**
   * A move in pieces, for a face that must look around in between. Only one at a time may be under way.
   * @param lines steps go by lines of source rather than by instructions, wherever there are some
   */
  begin(verb: Verb, lines?: SourceLines): Move {
    this.pauseAsked = false;
    const forwards = verb === 'step' || verb === 'over';
    if (lines && forwards) return this.moving(this.lineForwards(verb, lines));
    if (lines && (verb === 'back' || verb === 'backOver')) return this.moving(this.lineBackwards(verb, lines));
    return this.moving(this.moveOf(verb));
  }

  /** One instruction; while the processor waits, the wait and the delivery that ends it. */
  step(): Reason {
    return this.begin('step').finish();
  }

  /** As step, but calls, software interrupts and what interrupts are one step; stops on the way count. */
  over(): Reason {
    return this.begin('over').finish();
  }

  /** Until the routine that the processor is in has returned. */
  out(): Reason {
    return this.begin('out').finish();
  }

  /** Forwards to the next stop; or for so long. */
  run({ until = Infinity, idle = 'jump' }: Pick<RunLimits, 'until' | 'idle'> = {}): Reason {
    this.pauseAsked = false;
    return this.moving(this.running(until)).finish(idle);
  }

  /** One instruction back, or to where the wait began. */
  back(): Reason {
    return this.begin('back').finish();
  }

  /** As back, but over what was called: to the call whose return led here. */
  backOver(): Reason {
    return this.begin('backOver').finish();
  }

  /** Backwards to the last stop before here. */
  runBack(): Reason {
    return this.begin('runBack').finish();
  }

  /** To a virtual time, past or to come. @throws RangeError when the history does not reach back so far */
  goTo(time: number): Reason {
    this.disarm();
    this.history.goTo(time);
    return { kind: 'step' };
  }

  // ---- how

  private moving(steps: Steps): Move {
    return new Move(steps, (slice) => {
      this.slice = slice;
    });
  }

  private moveOf(verb: Verb): Steps {
    switch (verb) {
      case 'step':
        return this.stepping();
      case 'over':
        return this.steppingOver();
      case 'out':
        return this.steppingOut();
      case 'run':
        return this.running(Infinity);
      case 'back':
        return this.steppingBack();
      case 'backOver':
        return this.steppingBackOver();
      case 'runBack':
        return this.runningBack();
    }
  }

  /** Until another line begins. A routine without lines that is called on the way is run through. */
  private *lineForwards(verb: 'step' | 'over', lines: SourceLines): Steps {
    const from = lines.at(this.here);
    for (;;) {
      const call = isCall(peekBytes(this.pc, this.here, 15));
      let reason = yield* this.moveOf(verb);
      let at = lines.at(this.here);
      if (reason.kind === 'step' && from && !at && verb === 'step' && call) {
        reason = yield* this.steppingOut();
        at = lines.at(this.here);
      }
      if (reason.kind !== 'step' || !from || !at || (!isSameLine(at, from) && at.isStatement)) return reason;
      if (this.pc.machine.now >= this.slice.until) yield { kind: 'budget' };
    }
  }

  /** To the beginning of the line one is in, or at its beginning to that of the line before. */
  private *lineBackwards(verb: 'back' | 'backOver', lines: SourceLines): Steps {
    const from = lines.at(this.here);
    let reason = yield* this.moveOf(verb);
    const line = lines.at(this.here);
    while (reason.kind === 'step' && from && line) {
      const at = lines.at(this.here);
      if (!at || !isSameLine(at, line)) return yield* this.stepping();
      if (at.first === this.here) return reason;
      yield { kind: 'budget' };
      reason = yield* this.moveOf(verb);
    }
    return reason;
  }

  private *stepping(): Steps {
    const { cpu, machine } = this.pc;
    for (;;) {
      cpu.passBreakpoint(machine.now);
      const waits = cpu.isHalted;
      const stop = this.history.run(waits ? { ...this.untilSlice(Infinity), traps: 1 } : { instructions: 1 });
      switch (stop.kind) {
        case 'breakpoint':
          break;
        case 'traps':
        case 'watch':
          return { kind: 'step' };
        case 'budget':
        case 'idle':
          if (!waits) return { kind: 'step' };
          yield stop;
          break;
        default:
          return this.reasonFor(stop);
      }
    }
  }

  private *steppingOver(): Steps {
    const { pc, here } = this;
    const code = peekBytes(pc, here, 15);
    if (isRepeated(code)) return yield* this.runningTo((here + lengthAt(pc, here)) >>> 0, () => true);
    const call = isCall(code);
    const { trapCount } = pc.cpu;
    const reason = yield* this.stepping();
    if (reason.kind !== 'step') return reason;
    if (pc.cpu.trapCount !== trapCount) {
      // The handler returns to what its frame says, with the stack as it was.
      const trap = this.traps.last!;
      const base = trap.cs === pc.cpu.segment('cs').selector ? pc.cpu.segment('cs').base : 0;
      const back = () => pc.cpu.esp === trap.esp && pc.cpu.cpl === trap.cpl;
      return yield* this.runningTo((base + trap.eip) >>> 0, back);
    }
    if (!call) return reason;
    const { esp } = pc.cpu;
    const target = peekNumber(pc, (pc.cpu.segment('ss').base + esp) >>> 0);
    if (target === undefined) return reason;
    return yield* this.runningTo((pc.cpu.segment('cs').base + target) >>> 0, () => pc.cpu.esp > esp);
  }

  private *steppingOut(): Steps {
    const { cpu } = this.pc;
    const { esp, cpl } = cpu;
    for (;;) {
      const returns = isReturn(peekBytes(this.pc, this.here, 15)) && cpu.esp >= esp;
      const reason = yield* returns ? this.stepping() : this.steppingOver();
      if (returns || reason.kind !== 'step') return reason;
      if (cpu.cpl > cpl) return reason;
      if (this.pc.machine.now >= this.slice.until) yield { kind: 'budget' };
    }
  }

  private *running(until: number): Steps {
    this.pc.cpu.passBreakpoint(this.pc.machine.now);
    return (yield* this.advancing(until)) ?? { kind: 'paused' };
  }

  // biome-ignore lint/correctness/useYield: a move as the others are; it is never long
  private *steppingBack(): Steps {
    this.disarm();
    return { kind: this.history.stepBack() ? 'step' : 'start' };
  }

  private *steppingBackOver(): Steps {
    const { pc } = this;
    const reason = yield* this.steppingBack();
    if (reason.kind !== 'step' || !isReturn(peekBytes(pc, this.here, 15))) return reason;
    // Whoever wrote the slot that the return takes its address from is the call, or the delivery.
    const slot = (pc.cpu.segment('ss').base + pc.cpu.esp) >>> 0;
    const found = yield* this.findingBack([
      { id: 0, hits: 0, at: { kind: 'memory', first: slot, bytes: 4, on: 'write' } },
    ]);
    if (found === undefined) return this.toStart();
    this.history.goTo(found.time);
    return yield* this.steppingBack();
  }

  private *runningBack(): Steps {
    const found = yield* this.findingBack(this.stops);
    if (!found) return this.toStart();
    this.history.goTo(found.time);
    return { kind: 'stop', stop: found.point };
  }

  private toStart(): Reason {
    this.history.goTo(this.history.start);
    return { kind: 'start' };
  }

  /** To an address, under a condition, unless another stop comes first. */
  private *runningTo(address: number, condition: () => boolean): Steps {
    const point = this.add({ kind: 'address', address }, { condition: () => (condition() ? 1 : 0) });
    try {
      const reason = yield* this.running(Infinity);
      return reason.kind === 'stop' && reason.stop === point ? { kind: 'step' } : reason;
    } finally {
      this.remove(point.id);
    }
  }

  /**
   * The last time before now at which one of these would have stopped. The machine is left somewhere in the past;
   * where it was, when the search is given up.
   */
  private *findingBack(points: readonly StopPoint[]): Generator<Stop, { time: number; point: StopPoint } | undefined> {
    const { machine, cpu } = this.pc;
    const { now } = machine;
    const set = [...this.points.values()];
    let over = false;
    this.replacePoints(points);
    try {
      for (const { from, to } of this.history.segmentsBefore(now)) {
        this.history.goTo(from);
        this.arm();
        let last: { time: number; point: StopPoint } | undefined;
        for (;;) {
          const reason = yield* this.advancing(to, true);
          if (reason?.kind !== 'stop' || machine.now >= to) break;
          last = { time: machine.now, point: reason.stop };
          cpu.passBreakpoint(machine.now);
        }
        if (last || from === this.history.start) {
          over = true;
          return last;
        }
        yield { kind: 'budget' };
      }
      over = true;
      return undefined;
    } finally {
      this.replacePoints(set);
      this.disarm();
      if (!over) this.history.goTo(now);
    }
  }

  /** How far one may go before looking around. */
  private untilSlice(until: number): Pick<RunLimits, 'until' | 'idle'> {
    const next = Math.min(until, this.slice.until);
    return { idle: this.slice.idle, ...(next === Infinity ? {} : { until: next }) };
  }

  private replacePoints(points: readonly StopPoint[]): void {
    this.points.clear();
    for (const point of points) this.points.set(point.id, point);
    this.armed = false;
  }

  /** Forwards until a stop, or a time: then undefined. Looking back, the machine only repeats what it has done. */
  private *advancing(until: number, looking = false): Generator<Stop, Reason | undefined> {
    const { cpu, machine } = this.pc;
    this.arm();
    for (;;) {
      // Stops may be set and taken away while this is under way.
      if (!this.armed) this.arm();
      const traps = this.waitsFor('trap') ? { traps: 1 } : {};
      const times = this.stops.flatMap(({ at }) => (at.kind === 'time' ? [at.time] : []));
      const next = Math.min(until, ...times.filter((time) => time > machine.now));
      const limits = looking ? { until: next } : this.untilSlice(next);
      const { now } = machine;
      const { trapCount } = cpu;
      const stop = this.history.run({ ...limits, ...traps });
      // Of one instruction several things can be told, and the machine's stop names one of them.
      const trapped = stop.kind === 'traps' || (stop.kind !== 'budget' && cpu.trapCount !== trapCount);
      const met = this.met({ stop, trapped, watched: machine.now !== now, heard: this.listeners.take() }, looking);
      const [first, ...others] = met;
      if (first) {
        for (const { id, once } of met) if (once) this.remove(id);
        return { kind: 'stop', stop: first, ...(others.length > 0 ? { others } : {}) };
      }
      if (this.pauseAsked && !looking) return { kind: 'paused' };
      switch (stop.kind) {
        case 'budget':
          if (machine.now >= until) return undefined;
          if (machine.now >= this.slice.until && !looking) yield stop;
          break;
        case 'breakpoint':
          cpu.passBreakpoint(machine.now);
          break;
        case 'traps':
        case 'watch':
        case 'paused':
          break;
        case 'idle':
          if (!looking) yield stop;
          break;
        case 'halted':
          // Only what comes from outside can go on from here.
          if (stop.interruptsEnabled && !looking && this.slice.until < Infinity) yield stop;
          else if (!looking || machine.now >= until) return this.reasonFor(stop);
          break;
        default:
          if (!looking || FINAL.includes(stop.kind) || machine.now >= until) return this.reasonFor(stop);
      }
    }
  }

  /** The stop points that are the reason for a machine's stop, their conditions asked and their counts kept. */
  private met(event: Event, looking: boolean): StopPoint[] {
    return [...this.points.values()].filter((point) => {
      if (!this.matches(point.at, event)) return false;
      if (point.condition && !point.condition(this.pc)) return false;
      if (!looking) point.hits++;
      return looking || point.hits > (point.ignore ?? 0);
    });
  }

  private matches(at: StopAt, { stop, trapped, watched, heard }: Event): boolean {
    const { cpu, machine } = this.pc;
    switch (at.kind) {
      case 'address':
        return stop.kind === 'breakpoint' && at.address === this.here;
      case 'trap': {
        const last = trapped ? this.traps.last : undefined;
        if (!last || (at.vector !== undefined && at.vector !== last.vector)) return false;
        if (at.unhandled && !isUnhandled(last)) return false;
        return at.cause === undefined || at.cause === last.cause;
      }
      case 'eoi':
        return heard.ended.some((irq) => at.irq === undefined || irq === at.irq);
      case 'msr': {
        const msr = watched ? cpu.eventHit.msr : undefined;
        if (!msr || (at.register !== undefined && msr.register !== at.register)) return false;
        return at.on === 'access' || msr.write === (at.on === 'write');
      }
      case 'ring':
        return watched && cpu.eventHit.ring && (at.to === undefined || at.to === cpu.cpl);
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
        const met = watched ? (cpu.watchHit?.watches ?? []) : [];
        if (!met.some((n) => this.memoryStops[n]?.at === at)) return false;
        return at.on !== 'change' || this.hasChanged(at.first, at.bytes);
      }
      case 'time':
        return machine.now === at.time;
      case 'text':
        return heard.texts.includes(at.text);
    }
  }

  private memoryStops: { readonly at: StopAt & { kind: 'memory' } }[] = [];

  private waitsFor(kind: StopAt['kind']): boolean {
    return this.stops.some(({ at }) => at.kind === kind);
  }

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
    cpu.setEventStops({ ring: this.waitsFor('ring'), msr: this.waitsFor('msr') });
    cpu.setBreakpoints(this.stops.flatMap(({ at }) => (at.kind === 'address' ? [at.address] : [])));
    this.listeners.set(this.stops.map(({ at }) => at));
  }

  /** Nothing stops until arm() is called again. */
  private disarm(): void {
    if (!this.armed && this.memoryStops.length === 0) return;
    this.armed = false;
    this.memoryStops = [];
    this.pc.cpu.setWatches([]);
    this.pc.cpu.setEventStops({ ring: false, msr: false });
    this.pc.cpu.setBreakpoints([]);
    this.listeners.set([]);
  }

  private reasonFor(stop: Stop): Reason {
    return stop.kind === 'paused' ? { kind: 'paused' } : { kind: 'machine', stop };
  }
}
