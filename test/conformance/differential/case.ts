/**
 * A case as every engine of the differential runner takes it, and what came of it.
 *
 * Cases run in the world of test/conformance/cases/traps.json: its descriptor tables, its pages, a landing for every
 * vector. A case adds a few bytes of memory and the processor's state; it ends at a landing.
 */
import { readFileSync } from 'node:fs';
import type { Environment, General, InitialState, SegmentName, TrapCases } from '../formats.ts';
import { fromHex } from '../trap-cases.ts';

export interface Case {
  readonly id: string;
  /** Bytes at physical addresses, beside what the world has. */
  readonly mem: readonly (readonly [address: number, bytes: Uint8Array])[];
  readonly init: InitialState;
  /** Arithmetic flags that the manual leaves undefined after this program. */
  readonly undefinedFlags?: number;
}

/** A landing's number, or how else it ended. `broken`: the referee could not load such a state. */
export type End = number | 'shutdown' | 'running away' | 'broken';

/** The processor as a landing finds it, and what changed in memory. */
export interface Outcome {
  readonly end: End;
  /** How many were executed; 0 where nobody counted. */
  readonly instructions: number;
  readonly general: Readonly<Record<General, number>>;
  readonly segments: Readonly<Record<SegmentName, number>>;
  readonly eflags: number;
  readonly control: Readonly<Record<'cr0' | 'cr2' | 'cr3' | 'cr4' | 'dr6' | 'dr7' | 'tr' | 'ldt', number>>;
  /** Dwords that are not what the world has: value by physical address, in ascending order. */
  readonly changes: ReadonlyMap<number, number>;
}

const FILE = 'test/conformance/cases/traps.json';

/** What is in memory before a case, by ranges that are all that cases may touch. */
export interface Range {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export interface World {
  readonly env: Environment;
  readonly ranges: readonly Range[];
}

const LOW = { address: 0, length: 0xb000 };
/** An error code, and all that virtual-8086 mode pushes. */
const LARGEST_FRAME = 40;
const HIGH = { address: 0x100000, length: 0x18000 };

let known: World | undefined;
export function world(): World {
  if (known) return known;
  const { env } = JSON.parse(readFileSync(FILE, 'utf8')) as TrapCases;
  const ranges = [LOW, HIGH].map(({ address, length }) => ({ address, bytes: new Uint8Array(length) }));
  for (const [address, hex] of env.regions) put(ranges, address, fromHex(hex));
  known = { env, ranges };
  return known;
}

/** @throws RangeError when the bytes are not in a range */
export function put(ranges: readonly Range[], address: number, bytes: Uint8Array): void {
  for (const range of ranges) {
    const at = address - range.address;
    if (at < 0 || at + bytes.length > range.bytes.length) continue;
    range.bytes.set(bytes, at);
    return;
  }
  throw new RangeError(`no range has ${bytes.length} bytes at ${address.toString(16)}`);
}

export function dwordOf(ranges: readonly Range[], address: number): number {
  for (const range of ranges) {
    const at = address - range.address;
    if (at < 0 || at + 4 > range.bytes.length) continue;
    return new DataView(range.bytes.buffer).getUint32(at, true);
  }
  throw new RangeError(`no range has ${address.toString(16)}`);
}

/** Is this stack pointer's frame in a range? */
export const isKnown = (top: number): boolean =>
  [LOW, HIGH].some(({ address, length }) => top >= address && top + LARGEST_FRAME <= address + length);
