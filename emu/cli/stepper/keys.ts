/** The keys of the full screen: what each does, as the screen shows it. */

import { PANES } from './panes.ts';

/** What a key does besides typing a command for the person. */
export type KeyAction =
  | 'command-line'
  | 'guest'
  | 'help'
  | 'quit'
  | 'next-pane'
  | 'previous-pane'
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'home'
  | 'left'
  | 'right'
  | 'enter'
  | 'toggle-stop'
  | 'run-to-cursor'
  | 'address'
  | 'interrupt'
  | 'redraw';

export interface KeyBinding {
  /** terminal-kit's names. */
  readonly keys: readonly string[];
  /** As people know it. */
  readonly shown: string;
  readonly help: string;
  /** The command it is short for, or what else it does. */
  readonly does: { readonly command: string } | { readonly action: KeyAction };
}

const command = (key: string, text: string, help: string): KeyBinding => ({
  keys: [key],
  shown: key,
  help,
  does: { command: text },
});
const action = (keys: readonly string[], shown: string, help: string, does: KeyAction): KeyBinding => ({
  keys,
  shown,
  help,
  does: { action: does },
});

/** Lower case goes forwards, upper case backwards. */
export const MOVE_KEYS: readonly KeyBinding[] = [
  command('s', 'step', 'step an instruction'),
  command('o', 'over', 'step over calls and interrupts'),
  command('l', 'line', 'step a line of source'),
  command('n', 'next', 'a line, over calls'),
  command('u', 'out', 'out of this routine'),
  command('r', 'run', 'run to the next stop'),
  action(['.'], '.', 'run to the cursor in the code', 'run-to-cursor'),
  command('S', 'back', 'an instruction back'),
  command('O', 'back-over', 'back over calls'),
  command('L', 'back-line', 'a line back'),
  command('R', 'run-back', 'run back to the stop before'),
  action(['CTRL_C'], '^C', 'stop what runs', 'interrupt'),
];

export const OTHER_KEYS: readonly KeyBinding[] = [
  action(['b'], 'b', 'set or take a stop at the cursor', 'toggle-stop'),
  action([':', 'ENTER'], ':', 'a command (Tab completes)', 'command-line'),
  action(['TAB'], 'Tab', 'the next pane (Shift-Tab: the one before)', 'next-pane'),
  action(['SHIFT_TAB'], 'S-Tab', 'the pane before', 'previous-pane'),
  action(['UP'], '\u2191', 'up in the pane', 'up'),
  action(['DOWN'], '\u2193', 'down', 'down'),
  action(['PAGE_UP'], 'PgUp', 'a page up', 'page-up'),
  action(['PAGE_DOWN'], 'PgDn', 'a page down', 'page-down'),
  action(['HOME'], 'Home', 'back to where the machine stands', 'home'),
  action(['LEFT'], '\u2190', 'timeline: the trap before; else left', 'left'),
  action(['RIGHT'], '\u2192', 'timeline: the trap after; else right', 'right'),
  action(['g'], 'g', 'timeline: go to its cursor', 'enter'),
  action(['a'], 'a', 'the address the pane shows', 'address'),
  action(['k'], 'k', 'the keyboard to the guest (Ctrl-] takes it back)', 'guest'),
  action(['CTRL_L'], '^L', 'draw everything again', 'redraw'),
  action(['?', 'h', 'F1'], '?', 'all keys and commands', 'help'),
  action(['q'], 'q', 'leave', 'quit'),
];

export const KEYS: readonly KeyBinding[] = [...MOVE_KEYS, ...OTHER_KEYS];

/** In the last rows, in as few words as will do; the panes that have digits stand in their title. */
export const KEY_ROWS: readonly (readonly (readonly [string, string])[])[] = [
  [
    ...([
      ['s', 'step'],
      ['o', 'over'],
      ['l', 'line'],
      ['n', 'next'],
      ['u', 'out'],
      ['r', 'run'],
      ['.', 'cursor'],
    ] as const),
    ...([
      ['S O L R', 'back'],
      ['^C', 'stop'],
    ] as const),
  ],
  [
    ...([
      ['Tab', 'pane'],
      ['\u2191\u2193', 'scroll'],
      ['a', 'address'],
      ['b', 'stop'],
      ['k', 'to guest'],
    ] as const),
    ...([
      [':', 'command'],
      ['?', 'help'],
      ['q', 'quit'],
    ] as const),
  ],
  PANES.filter(({ key }) => !/\d/.test(key)).map(({ key, name }) => [key, name] as const),
];

export function bindingOf(key: string): KeyBinding | undefined {
  return KEYS.find(({ keys }) => keys.includes(key));
}
