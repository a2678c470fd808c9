/**
 * Motorola MC146818 real-time clock with 128 bytes of battery RAM: the PC's CMOS.
 *
 * | port | write                                  | read               |
 * |------|----------------------------------------|--------------------|
 * | 0x70 | 6-0 the byte's index, 7 NMI is masked  | the bus floats     |
 * | 0x71 | the byte                               | the byte           |
 *
 * | byte  |                  | byte | register                                                            |
 * |-------|------------------|------|---------------------------------------------------------------------|
 * | 00    | seconds          | 0A   | 7 UIP update in progress, 6-4 DV divider, 3-0 RS periodic rate       |
 * | 01    | seconds alarm    | 0B   | 7 SET, 6 PIE, 5 AIE, 4 UIE, 3 SQWE, 2 DM binary, 1 24 hours, 0 DSE   |
 * | 02 03 | minutes, alarm   | 0C   | 7 IRQF, 6 PF periodic, 5 AF alarm, 4 UF update ended; a read clears  |
 * | 04 05 | hours, alarm     | 0D   | 7 VRT: the battery is good                                          |
 * | 06    | day of the week  | 32   | century, in BCD, by the PC's custom                                  |
 * | 07-09 | day, month, year |      | (alarm bytes of C0-FF match anything)                                |
 *
 * The 32,768 Hz crystal feeds a chain of dividers. Once a second the chain starts an update cycle: UIP rises 244 us
 * before it, it lasts 1984 us, and at its end the new time is there with UF, and AF if the alarm matches. Periodic
 * interrupts are edges of another stage of the same chain, which lie half a period before and after the update.
 *
 * Source: Motorola MC146818 data sheet, ADI-856; section names below are its.
 */

import { dateTimeOf } from './calendar.ts';
import { Chip } from './chip.ts';
import { Crystal } from './crystal.ts';
import type { Alarm, Clock, IrqLine, PortWindow } from './device.ts';
import { advanceSecond, alarmMatches, type ClockFormat, writeTime } from './mc146818-time.ts';

const INDEX = 0x70;
const DATA = 0x71;
const NMI_MASK = 0x80;
const BYTES = 128;

const REGISTER_A = 0x0a;
const REGISTER_B = 0x0b;
const REGISTER_C = 0x0c;
const REGISTER_D = 0x0d;

const UIP = 0x80;
const DIVIDER_RESET = 0x60;

const SET = 0x80;
const PIE = 0x40;
const AIE = 0x20;
const UIE = 0x10;
const SQWE = 0x08;
const BINARY = 0x04;
const HOURS_24 = 0x02;
const DAYLIGHT = 0x01;

const IRQF = 0x80;
const PF = 0x40;
const AF = 0x20;
const UF = 0x10;

const VRT = 0x80;

const CRYSTAL_HERTZ = 32_768;
/** Of the chain's 2^15 states a second: the one at which an update starts, half a second after a reset of the chain. */
const UPDATE_STARTS = 16_384;
/** 244 us and 1984 us in ticks of the crystal ("Update cycle", table 5). */
const UIP_AHEAD = 8;
const UPDATE_LASTS = 65;

/** 2026-01-01 00:00:00. */
const DEFAULT_START = 1_767_225_600;

export interface Mc146818State {
  index: number;
  nmiMasked: boolean;
  bytes: number[];
  /** Crystal tick at which the divider chain left its reset; null while it is held there. */
  chainStart: number | null;
  /** Update cycles, and periods, that the chain has ended and that have been taken notice of. */
  updates: number;
  periods: number;
  /** Daylight saving has set the clock back this autumn. */
  setBack: boolean;
}

export interface Mc146818Options {
  clock: Clock;
  /** IRQ 8. */
  irq: IrqLine;
  /** High while bit 7 of port 0x70 masks NMI. */
  nmiMask?: IrqLine;
  /** Date and time at power-on, in seconds since 1970-01-01 00:00:00. Default 2026-01-01 00:00:00. */
  start?: number;
  /** 128 bytes of CMOS at power-on (cmos.ts makes them). The clock's own, 00-0D and 32, are set from `start`. */
  cmos?: readonly number[];
}

