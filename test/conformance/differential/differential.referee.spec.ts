/** The runner's referees, each with a few programs: `make conformance` has the millions. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../fuzz/random.ts';
import { leftOutOf, type Referee } from './accepted.ts';
import { identity, kinship } from './catalogue/identity.ts';
import { eipOf } from './compare.ts';
import { type Compared, compareOn } from './engines.ts';
import { Ours } from './ours.ts';
import { buildRing3 } from './ring3.ts';
import { Generator, standingAt } from './streams/generator.ts';

const SEED = 11;
const PROGRAMS = 100;
const ours = new Ours();
const differing = (compared: readonly Compared[]) =>
  compared.filter(({ lines }) => lines.length > 0).map(({ test: { id }, lines }) => `${id}: ${lines[0]}`);

describe.each(['bochs', 'willamette', 'qemu', 'twin', 'silicon'] as const)('%s', (referee: Referee) => {
  test('agrees on random programs', async () => {
    if (referee === 'silicon') expect(buildRing3()).toBeUndefined();
    const generator = new Generator(new Random(SEED), referee === 'silicon' ? 3 : 0, leftOutOf(referee));
    const streams = Array.from({ length: PROGRAMS }, (_, n) => generator.stream(`program.${n}`));
    const tests = streams.map(({ test: each }) => each);
    const compared = await compareOn(referee, ours, tests, (n, outcome) => {
      const { undefinedFlags } = standingAt(streams[n]!, eipOf(outcome));
      return { ...tests[n]!, undefinedFlags };
    });
    expect(compared.length).toBeGreaterThan(PROGRAMS / 2);
    expect(differing(compared)).toEqual([]);
  }, 60_000);
});

test('CPUID is the same on QEMU, told to be such a processor, and where they are alike on Bochs', async () => {
  expect(differing(await compareOn('twin', ours, [...identity()]))).toEqual([]);
  expect(differing(await compareOn('bochs', ours, [...kinship()]))).toEqual([]);
}, 60_000);
