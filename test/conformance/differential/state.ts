/** How far the runner has come: kept on disk, so that it goes on from there. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const FOLDER = 'build/conformance';
const FILE = `${FOLDER}/state.json`;

export interface Tally {
  /** Instructions that both executed, and in how many programs. */
  instructions: number;
  programs: number;
  /** The batch that comes next. */
  next: number;
  /** There are no more batches. */
  isThrough?: boolean;
  differed: number;
  /** Differences that accepted.ts knows, by reason. */
  accepted: Record<string, number>;
}

export interface State {
  readonly seed: number;
  readonly groups: Record<string, Tally>;
  /** By entry of the instruction table and referee: how often it came to its end. */
  readonly entries: Record<string, Record<string, number>>;
}

export const emptyState = (seed: number): State => ({ seed, groups: {}, entries: {} });

/** @returns nothing when there is none */
export function loadState(): State | undefined {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as State;
  } catch {
    return undefined;
  }
}

export function saveState(state: State): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FILE}.new`, JSON.stringify(state));
  renameSync(`${FILE}.new`, FILE);
}

export function tallyOf({ groups }: State, name: string): Tally {
  groups[name] ??= { instructions: 0, programs: 0, next: 0, differed: 0, accepted: {} };
  return groups[name];
}

export function countEntry({ entries }: State, entry: string, referee: string): void {
  entries[entry] ??= {};
  entries[entry][referee] = (entries[entry][referee] ?? 0) + 1;
}
