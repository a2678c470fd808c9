/**
 * A machine behind a gdb stub as a target: our own stub, QEMU's (-s), or another one of an i386. What the protocol has no
 * word for (chips, the trap log, time) is shown as far as the stub's monitor tells, and else refused in words.
 */

import { type DebugInfo, NO_DEBUG_INFO } from '../../trace/debug-info.ts';
import { isSameLine } from '../../trace/source-lines.ts';
import { SymbolTable } from '../../trace/symbols.ts';
import { callStack } from '../call-stack.ts';
import { gateOf } from '../descriptors.ts';
import { fromHex, toHex } from '../gdb/packets.ts';
import { isCall, isRepeated, isReturn, isSoftwareInterrupt, lengthAt } from '../instruction-kind.ts';
import { peekBytes } from '../memory-view.ts';
import type { Verb } from '../stepper.ts';
import { describeStopAt, type Reason, type StopAt, type StopOptions, type StopPoint } from '../stops.ts';
import { type MoveOptions, type SettableRegister, type Target, TargetError } from '../target.ts';
import type { RegisterValues } from '../views/registers.ts';
import { hereOf, type Scene } from '../views/scene.ts';
import type { GdbClient } from './client.ts';
import { type Description, readDescription, UNDESCRIBED } from './description.ts';
import { parseQemuRegisters } from './qemu-monitor.ts';
import { RemoteSight, type Told } from './remote-sight.ts';

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
const OURS = 'org.trapgate.i386.system';
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
  readonly title: string;
  readonly canGoBack: boolean;
  readonly canGoTo: boolean;
  private readonly points = new Map<number, StopPoint & { readonly placed: Placed }>();
  private nextId = 1;
  private sight: RemoteSight;
  private answers = new Map<string, string>();
  private readonly asked = new Set<string>();
  private moving = false;
  private interrupted = false;
  /** Bytes under 'change' watches at the last stop. */
  private readonly watched = new Map<number, string>();

  private constructor(
    private readonly client: GdbClient,
    name: string,
    private readonly description: Description,
    supported: ReadonlySet<string>,
    private readonly isQemu: boolean,
    private readonly seesPhysical: boolean,
    private readonly image: RemoteImage,
  ) {
    const who = this.isOurs ? 'trapgate' : isQemu ? 'QEMU' : 'a gdb stub';
    this.title = `${who} at ${name}`;
    this.canGoBack = supported.has('ReverseStep+');
    this.canGoTo = this.isOurs;
    this.sight = new RemoteSight(NOT_TOLD, false);
  }

  /**
   * Get to know the stub and the machine, which stands from now on.
   * @param name what to call it
   * @throws TargetError when it is no stub, or none of an i386
   */
  static async connect(client: GdbClient, name: string, image: RemoteImage = NO_IMAGE): Promise<RemoteTarget> {
    const supported = new Set((await client.request('qSupported:swbreak+;hwbreak+;xmlRegisters=i386')).split(';'));
    if (supported.has('QStartNoAckMode+')) await client.startNoAckMode();
    const description = supported.has('qXfer:features:read+')
      ? await readDescription((file) => transfer(client, file))
      : UNDESCRIBED;
    const physical = /^[01]$/.test(await client.request('qqemu.PhyMemMode'));
    const isOurs = description.features.includes(OURS);
    const target = new RemoteTarget(client, name, description, supported, physical && !isOurs, physical, image);
    if (!/^[STWX]/.test(await client.request('?'))) throw new TargetError(`${name} is no gdb stub`);
    await target.refresh();
    return target;
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
      sight: this.sight,
      stops: this.stops,
      before,
      stepper: undefined,
      monitor: (command) => {
        const answer = this.answers.get(command);
        if (answer === undefined) this.asked.add(command);
        return answer;
      },
    };
  }

  async fetch(): Promise<boolean> {
    return !this.moving && (await this.fetchNow());
  }

  private async fetchNow(): Promise<boolean> {
    const { sight } = this;
    const wanted = sight.takeWanted();
    const asked = [...this.asked];
    this.asked.clear();
    await this.fetchMemory(wanted);
    for (const command of asked) this.answers.set(command, (await this.client.monitor(command)) ?? '');
    return wanted.length + asked.length > 0;
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
    this.client.interrupt();
  }

  async goTo(time: number): Promise<Reason> {
    this.mustStand();
    if (!this.canGoTo) throw new TargetError('the machine at the far end has no history that is known here');
    const answer = (await this.client.monitor(`goto ${time}`)) ?? '';
    await this.refresh();
    if (!answer.startsWith('at ')) throw new TargetError(answer.trim());
    return { kind: 'step' };
  }

  async setRegister(name: SettableRegister, value: number): Promise<void> {
    this.mustStand();
    const named = (wanted: string) => this.description.registers.find((candidate) => candidate.name === wanted);
    const register = (name === 'eip' ? named('ip') : undefined) ?? named(name);
    if (!register) throw new TargetError(`the stub has no register ${name}`);
    const bytes = Uint8Array.from({ length: register.bytes }, (_, i) => (i < 4 ? (value >>> (8 * i)) & 0xff : 0));
    await this.command(`P${register.number.toString(16)}=${toHex(bytes)}`, `${name} cannot be set`);
    await this.refresh();
  }

  async setMemory(linear: number, bytes: Uint8Array): Promise<void> {
    this.mustStand();
    await this.command(
      `M${linear.toString(16)},${bytes.length.toString(16)}:${toHex(bytes)}`,
      'that memory cannot be written',
    );
    await this.refresh();
  }

  async monitor(command: string): Promise<string> {
    this.mustStand();
    const answer = await this.client.monitor(command);
    if (answer === undefined) throw new TargetError('this stub has no monitor commands');
    // It may have changed anything.
    await this.refresh();
    return answer;
  }

  /** Take away what was set, and let the machine run on. */
  async leave(): Promise<void> {
    if (this.client.isGone || this.moving) return;
    for (const { placed } of this.points.values()) await this.place('z', placed);
    this.points.clear();
    await this.client.request('D');
  }

  // ---- what is there

  private get isOurs(): boolean {
    return this.description.features.includes(OURS);
  }

  private mustStand(): void {
    if (this.moving) throw new TargetError('the machine runs: Ctrl-C stops it');
  }

  /** Read the registers anew, and forget all that was seen before. */
  private async refresh(): Promise<void> {
    const registers = await this.readRegisters();
    const told = await this.toldBesides(registers);
    this.sight = new RemoteSight({ ...NOT_TOLD, registers, ...told }, this.seesPhysical);
    this.answers = new Map();
  }

  /** Of the general packet; what is wider than a number here (x87, SSE) is left out. */
  private async readRegisters(): Promise<Map<string, number>> {
    const data = await this.client.request('g');
    const values = new Map<string, number>();
    let at = 0;
    for (const { name, bytes } of this.description.registers) {
      const text = data.slice(at, at + bytes * 2);
      at += bytes * 2;
      const value = bytes <= 8 && text.length === bytes * 2 ? fromHex(text) : undefined;
      if (value)
        values.set(
          name,
          value.subarray(0, 4).reduceRight((sum, byte) => sum * 256 + byte, 0),
        );
    }
    if (!values.has('eip')) throw new TargetError('the stub does not tell the registers of an i386');
    return values;
  }

  private async toldBesides(registers: ReadonlyMap<string, number>): Promise<Partial<Told>> {
    if (this.isQemu) return parseQemuRegisters((await this.client.monitor('info registers')) ?? '') ?? {};
    const table = (name: string) => {
      const [base, limit] = [registers.get(`${name}_base`), registers.get(`${name}_limit`)];
      return base === undefined || limit === undefined ? undefined : { base, limit };
    };
    const history = this.isOurs ? await this.client.monitor('history') : undefined;
    const now = /now at (\d+)/.exec(history ?? '')?.[1];
    return { gdtr: table('gdtr'), idtr: table('idtr'), now: now === undefined ? undefined : Number(now) };
  }

  private async fetchMemory(wanted: ReturnType<RemoteSight['takeWanted']>): Promise<void> {
    const read = async ({ space, address, length }: (typeof wanted)[number]) => {
      const data = await this.client.request(`m${address.toString(16)},${length.toString(16)}`);
      this.sight.put(space, address, (/^E[\da-f]{2}$/i.test(data) ? undefined : fromHex(data)) ?? new Uint8Array(0));
    };
    for (const block of wanted) if (block.space === 'linear') await read(block);
    const physical = wanted.filter(({ space }) => space === 'physical');
    if (physical.length === 0) return;
    await this.client.request('Qqemu.PhyMemMode:1');
    try {
      for (const block of physical) await read(block);
    } finally {
      await this.client.request('Qqemu.PhyMemMode:0');
    }
  }

  /** Look at what there is, also between two steps of one move. */
  private async look<T>(make: (sight: RemoteSight) => T): Promise<T> {
    for (;;) {
      const made = make(this.sight);
      if (!(await this.fetchNow())) return made;
    }
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
        const gate = await this.look((sight) => gateOf(sight, vector));
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
    await this.command(
      packet,
      kind === Z.execute ? 'the stub refuses the breakpoint' : 'the stub refuses the watchpoint',
    );
  }

  private async command(packet: string, refusal: string): Promise<void> {
    const answer = await this.client.request(packet);
    if (answer !== 'OK')
      throw new TargetError(answer === '' ? `${refusal}: it does not know how` : `${refusal} (${answer})`);
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
    const reply = await this.client.move(packet);
    const stopped = parseStop(reply);
    if (stopped.kind !== 'gone') await this.refresh();
    return stopped;
  }

  private async stepOnce(packet: 's' | 'bs'): Promise<Reason> {
    // A breakpoint on the instruction itself must not hold it.
    const here = await this.look(hereOf);
    const held = [...this.points.values()].filter(({ placed }) => placed.kind === Z.execute && placed.address === here);
    if (packet === 's') for (const { placed } of held) await this.place('z', placed);
    const stopped = await this.go(packet);
    if (packet === 's' && stopped.kind !== 'gone') for (const { placed } of held) await this.place('Z', placed);
    return stopped.kind === 'stopped' ? { kind: 'step' } : this.reasonOf(stopped);
  }

  private async runOn(packet: 'c' | 'bc'): Promise<Reason> {
    await this.noteWatched();
    for (;;) {
      const here = await this.look(hereOf);
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
      if (this.interrupted || (this.pointsAt(await this.look(hereOf)).length === 0 && stopped.watch === undefined))
        return { kind: 'paused' };
    }
  }

  private pointsAt(address: number): (StopPoint & { readonly placed: Placed })[] {
    return [...this.points.values()].filter(({ placed }) => placed.kind === Z.execute && placed.address === address);
  }

  /** The point that is the reason for a stop, its condition asked and its count kept. */
  private async met({ watch }: Stopped, packet: 'c' | 'bc'): Promise<StopPoint | undefined> {
    const here = await this.look(hereOf);
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
      if (condition && !(await this.look(condition))) continue;
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
    const now = (await this.look((sight) => peekBytes(sight, placed.address, placed.bytes))).join();
    const before = this.watched.get(id);
    this.watched.set(id, now);
    return now !== before;
  }

  private async over(): Promise<Reason> {
    const { next, call, esp } = await this.look((sight) => {
      const here = hereOf(sight);
      const code = peekBytes(sight, here, LONGEST);
      const call = isCall(code) || isRepeated(code) || isSoftwareInterrupt(code);
      return { next: (here + lengthAt(sight, here)) >>> 0, call, esp: sight.cpu.register('esp') };
    });
    if (!call) return this.stepOnce('s');
    return this.runTo(next, () => this.sight.cpu.register('esp') >= esp);
  }

  private async out(): Promise<Reason> {
    const caller = await this.look((sight) => callStack(sight, this.image.debugInfo.frames)[1]);
    if (!caller) return this.outByItsReturn();
    const esp = caller.registers.get(4);
    return this.runTo(caller.address, () => esp === undefined || this.sight.cpu.register('esp') >= esp);
  }

  /** Nothing tells where the caller is: over everything, up to and through the return. */
  private async outByItsReturn(): Promise<Reason> {
    const esp = this.sight.cpu.register('esp');
    for (;;) {
      const code = await this.look((sight) => peekBytes(sight, hereOf(sight), LONGEST));
      const returns = isReturn(code) && this.sight.cpu.register('esp') >= esp;
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
      if (!this.client.isGone) await this.removePoint(point.id);
    }
  }

  /** As the stepper does: whoever wrote the slot that a return takes its address from is the call. */
  private async backOver(): Promise<Reason> {
    const reason = await this.stepOnce('bs');
    const { returns, slot } = await this.look((sight) => ({
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
    const lineHere = async () => lines.at(await this.look(hereOf));
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

const NOT_TOLD: Told = {
  registers: new Map(),
  segments: new Map(),
  gdtr: undefined,
  idtr: undefined,
  isHalted: false,
  now: undefined,
};

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

/** A document by qXfer, in pieces. */
async function transfer(client: GdbClient, file: string): Promise<string> {
  let text = '';
  for (;;) {
    const answer = await client.request(`qXfer:features:read:${file}:${text.length.toString(16)},800`);
    if (answer[0] !== 'm' && answer[0] !== 'l') throw new TargetError(`the stub does not give ${file}`);
    text += answer.slice(1);
    if (answer[0] === 'l' || answer.length === 1) return text;
  }
}
