/** `trapgate asm`: assemble a source into an image, with the options NASM's users know. */

import type { AssembleOptions, Assembly, Format } from '../../asm/index.ts';
import { bounded } from './bounded.ts';
import { type Command, UsageError } from './command.ts';
import { readBytes, readFile, writeWhole } from './files.ts';
import { describeOptions, type OptionSpec, type ParsedOptions, parseOptions } from './options.ts';

const OPTIONS = [
  {
    name: 'f',
    argument: 'FORMAT',
    help: 'what to make (default bin):\nbin        flat binary\nihex       the same in Intel HEX\nelf32      relocatable object\nelf32exec  program, at 0x40000000\nmultiboot  kernel image, at 0x100000',
  },
  { name: 'o', argument: 'OUT', help: 'where to write it (default FILE with .bin, .o or .elf)' },
  { name: 'l', argument: 'LIST', help: 'write a listing: addresses, bytes, source, macro expansions' },
  { name: 'map', argument: 'FILE', help: 'write a map: sections and symbols by address' },
  { name: 'I', argument: 'DIR', help: 'look for %include and incbin files there too', many: true },
  { name: 'D', argument: 'NAME=VALUE', help: 'define a macro before the first line', many: true },
  { name: 'g', help: 'tell debuggers about lines and frames (DWARF)' },
  { name: 'W', argument: 'KIND', help: 'warn of more: unused (labels that nobody names)', many: true },
  { name: 'M', help: 'write a make rule of all files read to standard output, and no image' },
  {
    name: 'bits',
    argument: '16|32|64',
    help: 'size of the code until the source says so (default 16 for bin, else 32)',
  },
  { name: 'origin', argument: 'ADDRESS', help: 'where a flat binary lies, unless the source says org' },
  { name: 'base', argument: 'ADDRESS', help: 'where a linked image begins' },
  { name: 'entry', argument: 'SYMBOL', help: 'where execution begins (default _start)' },
  { name: 'seconds', argument: 'N', help: 'give up after so long (default 60)' },
] as const satisfies readonly OptionSpec[];

type Options = ParsedOptions<(typeof OPTIONS)[number]['name']>;

const HELP = `usage: trapgate asm [OPTIONS] FILE

Assemble FILE, in NASM's language. Errors say file:line:column; the status is 1 if there are any,
and no file is written then.

${describeOptions(OPTIONS)}

examples:
  trapgate asm boot.asm -f bin -o boot.bin -l boot.lst
  trapgate asm kernel.asm -f multiboot -o kernel.elf --map kernel.map -I include -D DEBUG=1
`;

const SUFFIXES: Readonly<Record<Format, string>> = {
  bin: '.bin',
  ihex: '.hex',
  elf32: '.o',
  elf32exec: '.elf',
  multiboot: '.elf',
};

const MEGABYTES = 2048;

async function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args.flatMap(splitAttached), OPTIONS);
  const seconds = options.number('seconds', { min: 1, max: 86_400 }) ?? 60;
  return bounded(['asm', ...args], { seconds, megabytes: MEGABYTES }, () => assembleWith(options));
}

async function assembleWith(options: Options): Promise<number> {
  const [file, ...more] = options.operands;
  if (file === undefined || more.length > 0) throw new UsageError('one source file is wanted');
  const format = formatOf(options);
  const source = readFile(file);
  // The engines behind the assembler take a fifth of a second to load: only who assembles waits for them.
  const { assemble, formatDiagnostic } = await import('../../asm/index.ts');
  const assembly = assemble(new TextDecoder().decode(source), assembleOptions(options, file, format));
  for (const diagnostic of assembly.diagnostics) process.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  if (!assembly.ok) return 1;
  const out = options.get('o') ?? file.replace(/\.[^./]*$/, '') + SUFFIXES[format];
  if (options.has('M')) process.stdout.write(makeRule(out, assembly));
  else writeAll(options, out, assembly);
  return 0;
}

/** `-fbin`, `-Idir`, `-DX=1`: NASM takes an argument without a space too. */
function splitAttached(arg: string): string[] {
  const match = /^-([fIDolW])(?!$)=?(.+)$/s.exec(arg);
  return match ? [`-${match[1]}`, match[2]!] : [arg];
}

function formatOf(options: Options): Format {
  const format = options.get('f') ?? 'bin';
  const names: Readonly<Record<string, Format>> = {
    elf: 'elf32',
    bin: 'bin',
    ihex: 'ihex',
    elf32: 'elf32',
    elf32exec: 'elf32exec',
    multiboot: 'multiboot',
  };
  const known = names[format];
  if (!known) throw new UsageError(`-f ${format}: the formats are bin, ihex, elf32, elf32exec and multiboot`);
  return known;
}

function assembleOptions(options: Options, file: string, format: Format): AssembleOptions {
  const address = (name: 'origin' | 'base'): number | undefined => options.number(name, { max: 0xffff_ffff });
  const bits = options.get('bits');
  if (bits !== undefined && !isBits(bits)) throw new UsageError(`--bits ${bits}: 16, 32 or 64 is wanted`);
  const kinds = options.all('W');
  const unknown = kinds.find((kind) => kind !== 'unused');
  if (unknown !== undefined) throw new UsageError(`-W ${unknown}: unused is wanted`);
  const origin = address('origin');
  const base = address('base');
  const entry = options.get('entry');
  const defines = options.all('D').map((text): [string, string] => {
    const at = text.indexOf('=');
    return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  });
  return {
    file,
    format,
    includePaths: options.all('I'),
    defines: Object.fromEntries(defines),
    reader: { read: readBytes },
    debug: options.has('g'),
    warnUnused: kinds.includes('unused'),
    ...(bits !== undefined && { bits: Number(bits) as 16 | 32 | 64 }),
    ...(origin !== undefined && { origin }),
    ...(base !== undefined && { base }),
    ...(entry !== undefined && { entry }),
  };
}

function isBits(text: string): boolean {
  return text === '16' || text === '32' || text === '64';
}

function makeRule(out: string, assembly: Assembly): string {
  const quoted = (path: string): string => path.replaceAll(' ', '\\ ');
  return `${quoted(out)}: ${assembly.dependencies.map(quoted).join(' \\\n  ')}\n`;
}

/** The image last: when it is there, all is there. */
function writeAll(options: Options, out: string, assembly: Assembly): void {
  const list = options.get('l');
  const map = options.get('map');
  if (list !== undefined) writeWhole(list, assembly.listing());
  if (map !== undefined) writeWhole(map, assembly.map());
  writeWhole(out, assembly.bytes);
}

export const command: Command = {
  name: 'asm',
  summary: 'assemble a source (NASM syntax) into a kernel, a program or a flat binary',
  help: HELP,
  run,
};
