/**
 * The whole machine at one moment, as a file from which it goes on elsewhere: recipe, processor, chips, and the pages of
 * RAM that are not zero.
 *
 * Not in it, because they are outside of the machine: what was still to be typed or sent, and a debugger's stops.
 */

import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as LAYOUT from '../../core/layout.ts';
import { Pc } from '../pc.ts';
import { FRAME_BYTES } from '../physical-memory.ts';
import { jsonOf, jsonSection, KeptFileError, packSections, sectionOf, unpackSections } from './container.ts';
import { type Listeners, pcOptionsOf, type Recipe, readRecipe, recipeOf, recipeSections } from './recipe.ts';

/** A snapshot that has been read. */
export interface Snapshot {
  readonly recipe: Recipe;
  /** Virtual time, in instructions. */
  readonly time: number;
  readonly cpu: Uint8Array;
  /** In the order of `machine.devices`. */
  readonly chips: readonly { readonly name: string; readonly state: unknown }[];
  readonly fingers: readonly number[];
  /** The pages of RAM that are not zero, by number, lowest first. */
  readonly pages: readonly number[];
  /** Their contents, one after the other. */
  readonly contents: Uint8Array;
}

interface Written {
  /** Of the processor's state, which means nothing to a processor that is laid out otherwise. */
  readonly layout: string;
  readonly time: number;
  readonly chips: Snapshot['chips'];
  readonly fingers: readonly number[];
  readonly pages: readonly number[];
}

/** The file of a PC as it stands. It must not run meanwhile. */
export function formatSnapshot(pc: Pc): Uint8Array {
  const { machine, cpu } = pc;
  machine.catchUp();
  const { chips, fingers } = pc.saveBoard();
  const pages = pagesInUse(cpu.ram.subarray(0, machine.memory.ramBytes));
  const contents = Buffer.concat(pages.map((page) => cpu.ram.subarray(page * FRAME_BYTES, (page + 1) * FRAME_BYTES)));
  const written: Written = {
    layout: layoutOfState(),
    time: machine.now,
    chips: machine.devices.map(({ name }, i) => ({ name, state: chips[i] })),
    fingers,
    pages,
  };
  return packSections(
    'snapshot',
    new Map([
      ...recipeSections(recipeOf(pc)),
      ['state', jsonSection(written)],
      ['processor', cpu.saveState()],
      ['memory', deflateRawSync(contents)],
    ]),
  );
}

/** @param file what messages call it @throws KeptFileError when it is damaged, or of another version */
export function parseSnapshot(file: string, bytes: Uint8Array): Snapshot {
  const sections = unpackSections(file, bytes, 'snapshot');
  const { layout, ...state } = jsonOf(file, sections, 'state') as Written;
  const recipe = readRecipe(file, sections);
  const cpu = sectionOf(file, sections, 'processor');
  if (layout !== layoutOfState() || cpu.length !== LAYOUT.STATE_END) {
    throw new KeptFileError(file, 'made by another version of trapgate, whose processor keeps its state otherwise');
  }
  const contents = inflated(file, sectionOf(file, sections, 'memory'));
  const frames = recipe.configuration.ramBytes / FRAME_BYTES;
  if (contents.length !== state.pages.length * FRAME_BYTES || state.pages.some((page) => !(page < frames))) {
    throw new KeptFileError(file, 'its memory is not that of its machine');
  }
  return { ...state, recipe, cpu, contents };
}

/**
 * A PC that is what the snapshot's was.
 * @throws KeptFileError when it has other chips @throws ImageError, RangeError when its machine cannot be built
 */
export function restoreSnapshot(file: string, snapshot: Snapshot, listeners: Listeners = {}): Pc {
  const pc = new Pc(pcOptionsOf(snapshot.recipe, listeners));
  pc.boot(snapshot.recipe.image);
  loadSnapshot(file, pc, snapshot);
  return pc;
}

/** The same, into a PC that was made and booted by the snapshot's recipe. @throws KeptFileError */
export function loadSnapshot(file: string, pc: Pc, { time, cpu, chips, fingers, pages, contents }: Snapshot): void {
  const ram = pc.cpu.ram.subarray(0, pc.machine.memory.ramBytes);
  const there = pc.machine.devices.map(({ name }) => name);
  if (there.length !== chips.length || there.some((name, i) => chips[i]?.name !== name)) {
    throw new KeptFileError(file, `its machine has other chips: ${chips.map(({ name }) => name).join(', ')}`);
  }
  ram.fill(0);
  for (const [i, page] of pages.entries()) {
    ram.set(contents.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES), page * FRAME_BYTES);
  }
  pc.cpu.memoryChanged(0, ram.length);
  pc.cpu.passTime(time);
  pc.loadBoard({ chips: chips.map(({ state }) => state), fingers });
  pc.cpu.loadState(cpu);
}

/** The numbers of the pages of RAM that are not zero. */
export function pagesInUse(ram: Uint8Array): number[] {
  const zeros = new Uint8Array(FRAME_BYTES);
  const used: number[] = [];
  for (let page = 0; page < ram.length / FRAME_BYTES; page++) {
    // Word by word in a callback takes ten times as long.
    if (Buffer.compare(ram.subarray(page * FRAME_BYTES, (page + 1) * FRAME_BYTES), zeros) !== 0) used.push(page);
  }
  return used;
}

/** Changes whenever the core's memory is laid out otherwise. */
function layoutOfState(): string {
  const constants = Object.entries(LAYOUT).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(constants)).digest('hex').slice(0, 16);
}

function inflated(file: string, bytes: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(bytes);
  } catch {
    throw new KeptFileError(file, "section 'memory' cannot be unpacked");
  }
}
