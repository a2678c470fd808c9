/** Batch after batch of a group, and what a stop leaves. */
import type { Group } from './groups.ts';
import { type State, type Tally, tallyOf } from './state.ts';

export interface Run {
  /** Instructions of all groups together. */
  readonly wanted: number;
  readonly isStopping: () => boolean;
  /** After each batch that came to its end. */
  readonly onBatch: (state: State, group: Group, tally: Tally) => void;
}

export const shareOf = ({ share }: Group, wanted: number): number => (wanted * share) / 100;

const GRACE_MS = 20;
/** A turn of the event loop: signals are heard in it. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** Time for a signal to come that has ended a referee already. */
const grace = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, GRACE_MS));

/**
 * Until the group has its share, or there is no more of it, or somebody stops it.
 * @returns the state behind the last batch that came to its end
 * @throws what a batch throws, unless it was stopped
 */
export async function runGroup(before: State, group: Group, { wanted, isStopping, onBatch }: Run): Promise<State> {
  let state = before;
  for (;;) {
    const next = structuredClone(state);
    const tally = tallyOf(next, group.name);
    if (isStopping() || tally.isThrough) return state;
    if (group.share > 0 && tally.instructions >= shareOf(group, wanted)) return state;
    try {
      const more = await group.batch(tally.next, tally, next);
      tally.next++;
      if (!more) tally.isThrough = true;
    } catch (error) {
      // A Ctrl-C ends the referees, too, and may be heard of later: what the batch has counted counts for nothing.
      await grace();
      if (isStopping()) return state;
      throw error;
    }
    state = next;
    onBatch(state, group, tally);
    await turn();
  }
}
