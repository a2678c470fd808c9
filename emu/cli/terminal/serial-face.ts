/**
 * COM1 on a terminal: what is typed goes there byte for byte, what it sends is shown as it comes.
 */

import { drained } from '../session/pipe-face.ts';
import type { Face, Session } from '../session/session.ts';
import { ControlA } from './control-a.ts';
import { HOST_KEYS_HELP } from './host-keys-help.ts';
import { obey } from './obey.ts';
import { RawTerminal } from './raw-terminal.ts';

export class SerialFace implements Face {
  readonly isOpen = true;
  private readonly terminal = new RawTerminal();
  private readonly controlA = new ControlA();

  attach(session: Session): void {
    this.terminal.enter('', '\x1b[0m\r\n', (text) => this.typed(session, text));
  }

  refresh(): void {}

  beep(): void {
    this.terminal.write('\x07');
  }

  drained(): Promise<void> {
    return drained(process.stdout);
  }

  detach(): void {
    this.terminal.leave();
  }

  private typed(session: Session, text: string): void {
    for (const item of this.controlA.sort(text)) {
      if (item.kind === 'text') session.sendSerial(Buffer.from(item.text, 'utf8'));
      else if (item.command === 'help' || item.command === 'unknown') {
        this.terminal.write(`\r\n${HOST_KEYS_HELP.join('\r\n')}\r\n`);
      } else obey(item.command, session);
    }
  }
}
