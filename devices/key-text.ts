/** Text as a person would type it on a US keyboard. */
import type { KeyName } from './keys.ts';

/** One movement of a key. */
export interface KeyStroke {
  key: KeyName;
  down: boolean;
}

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'] as KeyName[];
const DIGITS = [...'0123456789'] as KeyName[];

/** Key, its character, and the character it gives with shift. */
const SIGNS: readonly (readonly [KeyName, string, string])[] = [
  ...LETTERS.map((key) => [key, key, key.toUpperCase()] as const),
  ...DIGITS.map((key, n) => [key, key, ')!@#$%^&*('.charAt(n)] as const),
  ['backquote', '`', '~'],
  ['minus', '-', '_'],
  ['equal', '=', '+'],
  ['left-bracket', '[', '{'],
  ['right-bracket', ']', '}'],
  ['backslash', '\\', '|'],
  ['semicolon', ';', ':'],
  ['quote', "'", '"'],
  ['comma', ',', '<'],
  ['period', '.', '>'],
  ['slash', '/', '?'],
];

const chords = new Map<string, readonly KeyName[]>();
// Control and a letter are the characters 1-26; those that have keys of their own come after and win.
LETTERS.forEach((key, n) => void chords.set(String.fromCharCode(n + 1), ['left-control', key]));
for (const [key, plain, shifted] of SIGNS) {
  chords.set(plain, [key]);
  chords.set(shifted, ['left-shift', key]);
}
chords.set(' ', ['space']);
chords.set('\n', ['enter']);
chords.set('\r', ['enter']);
chords.set('\t', ['tab']);
chords.set('\b', ['backspace']);
chords.set('\x7f', ['backspace']);
chords.set('\x1b', ['escape']);

/** Keys pressed in this order and let go in the reverse one. */
export function chord(keys: readonly KeyName[]): KeyStroke[] {
  return [...keys.map((key) => ({ key, down: true })), ...keys.toReversed().map((key) => ({ key, down: false }))];
}

/**
 * The strokes that type `text`: printable ASCII; new line and carriage return are enter, 0x08 and 0x7f backspace, 0x1b
 * escape, the other characters from 1 to 26 control and a letter. Throws RangeError for a character that no key has.
 */
export function strokesOf(text: string): KeyStroke[] {
  return [...text].flatMap((character) => {
    const keys = chords.get(character);
    if (keys === undefined) throw new RangeError(`no key types ${JSON.stringify(character)}`);
    return chord(keys);
  });
}
