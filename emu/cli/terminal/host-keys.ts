/**
 * What a terminal sends for a key, as strokes on the emulated keyboard.
 *
 * A terminal sends characters, and escape sequences for keys that have none: CSI letter, CSI number ~, SS3 letter,
 * with modifiers as in xterm (CSI 1 ; m letter, m - 1 being shift 1, alt 2, control 4). ESC and a character is that
 * key with alt; an ESC with nothing behind it is the escape key.
 */

import { chord, type KeyStroke, strokesOf } from '../../../devices/key-text.ts';
import type { KeyName } from '../../../devices/keys.ts';

const ESC = '\x1b';

const LETTER_KEYS: Readonly<Record<string, KeyName>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  E: 'keypad-5',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};

const NUMBER_KEYS: Readonly<Record<number, KeyName>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'page-up',
  6: 'page-down',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};

const MODIFIERS: readonly (readonly [number, KeyName])[] = [
  [1, 'left-shift'],
  [2, 'left-alt'],
  [4, 'left-control'],
];

/** What a terminal sent at once, as strokes. What no key of the PC's board makes is left out. */
export function strokesOfTerminal(text: string): KeyStroke[] {
  const strokes: KeyStroke[] = [];
  let rest = text;
  while (rest !== '') {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
    const sequence = /^\x1b(?:\[([0-9;]*)([A-Za-z~])|O([A-Z]))/.exec(rest);
    if (sequence) {
      rest = rest.slice(sequence[0].length);
      strokes.push(...strokesOfSequence(sequence[1] ?? '', sequence[2] ?? sequence[3]!));
      continue;
    }
    const [character = ''] = rest;
    rest = rest.slice(character.length);
    if (character === ESC && rest !== '' && !rest.startsWith(ESC)) {
      const [next = ''] = rest;
      rest = rest.slice(next.length);
      strokes.push({ key: 'left-alt', down: true }, ...typed(next), { key: 'left-alt', down: false });
    } else strokes.push(...typed(character));
  }
  return strokes;
}

function strokesOfSequence(parameters: string, final: string): KeyStroke[] {
  if (final === 'Z') return chord(['left-shift', 'tab']);
  const [number = 1, modifiers = 1] = parameters.split(';').map((n) => Number(n) || 1);
  const key = final === '~' ? NUMBER_KEYS[number] : LETTER_KEYS[final];
  if (!key) return [];
  const held = MODIFIERS.filter(([bit]) => (modifiers - 1) & bit).map(([, name]) => name);
  return chord([...held, key]);
}

function typed(character: string): KeyStroke[] {
  try {
    return strokesOf(character);
  } catch {
    // A character that no US key types: as on that board, nothing happens.
    return [];
  }
}
