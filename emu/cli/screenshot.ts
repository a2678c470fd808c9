/** `trapgate screenshot`: boot an image, run it for a while, and draw what its screen shows. */

import { pictureOf } from '../../devices/vga-picture.ts';
import type { TextScreen } from '../../devices/vga-text.ts';
import { DEFAULT_FREQUENCY } from '../machine/clock.ts';
import { type Command, UsageError } from './command.ts';
import { writeWhole } from './files.ts';
import { instructionsOf, type TimeUnit } from './machine/key-script.ts';
import { type Closers, MACHINE_OPTIONS, planOf, withClearErrors } from './machine/plan.ts';
import { describeOptions, type OptionSpec, parseOptions } from './options.ts';
import { pngOf } from './png.ts';
import { tellOfEnding } from './session/record-run.ts';
import { Session } from './session/session.ts';
import { CODE_PAGE_437 } from './terminal/code-page-437.ts';

const OPTIONS = [
  {
    name: 'o',
    argument: 'FILE',
    help: 'where to, a PNG file (default screenshot.png); FILE.txt: its characters\nrather than a picture; -: the same to standard output',
  },
  { name: 'at', argument: 'TIME', help: 'when, from power-on in virtual time: 3s, 500ms, 20us, 100000i (default 3s)' },
  ...MACHINE_OPTIONS,
] as const satisfies readonly OptionSpec[];

const HELP = `usage: trapgate screenshot [OPTIONS] IMAGE
       trapgate screenshot [OPTIONS] --boot DISK

Boot IMAGE, run it without a person until TIME has come (or it ends), and draw what a VGA monitor would show then:
characters in the shapes and colours that the guest has loaded, cursor and blinking things visible.

${describeOptions(OPTIONS)}

The other options and their scripts are those of trapgate run.

Exit status: 0; 1 when IMAGE cannot be booted or FILE not written; 2 for wrong usage.
`;

export const command: Command = {
  name: 'screenshot',
  summary: 'boot an image and draw its screen',
  help: HELP,
  run,
};

async function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, OPTIONS);
  const closers: Closers = [];
  try {
    const plan = planOf(options, options.all('serial')[0] ?? 'none', false, closers);
    const until = instructionsAt(options.get('at') ?? '3s', plan.pc.frequency ?? DEFAULT_FREQUENCY);
    const session = withClearErrors(() => new Session({ ...plan, maxInstructions: until, realtime: false }));
    const ending = await session.run({
      isOpen: false,
      attach: () => {},
      refresh: () => {},
      drained: async () => {},
      detach: () => {},
    });
    tellOfEnding(session, ending);
    const path = options.get('o') ?? 'screenshot.png';
    const screen = session.pc.vga.text();
    if (path === '-') process.stdout.write(charactersOf(screen));
    else writeWhole(path, path.endsWith('.txt') ? charactersOf(screen) : pngOf(pictureOf(screen)));
    return 0;
  } finally {
    for (const close of closers) close();
  }
}

/** The screen's rows without the blanks at their ends, and without empty ones at the end. */
function charactersOf({ cells, columns, rows }: TextScreen): string {
  const row = (n: number) => Array.from(cells.subarray(n * columns, (n + 1) * columns), (c) => CODE_PAGE_437[c & 0xff]);
  const lines = Array.from({ length: rows }, (_, n) => row(n).join('').trimEnd());
  return `${lines.join('\n').trimEnd()}\n`;
}

function instructionsAt(text: string, frequency: number): number {
  const match = /^(\d+(?:\.\d+)?)(s|ms|us|i)$/.exec(text);
  if (!match) throw new UsageError(`--at ${text}: a time like 3s, 500ms, 20us or 100000i is wanted`);
  return Math.max(1, Math.round(instructionsOf({ amount: Number(match[1]), unit: match[2] as TimeUnit }, frequency)));
}
