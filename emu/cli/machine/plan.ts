/** The options of a machine that a command boots, and what a session makes of them. */

import { closeSync, existsSync, openSync, writeFileSync, writeSync } from 'node:fs';
import type { BootImage } from '../../machine/boot.ts';
import { KeptFileError } from '../../machine/keeping/container.ts';
import { InputLogError, parseInputLog } from '../../machine/keeping/input-log-file.ts';
import { pcOptionsOf, type Recipe } from '../../machine/keeping/recipe.ts';
import { ImageError, type ImageFile } from '../../machine/loaders/image.ts';
import type { BootModule } from '../../machine/loaders/multiboot.ts';
import { MAX_RAM_BYTES, type WatchdogAction } from '../../machine/pc.ts';
import { CommandError, UsageError } from '../command.ts';
import { onFile, readFile } from '../files.ts';
import type { OptionSpec, ParsedOptions } from '../options.ts';
import type { Plan } from '../session/session.ts';
import { BOOT_OPTIONS, type BootFiles, bootFilesOf, diskWriter } from './boot-files.ts';
import { type InputItem, parseButtonScript, parseMouseScript } from './input-script.ts';
import { type Kept, openKept } from './kept.ts';
import { type KeyItem, KeyScriptError, parseKeyScript } from './key-script.ts';

const CMOS_BYTES = 128;
export const DEFAULT_HISTORY_MB = 256;
const WATCHDOG_ACTIONS = ['reset', 'nmi', 'none'] as const;

export const MACHINE_OPTIONS = [
  { name: 'm', argument: 'SIZE', help: 'RAM in megabytes, or with K, M or G behind it (default 128)' },
  { name: 'kernel', argument: 'IMAGE', help: 'the same as IMAGE' },
  ...BOOT_OPTIONS,
  { name: 'append', argument: 'TEXT', help: "the kernel's command line (multiboot)" },
  {
    name: 'initrd',
    argument: 'FILES',
    help: "modules (multiboot): 'FILE ARGUMENTS,FILE ...'; a comma in a name is written ,,",
  },
  {
    name: 'serial',
    argument: 'WHERE',
    help: 'COM1: stdio, file:PATH or none. Default: none at a terminal, where the\nscreen is shown; else stdio. Given again: COM2, COM3, COM4',
    many: true,
  },
  { name: 'serial-unpaced', help: 'serial bytes take no time, whatever the divisor says' },
  {
    name: 'parallel',
    argument: 'WHERE',
    help: 'a printer on the parallel port: stdio, file:PATH; wrap: a wrap plug; or none\n(default)',
  },
  { name: 'debugcon', argument: 'WHERE', help: 'the debug console, port 0xe9: stdio, file:PATH or none (default)' },
  { name: 'd', argument: 'int', help: 'log each trap and interrupt, one line each, as QEMU does' },
  { name: 'D', argument: 'FILE', help: 'write that log to FILE rather than standard error' },
  { name: 's', help: 'the same as -gdb tcp::1234' },
  { name: 'S', help: 'with -s, -gdb or -dap: stand before the first instruction until the debugger lets\nit go' },
  { name: 'gdb', argument: 'tcp::PORT', help: 'let gdb attach (tcp:HOST:PORT: not only from this machine)' },
  { name: 'dap', argument: 'tcp::PORT', help: 'let an editor attach (trapgate dap --help tells more)' },
  { name: 'history', argument: 'MB', help: 'under a debugger: memory for going backwards (default 256)' },
  { name: 'no-reboot', help: 'end when the guest resets the machine' },
  { name: 'address', argument: 'ADDRESS', help: 'where a flat binary is loaded and entered (default 0x100000)' },
  { name: 'keys', argument: 'SCRIPT', help: 'type on the keyboard, see below', many: true },
  { name: 'mouse', argument: 'SCRIPT', help: 'move and click the mouse, see below', many: true },
  { name: 'button', argument: 'SCRIPT', help: 'press buttons: GPIO pins, nmi, reset; see below', many: true },
  { name: 'record', argument: 'FILE', help: 'record everything that enters the machine from outside' },
  {
    name: 'replay',
    argument: 'FILE',
    help: 'repeat a recorded run exactly; nothing else enters. Status 1 when it ends in\nanother state than the recording did',
  },
  { name: 'unfinished', help: 'with --replay: take a recording that was cut short' },
  { name: 'save', argument: 'FILE', help: 'at the end write a snapshot of the machine; it is run like an image' },
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
    name: 'rtc-base',
    argument: 'DATE',
    help: "date and time at power-on: 2026-01-31T23:59:58, 2026-01-31, or utc for the\nhost's",
  },
  {
    name: 'cmos',
    argument: 'FILE',
    help: "the CMOS's 128 bytes: taken from FILE if it is there, put there at the end",
  },
  {
    name: 'watchdog',
    argument: 'ACTION',
    help: 'what the watchdog (ports 0x441, 0x443) does: reset (default), nmi or none',
  },
  {
    name: 'speaker',
    argument: 'FILE',
    help: 'write each tone of the speaker to FILE: its time and frequency, a line of JSON',
  },
  {
    name: 'events',
    argument: 'FILE',
    help: 'write what the chips do to FILE: lines, INTA, EOI, registers; lines of JSON',
  },
  {
    name: 'tour',
    help: "the guest kernel's tour: adds `tour` to its command line and, without a\nterminal, presses a key",
  },
] as const satisfies readonly OptionSpec[];

