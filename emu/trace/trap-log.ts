/**
 * The trap log: every exception and interrupt the processor delivered, in order, as typed entries.
 *
 * The core writes one 32-byte entry for each into a ring in its linear memory (emu/core/layout.ts), which costs
 * next to nothing; this file reads the ring out before it overflows.
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
  const at = (position % TRAP_ENTRIES) * TRAP_ENTRY;
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
  private readonly kept: TrapEntry[] = [];
  private readonly ring: DataView;
  /** Where in the ring to go on reading, modulo 2^32. */
  private position: number;
  private index = 0;
  /** How many of those kept have happened; more only when the machine has gone back. */
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
    private readonly heard: (entry: TrapEntry) => void = () => {},
  ) {
    this.ring = source.cpu.trapRing;
    this.position = source.cpu.trapCount;
    this.removeReader = source.addTrapReader(() => this.drain());
  }

  /** Oldest first. */
  get entries(): readonly TrapEntry[] {
    this.drain();
    return this.shown === this.kept.length ? this.kept : this.kept.slice(0, this.shown);
  }

  /** When they were, in virtual time; also those that the machine has gone back before. */
  get times(): readonly number[] {
    this.drain();
    return this.kept.map(({ time }) => time);
  }

  get last(): TrapEntry | undefined {
    this.drain();
    return this.kept[this.shown - 1];
  }

  /**
   * The machine has gone to another moment of its past: what was delivered after it is not shown until it has happened
   * again. Not across a reset of the processor, which counts from 0 again: then what came after the moment is forgotten.
   */
  goBack(now: number): void {
    const { trapCount } = this.source.cpu;
    const by = trapCount - this.position;
    if (-by <= this.shown && this.shown + by <= this.kept.length) {
      this.shown += by;
      this.index += by;
    } else {
      const later = this.kept.findIndex((entry) => entry.time > now);
      if (later >= 0) this.kept.length = later;
      this.shown = this.kept.length;
      this.index = (this.kept.at(-1)?.index ?? -1) + 1;
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
      const entry = readTrap(this.ring, this.position, this.index++);
      this.position = (this.position + 1) >>> 0;
      this.kept[this.shown++] = entry;
      this.heard(entry);
    }
    if (this.kept.length >= 2 * this.keep) {
      const gone = Math.min(this.kept.length - this.keep, this.shown);
      this.kept.splice(0, gone);
      this.shown -= gone;
    }
  }
}
