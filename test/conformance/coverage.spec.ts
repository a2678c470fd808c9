/** No entry of the instruction table was never compared with a referee, and no exception's cause. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkedIn, readCheckedIn } from './checked-in.ts';
import { type Coverage, cover, forms } from './coverage.ts';
import { accepted, leftOut } from './differential/accepted.ts';
import { countCauses } from './differential/causes.ts';
import { Rig } from './rig.ts';
import { uncovered, unraised } from './uncovered.ts';

test('every form of every entry of the instruction table is exercised by a case with a referee', () => {
  const coverage: Coverage = new Map();
  const rig = new Rig();
  for (const name of checkedIn) cover(coverage, rig, readCheckedIn(name));
  expect(forms().filter((form) => !coverage.has(form))).toEqual(Object.keys(uncovered));
});

test('every place that raises an exception is come to by a case with a referee, or has a reason why not', async () => {
  const causes = await countCauses();
  expect(causes.filter(({ times }) => times === 0).map(({ name }) => name)).toEqual(Object.keys(unraised));
}, 60_000);

test('docs/conformance.md tells of every accepted difference, in its words', () => {
  const told = readFileSync('docs/conformance.md', 'utf8');
  const reasons = [...accepted, ...leftOut].map(({ reason }) => reason);
  expect(reasons.filter((reason) => !told.includes(reason))).toEqual([]);
});
