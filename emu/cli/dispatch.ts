/** Finds the command that is meant, and turns errors into messages and exit statuses. */

import manifest from '../../package.json' with { type: 'json' };
import { command as asm } from './asm.ts';
import { command as attach } from './attach.ts';
import { command as capsule } from './capsule.ts';
import { type Command, CommandError, Interrupted, UsageError } from './command.ts';
import { command as compare } from './compare.ts';
import { command as dap } from './dap.ts';
import { command as debug } from './debug.ts';
import { command as disasm } from './disasm.ts';
import { command as link } from './link.ts';
import { command as report } from './report.ts';
import { command as run } from './run.ts';
import { command as screenshot } from './screenshot.ts';
import { command as trace } from './trace.ts';

const COMMANDS: readonly Command[] = [
  run,
  debug,
  attach,
  dap,
  screenshot,
  trace,
  report,
  compare,
  capsule,
  asm,
  link,
  disasm,
];

const HELP = `trapgate: a PC emulator for seeing, testing and debugging traps and interrupts

usage: trapgate COMMAND [ARGUMENTS]

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join('\n')}

trapgate COMMAND --help tells more. trapgate --version tells the version.
`;

/**
 * The whole of `trapgate`.
 * @param args what stands behind `trapgate`
 * @returns the exit status
 */
export async function dispatch(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    process.stderr.write(HELP);
    return 2;
  }
  if (isHelp(name) || (name === 'help' && rest.length === 0)) {
    process.stdout.write(HELP);
    return 0;
  }
  if (name === '--version' || name === '-version') {
    process.stdout.write(`trapgate ${manifest.version}\n`);
    return 0;
  }
  const wanted = name === 'help' ? rest[0] : name;
  const command = COMMANDS.find((candidate) => candidate.name === wanted);
  if (!command) {
    process.stderr.write(`trapgate: no command is called '${wanted}'; trapgate --help lists them\n`);
    return 2;
  }
  if (name === 'help' || rest.slice(0, rest.indexOf('--') >= 0 ? rest.indexOf('--') : undefined).some(isHelp)) {
    process.stdout.write(command.help);
    return 0;
  }
  try {
    return await command.run(rest);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`trapgate ${command.name}: ${error.message}\ntrapgate ${command.name} --help tells more\n`);
      return 2;
    }
    if (error instanceof Interrupted) return 128 + error.signal;
    if (error instanceof CommandError) {
      process.stderr.write(`trapgate ${command.name}: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

function isHelp(arg: string): boolean {
  return arg === '-h' || arg === '--help' || arg === '-help';
}
