/** `trapgate trace --format perfetto` of the kernel's tour: what the importers of Perfetto and Chrome ask of a trace holds. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dispatch } from '../../emu/cli/dispatch.ts';
import type { TraceRecord } from '../../emu/trace/perfetto.ts';
import { GUEST_FOLDER } from './guest.ts';

let folder: string;
let records: TraceRecord[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trapgate-trace-'));
  const out = join(folder, 'trace.json');
  const kernel = [join(GUEST_FOLDER, 'kernel.elf'), '-initrd', join(GUEST_FOLDER, 'programs.cpio')];
  expect(await dispatch(['trace', '--format', 'perfetto', '-o', out, '--tour', ...kernel])).toBe(0);
  records = (JSON.parse(readFileSync(out, 'utf8')) as { traceEvents: TraceRecord[] }).traceEvents;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The tracks' names, by process and thread. */
const nameOf = (pid: number, tid: number) =>
  records.find((record) => record.name === 'thread_name' && record.pid === pid && record.tid === tid)?.args?.name;
const slicesOn = (track: string) =>
  records.filter(({ ph, pid, tid }) => ph === 'X' && String(nameOf(pid, tid)).startsWith(track));

function grouped<Key>(all: readonly TraceRecord[], keyOf: (record: TraceRecord) => Key): Map<Key, TraceRecord[]> {
  const groups = new Map<Key, TraceRecord[]>();
  for (const record of all) groups.set(keyOf(record), [...(groups.get(keyOf(record)) ?? []), record]);
  return groups;
}

describe('the kernel’s trace', () => {
  test('has interrupts, softirqs and threads as tracks, and lines as counters', () => {
    for (const track of ['hard IRQ', 'softirq', 'ring 3', 'IRQ 0', 'swapper/0', 'sh']) {
      expect(slicesOn(track).length, track).toBeGreaterThan(0);
    }
    expect(slicesOn('softirq').map(({ name }) => name)).toContain('TIMER');
    expect(records.some(({ ph, name }) => ph === 'C' && name === 'IRQ 0')).toBe(true);
  });

  test('slices of one track nest: an importer drops those that overlap', () => {
    const tracks = grouped(
      records.filter(({ ph }) => ph === 'X'),
      ({ pid, tid }) => `${pid} ${tid}`,
    );
    const overlaps = [...tracks.values()].flatMap((slices) => {
      const open: number[] = [];
      const sorted = [...slices].sort((a, b) => a.ts! - b.ts! || b.dur! - a.dur!);
      return sorted.filter(({ ts, dur }) => {
        while (open.length > 0 && open.at(-1)! <= ts! + 1e-6) open.pop();
        const inside = open.length === 0 || ts! + dur! <= open.at(-1)! + 1e-6;
        open.push(ts! + dur!);
        return !inside;
      });
    });
    expect(overlaps).toEqual([]);
  });

  test('names every track, and tells everything in the order of time, a slice before those inside it', () => {
    const timed = records.filter(({ ph }) => ph !== 'M');
    expect(records.slice(0, -timed.length).every(({ ph }) => ph === 'M')).toBe(true);
    const unnamed = timed.filter(({ pid, tid }) => nameOf(pid, tid) === undefined);
    expect(unnamed).toEqual([]);
    const times = timed.map(({ ts }) => ts!);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const late = timed.filter(
      (record, i) => i > 0 && record.ts === timed[i - 1]!.ts && record.dur! > timed[i - 1]!.dur!,
    );
    expect(late).toEqual([]);
  });

  test('each place of a flow is where a slice of its category begins', () => {
    const begin = (record: TraceRecord) => `${record.cat} ${record.pid} ${record.tid} ${record.ts}`;
    const begins = new Set(records.filter(({ ph }) => ph === 'X').map(begin));
    const loose = records.filter((record) => 'stf'.includes(record.ph) && !begins.has(begin(record)));
    expect(loose).toEqual([]);
  });

  test('counts a line’s level with numbers, one on each edge', () => {
    const levels = grouped(
      records.filter(({ ph }) => ph === 'C'),
      ({ name }) => name,
    );
    expect([...levels.keys()]).toEqual(['IRQ 0', 'IRQ 1']);
    for (const edges of levels.values()) {
      edges.forEach(({ args }, i) => {
        expect(args).toEqual({ level: i % 2 === 0 ? 1 : 0 });
      });
    }
  });

  test('each flow has one beginning and one end, in the order of time', () => {
    const flows = grouped(
      records.filter(({ ph }) => 'stf'.includes(ph)),
      ({ id }) => id,
    );
    expect(flows.size).toBeGreaterThan(10);
    for (const points of flows.values()) {
      expect(points.map(({ ph }) => ph).join('')).toMatch(/^st*f$/);
      expect(points.map(({ ts }) => ts)).toEqual([...points.map(({ ts }) => ts!)].sort((a, b) => a - b));
    }
  });
});