export type MachineOptions = ParsedOptions<(typeof MACHINE_OPTIONS)[number]['name']>;

/** Things to be done when the run is over: files to close, CMOS to save. */
export type Closers = (() => void)[];

/**
 * What a run needs, of its options.
 * @param serial where COM1 leads
 * @param stdio what 'stdio' means as a place where bytes go
 * @throws UsageError, CommandError
 */
export function planOf(
  options: MachineOptions,
  serial: string,
  terminal: boolean,
  closers: Closers,
  stdio: (bytes: Uint8Array) => void = toStandardOutput,
): Plan {
  const files = bootFilesOf(options);
  const { name: path, bytes } = files.image;
  const kept = withClearErrors(() => openKept(path, bytes));
  if (kept) refuseWhatIsKept(options, kept);
  const recipe = kept?.recipe;
  const image = recipe?.image ?? imageOf(options, files.image);
  const keys = keysOf(options, terminal);
  if (options.has('realtime') && options.has('no-realtime')) throw new UsageError('--realtime and --no-realtime');
  if (options.has('replay') && keys.length > 0 && options.has('keys'))
    throw new UsageError('--replay types by itself: no --keys');
  const inputs = inputsOf(options);
  if (options.has('replay') && inputs.length > 0)
    throw new UsageError('--replay presses by itself: no --mouse, no --button');
  if (options.has('unfinished') && !options.has('replay')) throw new UsageError('--unfinished is for --replay');
  const sinkOf = (name: string, where: string) => sink(name, where, closers, stdio);
  const textFile = (name: 'speaker' | 'events') => {
    const path = options.get(name);
    return path === undefined ? undefined : fileSink(path, closers);
  };
  const cmosPath = options.get('cmos');
  const serials = options.all('serial').slice(1);
  if (serials.length > 3) throw new UsageError('there are four serial ports: --serial is given too often');

  return {
    image,
    pc: recipe ? builtAs(recipe) : pcOf(options, cmosPath, files),
    kept,
    serialOut: sinkOf('serial', serial),
    moreSerialOut: [2, 3, 4].map((number, i) => {
      const where = serials[i] ?? 'none';
      if (recipe ? recipe.configuration.cables.includes(number) : where !== 'none') return sinkOf('serial', where);
      if (where !== 'none') throw new UsageError(`--serial ${where}: ${path} has no cable at COM${number}`);
      return undefined;
    }),
    parallel: parallelOf(options.get('parallel') ?? 'none', recipe, (where) => sinkOf('parallel', where)),
    toneOut: textFile('speaker'),
    eventsOut: textFile('events'),
    saveCmos:
      cmosPath === undefined
        ? undefined
        : (bytes) => onFile('write', cmosPath, () => writeFileSync(cmosPath, Uint8Array.from(bytes))),
    saveDisk: files.disk && options.has('write-disk') ? diskWriter(files.disk.name) : undefined,
    inputs,
    debugOut: sinkOf('debugcon', options.get('debugcon') ?? 'none'),
    trapOut: trapSink(options, closers),
    noReboot: options.has('no-reboot'),
    keys,
    record: options.get('record'),
    replay: replayOf(options.get('replay'), options.has('unfinished')),
    save: options.get('save'),
    maxInstructions: options.number('max-instructions', { min: 1 }) ?? Infinity,
    realtime: options.has('realtime') || (terminal && !options.has('no-realtime')),
  };
}

