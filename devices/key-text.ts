import type { KeyName } from './keys.ts';

/** One movement of a key. */
export interface KeyStroke {
  key: KeyName;
  down: boolean;
}

/** The strokes by which `text` is typed on a US keyboard; '\n' is enter, '\t' tab, '\b' backspace, 0x1b escape, 1-26 control and a letter. Throws RangeError for a character that no key has. */
export function strokesOf(_text: string): KeyStroke[] {
  return [];
}
