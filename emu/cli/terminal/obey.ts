/** What Ctrl-A's commands do to the machine, whichever face it has. */

import { writeFileSync } from 'node:fs';
import { chord } from '../../../devices/key-text.ts';
import type { KeyName } from '../../../devices/keys.ts';
import { pictureOf } from '../../../devices/vga-picture.ts';
import { pngOf } from '../png.ts';
import type { Session } from '../session/session.ts';
import type { EmulatorCommand } from './control-a.ts';

/** The pin whose button a terminal has a key for. */
const BUTTON_PIN = 15;
/** Counts to one press of an arrow. */
const STEP = 8;

const MOVES: Partial<Record<EmulatorCommand, { right: number; away: number; wheel: number }>> = {
  'mouse-up': { right: 0, away: STEP, wheel: 0 },
  'mouse-down': { right: 0, away: -STEP, wheel: 0 },
  'mouse-left': { right: -STEP, away: 0, wheel: 0 },
  'mouse-right': { right: STEP, away: 0, wheel: 0 },
  'wheel-up': { right: 0, away: 0, wheel: -1 },
  'wheel-down': { right: 0, away: 0, wheel: 1 },
};
const CLICKS: Partial<Record<EmulatorCommand, 'left' | 'middle' | 'right'>> = {
  'click-left': 'left',
  'click-middle': 'middle',
  'click-right': 'right',
};

/** Keys that no terminal sends. */
const KEYS: Partial<Record<EmulatorCommand, readonly KeyName[]>> = {
  delete: ['left-control', 'left-alt', 'delete'],
  pause: ['pause'],
  'print-screen': ['print-screen'],
  'caps-lock': ['caps-lock'],
  'num-lock': ['num-lock'],
  'scroll-lock': ['scroll-lock'],
  'left-windows': ['left-windows'],
  menu: ['menu'],
};

let pictures = 0;

/** Carries a command out; those that only a face can carry out do nothing. */
export function obey(command: EmulatorCommand, session: Session): void {
  const move = MOVES[command];
  const click = CLICKS[command];
  const keys = KEYS[command];
  if (keys) session.typeKeys(chord(keys));
  else if (move) session.do({ kind: 'mouse', ...move });
  else if (click) session.push({ kind: 'mouse-button', button: click });
  else if (command === 'gpio') session.push({ kind: 'gpio', pin: BUTTON_PIN });
  else if (command === 'nmi' || command === 'reset') session.do({ kind: 'button', button: command });
  else if (command === 'leave') session.end({ kind: 'left' });
  else if (command === 'screenshot') takePicture(session);
}

/** A picture never replaces an older one's file. */
function takePicture(session: Session): void {
  const png = pngOf(pictureOf(session.pc.vga.text()));
  for (;;) {
    try {
      writeFileSync(`trapgate-${++pictures}.png`, png, { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return;
    }
  }
}
