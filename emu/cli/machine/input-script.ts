/**
 * The little languages of --mouse and --button: what a hand does, and when.
 *
 *     10,-5@1s  10,0,-1@2s        the mouse: counts to the right and away, steps of the wheel towards the person
 *     left@1500ms                 a click: left, middle or right
 *     15@2s  15@3s+1s  nmi@4s     buttons: a GPIO pin, nmi or reset; behind + how long it is held
 *
 * Items stand one after the other, with blanks or semicolons between. Times are virtual, from power-on, in s, ms, us,
 * or i (instructions).
 */

import type { Input } from '../../machine/input-log.ts';
import { instructionsOf, KeyScriptError, type TimeUnit } from './key-script.ts';

/** An input, at a time that depends on the clock's frequency (instructions in a virtual second). */
export interface InputItem {
  readonly input: Input;
  at(frequency: number): number;
}

interface Time {
  readonly amount: number;
  readonly unit: TimeUnit;
}

const TIME = String.raw`(\d+(?:\.\d+)?)(s|ms|us|i)`;
const CLICK_LASTS: Time = { amount: 50, unit: 'ms' };
const PRESS_LASTS: Time = { amount: 100, unit: 'ms' };
const PINS = 54;

/** @throws KeyScriptError that points at the place */
export function parseMouseScript(script: string): InputItem[] {
  return itemsOf(script).flatMap(({ text, column }) => {
    const move = new RegExp(`^(-?\\d{1,4}),(-?\\d{1,4})(?:,(-?\\d))?@${TIME}$`).exec(text);
    if (move) {
      const [, right, away, wheel = '0', amount, unit] = move;
      const input = { kind: 'mouse', right: Number(right), away: Number(away), wheel: Number(wheel) } as const;
      return [item(input, timeOf(amount, unit))];
    }
    const click = new RegExp(`^(left|middle|right)@${TIME}$`).exec(text);
    if (!click)
      throw new KeyScriptError(script, column, 'a movement like 10,-5@1s or a click like left@1s is expected');
    const [, button, amount, unit] = click;
    return hold({ kind: 'mouse-button', button: button as 'left' }, timeOf(amount, unit), CLICK_LASTS);
  });
}

/** @throws KeyScriptError that points at the place */
export function parseButtonScript(script: string): InputItem[] {
  return itemsOf(script).flatMap(({ text, column }) => {
    const match = new RegExp(`^(\\d{1,2}|nmi|reset)@${TIME}(?:\\+${TIME})?$`).exec(text);
    if (!match) throw new KeyScriptError(script, column, 'a button and its time are expected, like 15@2s or nmi@1s');
    const [, name, amount, unit, heldAmount, heldUnit] = match;
    const when = timeOf(amount, unit);
    if (name === 'nmi' || name === 'reset') return [item({ kind: 'button', button: name }, when)];
    const pin = Number(name);
    if (pin >= PINS) throw new KeyScriptError(script, column, `the GPIO block has pins 0 to ${PINS - 1}`);
    const lasts = heldAmount === undefined ? PRESS_LASTS : timeOf(heldAmount, heldUnit);
    return hold({ kind: 'gpio', pin }, when, lasts);
  });
}

function itemsOf(script: string): { text: string; column: number }[] {
  return [...script.matchAll(/[^\s;]+/g)].map(({ 0: text, index }) => ({ text, column: index + 1 }));
}

function timeOf(amount: string | undefined, unit: string | undefined): Time {
  return { amount: Number(amount), unit: unit as TimeUnit };
}

function item(input: Input, ...times: Time[]): InputItem {
  return {
    input,
    at: (frequency) => Math.round(times.reduce((sum, time) => sum + instructionsOf(time, frequency), 0)),
  };
}

type Held =
  | { readonly kind: 'gpio'; readonly pin: number }
  | { readonly kind: 'mouse-button'; readonly button: 'left' | 'middle' | 'right' };

/** Down, and up again. */
function hold(what: Held, when: Time, lasts: Time): InputItem[] {
  return [item({ ...what, down: true }, when), item({ ...what, down: false }, when, lasts)];
}
