/** `trapgate link`: several objects into one image. */

import { chmodSync } from 'node:fs';
import type { LinkFormat, LinkOptions } from '../../asm/index.ts';
import { type Command, UsageError } from './command.ts';
import { readFile, writeWhole } from './files.ts';
import { describeOptions, type OptionSpec, type ParsedOptions, parseOptions } from './options.ts';

const OPTIONS = [
  {
    name: 'f',
    argument: 'FORMAT',
    help: 'what to make (default elf32exec):\nelf32exec  program, at 0x40000000\nmultiboot  kernel image, at 0x100000\nbin        flat binary\nihex       the same in Intel HEX',
  },
  { name: 'o', argument: 'OUT', help: 'where to write it (default a.elf, a.bin or a.hex)' },
  { name: 'T', argument: 'LAYOUT', help: 'a description of the layout: base, pages, entry, section, symbol, discard' },
  { name: 'map', argument: 'FILE', help: 'write a map: sections, the files they come from, symbols' },
  { name: 'base', argument: 'ADDRESS', help: 'where the image begins' },
  { name: 'entry', argument: 'SYMBOL', help: 'where execution begins (default _start)' },
] as const satisfies readonly OptionSpec[];

type Options = ParsedOptions<(typeof OPTIONS)[number]['name']>;

const HELP = `usage: trapgate link [OPTIONS] OBJECT...

Link relocatable ELF32 objects, made by trapgate asm -f elf32, gcc, clang or NASM, in the order given.
The status is 1 on any error, and no file is written then.

${describeOptions(OPTIONS)}

examples:
  trapgate link -f multiboot -o kernel.elf --map kernel.map boot.o main.o
  trapgate link -f bin -T rom.layout -o rom.bin start.o main.o
`;

const SUFFIXES: Readonly<Record<LinkFormat, string>> = {
  bin: '.bin',
  ihex: '.hex',
  elf32exec: '.elf',
  multiboot: '.elf',
};

async function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, OPTIONS);
  if (options.operands.length === 0) throw new UsageError('an object is wanted');
  const format = formatOf(options);
  const objects = options.operands.map((file) => ({ file, bytes: readFile(file) }));
  const settings = linkOptions(options, format);
  const { link, formatDiagnostic } = await import('../../asm/index.ts');
  const result = link(objects, settings);
  for (const diagnostic of result.diagnostics) process.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  if (!result.ok) return 1;
  const map = options.get('map');
  if (map !== undefined) writeWhole(map, result.map());
  const out = options.get('o') ?? `a${SUFFIXES[format]}`;
  writeWhole(out, result.bytes);
  if (format === 'elf32exec') chmodSync(out, 0o755);
  return 0;
}

function formatOf(options: Options): LinkFormat {
  const format = options.get('f') ?? 'elf32exec';
  if (!(format in SUFFIXES)) throw new UsageError(`-f ${format}: the formats are ${Object.keys(SUFFIXES).join(', ')}`);
  return format as LinkFormat;
}

function linkOptions(options: Options, format: LinkFormat): LinkOptions {
  const file = options.get('T');
  const base = options.number('base', { max: 0xffff_ffff });
  const entry = options.get('entry');
  return {
    format,
    ...(file !== undefined && { layout: { file, text: new TextDecoder().decode(readFile(file)) } }),
    ...(base !== undefined && { base }),
    ...(entry !== undefined && { entry }),
  };
}

export const command: Command = {
  name: 'link',
  summary: 'link objects (ours, gcc, clang, NASM) into a kernel, a program or a flat binary',
  help: HELP,
  run,
};
