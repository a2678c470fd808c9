/** Snapshots and capsules where the command line takes images: opening one, and taking a machine to where it leads. */

import { type Capsule, checkCursor, parseCapsule } from '../../machine/keeping/capsule.ts';
import { keptKind } from '../../machine/keeping/container.ts';
import type { Recipe } from '../../machine/keeping/recipe.ts';
import { parseSnapshot, type Snapshot } from '../../machine/keeping/snapshot.ts';
import type { ImageFile } from '../../machine/loaders/image.ts';
import type { RunLimits } from '../../machine/machine.ts';
import type { Pc } from '../../machine/pc.ts';
import type { Stop } from '../../machine/stop.ts';
import { type DebugInfo, debugInfoOf, NO_DEBUG_INFO } from '../../trace/debug-info.ts';
import { SourceLines } from '../../trace/source-lines.ts';

/** The lines of a source file; undefined when it cannot be had. */
type SourceText = (file: string) => readonly string[] | undefined;

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

/** What is known of the image's lines: what a capsule says of it, or what the image itself does. */
export function debugInfoFor(kept: Kept | undefined, file: ImageFile): DebugInfo {
  const names = kept?.capsule?.names;
  if (!names) return debugInfoOf(file);
  const rows = names.lines.flatMap(({ address, size, file, line }) => [
    { address, file, line, isStatement: true },
    { address: address + size, file: undefined, line, isStatement: false },
  ]);
  return { ...NO_DEBUG_INFO, lines: new SourceLines(rows) };
}

/** Sources: those in a capsule first. */
export function sourcesFor(kept: Kept | undefined, elsewhere: SourceText): SourceText {
  return (file) => kept?.capsule?.sources.get(file)?.split(/\r?\n/) ?? elsewhere(file);
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
