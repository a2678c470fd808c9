/**
 * Intel 8254 programmable interval timer: three 16-bit counters on one clock of 14.31818 MHz / 12.
 *
 * | port | write                                      | read                               |
 * |------|--------------------------------------------|------------------------------------|
 * | 0x40 | counter 0: count                           | count, latched count or status     |
 * | 0x41 | counter 1: count                           | the same                           |
 * | 0x42 | counter 2: count                           | the same                           |
 * | 0x43 | control word, counter latch, read-back     | nothing (the bus floats)           |
 *
 * | bits of 0x43 |                                                                             |
 * |--------------|-----------------------------------------------------------------------------|
 * | 7-6          | SC: the counter, or 3 for a read-back command                               |
 * | 5-4          | RW: 0 counter latch, 1 low byte, 2 high byte, 3 low then high                |
 * | 3-1          | M: the mode                                                                 |
 * | 0            | BCD: count in four decimal digits                                           |
 * | read-back    | 5 = 0 latch counts, 4 = 0 latch statuses, 3-1 which counters                 |
 *
 * On a PC, OUT0 is IRQ 0, counter 1 paces the memory refresh, and counter 2 has its gate in port 0x61 and makes the
 * speaker's tone. What a counter does is in i8254-counter.ts.
 *
 * Source: Intel 8254 data sheet, order number 231164-005.
 */
import { Chip } from './chip.ts';
import { Crystal } from './crystal.ts';
import type { Alarm, Clock, IrqLine, PortWindow } from './device.ts';
import * as counter from './i8254-counter.ts';

/** The 8254's clock on a PC: 14.31818 MHz (315 / 22) divided by 12, exactly 13,125,000 / 11 Hz. */
export const I8254_HERTZ = 13_125_000;
export const I8254_DIVISOR = 11;

const COUNTER_0 = 0x40;
const CONTROL = 0x43;
const READ_BACK = 3;

export interface I8254State {
  counters: counter.CounterState[];
}

export interface I8254Options {
  clock: Clock;
  /** OUT of counters 0-2. One that nobody listens to may be left out, and then costs no alarms. */
  out0?: IrqLine;
  out1?: IrqLine;
  out2?: IrqLine;
  /** Counter 2 was programmed, or its gate moved: wave(2) may have changed. */
  changed2?: () => void;
}

export class I8254 extends Chip<I8254State> {
  readonly name = 'i8254';
  readonly ports: readonly PortWindow[];
  private readonly crystal: Crystal;
  private readonly outs: readonly (IrqLine | undefined)[];
  private readonly alarms: readonly (Alarm | undefined)[];
  private readonly listeners: readonly ((() => void) | undefined)[];
  private readonly gates: readonly IrqLine[];
  private readonly changed2: () => void;

  constructor(options: I8254Options) {
    // What the data sheet leaves undefined at power-on is chosen silent: no counter runs until it is programmed.
    super(() => ({ counters: [true, true, false].map(counter.idleCounter) }));
    const { clock, out0, out1, out2, changed2 } = options;
    this.changed2 = changed2 ?? (() => {});
    this.crystal = new Crystal(clock, I8254_HERTZ, I8254_DIVISOR);
    this.outs = [out0, out1, out2];
    this.alarms = this.outs.map((out, n) => (out ? clock.alarm(`i8254.out${n}`, () => this.touch(n)) : undefined));
    this.listeners = this.outs.map((out, n) => (out ? () => out.set(this.counter(n).out) : undefined));
    this.gates = this.outs.map((_, n) => ({
      set: (level: boolean) => {
        if (this.counter(n).gate === level) return;
        this.touch(n, (c) => counter.setGate(c, level));
        if (n === 2) this.changed2();
      },
    }));
    this.ports = [
      {
        first: COUNTER_0,
        last: COUNTER_0 + 2,
        read: (port) => this.touch(port - COUNTER_0, counter.readCount),
        write: (port, value) => {
          this.touch(port - COUNTER_0, (c) => counter.writeCount(c, value));
          if (port === COUNTER_0 + 2) this.changed2();
        },
      },
      { first: CONTROL, last: CONTROL, write: (_, value) => this.writeControl(value) },
    ];
  }

  /** The GATE input of counter 0-2. A PC ties those of 0 and 1 high, and so are they here at power-on. */
  gate(n: number): IrqLine {
    const line = this.gates[n];
    if (line === undefined) throw new RangeError(`an 8254 has no counter ${n}`);
    return line;
  }

  /** OUT of counter 0-2, now. */
  output(n: number): boolean {
    return this.touch(n, (c) => c.out);
  }

  /** Frequency in hertz of the wave at OUT of counter 2 or another; 0 while there is none. */
  wave(n: number): number {
    const pulses = this.touch(n, counter.pulsesInWave);
    return pulses === 0 ? 0 : I8254_HERTZ / I8254_DIVISOR / pulses;
  }

  /** As the counters are now, not as they were when they were last touched. */
  override peek(): Readonly<I8254State> {
    for (const n of [0, 1, 2]) this.touch(n);
    return super.peek();
  }

  override save(): I8254State {
    this.peek();
    return super.save();
  }

  protected settle(): void {
    for (const n of [0, 1, 2]) {
      this.listeners[n]?.();
      this.schedule(n);
    }
  }

  private counter(n: number): counter.CounterState {
    const c = this.s.counters[n];
    if (c === undefined) throw new RangeError(`an 8254 has no counter ${n}`);
    return c;
  }

  /** Brings a counter up to now, does something to it, drives its OUT, and sets the alarm for its next event. */
  private touch<Result = void>(n: number, change?: (c: counter.CounterState) => Result): Result {
    const c = this.counter(n);
    counter.advance(c, this.crystal.ticks, this.listeners[n]);
    const result = change?.(c) as Result;
    this.listeners[n]?.();
    this.schedule(n);
    return result;
  }

  private schedule(n: number): void {
    const alarm = this.alarms[n];
    if (alarm === undefined) return;
    const c = this.counter(n);
    const pulses = counter.pulsesToEvent(c);
    if (pulses === Number.POSITIVE_INFINITY) alarm.clear();
    else alarm.set(this.crystal.timeOf(c.at + pulses));
  }

  private writeControl(value: number): void {
    const select = value >> 6;
    if (select === READ_BACK) this.readBack(value);
    else if ((value & 0x30) === 0) this.touch(select, counter.latchCount);
    else {
      this.touch(select, (c) => counter.writeControl(c, value));
      if (select === 2) this.changed2();
    }
  }

  /** Page 8: several counters at once; where count and status are both latched, the status is read first. */
  private readBack(value: number): void {
    for (const n of [0, 1, 2]) {
      if (!(value & (2 << n))) continue;
      this.touch(n, (c) => {
        if (!(value & 0x20)) counter.latchCount(c);
        if (!(value & 0x10)) counter.latchStatus(c);
      });
    }
  }
}
