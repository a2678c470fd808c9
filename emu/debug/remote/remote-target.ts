/**
 * A machine behind a gdb stub as a target: our own stub, QEMU's (-s), or another one of an i386. What the protocol has no
 * word for (chips, the trap log, time) is shown as far as the stub's monitor tells, and else refused in words.
 */

import { type DebugInfo, NO_DEBUG_INFO } from '../../trace/debug-info.ts';
import { isSameLine } from '../../trace/source-lines.ts';
import { SymbolTable } from '../../trace/symbols.ts';
import { callStack } from '../sight/call-stack.ts';
import { gateOf } from '../sight/descriptors.ts';
import { peekBytes } from '../sight/memory-view.ts';
import { isCall, isRepeated, isReturn, isSoftwareInterrupt, lengthAt } from '../stepper/instruction-kind.ts';
import type { Verb } from '../stepper/stepper.ts';
import { describeStopAt, type Reason, type StopAt, type StopOptions, type StopPoint } from '../stepper/stops.ts';
import { type MoveOptions, type SettableRegister, type Target, TargetError } from '../stepper/target.ts';
import type { RegisterValues } from '../views/registers.ts';
import { hereOf, type Scene } from '../views/scene.ts';
import type { GdbClient } from './client.ts';
import { RemoteMachine } from './remote-machine.ts';

/** Names of the image that runs at the far end, when it is at hand. */
export interface RemoteImage {
  readonly symbols: SymbolTable;
  readonly debugInfo: DebugInfo;
  readonly source: Scene['source'];
}

const NO_IMAGE: RemoteImage = { symbols: new SymbolTable([]), debugInfo: NO_DEBUG_INFO, source: () => undefined };
const LONGEST = 15;
/** Instructions until a line of source is given up. */
const LONGEST_LINE = 10_000;
/** gdb's numbers for Z packets. */
const Z = { execute: 0, write: 2, read: 3, access: 4 } as const;

/** What a point is for the stub. */
interface Placed {
  readonly kind: number;
  readonly address: number;
  readonly bytes: number;
}

/** How a move at the far end came to its end. */
interface Stopped {
  readonly kind: 'stopped' | 'history' | 'interrupted' | 'gone';
  readonly status?: number;
  /** Address of data that was touched. */
  readonly watch?: number;
}

export class RemoteTarget implements Target {
  private readonly points = new Map<number, StopPoint & { readonly placed: Placed }>();
  private nextId = 1;
  private moving = false;
  private interrupted = false;
  /** Bytes under 'change' watches at the last stop. */
  private readonly watched = new Map<number, string>();

  constructor(
    private readonly machine: RemoteMachine,
    private readonly image: RemoteImage = NO_IMAGE,
  ) {}

  /** Get to know a stub and its machine, which stands from now on. @throws TargetError as RemoteMachine.connect */
  static async connect(client: GdbClient, name: string, image?: RemoteImage): Promise<RemoteTarget> {
    return new RemoteTarget(await RemoteMachine.connect(client, name), image);
  }

  get title(): string {
    return this.machine.title;
  }

  get canGoBack(): boolean {
    return this.machine.supports('ReverseStep+');
  }

  get canGoTo(): boolean {
    return this.machine.isOurs;
  }

  get isMoving(): boolean {
    return this.moving;
  }

  get stops(): readonly StopPoint[] {
    return [...this.points.values()];
  }

  scene(before?: RegisterValues): Scene {
    return {
      ...this.image,
      sight: this.machine.sight,
      stops: this.stops,
      before,
      stepper: undefined,
      monitor: (command) => this.machine.answerTo(command),
    };
  }

  async fetch(): Promise<boolean> {
    return !this.moving && (await this.machine.fetch());
  }

  async add(at: StopAt, options: StopOptions = {}): Promise<StopPoint> {
    this.mustStand();
    return this.addPoint(at, options);
  }

  async remove(id: number): Promise<boolean> {
    this.mustStand();
    return this.removePoint(id);
  }

