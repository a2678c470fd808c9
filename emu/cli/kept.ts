/** Snapshots and capsules where the command line takes images: opening one, and taking a machine to where it leads. */

import { type Capsule, checkCursor, parseCapsule } from '../machine/keeping/capsule.ts';
import { keptKind } from '../machine/keeping/container.ts';
import type { Recipe } from '../machine/keeping/recipe.ts';
import { parseSnapshot, type Snapshot } from '../machine/keeping/snapshot.ts';
import type { RunLimits } from '../machine/machine.ts';
import type { Pc } from '../machine/pc.ts';
import type { Stop } from '../machine/stop.ts';

/** A file that is run like an image, but goes on from a moment. */
export interface Kept {
  readonly path: string;
  readonly recipe: Recipe;
  /** Where the run begins; undefined: power-on. */
  readonly start: Snapshot | undefined;
  readonly capsule: Capsule | undefined;
}

/** @returns undefined when it is neither snapshot nor capsule @throws KeptFileError when it is one, and damaged */
export function openKept(path: string, bytes: Uint8Array): Kept | undefined {
  switch (keptKind(bytes)) {
    case 'snapshot': {
      const start = parseSnapshot(path, bytes);
      return { path, recipe: start.recipe, start, capsule: undefined };
    }
    case 'capsule': {
      const capsule = parseCapsule(path, bytes);
      return { path, recipe: capsule.recipe, start: capsule.start, capsule };
    }
    case undefined:
      return undefined;
  }
}

/**
 * Take the machine to the cursor of a capsule, and see whether it is what it was there.
 * @param run in place of Machine.run; both do whatever the guest asks for on the way, resets included
 * @throws KeptFileError when it is not, or never comes there
 */
export function goToCursor(
  kept: Kept | undefined,
  pc: Pc,
  run: (limits: RunLimits) => Stop = (limits) => runOn(pc, limits),
): void {
  if (!kept?.capsule) return;
  const { machine } = pc;
  const { cursor } = kept.capsule;
  while (machine.now < cursor.time) {
    const { kind } = run({ until: cursor.time });
    if (kind !== 'budget' && kind !== 'paused') break;
  }
  machine.catchUp();
  checkCursor(kept.path, pc, cursor);
}

/** Machine.run, through the resets that the guest asks for. */
export function runOn({ machine }: Pc, limits: RunLimits): Stop {
  for (;;) {
    const stop = machine.run(limits);
    if (stop.kind !== 'reset') return stop;
    machine.reset();
  }
}
