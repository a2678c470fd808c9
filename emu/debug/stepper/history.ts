/**
 * Time that runs both ways: now and then the whole machine is saved, and every input is on record, so any moment of the
 * past can be had again by loading the last save before it and running on from there.
 *
 * A save holds the processor's state, every chip, and the pages of RAM that changed since the save before; a page is
 * found by looking back through the saves. The processor notices which pages change (FRAME_SAVED in emu/core/layout.ts),
 * so what is not written costs nothing. When the saves outgrow their bound they are thinned out, the oldest most.
 *
 * A moment is named by its virtual time: what the machine is when that many instructions are retired and all that was
 * due then (alarms, inputs) has happened. Going somewhere is exact for every guest that invalidates its translations
 * as the manual asks (SDM 3A, 4.10.4).
 */

import { HALTED, TRAPS } from '../../core/layout.ts';
import { pagesInUse } from '../../machine/keeping/snapshot.ts';
import type { RunLimits } from '../../machine/machine.ts';
import type { BoardState, Pc } from '../../machine/pc.ts';
import type { Stop } from '../../machine/stop.ts';

const PAGE = 4096;
const MB = 2 ** 20;
/** A save costs about half a millisecond of the host's time; this many instructions take some twenty. */
const DEFAULT_INTERVAL = 5_000_000;
/** So many changed pages make the next interval longer by another one; and no interval is longer than so many. */
const PAGES_PER_INTERVAL = 128;
const LONGEST_INTERVAL = 8;
/** Who goes back will go back again: after a long way there, a save is left this far before the goal. */
const NEAR = 20_000;
/** What a save takes beside its pages, roughly: processor, and chips that have changed. */
const SAVE_BYTES = 8192;
/** With fewer saves than this the history is cut short rather than thinned. */
const FEWEST = 16;

export interface HistoryOptions {
  /** How much memory the saves may take, in bytes; default 256 MB. The first save, with all of the image, counts too. */
  readonly bytes?: number;
  /** Instructions between saves of a machine that changes little; default 5,000,000. */
  readonly interval?: number;
  /** A reset is the end: the machine does not start again, but one can go back. */
  readonly noReboot?: boolean;
}

interface Save {
  readonly time: number;
  readonly cpu: Uint8Array;
  readonly board: BoardState;
  /** How many inputs had entered. */
  readonly inputs: number;
  /** Pages of RAM, by number, that differ from the save before; of the first one, all that are not zero. */
  readonly pages: Map<number, Uint8Array>;
}

export class History {
  private readonly saves: Save[] = [];
  /** The save that RAM was equal to last: pages that are not marked as changed still are. */
  private base = 0;
  private horizon = 0;
  private used = 0;
  private readonly bound: number;
  private readonly interval: number;
  private readonly noReboot: boolean;
  /** The reset that nothing comes after, and when. */
  private ended: { readonly time: number; readonly stop: Stop } | undefined;
  private readonly travelled: (() => void)[] = [];

  /** The history begins here. */
  constructor(
    private readonly pc: Pc,
    { bytes = 256 * MB, interval = DEFAULT_INTERVAL, noReboot = false }: HistoryOptions = {},
  ) {
    this.bound = bytes;
    this.interval = interval;
    this.noReboot = noReboot;
    this.saveAll();
  }

  /** The earliest time one can go to. */
  get start(): number {
    return this.saves[0]!.time;
  }

  /** The present: beyond it nothing has happened yet. */
  get end(): number {
    return this.isPast ? this.horizon : this.pc.machine.now;
  }

  /** Whether the machine stands before the present. */
  get isPast(): boolean {
    return this.pc.machine.inputs.isPast;
  }

  /**
   * When the next save is due. A save costs in proportion to the pages that changed, the host's time for their copies and
   * for the first store to each after it; so who changes many is saved less often.
   */
  private get nextSave(): number {
    const last = this.saves.at(-1)!;
    const changed = this.saves.length > 1 ? last.pages.size : 0;
    return last.time + Math.round(this.interval * Math.min(LONGEST_INTERVAL, 1 + changed / PAGES_PER_INTERVAL));
  }

  /** Times of the saves, earliest first, and the bytes they take. */
  get inventory(): { readonly times: readonly number[]; readonly bytes: number; readonly bound: number } {
    return { times: this.saves.map(({ time }) => time), bytes: this.used, bound: this.bound };
  }

  /** Hear of every jump to another time, after it. */
  onTravel(heard: () => void): void {
    this.travelled.push(heard);
  }

