/** `trapgate run`: boot an image, with the options QEMU's users know. */

import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { InputLogError, parseInputLog } from '../machine/input-log.ts';
import { ImageError, ImageFile } from '../machine/loaders/image.ts';
import type { BootModule } from '../machine/loaders/multiboot.ts';
import { MAX_RAM_BYTES } from '../machine/pc.ts';
import { type Command, CommandError, UsageError } from './command.ts';
import { type KeyItem, KeyScriptError, parseKeyScript } from './key-script.ts';
import { describeOptions, type OptionSpec, type ParsedOptions, parseOptions } from './options.ts';
import { PipeFace } from './pipe-face.ts';
import { type Ending, type Face, type Plan, Session } from './session.ts';
import { ScreenFace } from './terminal/screen-face.ts';
import { SerialFace } from './terminal/serial-face.ts';

const OPTIONS = [
  { name: 'm', argument: 'SIZE', help: 'RAM in megabytes, or with K, M or G behind it (default 128)' },
  { name: 'kernel', argument: 'IMAGE', help: 'the same as IMAGE' },
  { name: 'append', argument: 'TEXT', help: "the kernel's command line (multiboot)" },
  {
    name: 'initrd',
    argument: 'FILES',
    help: "modules (multiboot): 'FILE ARGUMENTS,FILE ...'; a comma in a name is written ,,",
  },
  {
    name: 'serial',
    argument: 'WHERE',
    help: 'COM1: stdio, file:PATH or none. Default: none at a terminal, where the\nscreen is shown; else stdio',
  },
  { name: 'debugcon', argument: 'WHERE', help: 'the debug console, port 0xe9: stdio, file:PATH or none (default)' },
  { name: 'd', argument: 'int', help: 'log each trap and interrupt, one line each, as QEMU does' },
  { name: 'D', argument: 'FILE', help: 'write that log to FILE rather than standard error' },
  { name: 'no-reboot', help: 'end when the guest resets the machine' },
  { name: 'address', argument: 'ADDRESS', help: 'where a flat binary is loaded and entered (default 0x100000)' },
  { name: 'keys', argument: 'SCRIPT', help: 'type on the keyboard, see below', many: true },
  { name: 'input-log', argument: 'FILE', help: 'record everything that enters the machine from outside' },
  { name: 'replay', argument: 'FILE', help: 'repeat a recorded run exactly; nothing else enters' },
  {
    name: 'max-instructions',
    argument: 'N',
    help: 'end after N instructions of virtual time (status 1 unless the guest ended before)',
  },
  { name: 'exit-code', argument: 'N', help: 'the status the guest is expected to end with: then 0, else 1' },
  { name: 'realtime', help: 'while the guest waits, wait too (default at a terminal)' },
  { name: 'no-realtime', help: 'while the guest waits, jump to what it waits for (default elsewhere)' },
  { name: 'frequency', argument: 'N', help: 'instructions in a virtual second (default 100000000)' },
  {
    name: 'tour',
    help: "the guest kernel's tour: adds `tour` to its command line and, without a\nterminal, presses a key",
  },
] as const satisfies readonly OptionSpec[];

type Options = ParsedOptions<(typeof OPTIONS)[number]['name']>;

const HELP = `usage: trapgate run [OPTIONS] IMAGE

Boot IMAGE: a multiboot kernel, an ELF32 executable, or a flat binary.

At a terminal its screen is shown and its keyboard is yours; Ctrl-A h tells the keys, Ctrl-A x leaves.
When standard input or output is no terminal, COM1 is standard input and output, byte for byte; input waits until the
guest is ready to receive it. So this is a session:  printf 'help\\npoweroff\\n' | trapgate run kernel.elf

${describeOptions(OPTIONS)}

An option may be written with one dash or two: -append, --append.

--keys SCRIPT: items with blanks between; each is a key, keys joined by +, or text in quotes, and when to type it:
  h@500ms  "help\\n"@1s  left-control+c@+200ms  f1        (@: since power-on; @+: since the item before)
Times are virtual: s, ms, us, or i for instructions. Keys are called a, 1, enter, left-shift, f1, page-up ...

Exit status: what the guest wrote to isa-debug-exit (v * 2 + 1); 0 when it switched the power off or you left;
1 when it died (triple fault), halted for ever, or ran out of instructions; 2 for wrong usage; 128 + n for signal n.
`;