  async move(verb: Verb, { until, byLine = false }: MoveOptions = {}): Promise<Reason> {
    this.mustStand();
    if (until !== undefined)
      throw new TargetError('the machine at the far end cannot be let run for so many instructions');
    if (['back', 'backOver', 'runBack'].includes(verb) && !this.canGoBack) {
      throw new TargetError('this stub cannot go backwards');
    }
    this.moving = true;
    this.interrupted = false;
    try {
      return await (byLine ? this.lineOf(verb) : this.doMove(verb));
    } finally {
      this.moving = false;
    }
  }

  interrupt(): void {
    this.interrupted = true;
    this.machine.client.interrupt();
  }

  async goTo(time: number): Promise<Reason> {
    this.mustStand();
    if (!this.canGoTo) throw new TargetError('the machine at the far end has no history that is known here');
    const answer = await this.machine.monitor(`goto ${time}`);
    if (!answer.startsWith('at ')) throw new TargetError(answer.trim());
    return { kind: 'step' };
  }

  async setRegister(name: SettableRegister, value: number): Promise<void> {
    this.mustStand();
    await this.machine.setRegister(name, value);
  }

  async setMemory(linear: number, bytes: Uint8Array): Promise<void> {
    this.mustStand();
    await this.machine.setMemory(linear, bytes);
  }

  async monitor(command: string): Promise<string> {
    this.mustStand();
    return this.machine.monitor(command);
  }

  /** Take away what was set, and let the machine run on. */
  async leave(): Promise<void> {
    if (this.machine.client.isGone || this.moving) return;
    for (const { placed } of this.points.values()) await this.place('z', placed);
    this.points.clear();
    await this.machine.client.request('D');
  }

  private mustStand(): void {
    if (this.moving) throw new TargetError('the machine runs: Ctrl-C stops it');
  }

  // ---- stops

  private async placeOf(at: StopAt): Promise<Placed> {
    switch (at.kind) {
      case 'address':
        return { kind: Z.execute, address: at.address, bytes: 1 };
      case 'memory':
        return { kind: at.on === 'change' ? Z.write : Z[at.on], address: at.first, bytes: at.bytes };
      case 'trap': {
        // A trap is seen at its handler's first instruction.
        if (at.vector === undefined) break;
        const { vector } = at;
        const gate = await this.machine.look((sight) => gateOf(sight, vector));
        if ('trouble' in gate) throw new TargetError(`where that trap leads is not known yet: ${gate.trouble}`);
        if (!gate.found.present || gate.found.kind === 'task') throw new TargetError('its gate leads to no handler');
        return { kind: Z.execute, address: gate.found.offset, bytes: 1 };
      }
    }
    const what = describeStopAt(at, () => undefined);
    throw new TargetError(`a gdb stub cannot stop at ${what}: only at addresses, memory, and one vector's handler`);
  }

  private async addPoint(at: StopAt, options: StopOptions): Promise<StopPoint> {
    const placed = await this.placeOf(at);
    await this.place('Z', placed);
    const point = { ...options, id: this.nextId++, at, hits: 0, placed };
    this.points.set(point.id, point);
    return point;
  }

  private async removePoint(id: number): Promise<boolean> {
    const point = this.points.get(id);
    if (!point) return false;
    this.points.delete(id);
    const { kind, address } = point.placed;
    const isShared = [...this.points.values()].some(({ placed }) => placed.kind === kind && placed.address === address);
    if (!isShared) await this.place('z', point.placed);
    return true;
  }

  private async place(letter: 'Z' | 'z', { kind, address, bytes }: Placed): Promise<void> {
    const packet = `${letter}${kind},${address.toString(16)},${bytes.toString(16)}`;
    await this.machine.command(
      packet,
      kind === Z.execute ? 'the stub refuses the breakpoint' : 'the stub refuses the watchpoint',
    );
  }

  // ---- moving

  private async doMove(verb: Verb): Promise<Reason> {
    switch (verb) {
      case 'step':
        return this.stepOnce('s');
      case 'back':
        return this.stepOnce('bs');
      case 'run':
        return this.runOn('c');
      case 'runBack':
        return this.runOn('bc');
      case 'over':
        return this.over();
      case 'out':
        return this.out();
      case 'backOver':
        return this.backOver();
    }
  }