  /**
   * Machine.run, with saves on the way. In the past it repeats what was; beyond the horizon it goes on with the new.
   * A reset that the guest asks for is done, and is no stop, unless nothing is to come after one.
   */
  run(limits: RunLimits): Stop {
    const { machine } = this.pc;
    const until = Math.min(limits.until ?? Infinity, machine.now + (limits.instructions ?? Infinity));
    for (;;) {
      if (this.hasEnded) return this.ended!.stop;
      const goal = Math.min(until, this.isPast ? this.horizon : this.nextSave);
      const stop = machine.run({ ...limits, instructions: Infinity, until: Math.max(goal, machine.now) });
      if (this.isPast && machine.now >= this.horizon) machine.inputs.beginPresent();
      if (stop.kind === 'reset') this.reset(stop);
      if (this.hasEnded || (stop.kind !== 'budget' && stop.kind !== 'reset')) return this.settled(stop);
      if (!this.isPast && machine.now >= this.nextSave) this.save();
      if (machine.now >= until) return { kind: 'budget' };
    }
  }

  /**
   * Go to a time: backwards, or forwards through what has been; beyond the present it runs on.
   * @throws RangeError when the history does not reach back so far
   */
  goTo(time: number): void {
    const { machine } = this.pc;
    if (time < this.start) throw new RangeError(`the history begins at ${this.start}, after ${time}`);
    const nearest = this.lastSaveAt(time);
    if (time < machine.now || this.saves[nearest]!.time > machine.now) this.load(nearest);
    if (time - machine.now > 2 * NEAR && time <= this.end) {
      this.replay(time - NEAR);
      this.save();
    }
    this.replay(time);
  }

  /**
   * Go to before the last thing that happened: an instruction earlier, or where the wait began that ended here.
   * @returns false when the history does not reach back so far
   */
  stepBack(): boolean {
    const { cpu, machine } = this.pc;
    if (machine.now <= this.start) return false;
    this.goTo(machine.now - 1);
    if (!cpu.isHalted) return true;
    // Back to the last save that was not in this wait yet, and from there to its beginning.
    const { trapCount } = cpu;
    const { now } = machine;
    const awake = this.saves.findLastIndex((save) => save.time <= now && !isHalted(save, trapCount));
    if (awake < 0) return true;
    this.load(awake);
    while (!(cpu.isHalted && cpu.trapCount === trapCount) && machine.now < now) {
      const stop = machine.run({ until: now, idle: 'return' });
      this.answer(stop);
      if (stop.kind === 'idle' && cpu.trapCount !== trapCount) machine.idleTo(now);
    }
    return true;
  }

  /** Times to begin a search from that goes backwards from `time`: each covers what lies up to the one before it. */
  *segmentsBefore(time: number): Generator<{ from: number; to: number }> {
    for (let to = time; to > this.start; ) {
      const from = this.saves.findLast((save) => save.time < to)!.time;
      yield { from, to };
      to = from;
    }
  }

  /** Go back to where the history begins, and let the present begin there: what entered at that very time has not. */
  startAgain(): void {
    this.load(0);
    this.fork();
  }

  /** The present is here from now on; what came after never was. Call before changing anything in the past. */
  fork(): void {
    if (this.isPast) {
      const { now } = this.pc.machine;
      if (this.ended && now < this.ended.time) this.ended = undefined;
      const gone = this.saves.splice(this.saves.findLastIndex((save) => save.time <= now) + 1);
      for (const { pages } of gone) this.used -= sizeOf(pages);
      this.base = Math.min(this.base, this.saves.length - 1);
      this.pc.machine.inputs.beginPresent();
    }
  }

  /** The machine was changed from outside the input log (a register, memory): repeating cannot make that again. */
  changed(): void {
    this.fork();
    // What was saved at this very time is not what is now.
    const last = this.saves.at(-1)!;
    if (last.time === this.pc.machine.now && this.saves.length > 1) {
      this.used -= sizeOf(last.pages);
      this.saves.pop();
      this.base = Math.min(this.base, this.saves.length - 1);
      for (const page of last.pages.keys()) this.pc.cpu.memoryChanged(page * PAGE, PAGE);
    }
    if (this.saves.at(-1)!.time === this.pc.machine.now) this.saveAll();
    else this.save();
  }

  /** Save the machine as it is, unless it has been at this time. */
  save(): void {
    const { cpu, machine } = this.pc;
    const index = this.lastSaveAt(machine.now);
    const before = this.saves[index]!;
    if (before.time === machine.now) return;
    const differing = this.differingFrom(index);
    const pages = new Map([...differing].map((page) => [page, cpu.ram.slice(page * PAGE, (page + 1) * PAGE)]));
    cpu.pagesSaved(differing);
    this.base = index + 1;
    this.saves.splice(this.base, 0, this.saveWith(pages, before.board));
    this.used += sizeOf(pages);
    while (this.used > this.bound && this.saves.length > 2) this.thin();
  }

  /** A history of its own, that begins with this. */
  private saveAll(): void {
    const { cpu } = this.pc;
    const pages = new Map(pagesInUse(cpu.ram).map((page) => [page, cpu.ram.slice(page * PAGE, (page + 1) * PAGE)]));
    cpu.pagesSaved(cpu.changedPages());
    this.saves.splice(0, this.saves.length, this.saveWith(pages, undefined));
    this.base = 0;
    this.used = sizeOf(pages);
  }