export const command: Command = {
  name: 'run',
  summary: 'boot an image',
  help: HELP,
  run,
};

async function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, OPTIONS);
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const serial = options.get('serial') ?? (terminal ? 'none' : 'stdio');
  const closers: (() => void)[] = [];
  try {
    const plan = planOf(options, serial, terminal, closers);
    const expected = options.number('exit-code', { max: 255 });
    const session = withClearErrors(() => new Session(plan));
    const face = faceOf(serial, terminal, plan.replay !== undefined);
    const ending = await untilSignal(session, face);
    return statusOf(session, ending, expected, terminal);
  } finally {
    for (const close of closers) close();
  }
}

function planOf(options: Options, serial: string, terminal: boolean, closers: (() => void)[]): Plan {
  const path = imagePath(options);
  const file = new ImageFile(path, read(path));
  const address = options.number('address', { max: 0xffffffff });
  const frequency = options.number('frequency', { min: 1000, max: 1e12 });
  const commandLine = [options.get('append') ?? '', options.has('tour') ? 'tour' : '']
    .filter((s) => s !== '')
    .join(' ');
  const modules = modulesOf(options.get('initrd') ?? '');
  const keys = keysOf(options, terminal);
  if (options.has('realtime') && options.has('no-realtime')) throw new UsageError('--realtime and --no-realtime');
  if (options.has('replay') && keys.length > 0 && options.has('keys'))
    throw new UsageError('--replay types by itself: no --keys');
  const sinkOf = (name: string, where: string) => sink(name, where, closers);

  return {
    image: { file, commandLine, modules, ...(address === undefined ? {} : { address }) },
    pc: {
      ramBytes: ramBytesOf(options.get('m') ?? '128'),
      ...(frequency === undefined ? {} : { frequency }),
    },
    serialOut: sinkOf('serial', serial),
    debugOut: sinkOf('debugcon', options.get('debugcon') ?? 'none'),
    trapOut: trapSink(options, closers),
    noReboot: options.has('no-reboot'),
    keys,
    setup: setupOf(file, commandLine, modules),
    record: options.get('input-log'),
    replay: replayOf(options.get('replay')),
    maxInstructions: options.number('max-instructions', { min: 1 }) ?? Infinity,
    realtime: options.has('realtime') || (terminal && !options.has('no-realtime')),
  };
}

function imagePath(options: Options): string {
  const paths = [...options.operands, ...(options.has('kernel') ? [options.get('kernel')!] : [])];
  const [path] = paths;
  if (path === undefined) throw new UsageError('no image given');
  if (paths.length > 1) throw new UsageError(`one image can be booted, not ${paths.join(' and ')}`);
  return path;
}

function read(path: string): Uint8Array {
  return onFile('read', path, () => readFileSync(path));
}

function onFile<T>(verb: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'no such file',
      EISDIR: 'it is a directory',
      EACCES: 'permission denied',
    };
    throw new CommandError(`cannot ${verb} ${path}: ${reasons[code ?? ''] ?? message}`);
  }
}

/** A size as QEMU's -m takes it. */
function ramBytesOf(text: string): number {
  const match = /^(\d+)([KMG]?)B?$/i.exec(text);
  const unit = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[(match?.[2] || 'M').toUpperCase()]!;
  const bytes = Number(match?.[1] ?? Number.NaN) * unit;
  if (!(bytes >= 2 ** 21 && bytes <= MAX_RAM_BYTES) || bytes % 4096 !== 0) {
    throw new UsageError(`-m ${text}: from 2M to ${MAX_RAM_BYTES / 2 ** 20}M are possible`);
  }
  return bytes;
}

/** -initrd as QEMU takes it: files separated by commas, each with its arguments behind a blank. */
function modulesOf(text: string): BootModule[] {
  if (text === '') return [];
  const parts = text.split(/(?<!,),(?!,)/).map((part) => part.replaceAll(',,', ','));
  return parts.map((commandLine) => {
    const path = commandLine.split(' ')[0]!;
    if (path === '') throw new UsageError(`-initrd ${text}: a file's name is empty`);
    return { commandLine, bytes: read(path) };
  });
}

