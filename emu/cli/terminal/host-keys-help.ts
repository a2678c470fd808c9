/** What a person's keys do, for `run --help` and Ctrl-A h. */

import { CONTROL_A_HELP } from './control-a.ts';

export const HOST_KEYS_HELP: readonly string[] = [
  ...CONTROL_A_HELP,
  '',
  'Arrows, Home, End, Page Up and Down, Insert, Delete and F1 to F12 work as',
  'they are, with Shift, Alt and Ctrl where the terminal tells of them; Esc then',
  'a key is Alt with that key. All 104 keys have names for --keys.',
  'A tone of the speaker rings the bell of the terminal.',
];
