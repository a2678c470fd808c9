/** The trace of the kernel's tour in Chrome's own importer, that of its DevTools' Performance panel. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dispatch } from '../../emu/cli/dispatch.ts';
import type { TraceRecord } from '../../emu/trace/perfetto.ts';
import { ChromePage, chromeProgram } from './chrome.ts';
import { GUEST_FOLDER } from './guest.ts';

const PROGRAM = chromeProgram();

/** Runs in the page: what the importer made of the records, and what it said meanwhile. */
const IMPORT = `async (records) => {
  const said = [];
  for (const level of ['warn', 'error']) console[level] = (...words) => said.push(words.join(' '));
  const { TraceModel } = await import('devtools://devtools/bundled/models/trace/trace.js');
  const model = TraceModel.Model.createWithAllHandlers();
  await model.parse(records);
  const { data } = model.parsedTrace(0);
  const threads = [...data.Renderer.processes.values()].flatMap(({ threads }) => [...threads.values()]);
  return {
    said,
    flows: data.Flows.flows.length,
    tracks: Object.fromEntries(threads.map(({ name, entries }) => [name, entries.length])),
  };
}`;

interface Imported {
  readonly said: readonly string[];
  readonly flows: number;
  /** Slices, by track. */
  readonly tracks: Readonly<Record<string, number>>;
}

test.skipIf(PROGRAM === undefined)('Chrome takes every slice and every flow, and says nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trapgate-trace-'));
  const file = join(folder, 'trace.json');
  const kernel = [join(GUEST_FOLDER, 'kernel.elf'), '-initrd', join(GUEST_FOLDER, 'programs.cpio')];
  expect(await dispatch(['trace', '--format', 'perfetto', '-o', file, '--tour', ...kernel])).toBe(0);
  const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: TraceRecord[] };
  const page = await ChromePage.open(PROGRAM!, 'devtools://devtools/bundled/devtools_app.html');
  try {
    const imported = (await page.evaluate(`(${IMPORT})(${JSON.stringify(traceEvents)})`)) as Imported;
    expect(imported.said).toEqual([]);
    expect(imported.flows).toBe(traceEvents.filter(({ ph }) => ph === 's').length);
    const slices = traceEvents.filter(({ ph }) => ph === 'X');
    expect(Object.values(imported.tracks).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(slices.length);
    for (const track of ['hard IRQ', 'softirq', 'ring 3', 'IRQ 0', 'IRQ 1', 'swapper/0/0']) {
      expect(imported.tracks[track], track).toBeGreaterThan(0);
    }
  } finally {
    await page.close();
    rmSync(folder, { recursive: true });
  }
});
