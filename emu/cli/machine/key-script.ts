/**
 * The little language of --keys: what is typed on the emulated keyboard, and when.
 *
 *     h@500ms                     the key h, half a virtual second after power-on
 *     "help\n"@1s                 text, typed key by key from then on (text "help\n" @1s is the same)
 *     left-control+c@+200ms       a chord, 200 ms after the item before
 *     enter                       right behind the item before
 *
 * Items stand one after the other, with blanks or semicolons between. Times are in s, ms, us, or i (instructions).
 */

import { chord, type KeyStroke, strokesOf } from '../../../devices/key-text.ts';
import { isKeyName, type KeyName } from '../../../devices/keys.ts';

/** Strokes to type from a virtual time on, in seconds or instructions. */
export interface KeyItem {
  readonly strokes: readonly KeyStroke[];
  /** Absent: right behind the item before. */
  readonly when: { readonly amount: number; readonly unit: TimeUnit; readonly relative: boolean } | undefined;
}

export type TimeUnit = 's' | 'ms' | 'us' | 'i';

/** A script that cannot be understood; `column` counts from 1. */
export class KeyScriptError extends Error {
  override readonly name = 'KeyScriptError';

  constructor(
    script: string,
    readonly column: number,
    complaint: string,
  ) {
    super(`${complaint}\n  ${script.replaceAll('\n', ' ')}\n  ${' '.repeat(column - 1)}^`);
  }
}

const UNITS_PER_SECOND = { s: 1, ms: 1e3, us: 1e6 } as const;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', e: '\x1b', '\\': '\\', '"': '"' };

/** @throws KeyScriptError that points at the place */
export function parseKeyScript(script: string): KeyItem[] {
  const items: KeyItem[] = [];
  let at = 0;
  const fail = (complaint: string, where = at): never => {
    throw new KeyScriptError(script, where + 1, complaint);
  };
  const take = (pattern: RegExp): string | undefined => {
    const sticky = new RegExp(pattern, 'y');
    sticky.lastIndex = at;
    const match = sticky.exec(script)?.[0];
    at += match?.length ?? 0;
    return match;
  };

  const text = (): KeyStroke[] => {
    const start = at;
    const literal = take(/"(?:[^"\\]|\\.)*"/s) ?? fail('the text has no closing quote');
    const typed = literal.slice(1, -1).replace(/\\(.)/gs, (whole, letter: string) => {
      return ESCAPES[letter] ?? fail(`${whole} is none of \\n \\t \\b \\e \\\\ \\"`, start);
    });
    try {
      return strokesOf(typed);
    } catch (error) {
      return fail((error as Error).message, start);
    }
  };
  const keys = (): KeyStroke[] => {
    const names: KeyName[] = [];
    do {
      const start = at;
      const name = take(/[a-z0-9-]+/) ?? fail('a key or a text in quotes is expected');
      if (!isKeyName(name))
        return fail(`no key is called '${name}' (letters, digits, enter, left-shift, f1 ...)`, start);
      names.push(name);
    } while (take(/\+/));
    return chord(names);
  };
  const time = (): KeyItem['when'] => {
    take(/\s*/);
    if (!take(/@/)) return undefined;
    const relative = take(/\+/) !== undefined;
    const amount = take(/\d+(\.\d+)?/) ?? fail('a time is expected behind @, like 500ms');
    const unit = take(/(s|ms|us|i)(?![a-z0-9])/) ?? fail('the unit of a time is s, ms, us or i (instructions)');
    return { amount: Number(amount), unit: unit as TimeUnit, relative };
  };

  for (take(/[\s;]*/); at < script.length; take(/[\s;]*/)) {
    const wordText = take(/text\s*(?=")/) !== undefined;
    const strokes = wordText || script[at] === '"' ? text() : keys();
    items.push({ strokes, when: time() });
  }
  return items;
}

/** A time in instructions, of which there are `frequency` in a virtual second. */
export function instructionsOf({ amount, unit }: { amount: number; unit: TimeUnit }, frequency: number): number {
  return unit === 'i' ? amount : (amount / UNITS_PER_SECOND[unit]) * frequency;
}

/**
 * The virtual time at which each item begins, in instructions.
 * @param frequency instructions in a virtual second
 */
export function timeOfItems(
  items: readonly KeyItem[],
  frequency: number,
): { at: number; strokes: readonly KeyStroke[] }[] {
  let last = 0;
  return items.map(({ strokes, when }) => {
    if (when) {
      last = Math.round(instructionsOf(when, frequency)) + (when.relative ? last : 0);
    }
    return { at: last, strokes };
  });
}
