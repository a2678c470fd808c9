/** The examples of the README, docs/testing.md and docs/unicorn.md, run as they stand there; only the package's name is put in. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'build/examples');

const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const examplesIn = (path: string) =>
  [...textOf(path).matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, source]) => source!);
const text = textOf('docs/testing.md');
const first = examplesIn('README.md');
const examples = [...first, ...examplesIn('docs/testing.md'), ...examplesIn('docs/unicorn.md')];

test('there are examples', () => expect(examples.length).toBeGreaterThanOrEqual(6));
test('the first one has ten lines at most', () =>
  expect(first[0]!.trimEnd().split('\n').length).toBeLessThanOrEqual(10));

mkdirSync(FOLDER, { recursive: true });
for (const [n, source] of examples.entries()) {
  const file = join(FOLDER, `testing-${n}.ts`);
  writeFileSync(
    file,
    source.replace(/'trapgate\/(\w+)'/g, (_, name) => `'${join(ROOT, 'emu', name, 'index.ts')}'`),
  );
  if (source.includes('test(')) {
    describe(`example ${n + 1}`, async () => {
      await import(file);
    });
  } else test(`example ${n + 1} runs`, async () => void (await import(file)));
}

test('every matcher is in its table', () => {
  const declared = readFileSync(join(ROOT, 'emu/testing/index.ts'), 'utf8').matchAll(/^ {4}(to\w+)\(/gm);
  expect([...declared].map(([, name]) => name!).filter((name) => !text.includes(`\`${name}(`))).toEqual([]);
});