export class Mc146818 extends Chip<Mc146818State> {
  readonly name = 'mc146818';
  readonly ports: readonly PortWindow[];
  private readonly irq: IrqLine;
  private readonly nmiMask: IrqLine | undefined;
  private readonly crystal: Crystal;
  private readonly next: Alarm;

  constructor(options: Mc146818Options) {
    super(() => powerOn(options));
    this.irq = options.irq;
    this.nmiMask = options.nmiMask;
    this.crystal = new Crystal(options.clock, CRYSTAL_HERTZ);
    this.next = options.clock.alarm('mc146818.interrupt', () => this.touch());
    this.ports = [
      { first: INDEX, last: INDEX, write: (_, value) => this.writeIndex(value) },
      { first: DATA, last: DATA, read: () => this.read(), write: (_, value) => this.write(value) },
    ];
  }

  /** The 128 bytes as they are now, for saving to a file; a later machine takes them as `cmos`. */
  get cmos(): number[] {
    this.touch();
    return [...this.s.bytes];
  }

  /** As the clock is now, not as it was when it was last touched. */
  override peek(): Readonly<Mc146818State> {
    this.touch();
    return super.peek();
  }

  /**
   * "RESET": interrupt enables, their flags and SQWE are cleared. Time, alarm and RAM are on the battery, and the
   * divider chain goes on.
   */
  override reset(): void {
    this.touch();
    const { s } = this;
    s.bytes[REGISTER_B] = this.byte(REGISTER_B) & ~(PIE | AIE | UIE | SQWE);
    s.bytes[REGISTER_C] = 0;
    s.index = REGISTER_D;
    s.nmiMasked = false;
    this.settle();
  }

  protected settle(): void {
    this.nmiMask?.set(this.s.nmiMasked);
    this.irq.set((this.byte(REGISTER_C) & IRQF) !== 0);
    this.schedule();
  }

  private byte(index: number): number {
    return this.s.bytes[index] ?? 0;
  }

  private get format(): ClockFormat {
    const b = this.byte(REGISTER_B);
    return { binary: (b & BINARY) !== 0, hours24: (b & HOURS_24) !== 0, daylight: (b & DAYLIGHT) !== 0 };
  }

  // The divider chain.

  /** The chain is made for 4.194304 and 1.048576 MHz too: with DV = 0 or 1, and this crystal, it runs that much slower. */
  private get slowdown(): number {
    const divider = (this.byte(REGISTER_A) >> 4) & 7;
    return divider === 0 ? 128 : divider === 1 ? 32 : 1;
  }

  /** States the chain has gone through since its reset, at the speed of a second in 32,768. */
  private get chain(): number | undefined {
    const { chainStart } = this.s;
    return chainStart === null ? undefined : Math.floor((this.crystal.ticks - chainStart) / this.slowdown);
  }

  /** The chain's state at which update number n ends, counting from 0. */
  private updateEnd(n: number): number {
    return UPDATE_STARTS + n * CRYSTAL_HERTZ + UPDATE_LASTS;
  }

  /** States to a period: table 6; with the slow crystal rates 1 and 2 are those of 8 and 9. Undefined: none. */
  private get period(): number | undefined {
    const rate = this.byte(REGISTER_A) & 0x0f;
    if (rate === 0) return undefined;
    return rate <= 2 && this.slowdown === 1 ? 1 << (rate + 6) : 1 << (rate - 1);
  }

  /** Takes notice of all that the chain has done up to now. */
  private touch(): void {
    const { s } = this;
    const chain = this.chain;
    if (chain !== undefined) {
      let flags = 0;
      while (this.updateEnd(s.updates) <= chain) {
        s.updates++;
        flags |= this.update();
      }
      const periods = this.periodsBy(chain);
      if (periods > s.periods) flags |= PF;
      s.periods = periods;
      if (flags !== 0) this.flag(flags);
    }
    this.schedule();
  }

  /** A stage's edges lie in the middle of its periods, so the update lies between two of them. */
  private periodsBy(chain: number): number {
    return this.period === undefined ? 0 : Math.floor((chain + this.period / 2) / this.period);
  }

