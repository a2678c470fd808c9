/**
 * The debugger as a conversation in lines: a command in, text out. The same in a terminal, in a pipe, in a test, and on
 * the command line of the full screen.
 */

import type { DebugCommand } from './commands/command.ts';
import { Conversation } from './commands/conversation.ts';
import { LOOKS, VIEW_LIST } from './commands/looks.ts';
import { MOVES } from './commands/moves.ts';
import { STOPS } from './commands/stops.ts';
import { MONITOR_COMMANDS } from './monitor.ts';
import { ExpressionError } from './sight/expression.ts';
import { type Target, TargetError } from './stepper/target.ts';
import { VIEWS, viewNamed } from './views/index.ts';
import type { Scene } from './views/scene.ts';
import { dim, type Line, line, paragraph, plain, title } from './views/text.ts';

const COMMANDS = [...MOVES, ...STOPS, ...LOOKS];

export class Repl {
  private readonly conversation: Conversation;

  constructor(readonly target: Target) {
    this.conversation = new Conversation(target);
  }

  /** What views draw on now, with what has changed since the last move. */
  get scene(): Scene {
    return this.conversation.scene;
  }

  /** What an expression is worth. @throws ExpressionError, TargetError */
  value(text: string): Promise<number | undefined> {
    return this.conversation.value(text);
  }

  /** Answer a line. @returns text without an end of line; empty when there is nothing to say */
  async answer(typed: string): Promise<string> {
    return plain(await this.lines(typed));
  }

  /** The same with tones. */
  async lines(typed: string): Promise<readonly Line[]> {
    const [name = '', ...args] = typed.trim().split(/\s+/);
    if (name === '') return [];
    if (name === 'help') return help();
    const command = COMMANDS.find(({ names }) => names.includes(name));
    try {
      const view = command ? undefined : viewNamed(name);
      // 'irq 1' is a finger on a wire, 'irq' the wires.
      if (view && (args.length === 0 || view.argument !== undefined)) return this.lines(`info ${typed.trim()}`);
      if (!command) return paragraph((await this.target.monitor(typed.trim())).trimEnd());
      return (
        (await command.run(this.conversation, args)) ?? [line(`usage: ${command.names[0]} ${command.usage}`.trimEnd())]
      );
    } catch (error) {
      if (error instanceof ExpressionError || error instanceof RangeError || error instanceof TargetError) {
        return [line(error.message)];
      }
      throw error;
    }
  }

  /** How a line that begins so may go on: commands, then what belongs behind them. */
  complete(typed: string): string[] {
    const words = typed.trimStart().split(/\s+/);
    const last = words.at(-1) ?? '';
    if (words.length <= 1) {
      const names = [
        ...[...COMMANDS, ...VIEWS].flatMap((command) => command.names),
        ...MONITOR_COMMANDS.map(([first]) => first),
        'help',
        'quit',
      ];
      return [...new Set(names)].filter((name) => name.startsWith(last)).sort();
    }
    if (['info', 'i'].includes(words[0]!) && words.length === 2) {
      return VIEWS.map(({ names }) => names[0]!).filter((name) => name.startsWith(last));
    }
    // Behind an operator, too: [jif -> [jiffies
    const start = /[\w.$@?]*$/.exec(last)![0];
    const before = last.slice(0, last.length - start.length);
    return this.scene.symbols.namesFrom(start).map((name) => before + name);
  }
}

function help(): Line[] {
  const list = (heading: string, rows: readonly (readonly [string, string])[]) => [
    line(title(heading)),
    ...rows.map(([left, text]) => line(`  ${left}`.padEnd(42), dim(text))),
  ];
  const rows = (commands: readonly DebugCommand[]) =>
    commands.map(({ names, usage, help }) => [`${names.join(', ')} ${usage}`.trimEnd(), help] as const);
  return [
    ...list('Moving', rows(MOVES)),
    ...list('Stops', rows(STOPS)),
    ...list('Looking', rows(LOOKS)),
    ...list('Views (info can be left out)', VIEW_LIST),
    ...list('The machine (as gdb has them behind monitor)', MONITOR_COMMANDS),
    line('  quit'),
    line('Behind a stop may stand: once, after N (let so many go by), if CONDITION.'),
    line('Addresses and conditions are expressions: do_IRQ+4, [esp], byte[ebx] == 3 && cpl == 0'),
  ];
}