function keysOf(options: Options, terminal: boolean): KeyItem[] {
  const scripts = options.all('keys');
  const tourKey = options.has('tour') && !terminal && scripts.length === 0 && !options.has('replay') ? ['h@1s'] : [];
  try {
    return [...scripts, ...tourKey].flatMap(parseKeyScript);
  } catch (error) {
    if (error instanceof KeyScriptError) throw new UsageError(`--keys: ${error.message}`);
    throw error;
  }
}

/** Where bytes go: standard output, a file, or nowhere. */
function sink(option: string, where: string, closers: (() => void)[]): (bytes: Uint8Array) => void {
  if (where === 'stdio') return (bytes) => void process.stdout.write(bytes);
  if (where === 'none' || where === 'null') return () => {};
  const path = /^file:(.+)$/s.exec(where)?.[1];
  if (path === undefined) throw new UsageError(`--${option} ${where}: stdio, file:PATH or none is wanted`);
  return fileSink(path, closers);
}

function fileSink(path: string, closers: (() => void)[]): (data: Uint8Array | string) => void {
  const file = onFile('write', path, () => openSync(path, 'w'));
  closers.push(() => closeSync(file));
  return (data) => {
    const bytes = Buffer.from(data);
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
  };
}

function trapSink(options: Options, closers: (() => void)[]): ((text: string) => void) | undefined {
  const items = options.get('d');
  if (items !== undefined && items !== 'int') throw new UsageError(`-d ${items}: only int can be logged`);
  const path = options.get('D');
  if (items === undefined) {
    if (path !== undefined) throw new UsageError('-D says where a log goes, and -d int that there is one');
    return undefined;
  }
  return path === undefined ? (text) => void process.stderr.write(text) : fileSink(path, closers);
}

function replayOf(path: string | undefined): Plan['replay'] {
  if (path === undefined) return undefined;
  const text = Buffer.from(read(path)).toString('utf8');
  return { name: path, log: withClearErrors(() => parseInputLog(path, text)) };
}

/** What a replay must share with its recording, beside the machine: the same files and the same words. */
function setupOf(file: ImageFile, commandLine: string, modules: readonly BootModule[]): Plan['setup'] {
  const digest = createHash('sha256').update(file.bytes);
  for (const module of modules) digest.update(module.commandLine).update(module.bytes);
  return { image: digest.digest('hex'), commandLine };
}

function faceOf(serial: string, terminal: boolean, replays: boolean): Face {
  if (!terminal) return new PipeFace(serial === 'stdio' && !replays);
  return serial === 'stdio' ? new SerialFace() : new ScreenFace();
}

/** Run the session; signals and a closed output end it in good order. */
async function untilSignal(session: Session, face: Face): Promise<Ending> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const handlers = signals.map((name) => {
    const handler = () => session.end({ kind: 'signal', number: constants.signals[name] });
    process.on(name, handler);
    return () => process.off(name, handler);
  });
  // Whoever read our output has gone (`| head`).
  const broken = () => session.end({ kind: 'signal', number: constants.signals.SIGPIPE });
  process.stdout.on('error', broken);
  try {
    return await session.run(face);
  } finally {
    for (const remove of handlers) remove();
  }
}

function statusOf(session: Session, ending: Ending, expected: number | undefined, terminal: boolean): number {
  const tell = () => process.stderr.write(`trapgate: ${session.describe(ending)}\n`);
  switch (ending.kind) {
    case 'signal':
      return 128 + ending.number;
    case 'left':
    case 'paused':
      return 0;
    case 'exit':
    case 'power-off':
    case 'reset': {
      if (terminal) tell();
      const status = ending.kind === 'exit' ? ending.status & 0xff : 0;
      if (expected === undefined) return status;
      if (status === expected) return 0;
      process.stderr.write(`trapgate: the guest ended with status ${status}, not ${expected}\n`);
      return 1;
    }
    default:
      tell();
      return 1;
  }
}

/** What is wrong with a file is told without a stack trace. */
function withClearErrors<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof ImageError || error instanceof InputLogError) throw new CommandError(error.message);
    throw error;
  }
}
