/** What enters a machine from outside, and when, in words: `m.input(key('a'), at(10, 'ms'))`. */

import { chord, strokesOf } from '../../devices/key-text.ts';
import type { KeyName } from '../../devices/keys.ts';
import type { Input } from '../machine/input-log.ts';

/** A virtual time since power-on. */
export interface VirtualTime {
  readonly amount: number;
  readonly unit: 's' | 'ms' | 'us' | 'instructions';
}

const PER_SECOND = { s: 1, ms: 1e3, us: 1e6 } as const;

/** A virtual time since power-on; default unit: instructions. */
export function at(amount: number, unit: VirtualTime['unit'] = 'instructions'): VirtualTime {
  return { amount, unit };
}

/** @param frequency instructions in a virtual second */
export function instructionsOf({ amount, unit }: VirtualTime, frequency: number): number {
  return Math.round(unit === 'instructions' ? amount : (amount / PER_SECOND[unit]) * frequency);
}

/** A key pressed and released, or several together: `key('left-control', 'c')`. */
export function key(...names: readonly KeyName[]): Input[] {
  return chord([...names]).map((stroke) => ({ kind: 'key', ...stroke }));
}

/** The keys that make this text on a US keyboard. @throws Error for what no key makes */
export function keys(text: string): Input[] {
  return strokesOf(text).map((stroke) => ({ kind: 'key', ...stroke }));
}

/** Bytes that arrive at a serial port, 1 for COM1: the first one then, the others as the port has room and RTS is on. */
export function serial(text: string, port = 1): Input[] {
  return [...Buffer.from(text, 'latin1')].map((byte) => ({ kind: 'serial', port, byte }));
}

/** A finger on an interrupt wire, 0 to 15: puts it high or low. */
export function line(irq: number, level: boolean): Input {
  return { kind: 'line', line: irq, level };
}

/** A rising edge on an interrupt wire, 0 to 15, that stays high until `line(irq, false)`. */
export function edge(irq: number): Input[] {
  return [line(irq, false), line(irq, true)];
}
