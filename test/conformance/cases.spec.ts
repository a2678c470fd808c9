/**
 * The checked-in conformance cases. Their results come from real processors and trusted emulators; `npm run conformance --
 * FILE...` runs any other file of the same formats.
 *
 * | file | what |
 * |---|---|
 * | traps.json, alu.json | cases collected by hand: a trap or a far transfer each; an integer instruction each |
 * | fpu.json, fpu-forms.json.gz | x87, MMX and SSE instructions: some of each kind; each form of each |
 * | frozen.json.gz | a slice of what `make conformance` compares |
 * | found.json | what it found: programs on which trapgate was once wrong |
 */
import { expect, test } from 'vitest';
import { readCases } from './formats.ts';
import { Rig } from './rig.ts';
import { type Group, runCases } from './run.ts';

const FOLDER = new URL('cases/', import.meta.url).pathname;

const rig = new Rig();

for (const name of ['traps.json', 'alu.json', 'fpu.json', 'fpu-forms.json.gz', 'frozen.json.gz', 'found.json']) {
  const groups = runCases(rig, readCases(FOLDER + name));
  test.each(groups)(`${name}: $name`, (group: Group) => {
    expect(group.passed).toBeGreaterThan(0);
    expect(group.failures).toEqual([]);
  });
}