  /** Let it go, and see how it stands then. */
  private async go(packet: 's' | 'c' | 'bs' | 'bc'): Promise<Stopped> {
    const reply = await this.machine.client.move(packet);
    const stopped = parseStop(reply);
    if (stopped.kind !== 'gone') await this.machine.refresh();
    return stopped;
  }

  private async stepOnce(packet: 's' | 'bs'): Promise<Reason> {
    // A breakpoint on the instruction itself must not hold it.
    const here = await this.machine.look(hereOf);
    const held = [...this.points.values()].filter(({ placed }) => placed.kind === Z.execute && placed.address === here);
    if (packet === 's') for (const { placed } of held) await this.place('z', placed);
    const stopped = await this.go(packet);
    if (packet === 's' && stopped.kind !== 'gone') for (const { placed } of held) await this.place('Z', placed);
    return stopped.kind === 'stopped' ? { kind: 'step' } : this.reasonOf(stopped);
  }

  private async runOn(packet: 'c' | 'bc'): Promise<Reason> {
    await this.noteWatched();
    for (;;) {
      const here = await this.machine.look(hereOf);
      if (packet === 'c' && this.pointsAt(here).length > 0) {
        const reason = await this.stepOnce('s');
        if (reason.kind !== 'step') return reason;
        const met = await this.met({ kind: 'stopped' }, packet);
        if (met) return { kind: 'stop', stop: met };
      }
      const stopped = await this.go(packet);
      if (stopped.kind !== 'stopped') return this.reasonOf(stopped);
      const met = await this.met(stopped, packet);
      if (met) return { kind: 'stop', stop: met };
      // Nobody here asked for this stop (or its condition does not hold): it is the person's, or it goes on.
      if (
        this.interrupted ||
        (this.pointsAt(await this.machine.look(hereOf)).length === 0 && stopped.watch === undefined)
      )
        return { kind: 'paused' };
    }
  }

  private pointsAt(address: number): (StopPoint & { readonly placed: Placed })[] {
    return [...this.points.values()].filter(({ placed }) => placed.kind === Z.execute && placed.address === address);
  }

  /** The point that is the reason for a stop, its condition asked and its count kept. */
  private async met({ watch }: Stopped, packet: 'c' | 'bc'): Promise<StopPoint | undefined> {
    const here = await this.machine.look(hereOf);
    for (const point of this.points.values()) {
      const { placed, at } = point;
      const isMet =
        placed.kind === Z.execute
          ? placed.address === here
          : watch !== undefined && watch >= placed.address && watch < placed.address + placed.bytes;
      if (!isMet) continue;
      // Backwards the bytes are those that this very write left: whether it changed them cannot be seen from here.
      const byChange = at.kind === 'memory' && at.on === 'change' && packet === 'c';
      if (byChange && !(await this.hasChanged(point))) continue;
      const { condition } = point;
      if (condition && !(await this.machine.look(condition))) continue;
      point.hits++;
      if (point.hits <= (point.ignore ?? 0)) continue;
      if (point.once) await this.removePoint(point.id);
      return point;
    }
    return undefined;
  }

  private async noteWatched(): Promise<void> {
    this.watched.clear();
    for (const point of this.points.values()) if (point.at.kind === 'memory') await this.hasChanged(point);
  }

  private async hasChanged({ id, placed }: StopPoint & { readonly placed: Placed }): Promise<boolean> {
    const now = (await this.machine.look((sight) => peekBytes(sight, placed.address, placed.bytes))).join();
    const before = this.watched.get(id);
    this.watched.set(id, now);
    return now !== before;
  }

  private async over(): Promise<Reason> {
    const { next, call, esp } = await this.machine.look((sight) => {
      const here = hereOf(sight);
      const code = peekBytes(sight, here, LONGEST);
      const call = isCall(code) || isRepeated(code) || isSoftwareInterrupt(code);
      return { next: (here + lengthAt(sight, here)) >>> 0, call, esp: sight.cpu.register('esp') };
    });
    if (!call) return this.stepOnce('s');
    return this.runTo(next, () => this.machine.sight.cpu.register('esp') >= esp);
  }

