/** `trapgate disasm`: show the instructions of an image or of raw bytes, with symbols. */

import type { DataRange, DisassembledLine, ElfFile, ElfPart, ElfSymbolName, OpenField } from '../../asm/index.ts';
import { type Command, CommandError, UsageError } from './command.ts';
import { readFile } from './files.ts';
import { describeOptions, type OptionSpec, type ParsedOptions, parseOptions } from './options.ts';

const OPTIONS = [
  { name: 'bits', argument: '16|32|64', help: 'size of the code (default 32)' },
  { name: 'address', argument: 'ADDRESS', help: 'of the first byte of a flat binary (default 0)' },
  { name: 'start', argument: 'PLACE', help: 'begin at this address or symbol' },
  { name: 'count', argument: 'N', help: 'show N instructions at most' },
  { name: 'data', argument: 'FROM-TO', help: 'these addresses (TO not included) hold data', many: true },
  { name: 'all', help: 'sections without code too, as data' },
] as const satisfies readonly OptionSpec[];

type Options = ParsedOptions<(typeof OPTIONS)[number]['name']>;

const HELP = `usage: trapgate disasm [OPTIONS] FILE

Disassemble FILE: the code of an ELF32 image or object, with its symbols, or raw bytes. What a symbol
says is an object, as every label before data in our assembler's files, is shown as data. In an object
each section counts from 0, and what is still open is shown as what it will point to.

${describeOptions(OPTIONS)}

examples:
  trapgate disasm kernel.elf --start do_page_fault --count 20
  trapgate disasm boot.bin --bits 16 --address 0x7c00 --data 0x7c1e-0x7c26
`;

/** A stretch of bytes to show. */
interface Part {
  readonly name: string;
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly symbols: readonly ElfSymbolName[];
  readonly data: readonly DataRange[];
  readonly open: readonly OpenField[];
}

async function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, OPTIONS);
  const [file, ...more] = options.operands;
  if (file === undefined || more.length > 0) throw new UsageError('one file is wanted');
  const bits = bitsOf(options);
  const data = options.all('data').map(rangeOf);
  const { disassemble, ElfError, hasElfMark, readElf } = await import('../../asm/index.ts');
  const bytes = readFile(file);
  let elf: ElfFile | null;
  try {
    elf = readElf(bytes);
  } catch (problem) {
    if (problem instanceof ElfError) throw new CommandError(`${file}: ${problem.message}`);
    throw problem;
  }
  if (!elf && hasElfMark(bytes))
    throw new CommandError(`${file}: an ELF file, but not of 32 bits; those alone are read`);
  const parts = elf
    ? elf.parts.filter((part) => part.execute || options.has('all')).map((part) => elfPart(elf, part))
    : [{ name: file, address: options.number('address', { max: 0xffff_ffff }) ?? 0, bytes, ...NOTHING_KNOWN }];
  let left = options.number('count') ?? Number.POSITIVE_INFINITY;
  for (const part of narrow(parts, options.get('start'))) {
    if (left <= 0) break;
    const { address, symbols, open } = part;
    const lines = disassemble(part.bytes, { bits, address, symbols, open, data: [...part.data, ...data], limit: left });
    left -= lines.length;
    process.stdout.write(show(part, lines));
  }
  return 0;
}

const NOTHING_KNOWN = { symbols: [], data: [], open: [] };

/** In an object all sections begin at 0: a name counts in its own alone. */
function elfPart(elf: ElfFile, part: ElfPart): Part {
  const { name, address, bytes, execute, index, relocations } = part;
  const symbols = elf.symbols.filter(({ section }) => !elf.relocatable || section === index);
  const data = execute ? symbols.filter(({ type }) => type === 'object') : [{ address, size: bytes.length }];
  const open = relocations.map(({ offset, target }) => ({ address: address + offset, target }));
  return { name, address, bytes, symbols, data, open };
}

function rangeOf(text: string): DataRange {
  const [from, to] = text.split('-').map(Number);
  if (from === undefined || to === undefined || !(from < to)) {
    throw new UsageError(`--data ${text}: two addresses are wanted, FROM-TO`);
  }
  return { address: from, size: to - from };
}

function bitsOf(options: Options): 16 | 32 | 64 {
  const bits = options.get('bits') ?? '32';
  if (!['16', '32', '64'].includes(bits)) throw new UsageError(`--bits ${bits}: 16, 32 or 64 is wanted`);
  return Number(bits) as 16 | 32 | 64;
}

/** The parts from a place on: an address, or a symbol's. */
function narrow(parts: readonly Part[], start: string | undefined): readonly Part[] {
  if (start === undefined) return parts;
  const home = parts.findIndex(({ symbols }) => symbols.some(({ name }) => name === start));
  const named = parts[home]?.symbols.find(({ name }) => name === start)?.address;
  const address = named ?? (/^(0x[\da-f]+|\d+)$/i.test(start) ? Number(start) : undefined);
  if (address === undefined) throw new CommandError(`there is no symbol '${start}', and it is no address`);
  const holds = (part: Part): boolean => address >= part.address && address < part.address + part.bytes.length;
  const at = named !== undefined && parts[home] && holds(parts[home]) ? home : parts.findIndex(holds);
  const first = parts[at];
  if (!first) throw new CommandError(`nothing to show at 0x${address.toString(16)}`);
  return [{ ...first, address, bytes: first.bytes.subarray(address - first.address) }, ...parts.slice(at + 1)];
}

const BYTES_COLUMN = 24;

function show(part: Part, lines: readonly DisassembledLine[]): string {
  const out = [`section ${part.name}`];
  for (const { address, bytes, text, label, target } of lines) {
    if (label !== null) out.push('', `${label}:`);
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const place = address.toString(16).padStart(8, '0');
    out.push(`  ${place}  ${hex.padEnd(BYTES_COLUMN)}${text}${target === null ? '' : `  ; ${target}`}`);
  }
  return `${out.join('\n')}\n`;
}

export const command: Command = {
  name: 'disasm',
  summary: 'show the instructions of an image, with symbols',
  help: HELP,
  run,
};
