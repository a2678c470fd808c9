/** What a command of the debugger's command line is. The commands are in the files beside this one, by what they are for. */

import type { Line } from '../views/text.ts';
import type { Conversation } from './conversation.ts';

export interface DebugCommand {
  /** Its names, the usual one first. */
  readonly names: readonly string[];
  readonly usage: string;
  readonly help: string;
  /** @returns what to say, or undefined when the arguments are wrong */
  run(c: Conversation, args: readonly string[]): Promise<readonly Line[] | undefined> | readonly Line[] | undefined;
}
