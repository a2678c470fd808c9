/**
 * Batches of cases, as the referees read them, and the notes that they write: the format is described in arena.asm.
 */
import type { InitialState } from '../formats.ts';
import { type Case, type End, type Outcome, type Range, world } from './case.ts';

export const SECTOR = 512;
const MAGIC = 0x41524e41;
const SHUTDOWN = 0xfffe;
const BROKEN = 0xffff;
const HEADER_BYTES = 24;
const RANGE_BYTES = 12;
/** arena.asm's entry for landings. */
const LANDING = 0x200040;
/** Batches are kept below what the arena's memory holds between BATCH and NOTES. */
export const BATCH_BYTES = 20 << 20;

const FIELDS = [
  ...['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'eip', 'eflags', 'cs', 'ss', 'ds', 'es', 'fs', 'gs'],
  ...['cr0', 'cr2', 'cr3', 'cr4', 'dr0', 'dr1', 'dr2', 'dr3', 'dr6', 'dr7', 'gdtbase', 'gdtlim', 'idtbase', 'idtlim'],
  ...['tr', 'ldt', 'efer', 'sysenter', 'sysenterEsp', 'sysenterEip'],
] as (keyof InitialState)[];

function dwords(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes;
  const whole = new Uint8Array((bytes.length + 3) & ~3);
  whole.set(bytes);
  return whole;
}

function encodeCase(test: Case): Uint8Array {
  const { mem, init } = test;
  const patches = mem.flatMap(([address, bytes]) => [dwords(address, bytes.length), padded(bytes)]);
  const state = dwords(...FIELDS.map((name) => init[name] ?? 0));
  const length = 8 + state.length + patches.reduce((sum, { length }) => sum + length, 0);
  return Buffer.concat([dwords(length, mem.length), state, ...patches]);
}

/** The world's memory with landings that lead to the arena instead of its HLTs: push number; jmp. */
function rangesWithLandings(): Range[] {
  const { env, ranges } = world();
  const copies = ranges.map(({ address, bytes }) => ({ address, bytes: Uint8Array.from(bytes) }));
  for (const [first, { base, stride, count }] of [
    [0, env.handlers],
    [256, env.pseudo],
  ] as const) {
    for (let n = 0; n < count; n++) {
      const at = base + n * stride;
      const range = copies.find(({ address, bytes }) => address <= at && at < address + bytes.length)!;
      const offset = at - range.address;
      // Some places are not landings but a way to one, from ring 3.
      if (range.bytes[offset] !== 0xf4) continue;
      range.bytes.set([0x68, ...dwords(first + n), 0xe9, ...dwords(LANDING - (at + 10))], offset);
    }
  }
  return copies;
}

export const whole = (bytes: number): number => Math.ceil(bytes / SECTOR);

/** The disk, and the sector where notes will be. */
export function encodeBatch(cases: readonly Case[]): { batch: Buffer; notes: number } {
  const ranges = rangesWithLandings();
  let at = HEADER_BYTES + RANGE_BYTES * ranges.length;
  const table: number[] = [];
  for (const { address, bytes } of ranges) {
    table.push(address, bytes.length / 4, at);
    at += bytes.length;
  }
  const body = cases.map(encodeCase);
  const total = at + body.reduce((sum, { length }) => sum + length, 0);
  const sectors = whole(total);
  const notes = sectors + 8;
  const header = dwords(MAGIC, sectors, notes, ranges.length, cases.length, at);
  return { batch: Buffer.concat([header, dwords(...table), ...ranges.map(({ bytes }) => bytes), ...body]), notes };
}

/** Registers in the order in which the arena notes them. */
const GENERAL = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
const SEGMENTS = ['cs', 'ss', 'ds', 'es', 'fs', 'gs'] as const;
const CONTROL = ['cr0', 'cr2', 'cr3', 'cr4', 'dr6', 'dr7', 'tr', 'ldt'] as const;

export function decodeNotes(disk: Buffer, sector: number, count: number): Outcome[] {
  const outcomes: Outcome[] = [];
  let at = sector * SECTOR;
  const take = (): number => {
    at += 4;
    return disk.readUInt32LE(at - 4);
  };
  const takeAll = <Name extends string>(names: readonly Name[]) =>
    Object.fromEntries(names.map((name) => [name, take()])) as Record<Name, number>;
  while (outcomes.length < count) {
    const begin = at;
    const length = take();
    if (length === 0) break;
    const number = take();
    const end: End = number === SHUTDOWN ? 'shutdown' : number === BROKEN ? 'broken' : number;
    const general = takeAll(GENERAL);
    const eflags = take();
    const segments = takeAll(SEGMENTS);
    const control = takeAll(CONTROL);
    const changed = take();
    const changes = new Map(Array.from({ length: changed }, () => [take(), take()] as const));
    outcomes.push({
      end,
      instructions: 0,
      general,
      segments,
      eflags,
      control,
      changes,
    });
    at = begin + length;
  }
  return outcomes;
}
