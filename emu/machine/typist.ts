/**
 * Someone at the keyboard: types key strokes one after the other, no faster than fingers and the keyboard's own
 * buffer allow. The strokes enter through the input gate and are logged there; a replay needs no typist.
 */

import type { Alarm, Clock } from '../../devices/device.ts';
import type { KeyStroke } from '../../devices/key-text.ts';
import type { InputGate } from './input-log.ts';

/** Strokes in a virtual second: faster than any person, slow enough for the keyboard's 10 to 16.7 kHz wire. */
const STROKES_PER_SECOND = 200;

export class Typist {
  private readonly queue: KeyStroke[] = [];
  private readonly alarm: Alarm;
  private readonly pause: number;
  private nextAt = 0;

  /** @param keyboardIdle whether the keyboard has room for another stroke */
  constructor(
    private readonly clock: Clock,
    private readonly inputs: InputGate,
    private readonly keyboardIdle: () => boolean,
  ) {
    this.pause = Math.ceil(clock.frequency / STROKES_PER_SECOND);
    this.alarm = clock.alarm('typist', () => this.strike());
  }

  /** Strokes still to be made. */
  get waiting(): number {
    return this.queue.length;
  }

  /** Type these behind what is still to be typed. */
  type(strokes: readonly KeyStroke[]): void {
    this.queue.push(...strokes);
    if (this.queue.length > 0 && this.alarm.at === undefined) this.alarm.set(Math.max(this.nextAt, this.clock.now));
  }

  /** What has not been typed by now never is. */
  forgetWaiting(): void {
    this.queue.length = 0;
    this.alarm.clear();
  }

  private strike(): void {
    this.nextAt = this.clock.now + this.pause;
    if (this.keyboardIdle()) {
      const stroke = this.queue.shift();
      if (stroke) this.inputs.schedule(this.clock.now, { kind: 'key', ...stroke });
    }
    if (this.queue.length > 0) this.alarm.set(this.nextAt);
  }
}