/** What a snapshot or capsule brings along, and nobody may give it anew. */
const KEPT_OPTIONS = [
  'm',
  'append',
  'initrd',
  'hda',
  'write-disk',
  'address',
  'frequency',
  'rtc-base',
  'cmos',
  'watchdog',
  'parallel',
  'serial-unpaced',
  'tour',
] as const;
/** What a capsule has besides. */
const CAPSULE_OPTIONS = ['keys', 'mouse', 'button', 'replay'] as const;

function refuseWhatIsKept(options: MachineOptions, { path, capsule }: Kept): void {
  for (const name of [...KEPT_OPTIONS, ...(capsule ? CAPSULE_OPTIONS : [])] as const) {
    const what = CAPSULE_OPTIONS.some((other) => other === name) ? 'inputs' : 'machine';
    if (options.has(name)) throw new UsageError(`--${name} cannot be given: ${path} brings its ${what} along`);
  }
}

function imageOf(options: MachineOptions, file: ImageFile): BootImage {
  const address = options.number('address', { max: 0xffffffff });
  const words = [options.get('append') ?? '', options.has('tour') ? 'tour' : ''];
  return {
    file,
    commandLine: words.filter((s) => s !== '').join(' '),
    modules: modulesOf(options.get('initrd') ?? ''),
    ...(address === undefined ? {} : { address }),
  };
}

function pcOf(options: MachineOptions, cmosPath: string | undefined, { firmware, disk }: BootFiles): Plan['pc'] {
  const frequency = options.number('frequency', { min: 1000, max: 1e12 });
  const startTime = startTimeOf(options.get('rtc-base'));
  const cmos = cmosPath === undefined ? undefined : savedCmos(cmosPath);
  return {
    ramBytes: ramBytesOf(options.get('m') ?? '128'),
    ...(frequency === undefined ? {} : { frequency }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(cmos === undefined ? {} : { cmos }),
    ...(firmware && { firmware }),
    ...(disk && { disk }),
    watchdog: watchdogOf(options.get('watchdog') ?? 'reset'),
    serialPaced: !options.has('serial-unpaced'),
  };
}

function builtAs(recipe: Recipe): Plan['pc'] {
  const { serial: _, parallel: __, ...options } = pcOptionsOf(recipe);
  return options;
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
    return { commandLine, bytes: readFile(path) };
  });
}

function keysOf(options: MachineOptions, terminal: boolean): KeyItem[] {
  const scripts = options.all('keys');
  const tourKey = options.has('tour') && !terminal && scripts.length === 0 && !options.has('replay') ? ['h@1s'] : [];
  try {
    return [...scripts, ...tourKey].flatMap(parseKeyScript);
  } catch (error) {
    if (error instanceof KeyScriptError) throw new UsageError(`--keys: ${error.message}`);
    throw error;
  }
}

