/** `trapgate disasm`: show the instructions of an image or of raw bytes, with symbols. */

import type { DisassembledLine } from '../../asm/index.ts';
import { type Command, CommandError, UsageError } from './command.ts';
import { needBytes } from './files.ts';
import { describeOptions, type OptionSpec, type ParsedOptions, parseOptions } from './options.ts';

const OPTIONS = [
  { name: 'bits', argument: '16|32|64', help: 'size of the code (default 32)' },
  { name: 'address', argument: 'ADDRESS', help: 'of the first byte of a flat binary (default 0)' },
  { name: 'start', argument: 'PLACE', help: 'begin at this address or symbol' },
  { name: 'count', argument: 'N', help: 'show N instructions at most' },
  { name: 'all', help: 'sections without code too' },
] as const satisfies readonly OptionSpec[];

type Options = ParsedOptions<(typeof OPTIONS)[number]['name']>;

const HELP = `usage: trapgate disasm [OPTIONS] FILE

Disassemble FILE: the code of an ELF32 image, with its symbols, or raw bytes.

${describeOptions(OPTIONS)}

examples:
  trapgate disasm kernel.elf --start do_page_fault --count 20
  trapgate disasm boot.bin --bits 16 --address 0x7c00
`;

/** A stretch of bytes to show. */
interface Part {
  readonly name: string;
  readonly address: number;
  readonly bytes: Uint8Array;
}

type Names = readonly { readonly name: string; readonly address: number }[];

async function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, OPTIONS);
  const [file, ...more] = options.operands;
  if (file === undefined || more.length > 0) throw new UsageError('one file is wanted');
  const bits = bitsOf(options);
  const { disassemble, readElf } = await import('../../asm/index.ts');
  const bytes = needBytes(file);
  const elf = readElf(bytes);
  const raw = { name: file, address: options.number('address', { max: 0xffff_ffff }) ?? 0, bytes };
  const symbols: Names = elf?.symbols ?? [];
  const parts = elf ? elf.parts.filter((part) => part.execute || options.has('all')) : [raw];
  let left = options.number('count') ?? Number.POSITIVE_INFINITY;
  for (const part of narrow(parts, options.get('start'), symbols)) {
    if (left <= 0) break;
    const lines = disassemble(part.bytes, { bits, address: part.address, symbols, limit: left });
    left -= lines.length;
    process.stdout.write(show(part, lines));
  }
  return 0;
}

function bitsOf(options: Options): 16 | 32 | 64 {
  const bits = options.get('bits') ?? '32';
  if (!['16', '32', '64'].includes(bits)) throw new UsageError(`--bits ${bits}: 16, 32 or 64 is wanted`);
  return Number(bits) as 16 | 32 | 64;
}

/** The parts from a place on: an address, or a symbol's. */
function narrow(parts: readonly Part[], start: string | undefined, symbols: Names): readonly Part[] {
  if (start === undefined) return parts;
  const named = symbols.find((symbol) => symbol.name === start)?.address;
  const address = named ?? (/^(0x[\da-f]+|\d+)$/i.test(start) ? Number(start) : undefined);
  if (address === undefined) throw new CommandError(`there is no symbol '${start}', and it is no address`);
  const at = parts.findIndex((part) => address >= part.address && address < part.address + part.bytes.length);
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
