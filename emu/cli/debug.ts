/** `trapgate debug`: the stepper in lines, at a terminal (with completion) or in a pipe. */

import { createInterface } from 'node:readline';
import { Repl } from '../debug/repl.ts';
import { Stepper } from '../debug/stepper.ts';
import { type Command, UsageError } from './command.ts';
import { goToCursor } from './kept.ts';
import { describeOptions, parseOptions } from './options.ts';
import { MACHINE_OPTIONS, planOf, withClearErrors } from './plan.ts';
import { Session } from './session.ts';

const MB = 2 ** 20;
const PROMPT = '(trapgate) ';

const HELP = `usage: trapgate debug [OPTIONS] IMAGE

Boot IMAGE and stand before its first instruction, or go to the cursor of a capsule: step, run to a stop, look, and go back. Commands are lines; at a
terminal there is completion, and in a pipe the answers alone are printed. 'help' lists the commands, 'quit' leaves.

COM1 goes nowhere unless --serial says where. --history MB bounds the memory for going back (256).

${describeOptions(MACHINE_OPTIONS)}
`;

export const command: Command = {
  name: 'debug',
  summary: 'step through an image, forwards and backwards',
  help: HELP,
  run,
};

async function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, MACHINE_OPTIONS);
  for (const name of ['s', 'S', 'gdb'] as const) {
    if (options.has(name)) throw new UsageError(`-${name} is for trapgate run: here the stepper is in the terminal`);
  }
  const closers: (() => void)[] = [];
  try {
    const plan = planOf(options, options.all('serial')[0] ?? 'none', false, closers);
    const session = withClearErrors(() => new Session(plan));
    const bytes = (options.number('history', { min: 1, max: 65536 }) ?? 256) * MB;
    const stepper = new Stepper(session.pc, session.symbols, { history: { bytes } });
    withClearErrors(() => goToCursor(plan.kept, session.pc, (limits) => stepper.history.run(limits)));
    const repl = new Repl(stepper);
    await talk(repl, session);
    return 0;
  } finally {
    for (const close of closers) close();
  }
}

/** Lines in, answers out, until the input ends or says so. */
async function talk(repl: Repl, session: Session): Promise<void> {
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const lines = createInterface({
    input: process.stdin,
    terminal,
    prompt: terminal ? PROMPT : '',
    completer: (line: string) => [repl.complete(line), line.split(/\s+/).at(-1) ?? ''],
    ...(terminal ? { output: process.stdout } : {}),
  });
  const say = (text: string) => text !== '' && process.stdout.write(`${text}\n`);
  say(repl.answer('where'));
  let last = '';
  lines.prompt();
  for await (const typed of lines) {
    // At a terminal an empty line does the last command again, as debuggers do.
    const line = typed.trim() === '' && terminal ? last : typed.trim();
    if (line === 'quit' || line === 'q') break;
    last = line;
    say(repl.answer(line));
    session.flush();
    lines.prompt();
  }
  lines.close();
}
