/**
 * The trap log: every exception and interrupt the processor delivered, in order, as typed entries.
 *
 * The core writes one 32-byte entry for each into a ring in its linear memory (emu/core/layout.ts), which costs
 * next to nothing; this file copies the ring's entries before it overflows, and makes objects of them when somebody looks.
 */

import {
  CAUSE_EXTERNAL,
  CAUSE_FAULT,
  CAUSE_NMI,
  CAUSE_SOFTWARE,
  CAUSE_TRAP,
  TRAP_CAUSE,
  TRAP_CODE,
  TRAP_CPL,
  TRAP_CS,
  TRAP_DETAIL,
  TRAP_EIP,
  TRAP_ENTRIES,
  TRAP_ENTRY,
  TRAP_ESP,
  TRAP_FLAGS,
  TRAP_HAS_CODE,
  TRAP_SS,
  TRAP_TIME,
  TRAP_VECTOR,
} from '../core/layout.ts';

/** What brought a trap about: an exception by class, `int n`, the INTR pin, or NMI. */
export type TrapCause = 'fault' | 'software' | 'external' | 'nmi' | 'trap';

const CAUSES: Readonly<Record<number, TrapCause>> = {
  [CAUSE_FAULT]: 'fault',
  [CAUSE_SOFTWARE]: 'software',
  [CAUSE_EXTERNAL]: 'external',
  [CAUSE_NMI]: 'nmi',
  [CAUSE_TRAP]: 'trap',
};
const PAGE_FAULT = 14;

/** One delivered exception or interrupt, as the processor was at its delivery. */
export interface TrapEntry {
  /** Counts from 0, the first one that the log saw. */
  readonly index: number;
  /** Virtual time in instructions. */
  readonly time: number;
  readonly vector: number;
  readonly cause: TrapCause;
  /** Privilege level before delivery. */
  readonly cpl: number;
  /** What was pushed as error code; undefined when the vector has none. */
  readonly errorCode: number | undefined;
  /** Where the handler's iret will return to. */
  readonly cs: number;
  readonly eip: number;
  /** The stack before delivery. */
  readonly ss: number;
  readonly esp: number;
  /** Low half of EFLAGS before delivery. */
  readonly flags: number;
  /** #PF only: the linear address. */
  readonly cr2: number | undefined;
  /** EAX at delivery; undefined for #PF, where CR2 takes its place. */
  readonly eax: number | undefined;
}

/** Whose ring it is: the Cpu. */
export interface TrapRing {
  /** Entries written since reset, modulo 2^32. */
  readonly trapCount: number;
  /** TRAP_ENTRIES entries of TRAP_ENTRY bytes. */
  readonly trapRing: DataView;
}

/** What a log can be attached to: the machine, which calls before the ring overflows and before a reset. */
export interface TrapSource {
  readonly cpu: TrapRing;
  addTrapReader(read: () => void): () => void;
}

/**
 * Read one entry of the ring.
 * @param position its number since reset; it must be among the last 4096
 * @param index the number it gets in the log
 */
export function readTrap(ring: DataView, position: number, index: number): TrapEntry {
  return entryAt(ring, (position % TRAP_ENTRIES) * TRAP_ENTRY, index);
}

function entryAt(ring: DataView, at: number, index: number): TrapEntry {
  const u8 = (field: number) => ring.getUint8(at + field);
  const u16 = (field: number) => ring.getUint16(at + field, true);
  const u32 = (field: number) => ring.getUint32(at + field, true);
  const vector = u8(TRAP_VECTOR);
  return {
    index,
    time: ring.getFloat64(at + TRAP_TIME, true),
    vector,
    cause: CAUSES[u8(TRAP_CAUSE)]!,
    cpl: u8(TRAP_CPL),
    errorCode: u8(TRAP_HAS_CODE) ? u16(TRAP_CODE) : undefined,
    cs: u16(TRAP_CS),
    eip: u32(TRAP_EIP),
    ss: u16(TRAP_SS),
    esp: u32(TRAP_ESP),
    flags: u16(TRAP_FLAGS),
    cr2: vector === PAGE_FAULT ? u32(TRAP_DETAIL) : undefined,
    eax: vector === PAGE_FAULT ? undefined : u32(TRAP_DETAIL),
  };
}

/** A growing list of what was delivered since the log was attached. */
export class TrapLog {
  /** Entries as they are in the ring; the end of those at `oldest` and on may not have happened yet, see `shown`. */
  private raw: DataView;
  /** How many fit in; behind the last one comes the first again. */
  private room: number;
  private oldest = 0;
  private kept = 0;
  /** The first of those kept, as objects: as many as somebody has looked at. */
  private readonly read: TrapEntry[] = [];
  private readonly ring: DataView;
  /** Where in the ring to go on reading, modulo 2^32. */
  private position: number;
  /** Entries that have been dropped: the index of the oldest one kept. */
  private dropped = 0;
  /** How many of those kept have happened; fewer than all only when the machine has gone back. */
  private shown = 0;
  private removeReader: (() => void) | undefined;

