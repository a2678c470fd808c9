/** The debugger in lines: at a terminal with completion and history, in a pipe the answers alone. */

import { createInterface } from 'node:readline';
import type { Repl } from '../../debug/repl.ts';
import type { Target } from '../../debug/stepper/target.ts';

const PROMPT = '(trapgate) ';

/**
 * Commands in, answers out, until the input ends or says so. Ctrl-C stops what runs.
 * @param said called after each answer: what the guest has said goes out
 */
export async function talkInLines(repl: Repl, target: Target, said: () => void): Promise<void> {
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const lines = createInterface({
    input: process.stdin,
    terminal,
    prompt: terminal ? PROMPT : '',
    completer: (line: string) => [repl.complete(line), line.trimStart().split(/\s+/).at(-1) ?? ''],
    ...(terminal ? { output: process.stdout } : {}),
  });
  // From now on: a line that comes before somebody waits for one would be lost.
  const typedLines = lines[Symbol.asyncIterator]();
  const interrupt = () => {
    if (target.isMoving) target.interrupt();
    else if (terminal) {
      process.stdout.write("\n'quit' leaves\n");
      lines.prompt();
    } else process.exit(130);
  };
  lines.on('SIGINT', interrupt);
  process.on('SIGINT', interrupt);
  const say = (text: string) => text !== '' && process.stdout.write(`${text}\n`);
  try {
    say(await repl.answer('where'));
    let last = '';
    lines.prompt();
    for await (const typed of typedLines) {
      // At a terminal an empty line does the last command again, as debuggers do.
      const line = typed.trim() === '' && terminal ? last : typed.trim();
      if (line === 'quit' || line === 'q') break;
      last = line;
      say(await repl.answer(line));
      said();
      lines.prompt();
    }
  } finally {
    process.off('SIGINT', interrupt);
    lines.close();
  }
}
