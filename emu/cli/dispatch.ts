/** Finds the command that is meant, and turns errors into messages and exit statuses. */

import manifest from '../../package.json' with { type: 'json' };
import { type Command, CommandError, Interrupted, UsageError } from './command.ts';

/** Each is loaded when it is wanted: the assembler's engines alone take a tenth of a second. */
const COMMANDS: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  run: () => import('./run.ts'),
  debug: () => import('./debug.ts'),
  attach: () => import('./attach.ts'),
  dap: () => import('./dap.ts'),
  screenshot: () => import('./screenshot.ts'),
  trace: () => import('./trace.ts'),
  report: () => import('./report.ts'),
  compare: () => import('./compare.ts'),
  capsule: () => import('./capsule.ts'),
  asm: () => import('./asm.ts'),
  link: () => import('./link.ts'),
  disasm: () => import('./disasm.ts'),
};

async function helpText(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map(async (load) => (await load()).command));
  return `trapgate: a PC emulator for seeing, testing and debugging traps and interrupts

usage: trapgate COMMAND [ARGUMENTS]

${commands.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join('\n')}

trapgate COMMAND --help tells more. trapgate --version tells the version.
`;
}

/**
 * The whole of `trapgate`.
 * @param args what stands behind `trapgate`
 * @returns the exit status
 */
export async function dispatch(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    process.stderr.write(await helpText());
    return 2;
  }
  if (isHelp(name) || (name === 'help' && rest.length === 0)) {
    process.stdout.write(await helpText());
    return 0;
  }
  if (name === '--version' || name === '-version') {
    process.stdout.write(`trapgate ${manifest.version}\n`);
    return 0;
  }
  const wanted = (name === 'help' ? rest[0] : name) ?? '';
  const load = Object.hasOwn(COMMANDS, wanted) ? COMMANDS[wanted] : undefined;
  if (!load) {
    process.stderr.write(`trapgate: no command is called '${wanted}'; trapgate --help lists them\n`);
    return 2;
  }
  const { command } = await load();
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
