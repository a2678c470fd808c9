/** Our assembler beside NASM: the corpus byte for byte, and the kernel section by section. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Assembly, assemble, disassemble, formatDiagnostic, readElf } from '../../asm/index.ts';
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

/** Links an object with GNU ld and gives name, address, size and digest of each part. */
function linked(object: string): string[] {
  const image = `${object}.elf`;
  execFileSync(referee('ld'), ['-m', 'elf_i386', '-T', `${KERNEL}/kernel.ld`, '-o', image, object]);
  return parts(readFileSync(image));
}

function parts(image: Uint8Array): string[] {
  return readElf(image)!.parts.map(({ name, address, bytes }) => {
    const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    return `${name} ${address.toString(16)} ${bytes.length} ${digest}`;
  });
}

test('the kernel is the one NASM and GNU ld make, linked by us or by ld', () => {
  const theirs = join(folder, 'theirs.o');
  execFileSync(referee('nasm'), ['-f', 'elf32', '-I', `${KERNEL}/`, '-o', theirs, `${KERNEL}/kernel.asm`]);
  const expected = linked(theirs);
  const ours = join(folder, 'ours.o');
  writeFileSync(ours, assembleKernel('elf32').bytes);
  expect(linked(ours)).toEqual(expected);
  expect(parts(assembleKernel('multiboot').bytes)).toEqual(expected);
});
