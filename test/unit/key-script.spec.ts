import { describe, expect, test } from 'vitest';
import { parseKeyScript, timeOfItems } from '../../emu/cli/machine/key-script.ts';

/** A script as 'time: strokes', with a frequency of 1,000,000 instructions in a second. */
function schedule(script: string): string[] {
  return timeOfItems(parseKeyScript(script), 1_000_000).map(
    ({ at, strokes }) => `${at}: ${strokes.map(({ key, down }) => (down ? key : `/${key}`)).join(' ')}`,
  );
}

describe('key script', () => {
  test('a key at a time', () => {
    expect(schedule('h@500ms')).toEqual(['500000: h /h']);
  });

  test('text, with or without the word, blanks allowed before the time', () => {
    expect(schedule('text "Hi\\n" @1s')).toEqual(['1000000: left-shift h /h /left-shift i /i enter /enter']);
    expect(schedule('"\\\\\\""@2us')).toEqual(['2: backslash /backslash left-shift quote /quote /left-shift']);
  });

  test('chords', () => {
    expect(schedule('left-control+c@7i')).toEqual(['7: left-control c /c /left-control']);
  });

  test('times relative to the item before, and none at all', () => {
    expect(schedule('a@1ms; b@+0.5ms c')).toEqual(['1000: a /a', '1500: b /b', '1500: c /c']);
  });

  test('an empty script types nothing', () => {
    expect(schedule(' ; ')).toEqual([]);
  });

  test.each([
    ['a@', 'a time is expected behind @, like 500ms\n  a@\n    ^'],
    ['a@5', 'the unit of a time is s, ms, us or i (instructions)\n  a@5\n     ^'],
    ['a@5min', 'the unit of a time is'],
    ['a ctrl+c', "no key is called 'ctrl' (letters, digits, enter, left-shift, f1 ...)\n  a ctrl+c\n    ^"],
    ['"abc', 'the text has no closing quote\n  "abc\n  ^'],
    ['"\\q"', '\\q is none of'],
    ['"é"', 'no key types "é"'],
    ['A', 'a key or a text in quotes is expected\n  A\n  ^'],
  ])('points at what it cannot understand: %s', (script, message) => {
    expect(() => parseKeyScript(script)).toThrow(message);
  });
});
