/** What `trapgate trace` and `trapgate report` make of a recorded run. */
import { describe, expect, test } from 'vitest';
import { at, boot, edge, ring0, type TestMachine } from '../../emu/testing/index.ts';
import type { MachineEvent } from '../../emu/trace/events.ts';
import type { Frame } from '../../emu/trace/frames.ts';
import { irqOf } from '../../emu/trace/irq-of.ts';
import { latenciesOf, percentilesOf } from '../../emu/trace/latency.ts';
import { latencyPicture } from '../../emu/trace/latency-picture.ts';
import { formatPerfetto, perfettoRecords, type TraceRecord } from '../../emu/trace/perfetto.ts';
import type { TrapEntry } from '../../emu/trace/trap-log.ts';

const FREQUENCY = 100_000_000;

/** Three interrupts of IRQ 5, the second one while interrupts are off for some 100 instructions. */
async function recorded(): Promise<TestMachine> {
  const m = await boot(ring0`
    start:  irqs    5
            on      0x25, handler
            on      3, back
            sti
    spin:   nop
            cmp     dword [entries], 1
            jne     spin
            cli
            mov     ecx, 200
            loop    $
            int3
            sti
    idle:   jmp     idle
    handler: inc    dword [entries]
            eoi     5
    back:   iretd
            section .data
    entries: dd     0
  `);
  m.input(edge(5), at(3000));
  m.input(edge(5), at(3100));
  m.input(edge(5), at(6000));
  m.run({ instructions: 10_000 });
  return m;
}
const contextOf = (m: TestMachine) => ({
  frequency: FREQUENCY,
  irqOf: (vector: number) => irqOf(m.pc, vector),
  nameOf: (address: number) => m.symbols.nameOf(address),
});

describe('the Perfetto trace', () => {
  const recordsOf = async (ph: TraceRecord['ph']) => {
    const m = await recorded();
    return perfettoRecords(m.events, contextOf(m)).filter((record) => record.ph === ph);
  };

  test('has a slice for each handler, from delivery to iret, in virtual microseconds', async () => {
    const slices = (await recordsOf('X')).filter(({ name }) => name === 'IRQ 5');
    expect(slices).toHaveLength(3);
    expect(slices[0]).toMatchObject({ ts: 30.01, args: { ring: 0, at: expect.stringContaining('spin') } });
    expect(slices[0]!.dur).toBeCloseTo(0.06);
  });

  test('leads a flow from the rise of the line through the handler to its EOI', async () => {
    for (const ph of ['s', 't', 'f'] as const) {
      expect((await recordsOf(ph)).map(({ id }) => id)).toEqual([1, 2, 3]);
    }
    const [start] = await recordsOf('s');
    expect(start).toMatchObject({ ts: 30, cat: 'irq' });
  });

  test('counts the level of each line, and marks exceptions', async () => {
    expect((await recordsOf('C')).map(({ name, args }) => `${name} ${args?.level}`).slice(0, 3)).toEqual([
      'IRQ 5 1',
      'IRQ 5 0',
      'IRQ 5 1',
    ]);
    expect((await recordsOf('i')).map(({ name }) => name)).toEqual(['#BP']);
  });

  test('is JSON whose every slice lies in time, nested or apart on its track', async () => {
    const m = await recorded();
    const { traceEvents } = JSON.parse(formatPerfetto(m.events, contextOf(m))) as { traceEvents: TraceRecord[] };
    const tracks = new Set(traceEvents.map(({ pid, tid }) => `${pid}/${tid}`));
    for (const track of tracks) {
      const slices = traceEvents
        .filter(({ ph, pid, tid }) => ph === 'X' && `${pid}/${tid}` === track)
        .map(({ ts = 0, dur = 0 }) => ({ from: ts, to: ts + dur }));
      for (const a of slices) {
        expect(a.to).toBeGreaterThanOrEqual(a.from);
        const crossing = slices.filter((b) => a.from < b.from && b.from < a.to && b.to > a.to + 1e-9);
        expect(crossing).toEqual([]);
      }
    }
  });
});