  /** The end of an update cycle; SET keeps the time as it is and lets no flag come. */
  private update(): number {
    const { s } = this;
    if (this.byte(REGISTER_B) & SET) return 0;
    s.setBack = advanceSecond(s.bytes, this.format, s.setBack);
    return UF | (alarmMatches(s.bytes) ? AF : 0);
  }

  private flag(flags: number): void {
    this.s.bytes[REGISTER_C] = this.byte(REGISTER_C) | flags;
    this.interrupt();
  }

  /** IRQF = PF PIE + AF AIE + UF UIE. */
  private interrupt(): void {
    const flags = this.byte(REGISTER_C) & (PF | AF | UF);
    const request = (flags & this.byte(REGISTER_B)) !== 0;
    this.s.bytes[REGISTER_C] = flags | (request ? IRQF : 0);
    this.irq.set(request);
  }

  /** Flags that raise no interrupt are noticed when somebody looks, so only those that do need an alarm. */
  private schedule(): void {
    const { chainStart, updates, periods } = this.s;
    const b = this.byte(REGISTER_B);
    const states: number[] = [];
    if (chainStart !== null && !(this.byte(REGISTER_C) & IRQF)) {
      if (b & (AIE | UIE) && !(b & SET)) states.push(this.updateEnd(updates));
      if (b & PIE && this.period !== undefined) states.push(periods * this.period + Math.ceil(this.period / 2));
    }
    if (chainStart === null || states.length === 0) this.next.clear();
    else this.next.set(this.crystal.timeOf(chainStart + Math.min(...states) * this.slowdown));
  }

  // Registers.

  private writeIndex(value: number): void {
    this.s.index = value & (BYTES - 1);
    this.s.nmiMasked = (value & NMI_MASK) !== 0;
    this.nmiMask?.set(this.s.nmiMasked);
  }

  private read(): number {
    this.touch();
    const { index } = this.s;
    const value = this.byte(index);
    if (index === REGISTER_A) return value | (this.updating ? UIP : 0);
    if (index === REGISTER_C) {
      this.s.bytes[REGISTER_C] = 0;
      this.interrupt();
      this.schedule();
    }
    return value;
  }

  private write(value: number): void {
    this.touch();
    const { index } = this.s;
    if (index === REGISTER_A) this.writeA(value);
    else if (index === REGISTER_B) this.writeB(value);
    else if (index !== REGISTER_C && index !== REGISTER_D) this.s.bytes[index] = value;
    this.schedule();
  }

  private get updating(): boolean {
    const chain = this.chain;
    if (chain === undefined || this.byte(REGISTER_B) & SET) return false;
    return chain >= this.updateEnd(this.s.updates) - UPDATE_LASTS - UIP_AHEAD;
  }

  /** "Register A": DV = 11x holds the chain in reset; the first update starts half a second after it is let go. */
  private writeA(value: number): void {
    const { s } = this;
    const held = (value & DIVIDER_RESET) === DIVIDER_RESET;
    const sameDivider = ((value ^ this.byte(REGISTER_A)) & 0x70) === 0;
    s.bytes[REGISTER_A] = value & 0x7f;
    if (held) s.chainStart = null;
    else if (s.chainStart === null || !sameDivider) {
      s.chainStart = this.crystal.ticks;
      s.updates = 0;
    }
    s.periods = this.periodsBy(this.chain ?? 0);
  }

  /** "Register B": SET stops an update in progress and clears UIE. */
  private writeB(value: number): void {
    this.s.bytes[REGISTER_B] = value & SET ? value & ~UIE : value;
    this.interrupt();
  }
}

function powerOn({ start = DEFAULT_START, cmos }: Mc146818Options): Mc146818State {
  const bytes = Array.from({ length: BYTES }, (_, i) => (cmos?.[i] ?? 0) & 0xff);
  // As a BIOS leaves it: 32,768 Hz, rate 1024 Hz, 24 hours in BCD, nothing enabled.
  bytes[REGISTER_A] = 0x26;
  bytes[REGISTER_B] = HOURS_24;
  bytes[REGISTER_C] = 0;
  bytes[REGISTER_D] = VRT;
  writeTime(bytes, dateTimeOf(start), { binary: false, hours24: true, daylight: false });
  return { index: REGISTER_D, nmiMasked: false, bytes, chainStart: 0, updates: 0, periods: 0, setBack: false };
}
