/** Random x87, MMX and SSE instructions, here and on the processor that this runs on, compared to the bit. */
import { expect, test } from 'vitest';
import { Random } from '../fuzz/random.ts';
import { differences, prepare, runFpuCase } from './fpu-cases.ts';
import { randomCase } from './referee/cases.ts';
import { askReferee, buildReferee } from './referee/native.ts';
import { Rig } from './rig.ts';

const CASES = 40_000;
const obstacle = buildReferee();

test.skipIf(obstacle !== undefined)(`${CASES} random instructions${obstacle ? ` (skipped: ${obstacle})` : ''}`, () => {
  const rig = new Rig();
  prepare(rig);
  const random = new Random(486);
  const cases = Array.from({ length: CASES }, () => randomCase(random));
  const expected = askReferee(cases);
  const failures = cases.flatMap((each, n) => {
    const lines = differences(each, runFpuCase(rig, each), expected[n]!);
    return lines.length > 0 ? [`${each.group} ${Buffer.from(each.code).toString('hex')}: ${lines[0]}`] : [];
  });
  expect(failures).toEqual([]);
});
