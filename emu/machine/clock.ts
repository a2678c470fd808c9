/**
 * Virtual time and what is to happen in it: one list of alarms, kept in the order in which they will fire.
 *
 * The unit is the retired instruction. The CPU counts; this file only asks it. The list holds a dozen alarms at
 * most (a chip has one or two), so a sorted array beats a heap and can be read in the debugger as it stands.
 */

import type { Alarm, Clock } from '../../devices/device.ts';

/** Instructions in a virtual second unless the machine is told otherwise. */
export const DEFAULT_FREQUENCY = 100_000_000;

/** Who counts the instructions, and must be told when its present run would overshoot a new alarm. */
export interface TimeSource {
  /** Instructions retired since power-on, exact also in the middle of an instruction. */
  readonly now: number;
  /** An alarm was set that fires at `at`, earlier than all others: stop there, or before. */
  alarmMoved(at: number): void;
}

/** The machine's clock and event queue. */
export class VirtualClock implements Clock {
  private readonly pending: Entry[] = [];
  private made = 0;

  /** @param frequency instructions in a virtual second: a whole number above 0. */
  constructor(
    private readonly source: TimeSource,
    readonly frequency: number = DEFAULT_FREQUENCY,
  ) {
    if (!Number.isSafeInteger(frequency) || frequency <= 0) throw new RangeError(`clock frequency ${frequency}`);
  }

  get now(): number {
    return this.source.now;
  }

  /** When the next alarm fires, in instructions; undefined when none is set. */
  get next(): number | undefined {
    return this.pending[0]?.at;
  }

  /** The alarms that are set, soonest first, for looking. */
  get alarms(): readonly { readonly name: string; readonly at: number | undefined }[] {
    return this.pending;
  }

  alarm(name: string, fire: () => void): Alarm {
    return new Entry(this, this.made++, name, fire);
  }

  /** Fire every alarm whose time has come, also those that the fired ones set in the past. */
  fireDue(): void {
    for (let first = this.pending[0]; first !== undefined && first.at! <= this.now; first = this.pending[0]) {
      this.remove(first);
      first.fire();
    }
  }

  /** Put an alarm at its place: by time, then by age. */
  insert(entry: Entry, at: number): void {
    if (!Number.isFinite(at)) throw new RangeError(`alarm ${entry.name} set for ${at}`);
    this.remove(entry);
    entry.at = at;
    let low = 0;
    let high = this.pending.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.pending[middle]!;
      if (other.at! < at || (other.at === at && other.age < entry.age)) low = middle + 1;
      else high = middle;
    }
    this.pending.splice(low, 0, entry);
    if (low === 0) this.source.alarmMoved(at);
  }

  remove(entry: Entry): void {
    if (entry.at === undefined) return;
    this.pending.splice(this.pending.indexOf(entry), 1);
    entry.at = undefined;
  }
}

class Entry implements Alarm {
  at: number | undefined;

  constructor(
    private readonly clock: VirtualClock,
    readonly age: number,
    readonly name: string,
    readonly fire: () => void,
  ) {}

  set(at: number): void {
    // A chip may compute a fraction of an instruction; an alarm fires at the first instruction at or after it.
    this.clock.insert(this, Math.ceil(at));
  }

  clear(): void {
    this.clock.remove(this);
  }
}