function inputsOf(options: MachineOptions): InputItem[] {
  const parse = (name: 'mouse' | 'button', parser: (script: string) => InputItem[]) =>
    options.all(name).flatMap((script) => {
      try {
        return parser(script);
      } catch (error) {
        if (error instanceof KeyScriptError) throw new UsageError(`--${name}: ${error.message}`);
        throw error;
      }
    });
  return [...parse('mouse', parseMouseScript), ...parse('button', parseButtonScript)];
}

/** A date as QEMU's -rtc base= takes it, in seconds since 1970. */
function startTimeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === 'utc') return Math.floor(Date.now() / 1000);
  const milliseconds = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?$/.test(text)
    ? Date.parse(text.includes('T') ? `${text}Z` : `${text}T00:00:00Z`)
    : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    throw new UsageError(`--rtc-base ${text}: a date like 2026-01-31T23:59:58 or 2026-01-31, or utc, is wanted`);
  }
  return milliseconds / 1000;
}

/** The CMOS of a machine before; undefined when there was none. */
function savedCmos(path: string): number[] | undefined {
  if (!existsSync(path)) return undefined;
  const bytes = readFile(path);
  if (bytes.length !== CMOS_BYTES)
    throw new CommandError(`${path}: a CMOS has ${CMOS_BYTES} bytes, not ${bytes.length}`);
  return [...bytes];
}

function watchdogOf(text: string): WatchdogAction {
  const action = WATCHDOG_ACTIONS.find((name) => name === text);
  if (!action) throw new UsageError(`--watchdog ${text}: ${WATCHDOG_ACTIONS.join(', ')} are possible`);
  return action;
}

function parallelOf(
  where: string,
  recipe: Recipe | undefined,
  sinkOf: (where: string) => (bytes: Uint8Array) => void,
): Plan['parallel'] {
  if (recipe) return { none: undefined, wrap: 'wrap' as const, printer: () => {} }[recipe.configuration.parallel];
  if (where === 'none') return undefined;
  return where === 'wrap' ? 'wrap' : sinkOf(where);
}

function toStandardOutput(bytes: Uint8Array): void {
  process.stdout.write(bytes);
}

/** Where bytes go: standard output, a file, or nowhere. */
function sink(
  option: string,
  where: string,
  closers: Closers,
  stdio: (bytes: Uint8Array) => void,
): (bytes: Uint8Array) => void {
  if (where === 'stdio') return stdio;
  if (where === 'none' || where === 'null') return () => {};
  const path = /^file:(.+)$/s.exec(where)?.[1];
  if (path === undefined) throw new UsageError(`--${option} ${where}: stdio, file:PATH or none is wanted`);
  return fileSink(path, closers);
}

function fileSink(path: string, closers: Closers): (data: Uint8Array | string) => void {
  const file = onFile('write', path, () => openSync(path, 'w'));
  closers.push(() => closeSync(file));
  return (data) => {
    const bytes = Buffer.from(data);
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
  };
}

function trapSink(options: MachineOptions, closers: Closers): ((text: string) => void) | undefined {
  const items = options.get('d');
  if (items !== undefined && items !== 'int') throw new UsageError(`-d ${items}: only int can be logged`);
  const path = options.get('D');
  if (items === undefined) {
    if (path !== undefined) throw new UsageError('-D says where a log goes, and -d int that there is one');
    return undefined;
  }
  return path === undefined ? (text) => void process.stderr.write(text) : fileSink(path, closers);
}

function replayOf(path: string | undefined, unfinished: boolean): Plan['replay'] {
  if (path === undefined) return undefined;
  const text = Buffer.from(readFile(path)).toString('utf8');
  return { name: path, log: withClearErrors(() => parseInputLog(path, text, unfinished)) };
}

/** What is wrong with a file is told without a stack trace. */
export function withClearErrors<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    const isAboutFile = [ImageError, InputLogError, KeptFileError].some((kind) => error instanceof kind);
    if (isAboutFile) throw new CommandError((error as Error).message);
    throw error;
  }
}