  /**
   * Begin to log.
   * @param keep how many entries to keep: when there are twice as many, the oldest go. Infinity keeps all.
   * @param heard called with each entry, in order
   */
  constructor(
    private readonly source: TrapSource,
    private readonly keep: number = TRAP_ENTRIES,
    private readonly heard?: (entry: TrapEntry) => void,
  ) {
    this.ring = source.cpu.trapRing;
    this.room = (keep === Infinity ? 1 : 2 * keep) + TRAP_ENTRIES;
    this.raw = new DataView(new ArrayBuffer(this.room * TRAP_ENTRY));
    this.position = source.cpu.trapCount;
    this.removeReader = source.addTrapReader(() => this.drain());
  }

  /** Oldest first. */
  get entries(): readonly TrapEntry[] {
    this.drain();
    while (this.read.length < this.shown) this.read.push(this.entry(this.read.length));
    return this.read.length === this.shown ? this.read : this.read.slice(0, this.shown);
  }

  /** All that is known, also what the machine has gone back before. */
  get known(): readonly TrapEntry[] {
    this.drain();
    while (this.read.length < this.kept) this.read.push(this.entry(this.read.length));
    return this.read;
  }

  get last(): TrapEntry | undefined {
    this.drain();
    return this.shown === 0 ? undefined : this.entry(this.shown - 1);
  }

  /**
   * The machine has gone to another moment of its past: what was delivered after it is not shown until it has happened
   * again. Not across a reset of the processor, which counts from 0 again: then what came after the moment is forgotten.
   */
  goBack(now: number): void {
    const { trapCount } = this.source.cpu;
    const by = trapCount - this.position;
    if (-by <= this.shown && this.shown + by <= this.kept) {
      this.shown += by;
    } else {
      while (this.kept > 0 && this.timeOf(this.kept - 1) > now) this.kept--;
      this.shown = this.kept;
      this.forgetObjects(this.kept);
    }
    this.position = trapCount;
  }

  /** Stop logging; what was logged stays. */
  detach(): void {
    this.drain();
    this.removeReader?.();
    this.removeReader = undefined;
  }

  private drain(): void {
    if (!this.removeReader) return;
    const { trapCount } = this.source.cpu;
    // The core counts modulo 2^32. More than the ring holds means that it was reset, and counts from 0 again.
    if ((trapCount - this.position) >>> 0 > TRAP_ENTRIES) this.position = 0;
    while (this.position !== trapCount) {
      const at = this.position % TRAP_ENTRIES;
      this.copy(at, Math.min((trapCount - this.position) >>> 0, TRAP_ENTRIES - at));
    }
    if (this.kept >= 2 * this.keep) this.drop(Math.min(this.kept - this.keep, this.shown));
  }

  /** Take at most so many entries from one place of the ring on. */
  private copy(at: number, most: number): void {
    const first = this.shown;
    this.forgetObjects(first);
    if (first + most > this.room) this.makeRoom();
    const to = this.placeOf(first);
    const entries = Math.min(most, this.room - to);
    bytesOf(this.raw, to, entries).set(bytesOf(this.ring, at, entries));
    this.position = (this.position + entries) >>> 0;
    this.shown += entries;
    this.kept = Math.max(this.kept, this.shown);
    if (this.heard) for (let n = first; n < first + entries; n++) this.heard(this.entry(n));
  }

  /** Only for a log that keeps all: others drop their oldest entries before the room is full. */
  private makeRoom(): void {
    const larger = new Uint8Array(2 * this.raw.byteLength);
    larger.set(bytesOf(this.raw, 0, this.room));
    this.raw = new DataView(larger.buffer);
    this.room *= 2;
  }

  /** The oldest go. */
  private drop(entries: number): void {
    this.read.splice(0, entries);
    this.oldest = this.placeOf(entries);
    this.kept -= entries;
    this.shown -= entries;
    this.dropped += entries;
  }

  private placeOf(n: number): number {
    return (this.oldest + n) % this.room;
  }

  private entry(n: number): TrapEntry {
    return this.read[n] ?? entryAt(this.raw, this.placeOf(n) * TRAP_ENTRY, this.dropped + n);
  }

  private timeOf(n: number): number {
    return this.raw.getFloat64(this.placeOf(n) * TRAP_ENTRY + TRAP_TIME, true);
  }

  /** Of those that are about to be written over. */
  private forgetObjects(from: number): void {
    if (this.read.length > from) this.read.length = from;
  }
}

const bytesOf = (view: DataView, first: number, entries: number) =>
  new Uint8Array(view.buffer, view.byteOffset + first * TRAP_ENTRY, entries * TRAP_ENTRY);
