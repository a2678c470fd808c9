/** `trapgate capsule`: make a time capsule, tell what is in one, and take one apart. */

import { mkdirSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { type Capsule, formatCapsule, parseCapsule } from '../machine/keeping/capsule.ts';
import { formatInputs } from '../machine/keeping/input-log-file.ts';
import { type Command, CommandError, UsageError } from './command.ts';
import { readFile, writeWhole } from './files.ts';
import { debugInfoFor, goToCursor, runOn, sourcesFor } from './machine/kept.ts';
import { type Closers, MACHINE_OPTIONS, type MachineOptions, planOf, withClearErrors } from './machine/plan.ts';
import { describeOptions, type OptionSpec, parseOptions } from './options.ts';
import { type Plan, Session } from './session/session.ts';
import { sourceFiles } from './stepper/source-files.ts';

const OPTIONS = [
  { name: 'o', argument: 'FILE', help: 'make a capsule of IMAGE, there' },
  { name: 'at', argument: 'N', help: 'its cursor: a virtual time in instructions (default: the end of the run)' },
  { name: 'note', argument: 'TEXT', help: 'what it is about' },
  {
    name: 'source',
    argument: 'FILE',
    help: 'another source to put in; those that the image names are found\nwhere trapgate debug finds them',
    many: true,
  },
  { name: 'no-sources', help: 'leave those out' },
  { name: 'extract', argument: 'FOLDER', help: 'take CAPSULE apart: image, modules, inputs and sources' },
  ...MACHINE_OPTIONS,
] as const satisfies readonly OptionSpec[];

const HELP = `usage: trapgate capsule -o FILE [OPTIONS] IMAGE
       trapgate capsule [--extract FOLDER] CAPSULE

A time capsule is one file that takes anybody to one instruction of one run: it holds the image and its modules, how the
machine was built, all that entered it, the sources that its debug information names, and the cursor. trapgate debug CAPSULE stands at the cursor, with
everything before it to step back through; trapgate run CAPSULE goes on from there. On the way it is checked that the
machine has become what it was.

With -o: run IMAGE, as trapgate run would with the same options, to its end or to --at, and make the capsule. Of a
session that somebody recorded:  trapgate capsule -o bug.capsule --replay session.log --at 123456789 IMAGE
IMAGE may be a snapshot; it is then in the capsule.

Without: tell what is in CAPSULE.

${describeOptions(OPTIONS)}

Exit status: 0; 1 when a file cannot be read or written, is damaged, or the run does not come to --at; 2 for wrong usage.
`;

export const command: Command = {
  name: 'capsule',
  summary: 'one file that takes anybody to one instruction of a run',
  help: HELP,
  run,
};

type CapsuleOptions = ReturnType<typeof parseOptions<typeof OPTIONS>>;

async function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, OPTIONS);
  const out = options.get('o');
  if (out !== undefined) {
    if (options.has('extract')) throw new UsageError('-o makes a capsule, --extract takes one apart');
    make(options, out);
    return 0;
  }
  const [path, second] = options.operands;
  if (path === undefined) throw new UsageError('no capsule given, and no -o to make one');
  if (second !== undefined) throw new UsageError(`one capsule, not ${path} and ${second}`);
  const capsule = withClearErrors(() => parseCapsule(path, readFile(path)));
  const folder = options.get('extract');
  if (folder === undefined) process.stdout.write(describe(capsule));
  else extract(capsule, folder);
  return 0;
}

function make(options: CapsuleOptions, out: string): void {
  const at = options.number('at', { min: 0 });
  const closers: Closers = [];
  try {
    const plan = planOf(options as MachineOptions, options.all('serial')[0] ?? 'none', false, closers);
    const session = withClearErrors(() => new Session({ ...plan, realtime: false }));
    const { pc } = session;
    withClearErrors(() => goToCursor(plan.kept, pc));
    const until = Math.min(at ?? Infinity, plan.maxInstructions);
    if (until < pc.machine.now) throw new CommandError(`the run begins at ${pc.machine.now}, after --at ${until}`);
    if (until === Infinity && !plan.replay) throw new UsageError('--at, --replay or --max-instructions says how far');
    const stop = runOn(pc, { until });
    session.flush();
    if (at !== undefined && pc.machine.now < at) {
      throw new CommandError(`it never came to ${at}: ${session.describe(stop)}, at ${pc.machine.now}`);
    }
    const sources = sourcesOf(plan, options.all('source'), !options.has('no-sources'));
    const start = plan.kept?.start && readFile(plan.kept.path);
    if (start && plan.kept?.capsule) throw new UsageError(`${plan.kept.path} is a capsule that begins with a snapshot`);
    writeWhole(out, formatCapsule(pc, { note: options.get('note') ?? '', sources, ...(start ? { start } : {}) }));
  } finally {
    for (const close of closers) close();
  }
}

/** The sources that the image names, as far as they can be found, and those that a person gives. */
function sourcesOf({ kept, image }: Plan, given: readonly string[], named: boolean): Map<string, string> {
  const { lines } = debugInfoFor(kept, image.file);
  const find = sourcesFor(kept, sourceFiles(image.file.name));
  const found = (named ? lines.files : []).flatMap((file): [string, string][] => {
    const text = find(file);
    return text === undefined ? [] : [[file, text.join('\n')]];
  });
  const read = (path: string): string => Buffer.from(readFile(path)).toString('utf8');
  return new Map([...found, ...given.map((path): [string, string] => [lines.fileLike(path) ?? path, read(path)])]);
}

function describe({ recipe, start, inputs, cursor, sources }: Capsule): string {
  const { image, configuration } = recipe;
  const { file, commandLine = '', modules = [] } = image;
  const rows: [string, string][] = [
    ['cursor', `instruction ${cursor.time}, state ${cursor.state}`],
    ...(cursor.note === '' ? [] : [['note', cursor.note] as [string, string]]),
    ['image', `${file.name}, ${file.size} bytes`],
    ...(commandLine === '' ? [] : [['words', commandLine] as [string, string]]),
    ...modules.map(({ commandLine: name, bytes }): [string, string] => ['module', `${name}, ${bytes.length} bytes`]),
    ['machine', `${configuration.ramBytes / 2 ** 20} MB, ${configuration.frequency} instructions a second`],
    ['begins', start ? `with a snapshot, at instruction ${start.time}` : 'at power-on'],
    ['inputs', `${inputs.length}`],
    ...[...sources].map(([name, text]): [string, string] => [
      'source',
      `${name}, ${text.split('\n').length - 1} lines`,
    ]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(9)}${value}\n`).join('');
}

function extract({ recipe, inputs, cursor, sources }: Capsule, folder: string): void {
  const { file, modules = [] } = recipe.image;
  const parts: [string, string | Uint8Array][] = [
    [basename(file.name), file.bytes],
    ...modules.map(({ commandLine, bytes }): [string, Uint8Array] => [basename(commandLine.split(' ')[0]!), bytes]),
    ['inputs.jsonl', formatInputs(inputs)],
    ['machine.json', `${JSON.stringify({ ...recipe.configuration, cursor }, null, 2)}\n`],
    // Some begin above the folder that their image was built in: here all are below this one.
    ...[...sources].map(([name, text]): [string, string] => [join('sources', join('/', name)), text]),
  ];
  for (const [name, content] of parts) {
    const path = resolve(folder, name);
    // A name from the file must not lead elsewhere.
    if (!path.startsWith(`${resolve(folder)}${sep}`)) throw new CommandError(`${name} would not be in ${folder}`);
    mkdirSync(dirname(path), { recursive: true });
    writeWhole(path, content);
  }
}
