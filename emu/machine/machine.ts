/**
 * The machine: a processor, memory, ports, chips and virtual time, run from one event to the next.
 *
 * Between events the processor runs alone; nothing here is asked per instruction. An event is an alarm of a chip,
 * an input from outside, or the end of what the caller asked for. What a chip does in the middle of an instruction
 * (set an alarm, stop the machine) takes effect before the next one.
 */

import type { Device } from '../../devices/device.ts';
import { TRAP_ENTRIES } from '../core/layout.ts';
import { DEFAULT_FREQUENCY, type TimeSource, VirtualClock } from './clock.ts';
import { type CpuHost, RunExit } from './cpu.ts';
import { type Input, InputGate } from './input-log.ts';
import { type FrameTable, PhysicalMemory } from './physical-memory.ts';
import { PortBus } from './port-bus.ts';
import type { Position, Stop } from './stop.ts';

/** What the machine needs of a processor; class Cpu is one, and specs have a small one of their own. */
export interface Processor extends FrameTable {
  /** Instructions retired since power-on, exact also in a host call. */
  readonly now: number;
  /** Run at most this many instructions, at least 1. */
  run(instructions: number): RunExit;
  /** Let run() return after the current instruction. */
  requestExit(): void;
  /** Time passes while the processor is halted: to a later instant, never inside run(). */
  passTime(to: number): void;
  /** Level of the INTR pin. */
  setIntr(level: boolean): void;
  /** As after the RESET pin; memory, the frame table and time are not touched. */
  reset(): void;
  readonly isHalted: boolean;
  readonly eflags: number;
  readonly eip: number;
  segment(name: 'cs'): { readonly selector: number };
  /** After RunExit.Shutdown: the exception whose delivery failed first. */
  readonly shutdown: { readonly vector: number; readonly errorCode: number } | undefined;
  /** Traps and interrupts delivered since reset, modulo 2^32. */
  readonly trapCount: number;
  /** run() returns when `trapCount` reaches this; 0: never. */
  trapStop: number;
  /** TRAP_ENTRIES entries of TRAP_ENTRY bytes, see emu/core/layout.ts. */
  readonly trapRing: DataView;
  /** The table that devices/port-latch.ts describes: an entry for each port, and one for INTA cycles. */
  readonly portLatches: Uint16Array;
}

/** How far run() goes. Nothing given: until something happens. */
export interface RunLimits {
  /** At most this many instructions from now, virtual time spent halted included. */
  readonly instructions?: number;
  /** At most until this virtual time. */
  readonly until?: number;
  /** Until this many traps and interrupts have been delivered. */
  readonly traps?: number;
  /** What HLT does while something is still to come: jump there (the default), or return, for who wants to sleep. */
  readonly idle?: 'jump' | 'return';
}

export interface MachineOptions {
  /** Bytes of RAM, a multiple of 4 KB. */
  readonly ramBytes: number;
  /** Bytes of ROM that will lie above the RAM, a multiple of 4 KB; default 0. */
  readonly romBytes?: number;
  /** Instructions in a virtual second; default 100,000,000. */
  readonly frequency?: number;
}

const ENDS: ReadonlySet<Stop['kind']> = new Set(['exit', 'power-off', 'halted', 'shutdown']);

/** The interrupt flag in EFLAGS. */
const IF = 1 << 9;

export class Machine implements TimeSource {
  readonly clock: VirtualClock;
  readonly memory: PhysicalMemory;
  readonly inputs = new InputGate(
    (input) => this.deliver(input),
    (at) => this.alarmMoved(at),
  );
  private readonly chips: Device[] = [];
  private readonly trapReaders = new Set<() => void>();
  private lookAtPins: () => void = () => {};
  private deliver: (input: Input) => boolean = () => true;
  private bootAgain: () => void = () => {};
  private settle: () => void = () => {};
  /** Where the present cpu.run() will end; undefined outside of it. */
  private deadline: number | undefined;
  private stop: Stop | undefined;

