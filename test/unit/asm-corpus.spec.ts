/** Thirteen thousand statements over the instruction set, beside the bytes GNU as made of them (asm-gas.referee.spec.ts). */

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { assemble } from '../../asm/index.ts';
import { sortPrefixes } from '../conformance/gas.ts';

const frozen = gunzipSync(readFileSync('test/conformance/cases/asm-corpus.txt.gz'))
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t') as [bits: string, hex: string, statement: string]);

test.each([16, 32, 64] as const)('each statement of %i-bit code has the bytes GNU as gives it', (bits) => {
  const wrong = frozen
    .filter(([size]) => Number(size) === bits)
    .flatMap(([, theirs, statement]) => {
      const { ok, bytes, diagnostics } = assemble(statement, { bits });
      const ours = ok ? Buffer.from(bytes).toString('hex') : diagnostics[0]!.message;
      return ok && sortPrefixes(ours) === sortPrefixes(theirs) ? [] : [`${statement}: ${ours}, GNU as ${theirs}`];
    });
  expect(wrong).toEqual([]);
});