test('a work has a track of its own, beside that of the thread that runs it, and the flow of its interrupt leads there', () => {
  const trap = { index: 0, time: 110, vector: 0x25, cause: 'external', cpl: 0, cs: 8, eip: 0x100000 } as TrapEntry;
  const work = { kind: 'work', work: 0x3000, name: 'my_work', thread: 3 } as const;
  const events: MachineEvent[] = [
    { time: 100, kind: 'thread', pid: 3, name: 'kworker/0:0' },
    { time: 105, kind: 'line', line: 'IRQ 5', level: true },
    { time: 110, kind: 'interrupt', trap },
    { time: 120, kind: 'eoi', irq: 5 },
    { ...work, time: 130, phase: 'queue' },
    { time: 140, kind: 'iret', frame: { trap, exit: { cpl: 0 } } as Frame },
    { ...work, time: 200, phase: 'begin' },
    { ...work, time: 300, phase: 'end' },
    { time: 400, kind: 'thread', pid: 0, name: 'swapper/0' },
  ];
  const context = { frequency: FREQUENCY, irqOf: (vector: number) => vector - 0x20, nameOf: () => undefined };
  const records = perfettoRecords(events, context);
  const slice = records.find(({ ph, name }) => ph === 'X' && name === 'my_work')!;
  expect(slice).toMatchObject({ ts: 2, dur: 1 });
  const names = records.filter(({ pid, args }) => pid === slice.pid && args?.name).map(({ args }) => args!.name);
  expect(names).toEqual(['works', 'kworker/0:0/3']);
  const flow = records.filter(({ ph }) => 'stf'.includes(ph)).map(({ ph, ts, pid, tid }) => ({ ph, ts, pid, tid }));
  expect(flow.map(({ ph, ts }) => `${ph} ${ts}`)).toEqual(['s 1.05', 't 1.1', 't 1.2', 'f 2']);
  expect(flow.at(-1)).toMatchObject({ pid: slice.pid, tid: slice.tid });
});

describe('latencies', () => {
  test('are counted from the rise of the line to handler, EOI and iret', async () => {
    const m = await recorded();
    const [line, ...others] = latenciesOf(m.events, contextOf(m).irqOf);
    expect(others).toEqual([]);
    expect(line!.irq).toBe(5);
    expect(line!.toHandler).toHaveLength(3);
    expect(line!.toHandler[0]).toBe(1);
    expect(line!.toHandler[1]).toBeGreaterThan(100);
    expect(line!.toReturn.map((time, i) => time - line!.toHandler[i]!)).toEqual([6, 6, 6]);
    expect(line!.toEoi.every((time, i) => line!.toHandler[i]! < time && time < line!.toReturn[i]!)).toBe(true);
  });

  test('a rise that goes away before it is acknowledged leads to no interrupt: the next one’s counts', () => {
    const line = (time: number, level: boolean): MachineEvent => ({ time, kind: 'line', line: 'IRQ 1', level });
    const trap = { vector: 0x21, cause: 'external' } as TrapEntry;
    const events: MachineEvent[] = [line(100, true), line(110, false), line(5000, true)];
    const [measured] = latenciesOf([...events, { time: 5001, kind: 'interrupt', trap }], () => 1);
    expect(measured!.toHandler).toEqual([1]);
  });

  test('percentiles are nearest ranks', () => {
    const values = Array.from({ length: 200 }, (_, i) => 200 - i);
    expect(percentilesOf(values)).toEqual({ count: 200, p50: 100, p90: 180, p99: 198, max: 200 });
    expect(percentilesOf([7])).toEqual({ count: 1, p50: 7, p90: 7, p99: 7, max: 7 });
    expect(percentilesOf([])).toEqual({ count: 0, p50: 0, p90: 0, p99: 0, max: 0 });
  });

  test('the picture has a row for each measure of each line', async () => {
    const m = await recorded();
    const svg = latencyPicture(latenciesOf(m.events, contextOf(m).irqOf), FREQUENCY);
    expect(svg).toContain('>IRQ 5</text>');
    expect(svg.match(/<circle /g)).toHaveLength(3);
    expect(svg).toContain('>10 ns</text>');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});