  private constructor(
    readonly cpu: Processor,
    readonly ports: PortBus,
    romBytes: number,
    frequency: number,
  ) {
    this.memory = new PhysicalMemory(cpu, romBytes);
    this.clock = new VirtualClock(this, frequency);
  }

  /**
   * An empty machine: no RAM mapped yet, no chips. emu/machine/pc.ts makes a PC of it.
   * @param createCpu `Cpu.create`, or a spec's own
   * @param acknowledge the interrupt controller's INTA cycle
   */
  static create(
    options: MachineOptions,
    createCpu: (host: CpuHost, ramBytes: number) => Processor,
    acknowledge: () => number,
  ): Machine {
    const ports = new PortBus();
    // The processor wants its host before there is a machine; it calls it only when it runs.
    let memory: PhysicalMemory | undefined;
    const host: CpuHost = {
      portRead: (port, width) => ports.cpuRead(port, width),
      portWrite: (port, value, width) => ports.cpuWrite(port, value, width),
      mmioRead: (address, width) => memory!.mmioRead(address, width),
      mmioWrite: (address, value, width) => memory!.mmioWrite(address, value, width),
      acknowledge,
    };
    const romBytes = options.romBytes ?? 0;
    const cpu = createCpu(host, options.ramBytes + romBytes);
    const machine = new Machine(cpu, ports, romBytes, options.frequency ?? DEFAULT_FREQUENCY);
    memory = machine.memory;
    ports.showLatchesIn(cpu.portLatches);
    return machine;
  }

  /** Virtual time, in instructions since power-on. */
  get now(): number {
    return this.cpu.now;
  }

  /** The chips, in the order in which they were put in. */
  get devices(): readonly Device[] {
    return this.chips;
  }

  /** Put a chip in: its ports and its memory are decoded from now on. @throws RangeError when they are taken. */
  attach(device: Device): void {
    for (const window of device.ports ?? []) this.ports.claim(device.name, window);
    for (const window of device.memory ?? []) this.memory.addWindow(device.name, window);
    this.chips.push(device);
  }

  /** Who gets the inputs; false from it means that there was no room, and the sender has to try again. */
  onInput(deliver: (input: Input) => boolean): void {
    this.deliver = deliver;
  }

  /** Who looks at the processor's output pins; called whenever it has stopped running, before anything else happens. */
  onPins(look: () => void): void {
    this.lookAtPins = look;
  }

  /** What puts image and registers in place; done at once, and again at every reset. */
  onBoot(boot: () => void): void {
    this.bootAgain = boot;
    boot();
  }

  /** What is done before run() tells of a stop that nothing in the machine goes on from: off, exit, halted, shutdown. */
  onEnd(settle: () => void): void {
    this.settle = settle;
  }

  /** As the reset line does it: processor and chips start again, RAM keeps its contents, and the image is loaded. */
  reset(): void {
    for (const read of this.trapReaders) read();
    for (const chip of this.chips) chip.reset();
    this.cpu.reset();
    this.bootAgain();
  }

  /**
   * Have a reader of the trap ring called before the ring can overflow and whenever run() returns.
   * @returns a function that takes the reader away again
   */
  addTrapReader(read: () => void): () => void {
    this.trapReaders.add(read);
    return () => this.trapReaders.delete(read);
  }

  /** Stop after the current instruction; for chips and listeners. The first reason given is the one told. */
  halt(stop: Stop): void {
    this.stop ??= stop;
    this.cpu.requestExit();
  }

  /** Put chips into another state: what they then ask for (a stop, a reset line that is high) has been answered before. */
  quietly(action: () => void): void {
    const { stop } = this;
    action();
    this.stop = stop;
  }

  pause(): void {
    this.halt({ kind: 'paused' });
  }

  alarmMoved(at: number): void {
    if (this.deadline !== undefined && at < this.deadline) this.cpu.requestExit();
  }

  /** Run until a limit is reached or something happens that only the caller can answer. */
  run(limits: RunLimits = {}): Stop {
    const stop = this.runToStop(limits);
    if (ENDS.has(stop.kind)) this.settle();
    return stop;
  }

