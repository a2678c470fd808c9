/** The examples of docs/testing.md, run as they stand there; only the package's name is put in. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'build/examples');

const text = readFileSync(join(ROOT, 'docs/testing.md'), 'utf8');
const examples = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, source]) => source!);

test('there are examples', () => expect(examples.length).toBeGreaterThanOrEqual(4));

mkdirSync(FOLDER, { recursive: true });
for (const [n, source] of examples.entries()) {
  const file = join(FOLDER, `testing-${n}.ts`);
  writeFileSync(file, source.replace("'trapgate/testing'", `'${join(ROOT, 'emu/testing/index.ts')}'`));
  describe(`example ${n + 1}`, async () => {
    await import(file);
  });
}

test('every matcher is in its table', () => {
  const declared = readFileSync(join(ROOT, 'emu/testing/index.ts'), 'utf8').matchAll(/^ {4}(to\w+)\(/gm);
  expect([...declared].map(([, name]) => name!).filter((name) => !text.includes(`\`${name}(`))).toEqual([]);
});
