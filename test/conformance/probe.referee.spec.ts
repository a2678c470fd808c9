/** One image drives every chip on trapgate, QEMU, Bochs and v86: where QEMU and Bochs agree, so do we, or we say why not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Findings, onBochs, onQemu, onTrapgate, onV86 } from './probe/engines.ts';

/** Bytes on which QEMU and Bochs agree and we differ; docs/chips.md has what the data sheet says of each. */
const WE_DIFFER: readonly { steps: string; at: number; ours: number; theirs: number; documented: string }[] = [
  { steps: 'port 0x61 and port 0x92', at: 3, ours: 0x0c, theirs: 0x00, documented: 'port 0x61 bits 2-3' },
];

const CHIPS_MD = join(import.meta.dirname, '../../docs/chips.md');

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
    expect(steps(ours).length).toBeGreaterThanOrEqual(47);
    for (const other of [qemu, bochs, v86]) expect(steps(other)).toEqual(steps(ours));
  });

  test('agrees with QEMU and Bochs wherever those agree', () => {
    const differences = [...ours].flatMap(([steps, bytes]) =>
      bytes.flatMap((byte, at) => {
        const [theirs, other] = [qemu.get(steps)?.[at], bochs.get(steps)?.[at]];
        return theirs === other && theirs !== byte ? [{ steps, at, ours: byte, theirs }] : [];
      }),
    );
    expect(differences).toEqual(WE_DIFFER.map(({ documented: _, ...difference }) => difference));
  });

  test('never stands alone: where they differ we are with one of them', () => {
    const alone = [...ours].flatMap(([steps, bytes]) =>
      bytes.flatMap((byte, at) => {
        const others = [qemu, bochs, v86].map((findings) => findings.get(steps)?.[at]);
        const listed = WE_DIFFER.some((d) => d.steps === steps && d.at === at);
        return listed || others.includes(byte) ? [] : [{ steps, at, byte, others }];
      }),
    );
    expect(alone).toEqual([]);
  });

  test('docs/chips.md has the data sheet’s word on each difference', () => {
    const text = readFileSync(CHIPS_MD, 'utf8');
    for (const { documented } of WE_DIFFER) expect(text).toContain(documented);
  });
});
