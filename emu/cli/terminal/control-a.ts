/**
 * Ctrl-A, then a letter or an arrow: what the person tells the emulator rather than the guest, as in QEMU.
 */

const CONTROL_A = '\x01';

/** Each command, the keys behind Ctrl-A that give it (the first one is told), and what it does. */
const TABLE = [
  ['help', ['h', '?'], 'this help'],
  ['leave', ['x'], 'leave the emulator'],
  ['reset', ['r'], 'press the reset button'],
  ['nmi', ['n'], 'press the NMI button'],
  ['gpio', ['g'], 'press the push button at GPIO 15'],
  ['screenshot', ['s'], 'write what the screen shows to trapgate-1.png, -2.png ...'],
  ['mouse', ['m'], 'give the mouse to the guest, or take it back'],
  ['mouse-up', ['\x1b[A', '\x1bOA'], 'move its mouse; left, right and down likewise'],
  ['mouse-down', ['\x1b[B', '\x1bOB'], undefined],
  ['mouse-right', ['\x1b[C', '\x1bOC'], undefined],
  ['mouse-left', ['\x1b[D', '\x1bOD'], undefined],
  ['click-left', ['1'], 'click the left mouse button; 2 the middle, 3 the right one'],
  ['click-middle', ['2'], undefined],
  ['click-right', ['3'], undefined],
  ['wheel-up', ['+', '='], 'turn the mouse wheel away from you; - towards you'],
  ['wheel-down', ['-'], undefined],
  ['delete', ['d'], 'Ctrl+Alt+Delete'],
  ['pause', ['p'], 'Pause; o Print Screen, c Caps, k Num, l Scroll Lock'],
  ['print-screen', ['o'], undefined],
  ['caps-lock', ['c'], undefined],
  ['num-lock', ['k'], undefined],
  ['scroll-lock', ['l'], undefined],
  ['left-windows', ['w'], 'the Windows key; u the menu key'],
  ['menu', ['u'], undefined],
] as const satisfies readonly (readonly [string, readonly string[], string | undefined])[];

export type EmulatorCommand = (typeof TABLE)[number][0] | 'unknown';

/** What was typed, in order: text for the guest, and commands for the emulator. */
export type Typed =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'command'; readonly command: EmulatorCommand };

const KEY_NAMES: Readonly<Record<string, string>> = { '\x1b[A': 'up' };

export const CONTROL_A_HELP: readonly string[] = [
  ...TABLE.filter(([, , help]) => help !== undefined).map(([, [key], help]) => line(KEY_NAMES[key] ?? key, help ?? '')),
  line('a', 'send Ctrl-A itself (also Ctrl-A Ctrl-A)'),
];

function line(key: string, help: string): string {
  return `Ctrl-A ${key.padEnd(5)}${help}`;
}

export class ControlA {
  private pending = false;

  /** Sort out what a terminal sent at once. */
  sort(text: string): Typed[] {
    const typed: Typed[] = [];
    let plain = '';
    const flush = () => {
      if (plain !== '') typed.push({ kind: 'text', text: plain });
      plain = '';
    };
    for (let rest = text; rest !== ''; ) {
      if (!this.pending) {
        const at = rest.indexOf(CONTROL_A);
        this.pending = at >= 0;
        plain += at < 0 ? rest : rest.slice(0, at);
        rest = at < 0 ? '' : rest.slice(at + 1);
        continue;
      }
      this.pending = false;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
      const key = /^\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Z])/.exec(rest)?.[0] ?? String.fromCodePoint(rest.codePointAt(0)!);
      rest = rest.slice(key.length);
      if (key === 'a' || key === CONTROL_A) plain += CONTROL_A;
      else {
        flush();
        typed.push({ kind: 'command', command: commandOf(key) });
      }
    }
    flush();
    return typed;
  }
}

function commandOf(key: string): EmulatorCommand {
  const wanted = key.length === 1 ? key.toLowerCase() : key;
  return TABLE.find(([, keys]) => (keys as readonly string[]).includes(wanted))?.[0] ?? 'unknown';
}
