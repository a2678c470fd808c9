/** The same kernel by other compilers and with other code, here and in QEMU. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile, saidHere, saidInQemu } from './freestanding/compiled.ts';

test.each([
  ['gcc', '-O0'],
  ['gcc', '-O2'],
  ['gcc', '-O3'],
  ['gcc', '-Os'],
  ['clang', '-O0'],
  ['clang', '-O2'],
] as const)(
  '%s %s',
  (compiler, optimization) => {
    const folder = mkdtempSync(join(tmpdir(), 'trapgate-freestanding-'));
    try {
      const kernel = compile(compiler, optimization, folder);
      const inQemu = saidInQemu(kernel, folder);
      expect(inQemu).toContain('\nend\n');
      expect(saidHere(readFileSync(kernel))).toBe(inQemu);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  60_000,
);
