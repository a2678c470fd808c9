/** A machine of ours as a target: the stepper's moves in pieces, so that somebody can look around in between. */

import type { RunLimits } from '../../machine/machine.ts';
import type { Stop } from '../../machine/stop.ts';
import { isMonitorCommand, monitor } from '../monitor.ts';
import { pokeBytes } from '../sight/memory-view.ts';
import { sceneOf } from '../views/index.ts';
import type { RegisterValues } from '../views/registers.ts';
import type { Scene } from '../views/scene.ts';
import type { Move } from './move.ts';
import type { Stepper, Verb } from './stepper.ts';
import type { Reason, StopAt, StopOptions, StopPoint } from './stops.ts';
import { type MoveOptions, type SettableRegister, type Target, TargetError } from './target.ts';

/** Who lets it run: nobody, and it runs by itself; or somebody who calls proceed() from now on. */
type Pump = (() => void) | undefined;

const PIECE = 1_000_000;

interface UnderWay {
  readonly move: Move;
  readonly until: number;
  readonly over: (reason: Reason) => void;
}

export class LocalTarget implements Target {
  readonly canGoBack = true;
  readonly canGoTo = true;
  private underWay: UnderWay | undefined;

  /**
   * @param source text of a source file, for views
   * @param pump called when there is something to do; absent: moves run by themselves, as fast as they can
   */
  constructor(
    readonly title: string,
    readonly stepper: Stepper,
    private readonly source: Scene['source'] = () => undefined,
    private readonly pump?: Pump,
  ) {}

  get isMoving(): boolean {
    return this.underWay !== undefined;
  }

  get stops(): readonly StopPoint[] {
    return this.stepper.stops;
  }

  scene(before?: RegisterValues): Scene {
    return { ...sceneOf(this.stepper), source: this.source, before };
  }

  async fetch(): Promise<boolean> {
    return false;
  }

  async add(at: StopAt, options?: StopOptions): Promise<StopPoint> {
    return this.stepper.add(at, options);
  }

  async remove(id: number): Promise<boolean> {
    return this.stepper.remove(id);
  }

  async move(verb: Verb, { until = Infinity, byLine = false }: MoveOptions = {}): Promise<Reason> {
    this.mustStand();
    const move = this.stepper.begin(verb, byLine ? this.stepper.debugInfo.lines : undefined);
    const reason = new Promise<Reason>((over) => {
      this.underWay = { move, until, over };
    });
    if (this.pump) this.pump();
    else void this.runByItself();
    return reason;
  }

  /** For whoever owns the pump: a piece of what is under way. 'stopped': the machine stands until the pump is called. */
  proceed(limits: Pick<RunLimits, 'until' | 'idle'>): Stop | 'stopped' {
    if (!this.underWay) return 'stopped';
    const { move, until } = this.underWay;
    const reason = move.proceed({ ...limits, until: Math.min(limits.until ?? Infinity, until) });
    if (reason.kind !== 'under way') {
      this.end(reason);
      return 'stopped';
    }
    if (this.stepper.pc.machine.now >= until) {
      this.interrupt();
      return 'stopped';
    }
    return reason.stop;
  }

  interrupt(): void {
    if (!this.underWay) return;
    this.underWay.move.cancel();
    this.end({ kind: 'paused' });
    this.pump?.();
  }

  async goTo(time: number): Promise<Reason> {
    this.mustStand();
    return this.stepper.goTo(time);
  }

  async setRegister(name: SettableRegister, value: number): Promise<void> {
    this.mustStand();
    const { cpu } = this.stepper.pc;
    if (name === 'eip' || name === 'eflags') cpu[name] = value;
    else cpu.setRegister(name, value);
    this.stepper.history.changed();
  }

  async setMemory(linear: number, bytes: Uint8Array): Promise<void> {
    this.mustStand();
    if (!pokeBytes(this.stepper.pc, linear, bytes))
      throw new TargetError('there is no memory, or a chip decodes there');
    this.stepper.history.changed();
  }

  async monitor(command: string): Promise<string> {
    this.mustStand();
    if (!isMonitorCommand(command)) {
      throw new TargetError(`no command is called '${command.split(/\s/, 1)[0]}': help lists them`);
    }
    return monitor(this.stepper, command);
  }

  private mustStand(): void {
    if (this.underWay) throw new TargetError('the machine runs: Ctrl-C stops it');
  }

  private end(reason: Reason): void {
    const { over } = this.underWay!;
    this.underWay = undefined;
    over(reason);
  }

  private async runByItself(): Promise<void> {
    const { machine } = this.stepper.pc;
    while (this.underWay) {
      const stop = this.proceed({ until: machine.now + PIECE, idle: 'jump' });
      // Only somebody at the keyboard could go on from here, and there is none.
      if (stop !== 'stopped' && stop.kind === 'halted' && this.underWay) {
        this.underWay.move.cancel();
        this.end({ kind: 'machine', stop });
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
