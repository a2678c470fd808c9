/**
 * Runs a machine and takes note of what happens: at full speed while nothing has to be looked at, and instruction by
 * instruction inside handlers, when they are to be followed to their iret.
 */

import type { Pc } from '../machine/pc.ts';
import type { Stop } from '../machine/stop.ts';
import { EventLog, type MachineEvent } from './events.ts';
import { type Frame, FrameFollower, type Observation } from './frames.ts';
import { KernelProbes } from './kernel-probes.ts';
import type { SymbolTable } from './symbols.ts';
import { type TrapEntry, TrapLog } from './trap-log.ts';

/** How far to go; whichever comes first. */
export interface Goal {
  /** Virtual time. */
  readonly until: number;
  /** Stop behind the first delivery. */
  readonly trap?: boolean;
  /** Stop behind the instruction that makes such an event. */
  readonly event?: (event: MachineEvent) => boolean;
}

/** Handlers to follow: of every trap, of interrupts only, or none. */
export type Follow = 'all' | 'interrupts' | 'none';

export class Recorder {
  /** Which handlers are followed to their iret; changing it takes effect with the next delivery. */
  follow: Follow;
  private log!: TrapLog;
  private eventLog!: EventLog;
  private follower!: FrameFollower;
  private probes: KernelProbes | undefined;
  private wanted: Goal['event'];
  private found: MachineEvent | undefined;

  constructor(
    private readonly pc: Pc,
    follow: Follow,
  ) {
    this.follow = follow;
    this.restart();
  }

  /** Forget all that has been noted: the record begins here. */
  restart(): void {
    this.log?.detach();
    this.eventLog?.detach();
    this.eventLog = new EventLog(this.pc, (event) => this.heard(event));
    this.follower = new FrameFollower(this.pc.cpu, (time, frame) => this.eventLog.returned(time, frame));
    this.log = new TrapLog(this.pc.machine, Infinity, (trap) => this.eventLog.delivered(trap));
  }

  get traps(): readonly TrapEntry[] {
    return this.log.entries;
  }

  get events(): readonly MachineEvent[] {
    return this.eventLog.events;
  }

  get frames(): readonly Frame[] {
    return this.follower.frames;
  }

  get observations(): readonly Observation[] {
    return this.follower.observations;
  }

  /** Take note of writes to the interrupt descriptor table that is in use now. */
  watchTable(): void {
    const { base, limit } = this.pc.cpu.idtr;
    this.pc.cpu.setWatches([{ first: base, last: (base + limit) >>> 0, read: false, write: true }]);
  }

  /** Hear of what the kernel does, too, if it is one that is known. */
  probeKernel(symbols: SymbolTable, constants: ReadonlyMap<string, number>): void {
    this.probes = KernelProbes.of(this.pc, symbols, constants, (event) => {
      this.eventLog.kernelDid(event);
      if (event.kind === 'thread') this.follower.switchTo(event.pid);
    });
  }

  /** COM1 has sent a byte. */
  sent(byte: number): void {
    this.eventLog.sent(this.pc.machine.now, byte);
  }

  /** Run. @returns why it ended, and the event that was waited for */
  run(goal: Goal): { readonly stop: Stop; readonly event: MachineEvent | undefined } {
    this.wanted = goal.event;
    this.found = undefined;
    try {
      const stop = this.advance(goal);
      return { stop, event: this.found };
    } finally {
      this.wanted = undefined;
    }
  }

  private advance({ until, trap = false }: Goal): Stop {
    const { machine, cpu } = this.pc;
    for (;;) {
      const looking = this.follow !== 'none' && this.follower.depth > 0 && !cpu.isHalted;
      const after = looking ? this.follower.before() : undefined;
      const end = looking ? Math.min(until, machine.now + 1) : until;
      const before = this.log.entries.length;
      const stop = machine.run({ until: end, ...(trap || this.follow !== 'none' || this.wanted ? { traps: 1 } : {}) });
      const delivered = this.log.entries.length > before ? this.log.last : undefined;
      const entered = delivered !== undefined && this.follows(delivered);
      if (entered) this.follower.entered(delivered);
      if (!delivered && stop.kind !== 'breakpoint') after?.();
      if (looking || entered) this.follower.look();
      if (this.found) return stop;
      if (stop.kind === 'breakpoint' && this.probes?.met()) continue;
      if (stop.kind === 'watch') {
        this.follower.tableWritten();
        continue;
      }
      const asked = stop.kind === 'traps' ? trap : stop.kind === 'budget' ? machine.now >= until : true;
      if (asked) return stop;
    }
  }

  private follows({ cause }: TrapEntry): boolean {
    return this.follow === 'all' || (this.follow === 'interrupts' && (cause === 'external' || cause === 'nmi'));
  }

  private heard(event: MachineEvent): void {
    if (this.found || !this.wanted?.(event)) return;
    this.found = event;
    // A chip tells in the middle of an instruction; what is delivered is told when the machine stands already.
    if (!isDelivery(event)) this.pc.machine.pause();
  }
}

function isDelivery({ kind }: MachineEvent): boolean {
  return kind === 'trap' || kind === 'interrupt' || kind === 'iret';
}
