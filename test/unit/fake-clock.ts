import type { Alarm, Clock, IrqLine } from '../../devices/device.ts';

interface FakeAlarm extends Alarm {
  at: number | undefined;
  fire: () => void;
}

/** A clock that stands still until it is told to run; alarms fire on the way, at their own times. */
export class FakeClock implements Clock {
  now = 0;
  readonly frequency: number;
  private readonly alarms: FakeAlarm[] = [];

  constructor(frequency = 100_000_000) {
    this.frequency = frequency;
  }

  alarm(_name: string, fire: () => void): Alarm {
    const alarm: FakeAlarm = {
      at: undefined,
      fire,
      set(at) {
        alarm.at = at;
      },
      clear() {
        alarm.at = undefined;
      },
    };
    this.alarms.push(alarm);
    return alarm;
  }

  /** Runs up to the virtual time `until`. */
  runTo(until: number): void {
    for (;;) {
      let next: FakeAlarm | undefined;
      for (const alarm of this.alarms) {
        if (alarm.at !== undefined && alarm.at <= until && (next === undefined || alarm.at < next.at!)) next = alarm;
      }
      if (next === undefined) break;
      this.now = Math.max(this.now, next.at!);
      next.at = undefined;
      next.fire();
    }
    this.now = until;
  }

  /** Runs for so many microseconds of virtual time. */
  runMicroseconds(microseconds: number): void {
    this.runTo(this.now + Math.round((microseconds * this.frequency) / 1_000_000));
  }

  /** Virtual times of the alarms that are set. */
  get pending(): number[] {
    return this.alarms.flatMap((alarm) => (alarm.at === undefined ? [] : [alarm.at]));
  }
}

/** The end of a wire: its level, and how often it rose. */
export class Probe implements IrqLine {
  level = false;
  rises = 0;

  set(level: boolean): void {
    if (level && !this.level) this.rises++;
    this.level = level;
  }
}