  private saveWith(pages: Map<number, Uint8Array>, before: BoardState | undefined): Save {
    const { cpu, machine } = this.pc;
    const board = this.pc.saveBoard(before);
    return { time: machine.now, cpu: cpu.saveState(), board, inputs: machine.inputs.events.length, pages };
  }

  /** Make the machine what it was at a save. */
  private load(index: number): void {
    const { cpu, machine } = this.pc;
    const save = this.saves[index]!;
    if (!this.isPast) this.horizon = machine.now;
    const differing = this.differingFrom(index);
    for (const page of differing) this.putPage(page, this.pageAt(index, page));
    cpu.passTime(save.time);
    this.pc.loadBoard(save.board);
    cpu.loadState(save.cpu);
    cpu.pagesSaved(differing);
    this.base = index;
    machine.inputs.goBack(save.inputs);
    for (const heard of this.travelled) heard();
  }

  /** The pages in which RAM may differ from what it is in a save. */
  private differingFrom(index: number): Set<number> {
    const differing = new Set(this.pc.cpu.changedPages());
    for (let i = Math.min(this.base, index) + 1; i <= Math.max(this.base, index); i++) {
      for (const page of this.saves[i]!.pages.keys()) differing.add(page);
    }
    return differing;
  }

  private pageAt(index: number, page: number): Uint8Array {
    for (let i = index; i >= 0; i--) {
      const found = this.saves[i]!.pages.get(page);
      if (found) return found;
    }
    return ZEROS;
  }

  private putPage(page: number, bytes: Uint8Array): void {
    const { ram } = this.pc.cpu;
    const there = ram.subarray(page * PAGE, (page + 1) * PAGE);
    if (Buffer.compare(there, bytes) === 0) return;
    there.set(bytes);
    this.pc.cpu.memoryChanged(page * PAGE, PAGE);
  }

  /** Run to a time, whatever the guest does on the way. */
  private replay(time: number): void {
    const { machine } = this.pc;
    while (machine.now < time && !this.hasEnded) {
      const stop = machine.run({ until: time });
      this.answer(stop);
      if (stop.kind === 'shutdown') break;
      if (stop.kind === 'halted') this.pc.cpu.passTime(time);
    }
    machine.run({ until: machine.now });
    if (this.isPast && machine.now >= this.horizon) machine.inputs.beginPresent();
  }

  private get hasEnded(): boolean {
    return this.ended !== undefined && this.pc.machine.now >= this.ended.time;
  }

  private reset(stop: Stop): void {
    const { machine } = this.pc;
    if (this.noReboot) this.ended = { time: machine.now, stop };
    else machine.reset();
  }

  /** What is done about a stop in the past, so that it goes on. */
  private answer(stop: Stop): void {
    if (stop.kind === 'reset') this.reset(stop);
    if (stop.kind === 'breakpoint') this.pc.cpu.passBreakpoint(this.pc.machine.now);
  }

  /** After any stop: let happen what is due at this time, so that there is one state for each time. */
  private settled(stop: Stop): Stop {
    const { machine } = this.pc;
    machine.run({ until: machine.now });
    return stop;
  }

  private lastSaveAt(time: number): number {
    return this.saves.findLastIndex((save) => save.time <= time);
  }

  /** Drop the save that is missed least: near to its neighbours, and long ago. */
  private thin(): void {
    const { saves } = this;
    const { now } = this.pc.machine;
    let victim = 0;
    if (saves.length > FEWEST) {
      let least = Infinity;
      for (let i = 1; i < saves.length - 1; i++) {
        const loss = (saves[i + 1]!.time - saves[i - 1]!.time) / (1 + Math.abs(now - saves[i]!.time));
        if (i !== this.base && loss < least) [least, victim] = [loss, i];
      }
    }
    const [gone] = saves.splice(victim, 1);
    const heir = saves[victim]!.pages;
    this.used -= sizeOf(gone!.pages) + sizeOf(heir);
    for (const [page, bytes] of gone!.pages) if (!heir.has(page)) heir.set(page, bytes);
    this.used += sizeOf(heir);
    if (this.base > victim) this.base--;
  }
}

/** Whether a save lies in a wait (HLT) that has seen so many traps before it. */
function isHalted({ cpu }: Save, trapCount: number): boolean {
  const words = new DataView(cpu.buffer, cpu.byteOffset);
  return words.getUint32(HALTED, true) !== 0 && words.getUint32(TRAPS, true) === trapCount;
}

const ZEROS = new Uint8Array(PAGE);

function sizeOf(pages: ReadonlyMap<number, Uint8Array>): number {
  return pages.size * PAGE + SAVE_BYTES;
}
