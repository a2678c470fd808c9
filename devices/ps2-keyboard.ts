import { Chip } from './chip.ts';
import type { Clock } from './device.ts';
import type { KeyName } from './keys.ts';
import type { Ps2Device } from './ps2.ts';

export interface Ps2KeyboardOptions {
  clock: Clock;
}
export interface Ps2KeyboardState {
  leds: number;
}
/** It has no ports: the 8042 is given it. It is a Device all the same: reset, save and load it with the others. */
export class Ps2Keyboard extends Chip<Ps2KeyboardState> implements Ps2Device {
  readonly name = 'ps2-keyboard';
  constructor(_options: Ps2KeyboardOptions) {
    super(() => ({ leds: 0 }));
  }
  /** A person presses a key. */
  press(_key: KeyName): void {}
  /** A person lets a key go. */
  release(_key: KeyName): void {}
  /** Whether the keyboard has room for the bytes of another key; a host that types text waits until it has. */
  get idle(): boolean {
    return true;
  }
  get waiting(): boolean {
    return false;
  }
  send(): number {
    return 0;
  }
  receive(_byte: number): void {}
  attach(_wake: () => void): void {}
  protected settle(): void {}
}
