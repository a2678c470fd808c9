/**
 * The PC's screen and keyboard on a terminal.
 */

import { drained } from '../session/pipe-face.ts';
import type { Face, Session } from '../session/session.ts';
import { ControlA } from './control-a.ts';
import { strokesOfTerminal } from './host-keys.ts';
import { HOST_KEYS_HELP } from './host-keys-help.ts';
import { HostMouse } from './host-mouse.ts';
import { obey } from './obey.ts';
import { Painter } from './painter.ts';
import { RawTerminal } from './raw-terminal.ts';

// ECMA-48, and xterm's alternate screen (1049), which leaves the person's own as it was.
const ENTER = '\x1b[?1049h\x1b[2J';
const LEAVE = `${HostMouse.release}\x1b[0m\x1b[?25h\x1b[?1049l`;
const CLEAR = '\x1b[0m\x1b[2J\x1b[H';
/** Milliseconds between two paintings: 50 a second are more than eyes want. */
const FRAME_MS = 20;

export class ScreenFace implements Face {
  readonly isOpen = true;
  private readonly terminal = new RawTerminal();
  private readonly painter = new Painter();
  private readonly controlA = new ControlA();
  private readonly mouse = new HostMouse();
  private helpIsShown = false;
  private lastFrame = Number.NEGATIVE_INFINITY;
  private frameTimer: NodeJS.Timeout | undefined;

  attach(session: Session): void {
    const repaint = () => {
      this.painter.forget();
      this.paint(session);
    };
    this.terminal.enter(ENTER, LEAVE, (text) => this.typed(session, text), repaint);
  }

  /** Paint, but not too often: what comes too soon after the last frame is painted a little later. */
  refresh(session: Session): void {
    const wait = this.lastFrame + FRAME_MS - performance.now();
    if (wait <= 0) this.paint(session);
    else this.frameTimer ??= setTimeout(() => this.paint(session), wait);
  }

  beep(): void {
    this.terminal.write('\x07');
  }

  drained(): Promise<void> {
    return drained(process.stdout);
  }

  detach(): void {
    clearTimeout(this.frameTimer);
    this.terminal.leave();
  }

  private paint(session: Session): void {
    clearTimeout(this.frameTimer);
    this.frameTimer = undefined;
    this.lastFrame = performance.now();
    if (this.helpIsShown) return;
    const { rows, columns } = this.terminal;
    const screen = session.pc.vga.text();
    this.terminal.write(this.painter.paint(screen, rows, columns));
  }

  private typed(session: Session, text: string): void {
    if (this.helpIsShown) {
      // Any key ends the help.
      this.helpIsShown = false;
      this.painter.forget();
      this.paint(session);
      return;
    }
    const { rest, inputs } = this.mouse.sort(text);
    if (inputs.length > 0) session.do(...inputs);
    for (const item of this.controlA.sort(rest)) {
      if (item.kind === 'text') session.typeKeys(strokesOfTerminal(item.text));
      else if (item.command === 'mouse') this.terminal.write(this.mouse.toggle());
      else if (item.command === 'help' || item.command === 'unknown') this.showHelp();
      else obey(item.command, session);
    }
  }

  private showHelp(): void {
    this.helpIsShown = true;
    const lines = [
      'trapgate: the keys of this terminal are the keyboard of the emulated PC.',
      '',
      ...HOST_KEYS_HELP.map((line) => `  ${line}`),
      '',
      'Press any key to go on.',
    ];
    this.terminal.write(`${CLEAR}${lines.join('\r\n')}`);
  }
}
