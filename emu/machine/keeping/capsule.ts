/**
 * A time capsule: one file that takes a machine to one instruction, anywhere. It holds the image with its modules, the
 * sources it was made of, everything that entered from outside, and the cursor: the virtual time it is about.
 *
 * A run that began with a snapshot has that in its capsule, too.
 */

import type { StampedInput } from '../input-log.ts';
import type { ImageSymbol } from '../loaders/image.ts';
import type { Pc } from '../pc.ts';
import { stateHash } from '../state-hash.ts';
import { jsonOf, jsonSection, KeptFileError, packSections, sectionOf, unpackSections } from './container.ts';
import { formatInputs, InputLogError, parseInputs } from './input-log-file.ts';
import { type Recipe, readRecipe, recipeOf, recipeSections } from './recipe.ts';
import { parseSnapshot, type Snapshot } from './snapshot.ts';

/** What a capsule is about. */
export interface Cursor {
  /** Virtual time, in instructions. */
  readonly time: number;
  /** What stateHash says of the machine then. */
  readonly state: string;
  /** For people: where and why. */
  readonly note: string;
}

export interface Capsule {
  readonly recipe: Recipe;
  /** Where its run begins; undefined: power-on. */
  readonly start: Snapshot | undefined;
  /** What entered, and what was still to enter; oldest first. */
  readonly inputs: readonly StampedInput[];
  readonly cursor: Cursor;
  readonly names: Names | undefined;
  /** Texts by their names, as the image's debug information has them. */
  readonly sources: ReadonlyMap<string, string>;
}

/** What an image's addresses are called, when the image itself does not say. */
export interface Names {
  readonly symbols: readonly ImageSymbol[];
  readonly lines: readonly {
    readonly address: number;
    readonly size: number;
    readonly file: string;
    readonly line: number;
  }[];
}

/** What a capsule is given beside the machine. */
export interface CapsuleOptions {
  readonly names?: Names;
  readonly note?: string;
  readonly sources?: ReadonlyMap<string, string>;
  /** The file of the snapshot that the run began with. */
  readonly start?: Uint8Array;
}

const SOURCE = 'source ';

/** The file of a PC that stands where the cursor is to be. */
export function formatCapsule(
  pc: Pc,
  { note = '', sources = new Map(), start, names }: CapsuleOptions = {},
): Uint8Array {
  pc.machine.catchUp();
  const { inputs, now } = pc.machine;
  const cursor: Cursor = { time: now, state: stateHash(pc), note };
  return packSections(
    'capsule',
    new Map([
      ['cursor', jsonSection(cursor)],
      ...recipeSections(recipeOf(pc)),
      ['inputs', Buffer.from(formatInputs([...inputs.events, ...inputs.upcoming]))],
      ...(start ? [['snapshot', start] as const] : []),
      ...(names ? [['names', jsonSection(names)] as const] : []),
      ...[...sources].map(([name, text]) => [`${SOURCE}${name}`, Buffer.from(text)] as const),
    ]),
  );
}

/** @param file what messages call it @throws KeptFileError when it is damaged, or of another version */
export function parseCapsule(file: string, bytes: Uint8Array): Capsule {
  const sections = unpackSections(file, bytes, 'capsule');
  const text = (name: string) => Buffer.from(sectionOf(file, sections, name)).toString('utf8');
  const sources = [...sections.keys()].filter((name) => name.startsWith(SOURCE));
  const start = sections.get('snapshot');
  return {
    cursor: jsonOf(file, sections, 'cursor') as Cursor,
    recipe: readRecipe(file, sections),
    start: start && parseSnapshot(`${file} (its snapshot)`, start),
    inputs: inputsOf(file, text('inputs')),
    names: sections.has('names') ? (jsonOf(file, sections, 'names') as Names) : undefined,
    sources: new Map(sources.map((name) => [name.slice(SOURCE.length), text(name)])),
  };
}

/** Let what is in the capsule enter the machine that was made by its recipe, at its times. */
export function scheduleInputs({ machine }: Pc, inputs: readonly StampedInput[]): void {
  for (const { at, ...input } of inputs) machine.inputs.schedule(at, input);
}

/** A machine has come to the cursor: whether it is what it was there. @throws KeptFileError when it is not */
export function checkCursor(file: string, pc: Pc, { time, state }: Cursor): void {
  if (pc.machine.now !== time) {
    throw new KeptFileError(file, `the machine stopped at ${pc.machine.now} and never came to instruction ${time}`);
  }
  if (stateHash(pc) !== state) {
    throw new KeptFileError(
      file,
      `at instruction ${time} the machine is not what it was when this was made. Either trapgate is of another ` +
        'version, or something that is not in the input log had changed it: a test or a debugger that wrote to ' +
        'registers or memory.',
    );
  }
}

function inputsOf(file: string, text: string): StampedInput[] {
  try {
    return parseInputs(`${file} (its inputs)`, text.split('\n').slice(0, -1));
  } catch (error) {
    if (error instanceof InputLogError) throw new KeptFileError(file, error.message);
    throw error;
  }
}
