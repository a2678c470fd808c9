/** Our assembler beside NASM: the corpus byte for byte, and the kernel section by section. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AddressNames, type Assembly, assemble, disassemble, formatDiagnostic, readElf } from '../../asm/index.ts';
import { assembleFile } from '../../emu/build/assemble.ts';
import { referee } from '../referees.ts';
import { corpus, corpus64 } from './asm-corpus.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trapgate-asm-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Each statement's bytes as NASM's listing has them, in hex. */
function nasmBytes(statements: readonly string[], bits: 16 | 32 | 64): string[] {
  const source = join(folder, `corpus${bits}.asm`);
  const listing = join(folder, `corpus${bits}.lst`);
  writeFileSync(source, `bits ${bits}\n${statements.join('\n')}\n`);
  execFileSync(referee('nasm'), ['-f', 'bin', '-w-all', '-l', listing, '-o', join(folder, 'corpus.bin'), source]);
  const bytes = statements.map(() => '');
  for (const line of readFileSync(listing, 'latin1').split('\n')) {
    const found = /^\s*(\d+)\s+[0-9A-F]{8}\s+([0-9A-F[\]()-]+)/.exec(line);
    // The first line of the source is `bits`.
    if (found) bytes[Number(found[1]) - 2] += found[2]!.replace(/[[\]()-]/g, '').toLowerCase();
  }
  return bytes;
}

/** What the bytes mean, for forms that have two encodings. */
function meaning(hex: string, bits: 16 | 32 | 64): string {
  const lines = disassemble(Uint8Array.from(Buffer.from(hex, 'hex')), { bits });
  return lines
    .map((line) => line.text.replace(/^xchg (\w+), (\w+)$/, (_, ...names) => `xchg ${names.slice(0, 2).sort()}`))
    .join('; ');
}

describe.each([32, 16, 64] as const)('the corpus in %i-bit code', (bits) => {
  test('is what NASM makes of it, or means the same', () => {
    const statements = bits === 64 ? corpus64() : corpus();
    const theirs = nasmBytes(statements, bits);
    const wrong: string[] = [];
    let equal = 0;
    statements.forEach((statement, i) => {
      const { ok, bytes, diagnostics } = assemble(statement, { bits });
      const ours = ok ? Buffer.from(bytes).toString('hex') : diagnostics[0]!.message;
      if (ours === theirs[i]) equal++;
      else if (!ok || meaning(ours, bits) !== meaning(theirs[i]!, bits))
        wrong.push(`${statement}: ${ours}, NASM ${theirs[i]}`);
    });
    expect(wrong).toEqual([]);
    expect(equal / statements.length).toBeGreaterThan(0.99);
  });
});

const KERNEL = 'guest/kernel';
function assembleKernel(format: 'elf32' | 'multiboot'): Assembly {
  const file = `${KERNEL}/kernel.asm`;
  const read = (path: string): Uint8Array | null => {
    try {
      return readFileSync(path);
    } catch {
      return null;
    }
  };
  const assembly = assemble(readFileSync(file, 'utf8'), { file, format, includePaths: [KERNEL], reader: { read } });
  expect(assembly.diagnostics.map(formatDiagnostic)).toEqual([]);
  return assembly;
}

/** An object linked by GNU ld. */
function linked(object: string): Uint8Array {
  const image = `${object}.elf`;
  execFileSync(referee('ld'), ['-m', 'elf_i386', '-T', `${KERNEL}/kernel.ld`, '-o', image, object]);
  return readFileSync(image);
}

/** Name, address, size and digest of each part. */
function parts(image: Uint8Array): string[] {
  return readElf(image)!.parts.map(({ name, address, bytes }) => {
    const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    return `${name} ${address.toString(16)} ${bytes.length} ${digest}`;
  });
}

/**
 * The code of an image with its addresses by name and without padding: what is left when only the lengths of jumps
 * differ. What `notCode` names is left out.
 */
function meaningOfCode(image: Uint8Array, notCode: ReadonlyMap<string, number>): string[] {
  const elf = readElf(image)!;
  const symbols = elf.symbols.filter(({ name }) => !name.includes('@'));
  const names = new AddressNames(symbols);
  const data = symbols.flatMap(({ name, address }) =>
    notCode.has(name) ? [{ address, size: notCode.get(name)! }] : [],
  );
  const inImage = (address: number): boolean => address >= 0x10_0000 && address < 0x100_0000;
  const named = (hex: string): string => (inImage(Number(hex)) ? (names.describe(Number(hex)) ?? hex) : hex);
  return elf.parts
    .filter(({ execute }) => execute)
    .flatMap(({ bytes, address }) => disassemble(bytes, { address, symbols, data }))
    .filter(({ text }) => !/^(nop|db)\b/.test(text))
    .map(({ text }) => text.replace(/0x[0-9a-f]+/g, named));
}

test('the kernel is the one NASM and GNU ld make, linked by us or by ld, but for jumps that are shorter', () => {
  const theirs = join(folder, 'theirs.o');
  execFileSync(referee('nasm'), ['-f', 'elf32', '-I', `${KERNEL}/`, '-o', theirs, `${KERNEL}/kernel.asm`]);
  const ours = join(folder, 'ours.o');
  writeFileSync(ours, assembleKernel('elf32').bytes);
  const [byNasm, byUs] = [linked(theirs), linked(ours)];
  const notCode = new Map(
    readElf(byUs)!.symbols.flatMap(({ name, type, size }) => (type === 'object' ? [[name, size] as const] : [])),
  );
  expect(meaningOfCode(byUs, notCode)).toEqual(meaningOfCode(byNasm, notCode));
  const sizes = (image: Uint8Array): number[] => readElf(image)!.parts.map(({ bytes }) => bytes.length);
  sizes(byNasm).forEach((size, i) => {
    expect(sizes(byUs)[i]).toBeLessThanOrEqual(size);
  });
  expect(parts(assembleKernel('multiboot').bytes)).toEqual(parts(byUs));
});

test('the BIOS is the one NASM makes, each jump as short as there', () => {
  const [bios, scratch, out] = ['guest/bios', 'build/guest', join(folder, 'bios.bin')];
  const include = [`-I`, `${bios}/`, '-I', `${scratch}/`];
  execFileSync(referee('nasm'), ['-w-all', '-f', 'bin', ...include, '-o', out, `${bios}/bios.asm`]);
  const ours = assembleFile(`${bios}/bios.asm`, { format: 'bin', includePaths: [bios, scratch] });
  expect(Buffer.from(ours.bytes).equals(readFileSync(out))).toBe(true);
});
