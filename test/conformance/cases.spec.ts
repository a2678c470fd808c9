/**
 * The checked-in conformance cases. Their results come from real processors and trusted emulators; `npm run conformance --
 * FILE...` runs any other file of the same formats.
 *
 * | file | what |
 * |---|---|
 * | traps.json, alu.json | cases collected by hand: a trap or a far transfer each; an integer instruction each |
 * | fpu.json, fpu-forms.json.gz | x87, MMX and SSE instructions: some of each kind; each form of each |
 * | frozen.json.gz | a slice of what `make conformance` compares |
 * | found.json, fpu-found.json | what it found: programs on which trapgate was once wrong |
 */
import { expect, test } from 'vitest';
import { checkedIn, readCheckedIn } from './checked-in.ts';
import { Rig } from './rig.ts';
import { type Group, runCases } from './run.ts';

const rig = new Rig();

for (const name of checkedIn) {
  const groups = runCases(rig, readCheckedIn(name));
  test.each(groups)(`${name}: $name`, (group: Group) => {
    expect(group.passed).toBeGreaterThan(0);
    expect(group.failures).toEqual([]);
  });
}
