/** `trapgate debug`: the stepper, on the full screen of a terminal, or in lines. */

import { basename } from 'node:path';
import { Repl } from '../debug/repl.ts';
import { LocalTarget } from '../debug/stepper/local-target.ts';
import { Stepper } from '../debug/stepper/stepper.ts';
import { type Command, UsageError } from './command.ts';
import { historyOptionsOf } from './machine/debug-plan.ts';
import { debugInfoFor, goToCursor, sourcesFor } from './machine/kept.ts';
import { MACHINE_OPTIONS, planOf, withClearErrors } from './machine/plan.ts';
import { describeOptions, parseOptions } from './options.ts';
import { Session } from './session/session.ts';
import { talkInLines } from './stepper/lines.ts';
import { FACE_OPTIONS, wantsFullScreen } from './stepper/options.ts';
import { sourceFiles } from './stepper/source-files.ts';

const OPTIONS = [...FACE_OPTIONS, ...MACHINE_OPTIONS] as const;

const HELP = `usage: trapgate debug [OPTIONS] IMAGE

Boot IMAGE and stand before its first instruction, or go to the cursor of a capsule: step, run to a stop, look, and go
back. At a terminal this fills the screen, which shows its keys. In a pipe, or with --plain, commands are lines and the
answers alone are printed; 'help' lists them, 'quit' leaves, Ctrl-C stops what runs.

What COM1 sends is a pane of the screen; in lines it goes nowhere unless --serial says where. --history MB bounds the
memory for going back (256).

${describeOptions(OPTIONS)}
`;

export const command: Command = {
  name: 'debug',
  summary: 'step through an image, forwards and backwards',
  help: HELP,
  run,
};

async function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, OPTIONS);
  for (const name of ['s', 'S', 'gdb', 'dap'] as const) {
    if (options.has(name)) throw new UsageError(`-${name} is for trapgate run: here the stepper is in the terminal`);
  }
  const terminal = wantsFullScreen(options.has('plain'));
  const closers: (() => void)[] = [];
  try {
    const plan = planOf(options, options.all('serial')[0] ?? 'none', false, closers);
    // What COM1 sends is a pane of the screen, unless it is to go elsewhere.
    let show: ((bytes: Uint8Array) => void) | undefined;
    const screenPlan = {
      realtime: !options.has('no-realtime'),
      ...(options.has('serial') ? {} : { serialOut: (bytes: Uint8Array) => show?.(bytes) }),
    };
    const session = withClearErrors(() => new Session(terminal ? { ...plan, ...screenPlan } : plan));
    const history = historyOptionsOf(options);
    const { file } = plan.image;
    const stepper = new Stepper(session.pc, session.symbols, { history, debugInfo: debugInfoFor(plan.kept, file) });
    withClearErrors(() => goToCursor(plan.kept, session.pc, (limits) => stepper.history.run(limits)));
    const source = sourcesFor(
      plan.kept,
      sourceFiles(file.name, ...options.all('source').map((folder) => `${folder}/.`)),
    );
    const pump = terminal ? () => session.wake() : undefined;
    const target = new LocalTarget(basename(file.name), stepper, source, pump);
    if (terminal) {
      const { FullScreen } = await import('./stepper/full-screen.ts');
      const full = new FullScreen(target, session, !options.has('serial'));
      show = (bytes) => full.heard(bytes);
      return await full.debug(target, session);
    }
    await talkInLines(new Repl(target), target, () => session.flush());
    return 0;
  } finally {
    for (const close of closers) close();
  }
}
