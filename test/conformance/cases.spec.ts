/**
 * The checked-in conformance cases: all trap cases, a third of the instruction rows, and some of each kind of
 * floating-point instruction. Their results come from real processors and trusted emulators; `npm run conformance --
 * FILE...` runs any other file of the same formats.
 */
import { expect, test } from 'vitest';
import { readCases } from './formats.ts';
import { Rig } from './rig.ts';
import { type Group, runCases } from './run.ts';

const FOLDER = new URL('cases/', import.meta.url).pathname;

const rig = new Rig();

for (const name of ['traps.json', 'alu.json', 'fpu.json']) {
  const groups = runCases(rig, readCases(FOLDER + name));
  test.each(groups)(`${name}: $name`, (group: Group) => {
    expect(group.passed).toBeGreaterThan(0);
    expect(group.failures).toEqual([]);
  });
}
