/** One image drives every chip on trapgate, QEMU, Bochs and v86: where QEMU and Bochs agree, so do we, or we say why not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Findings, onBochs, onQemu, onTrapgate, onV86 } from './probe/engines.ts';

/** Bytes on which QEMU and Bochs agree and we differ; docs/chips.md has what the data sheet says of each. */
const WE_DIFFER: readonly { steps: string; at: number; ours: number; theirs: number; documented: string }[] = [
  { steps: 'port 0x61 and port 0x92', at: 3, ours: 0x0c, theirs: 0x00, documented: 'port 0x61 bits 2-3' },
];

/**
 * What no other PC has, by the names of its steps, and the double words that the BCM2835's manual has our registers
 * read (chapter 6). gpio.referee.spec.ts compares the same chip with QEMU's Raspberry Pi.
 */
const GPIO_READS: Readonly<Record<string, readonly number[]>> = {
  'GPIO function select': [0x3fff_ffff, 0x0fff, 0x1249],
  'GPIO outputs: set, clear, level': [0, 0x5400, 0x5000, 0, 0],
  'GPIO levels as events, for as long as they last': [0x0800, 0x0800, 0],
  'GPIO pulls of inputs': [0, 0x0002_8000, 0x0002_0000, 1],
};
/** Between the double words, IRQ 10 in the slave's IRR. */
const GPIO_EVENTS = "GPIO events of an output's edges, and IRQ 10";
const GPIO_EVENT_READS = [
  ...[...double(0), 0x00],
  ...[...double(0x0800), 0x04],
  ...[...double(0x1800), ...double(0x1000), ...double(0), 0x00],
];
const isOnlyOurs = (steps: string) => steps.startsWith('GPIO ');

const CHIPS_MD = join(import.meta.dirname, '../../docs/chips.md');

function double(value: number): number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
}

let ours: Findings;
let qemu: Findings;
let bochs: Findings;
let v86: Findings;

beforeAll(async () => {
  ours = onTrapgate();
  [qemu, bochs, v86] = await Promise.all([onQemu(), onBochs(), onV86()]);
}, 120_000);

describe('the probe', () => {
  test('came to the same steps everywhere', () => {
    const steps = (findings: Findings) => [...findings].map(([name, bytes]) => `${name}: ${bytes.length}`);
    expect(steps(ours).length).toBeGreaterThanOrEqual(55);
    for (const other of [qemu, bochs, v86]) expect(steps(other)).toEqual(steps(ours));
  });

  test('agrees with QEMU and Bochs wherever those agree', () => {
    const differences = [...ours].flatMap(([steps, bytes]) =>
      bytes.flatMap((byte, at) => {
        const [theirs, other] = [qemu.get(steps)?.[at], bochs.get(steps)?.[at]];
        const isShared = !isOnlyOurs(steps) && theirs === other;
        return isShared && theirs !== byte ? [{ steps, at, ours: byte, theirs }] : [];
      }),
    );
    expect(differences).toEqual(WE_DIFFER.map(({ documented: _, ...difference }) => difference));
  });

  test('never stands alone: where they differ we are with one of them', () => {
    const alone = [...ours].flatMap(([steps, bytes]) =>
      bytes.flatMap((byte, at) => {
        const others = [qemu, bochs, v86].map((findings) => findings.get(steps)?.[at]);
        const listed = isOnlyOurs(steps) || WE_DIFFER.some((d) => d.steps === steps && d.at === at);
        return listed || others.includes(byte) ? [] : [{ steps, at, byte, others }];
      }),
    );
    expect(alone).toEqual([]);
  });

  test('the FPU error line raises IRQ 13 until port 0xf0 is written, here as in Bochs', () => {
    const round = [0x01, 0x20, 0x00, 0x84];
    const steps = 'FPU error line: IRQ 13, and port 0xf0 ends it, each time anew';
    expect(ours.get(steps)).toEqual([0x00, ...round, ...round]);
    expect(bochs.get(steps)).toEqual(ours.get(steps));
  });

  test('the watchdog acts when it is not stopped, here as in QEMU, which alone has one too', () => {
    expect(ours.get('watchdog: stopped in time, it does nothing')).toEqual([0, 0xff, 0xff]);
    expect(ours.get('watchdog: a value of 15 acts at once')).toEqual([1]);
    expect(qemu.get('watchdog: a value of 15 acts at once')).toEqual([1]);
  });

  test('the GPIO block, which the others have not, reads as its manual says', () => {
    for (const [steps, words] of Object.entries(GPIO_READS)) {
      expect([steps, ours.get(steps)]).toEqual([steps, words.flatMap(double)]);
    }
    expect(ours.get(GPIO_EVENTS)).toEqual(GPIO_EVENT_READS);
    expect([...ours.keys()].filter(isOnlyOurs).sort()).toEqual([...Object.keys(GPIO_READS), GPIO_EVENTS].sort());
    for (const other of [qemu, bochs, v86]) expect(new Set(other.get('GPIO function select')).size).toBe(1);
  });

  test('docs/chips.md has the data sheet’s word on each difference', () => {
    const text = readFileSync(CHIPS_MD, 'utf8');
    for (const { documented } of WE_DIFFER) expect(text).toContain(documented);
  });
});