  private runToStop(limits: RunLimits): Stop {
    const end = Math.min(limits.until ?? Infinity, this.now + (limits.instructions ?? Infinity));
    const traps = new TrapCount(this.cpu, limits.traps ?? Infinity);
    for (;;) {
      this.meetEvents();
      if (this.stop) return this.take(this.stop);
      if (traps.seen >= traps.goal) return { kind: 'traps' };
      if (this.now >= end) return { kind: 'budget' };

      const exit = this.runTo(Math.min(end, this.nextEvent()), traps);
      if (this.stop) continue;
      if (exit === RunExit.Shutdown) return this.shutdown();
      if (exit === RunExit.Breakpoint) this.stop = { kind: 'breakpoint' };
      if (exit === RunExit.Watch) this.stop = { kind: 'watch' };
      if (exit === RunExit.Halted) {
        const stop = this.passIdleTime(end, limits.idle ?? 'jump');
        if (stop) return stop;
      }
    }
  }

  /** While the processor is halted: let time pass to `time`, but not beyond the next event. */
  idleTo(time: number): void {
    const to = Math.min(time, this.nextEvent());
    if (this.cpu.isHalted && to > this.now) this.cpu.passTime(Math.floor(to));
  }

  /**
   * Let happen what is due at this very time, so that the machine has one state for it. When that asks for a stop, the
   * next run() begins with it.
   */
  catchUp(): void {
    this.meetEvents();
  }

  /** Fire what is due and let in who waits, until quiet. */
  private meetEvents(): void {
    do this.clock.fireDue();
    while (!this.stop && this.inputs.deliverOne(this.now));
  }

  /** The processor waits at a HLT: go to the next event, or say why not. */
  private passIdleTime(end: number, idle: 'jump' | 'return'): Stop | undefined {
    const next = this.nextEvent();
    const interruptsEnabled = (this.cpu.eflags & IF) !== 0;
    if (!interruptsEnabled) return { kind: 'halted', interruptsEnabled, ...this.position() };
    if (next <= this.now) return undefined;
    if (idle === 'return') return { kind: 'idle', until: next === Infinity ? undefined : next };
    if (next === Infinity) return { kind: 'halted', interruptsEnabled, ...this.position() };
    this.cpu.passTime(Math.min(next, end));
    return undefined;
  }

  private nextEvent(): number {
    return Math.min(this.clock.next ?? Infinity, this.inputs.next ?? Infinity);
  }

  private runTo(time: number, traps: TrapCount): RunExit {
    const { cpu } = this;
    this.deadline = time;
    cpu.trapStop = traps.stopAt(this.trapReaders.size > 0);
    try {
      return cpu.run(time - cpu.now);
    } finally {
      this.deadline = undefined;
      this.lookAtPins();
      for (const read of this.trapReaders) read();
      traps.update();
    }
  }

  private take(stop: Stop): Stop {
    this.stop = undefined;
    return stop;
  }

  private shutdown(): Stop {
    const { vector, errorCode } = this.cpu.shutdown!;
    return { kind: 'shutdown', vector, errorCode, ...this.position() };
  }

  private position(): Position {
    return { cs: this.cpu.segment('cs').selector, eip: this.cpu.eip };
  }
}

/** Counts the traps delivered in one run(), through the wrapping 32-bit count of the core. */
class TrapCount {
  seen = 0;
  private last: number;

  constructor(
    private readonly cpu: Processor,
    readonly goal: number,
  ) {
    this.last = cpu.trapCount;
  }

  update(): void {
    const { trapCount } = this.cpu;
    this.seen += (trapCount - this.last) >>> 0;
    this.last = trapCount;
  }

  /** The value for trapStop: where the goal is reached, or a ring that someone reads has no more room. */
  stopAt(someoneReads: boolean): number {
    const left = Math.min(this.goal - this.seen, someoneReads ? TRAP_ENTRIES - 1 : Infinity);
    if (left === Infinity) return 0;
    // 0 would mean "never": once in 2^32 traps the stop comes one late, which the ring has room for.
    return (this.last + left) >>> 0 || 1;
  }
}
