/**
 * The one door through which anything from outside enters the machine: a key, a serial byte, a finger on a wire or
 * a button. Whatever passes is stamped with the instruction count; the stamped list, given to the same machine
 * again, makes the same run to the last bit. As a file it is in keeping/input-log-file.ts.
 */

import { isKeyName, type KeyName } from '../../devices/keys.ts';

export type CaseButton = 'reset' | 'nmi';

export { isKeyName, type KeyName };

export type Input =
  /** A key of the PC keyboard went down or up. */
  | { readonly kind: 'key'; readonly key: KeyName; readonly down: boolean }
  /** The mouse moved by so many counts, to the right and away from the person; `wheel` is positive towards them. */
  | { readonly kind: 'mouse'; readonly right: number; readonly away: number; readonly wheel: number }
  | { readonly kind: 'mouse-button'; readonly button: (typeof BUTTONS)[number]; readonly down: boolean }
  /** A byte arrived at a serial port: 1 for COM1. */
  | { readonly kind: 'serial'; readonly port: number; readonly byte: number }
  /** A finger on interrupt wire 0 to 15. */
  | { readonly kind: 'line'; readonly line: number; readonly level: boolean }
  /** The push button at a pin of the GPIO block, 0 to 53. */
  | { readonly kind: 'gpio'; readonly pin: number; readonly down: boolean }
  /** A button on the front of the case. */
  | { readonly kind: 'button'; readonly button: CaseButton }
  /** The person left: a replay stops here too. `state`: what stateHash said then. */
  | { readonly kind: 'end'; readonly state?: string };

/** An input and when it entered, in instructions since power-on. */
export type StampedInput = Input & { readonly at: number };

/** How far a mouse can be said to move at once. */
const MOST_COUNTS = 32767;
const BUTTONS = ['left', 'right', 'middle'] as const;

/** Inputs that are still to come, and those that have been. */
export class InputGate {
  private readonly waiting: StampedInput[] = [];
  private readonly past: StampedInput[] = [];
  private listener: ((input: StampedInput) => void) | undefined;
  /** How many at the head of `waiting` have entered before, and do so again. */
  private repeats = 0;
  private inThePast = false;
  private readonly returned: (() => void)[] = [];

  /**
   * @param deliver hands an input to the chip it is for; false: the chip has no room, and it did not enter
   * @param moved hears of an input that is the next to enter, and when
   */
  constructor(
    private readonly deliver: (input: Input) => boolean,
    private readonly moved: (at: number) => void = () => {},
  ) {}

  /** When the next input enters, in instructions; undefined when none waits. */
  get next(): number | undefined {
    return this.waiting[0]?.at;
  }

  /** What is to enter later, by now; soonest first. */
  get upcoming(): readonly StampedInput[] {
    return this.waiting;
  }

  /** Everything that has entered so far. */
  get events(): readonly StampedInput[] {
    return this.past;
  }

  /** Let an input enter at `at` (in the past: at once), behind those already waiting for the same instruction. */
  schedule(at: number, input: Input): void {
    let place = this.waiting.length;
    while (place > 0 && this.waiting[place - 1]!.at > at) place--;
    this.waiting.splice(place, 0, { ...input, at });
    if (place === 0) this.moved(at);
  }

  /** Hear of every input as it enters, with the time it did; one listener at a time. */
  listen(listener: ((input: StampedInput) => void) | undefined): void {
    this.listener = listener;
  }

  /**
   * Let the oldest input that is due by `now` enter. One at a time, so that alarms it sets for this very instruction
   * fire before the next one, in a replay as in the recording.
   * @returns whether there was one
   */
  deliverOne(now: number): boolean {
    const first = this.waiting[0];
    if (first === undefined || first.at > now) return false;
    this.waiting.shift();
    if (this.deliver(first)) {
      const stamped = { ...first, at: now };
      this.past.push(stamped);
      if (!this.inThePast) this.listener?.(stamped);
    }
    if (this.repeats > 0) this.repeats--;
    return true;
  }

  /**
   * Whether the past is being repeated: then inputs come from the log alone, and whoever sends them or hears the
   * machine's output has had all that before.
   */
  get isPast(): boolean {
    return this.inThePast;
  }

  /** The machine is as it was when `count` inputs had entered: the later ones are to enter again, at their times. */
  goBack(count: number): void {
    const again = this.past.splice(count);
    this.waiting.unshift(...again);
    this.repeats += again.length;
    // From one moment of the past to a later one: what entered between them.
    const skipped = this.waiting.splice(0, count - this.past.length);
    this.past.push(...skipped);
    this.repeats -= skipped.length;
    this.inThePast = true;
  }

  /** The past has caught up with the present, or the present begins here: what was still to be repeated never was. */
  beginPresent(): void {
    this.waiting.splice(0, this.repeats);
    this.repeats = 0;
    this.inThePast = false;
    for (const go of this.returned) go();
  }

  /** What is still to enter from now on never does. */
  forgetUpcoming(): void {
    this.waiting.splice(this.repeats);
  }

  /** For senders: hear that the past is over, and they may go on. */
  onPresent(go: () => void): void {
    this.returned.push(go);
  }
}

/** Whether an object read from a file is an input. */
export function isInput(value: Readonly<Record<string, unknown>>): value is Input {
  switch (value.kind) {
    case 'key':
      return typeof value.key === 'string' && isKeyName(value.key) && typeof value.down === 'boolean';
    case 'mouse':
      return [value.right, value.away, value.wheel].every((counts) => isWithin(counts, -MOST_COUNTS, MOST_COUNTS));
    case 'mouse-button':
      return BUTTONS.some((button) => button === value.button) && typeof value.down === 'boolean';
    case 'serial':
      return isWithin(value.port, 1, 4) && isWithin(value.byte, 0, 255);
    case 'line':
      return isWithin(value.line, 0, 15) && typeof value.level === 'boolean';
    case 'gpio':
      return isWithin(value.pin, 0, 53) && typeof value.down === 'boolean';
    case 'button':
      return value.button === 'reset' || value.button === 'nmi';
    case 'end':
      return value.state === undefined || typeof value.state === 'string';
    default:
      return false;
  }
}

function isWithin(value: unknown, low: number, high: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high;
}
