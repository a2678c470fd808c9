/**
 * Our assembler beside GNU as: the corpus byte for byte. What GNU as makes is kept in cases/asm-corpus.txt.gz, so that
 * `make test` compares too (test/unit/asm-corpus.spec.ts); TRAPGATE_FREEZE=1 writes it anew.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { corpus, corpus64 } from './asm-corpus.ts';
import { gasBytes, toGas } from './gas.ts';

const FROZEN = 'test/conformance/cases/asm-corpus.txt.gz';

test('the frozen corpus is what GNU as makes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trapgate-gas-'));
  try {
    const lines = ([16, 32, 64] as const).flatMap((bits) => {
      const statements = bits === 64 ? corpus64() : corpus();
      const translated = statements.map((statement) => toGas(statement, bits));
      const bytes = gasBytes(folder, translated, bits);
      // It refuses nothing that has a translation.
      expect(statements.filter((_, i) => translated[i] !== null && bytes[i] === null)).toEqual([]);
      return statements.flatMap((statement, i) => (bytes[i] == null ? [] : [`${bits}\t${bytes[i]}\t${statement}`]));
    });
    if (process.env.TRAPGATE_FREEZE === '1') writeFileSync(FROZEN, gzipSync(`${lines.join('\n')}\n`, { level: 9 }));
    expect(gunzipSync(readFileSync(FROZEN)).toString().trimEnd().split('\n')).toEqual(lines);
    expect(lines.length).toBeGreaterThan(13_000);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
