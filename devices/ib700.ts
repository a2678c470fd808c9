/**
 * iBASE IB700 watchdog timer: when nobody writes to it for long enough, it acts.
 *
 * | port  | write                                                          | read           |
 * |-------|----------------------------------------------------------------|----------------|
 * | 0x441 | anything: stop                                                 | the bus floats |
 * | 0x443 | bits 3-0: (re)start; it acts after 30 - 2 * value seconds       | the bus floats |
 *
 * What it does is a jumper on the board: reset, or a pulse on IOCHK#, which is an NMI with bit 6 of port 0x61.
 *
 * Source: iBASE IB700 user's manual, "Watchdog Timer Configuration", the same as in Linux's ib700wdt.c; QEMU's ib700.
 */
import { Chip } from './chip.ts';
import type { Alarm, Clock, PortWindow } from './device.ts';

const STOP = 0x441;
const START = 0x443;
const LONGEST_SECONDS = 30;

export interface Ib700State {
  /** When it acts, in instructions; null while it is stopped. */
  expiresAt: number | null;
  /** How often it has acted since power-on. */
  expiries: number;
}

export class Ib700 extends Chip<Ib700State> {
  readonly name = 'ib700';
  readonly ports: readonly PortWindow[];
  private readonly clock: Clock;
  private readonly alarm: Alarm;

  /** `act` is what the jumper chooses. */
  constructor(options: { clock: Clock; act: () => void }) {
    super(() => ({ expiresAt: null, expiries: 0 }));
    this.clock = options.clock;
    this.alarm = options.clock.alarm('ib700', () => {
      this.s.expiresAt = null;
      this.s.expiries++;
      options.act();
    });
    this.ports = [
      { first: STOP, last: STOP, write: () => this.stop() },
      { first: START, last: START, write: (_, value) => this.start(value & 0x0f) },
    ];
  }

  protected settle(): void {
    const { expiresAt } = this.s;
    if (expiresAt === null) this.alarm.clear();
    else this.alarm.set(expiresAt);
  }

  private stop(): void {
    this.s.expiresAt = null;
    this.settle();
  }

  private start(value: number): void {
    // A value of 15 acts at once: at the next instruction boundary.
    this.s.expiresAt = this.clock.now + (LONGEST_SECONDS - 2 * value) * this.clock.frequency;
    this.settle();
  }
}