  private async out(): Promise<Reason> {
    const caller = await this.machine.look((sight) => callStack(sight, this.image.debugInfo.frames)[1]);
    if (!caller) return this.outByItsReturn();
    const esp = caller.registers.get(4);
    return this.runTo(caller.address, () => esp === undefined || this.machine.sight.cpu.register('esp') >= esp);
  }

  /** Nothing tells where the caller is: over everything, up to and through the return. */
  private async outByItsReturn(): Promise<Reason> {
    const esp = this.machine.sight.cpu.register('esp');
    for (;;) {
      const code = await this.machine.look((sight) => peekBytes(sight, hereOf(sight), LONGEST));
      const returns = isReturn(code) && this.machine.sight.cpu.register('esp') >= esp;
      const reason = returns ? await this.stepOnce('s') : await this.over();
      if (returns || reason.kind !== 'step') return reason;
      if (this.interrupted) return { kind: 'paused' };
    }
  }

  /** To an address, under a condition, unless another stop comes first. */
  private async runTo(address: number, condition: () => boolean): Promise<Reason> {
    const point = await this.addPoint({ kind: 'address', address }, { condition: () => (condition() ? 1 : 0) });
    try {
      const reason = await this.runOn('c');
      return reason.kind === 'stop' && reason.stop.id === point.id ? { kind: 'step' } : reason;
    } finally {
      if (!this.machine.client.isGone) await this.removePoint(point.id);
    }
  }

  /** As the stepper does: whoever wrote the slot that a return takes its address from is the call. */
  private async backOver(): Promise<Reason> {
    const reason = await this.stepOnce('bs');
    const { returns, slot } = await this.machine.look((sight) => ({
      returns: isReturn(peekBytes(sight, hereOf(sight), LONGEST)),
      slot: (sight.cpu.segment('ss').base + sight.cpu.register('esp')) >>> 0,
    }));
    if (reason.kind !== 'step' || !returns) return reason;
    const placed = { kind: Z.write, address: slot, bytes: 4 };
    await this.place('Z', placed);
    try {
      const stopped = await this.go('bc');
      if (stopped.kind !== 'stopped') return this.reasonOf(stopped);
    } finally {
      await this.place('z', placed);
    }
    return this.stepOnce('bs');
  }

  /** Until another line of source begins. */
  private async lineOf(verb: Verb): Promise<Reason> {
    const { lines } = this.image.debugInfo;
    const lineHere = async () => lines.at(await this.machine.look(hereOf));
    const from = await lineHere();
    for (let i = 0; i < LONGEST_LINE; i++) {
      const reason = await this.doMove(verb);
      const at = await lineHere();
      if (reason.kind !== 'step' || !from || !at || !isSameLine(at, from)) return reason;
      if (this.interrupted) return { kind: 'paused' };
    }
    return { kind: 'paused' };
  }

  private reasonOf(stopped: Stopped): Reason {
    switch (stopped.kind) {
      case 'gone':
        return { kind: 'machine', stop: { kind: 'exit', status: stopped.status ?? 0 } };
      case 'history':
        return { kind: 'start' };
      default:
        return { kind: 'paused' };
    }
  }
}

const SIGINT = 2;

/** A stop reply (GDB manual, E.3). */
function parseStop(reply: string): Stopped {
  const status = Number.parseInt(reply.slice(1, 3), 16);
  if (reply[0] === 'W' || reply[0] === 'X') return { kind: 'gone', status };
  if (reply[0] !== 'T' && reply[0] !== 'S') throw new TargetError(`the stub answers '${reply.slice(0, 20)}' to a move`);
  const fields = new Map(
    reply
      .slice(3)
      .split(';')
      .map((field) => field.split(':', 2) as [string, string]),
  );
  if (fields.get('replaylog') !== undefined) return { kind: 'history' };
  const watch = ['watch', 'rwatch', 'awatch'].map((name) => fields.get(name)).find((value) => value !== undefined);
  if (watch !== undefined) return { kind: 'stopped', watch: Number.parseInt(watch, 16) };
  return { kind: status === SIGINT ? 'interrupted' : 'stopped' };
}
