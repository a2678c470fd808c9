/** No entry of the instruction table was never compared with a referee. */
import { expect, test } from 'vitest';
import { type Coverage, cover, forms } from './coverage.ts';
import { readCases } from './formats.ts';
import { Rig } from './rig.ts';
import { uncovered } from './uncovered.ts';

const FOLDER = new URL('cases/', import.meta.url).pathname;

test('every form of every entry of the instruction table is exercised by a case with a referee', () => {
  const coverage: Coverage = new Map();
  const rig = new Rig();
  for (const name of ['traps.json', 'alu.json', 'fpu.json', 'fpu-forms.json.gz', 'frozen.json.gz', 'found.json']) {
    cover(coverage, rig, readCases(FOLDER + name));
  }
  expect(forms().filter((form) => !coverage.has(form))).toEqual(Object.keys(uncovered));
});
