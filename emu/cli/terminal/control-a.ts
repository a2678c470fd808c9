/**
 * Ctrl-A, then a letter: what the person tells the emulator rather than the guest, as in QEMU.
 */

const CONTROL_A = '\x01';

export type EmulatorCommand = 'leave' | 'help' | 'reset' | 'unknown';

/** What was typed, in order: text for the guest, and commands for the emulator. */
export type Typed =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'command'; readonly command: EmulatorCommand };

export const CONTROL_A_HELP = [
  'Ctrl-A h    this help',
  'Ctrl-A x    leave the emulator',
  'Ctrl-A r    press the reset button',
  'Ctrl-A a    send Ctrl-A itself (also Ctrl-A Ctrl-A)',
] as const;

const COMMANDS: Readonly<Record<string, EmulatorCommand>> = { x: 'leave', h: 'help', '?': 'help', r: 'reset' };

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
    for (const character of text) {
      if (!this.pending) {
        if (character === CONTROL_A) this.pending = true;
        else plain += character;
        continue;
      }
      this.pending = false;
      if (character === 'a' || character === CONTROL_A) plain += CONTROL_A;
      else {
        flush();
        typed.push({ kind: 'command', command: COMMANDS[character.toLowerCase()] ?? 'unknown' });
      }
    }
    flush();
    return typed;
  }
}
