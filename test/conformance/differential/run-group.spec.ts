/** The runner stops and goes on without counting anything twice. */
import { expect, test } from 'vitest';
import type { Group } from './groups.ts';
import { runGroup } from './run-group.ts';
import { emptyState, type State } from './state.ts';

const NAME = 'a group';
/** Ten instructions a batch. */
function groupOf(batch: (n: number) => void, share = 50): Group & { readonly ran: number[] } {
  const ran: number[] = [];
  return {
    name: NAME,
    share,
    ran,
    async batch(n, tally) {
      ran.push(n);
      tally.instructions += 10;
      batch(n);
      return n < 7;
    },
  };
}
const saved: State[] = [];
const run = (group: Group, state: State, isStopping: () => boolean, wanted = 80) =>
  runGroup(state, group, { wanted, isStopping, onBatch: (each) => void saved.push(each) });
const tallyIn = (state: State) => state.groups[NAME];

test('a group runs until it has its share', async () => {
  const group = groupOf(() => {});
  const state = await run(group, emptyState(1), () => false);
  expect(group.ran).toEqual([0, 1, 2, 3]);
  expect(tallyIn(state)).toMatchObject({ instructions: 40, next: 4 });
});

test('a group without a share is gone through once', async () => {
  const group = groupOf(() => {}, 0);
  const state = await run(group, emptyState(1), () => false);
  expect(group.ran).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  await run(group, state, () => false);
  expect(group.ran).toHaveLength(8);
});

test('a batch that a stop breaks off counts for nothing, and comes again', async () => {
  let stopped = false;
  const group = groupOf((n) => {
    if (n !== 2 || stopped) return;
    stopped = true;
    throw new Error('the referee was ended');
  });
  const first = await run(group, emptyState(1), () => stopped);
  expect(tallyIn(first)).toMatchObject({ instructions: 20, next: 2 });
  expect(saved.at(-1)).toEqual(first);
  const second = await run(group, first, () => false);
  expect(group.ran).toEqual([0, 1, 2, 2, 3]);
  expect(tallyIn(second)).toMatchObject({ instructions: 40, next: 4 });
});

test('what goes wrong by itself is told', async () => {
  const group = groupOf(() => {
    throw new Error('no notes');
  });
  await expect(run(group, emptyState(1), () => false)).rejects.toThrow('no notes');
});
