/**
 * What every chip has in common: its whole state is one plain object `s`, and everything else that a chip holds
 * (the levels of its outputs, the times of its alarms) can be told from it. Hence save, load, peek and reset.
 */
import type { Device } from './device.ts';

export abstract class Chip<State extends object> implements Device<State> {
  abstract readonly name: string;
  protected s: State;
  private readonly powerOn: () => State;

  /** `powerOn` makes a fresh power-on state at each call. */
  protected constructor(powerOn: () => State) {
    this.powerOn = powerOn;
    this.s = powerOn();
  }

  /** As at power-on: state, lines and alarms. */
  reset(): void {
    this.s = this.powerOn();
    this.settle();
  }

  /** The whole state without side effects, for looking. The caller must not change it. */
  peek(): Readonly<State> {
    return this.s;
  }

  /** A deep copy of the whole state. */
  save(): State {
    return copyOf(this.peek() as State);
  }

  /** The inverse of save. Lines and alarms follow the state. */
  load(state: State): void {
    this.s = copyOf(state);
    this.settle();
  }

  /** Drives every output and sets every alarm as the state says; called after reset and load. */
  protected abstract settle(): void;
}

/** A deep copy of plain data. structuredClone would do, but takes twenty times as long for a screen's memory. */
function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (typeof value[0] === 'object' ? value.map(copyOf) : value.slice()) as T;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, copyOf(field)])) as T;
}
