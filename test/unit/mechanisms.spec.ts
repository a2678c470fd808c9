/** docs/mechanisms.md holds what it says: every row has its test, which exists, and its file. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const ROWS = 133;

interface Row {
  readonly number: number;
  readonly state: string;
  readonly tests: readonly { readonly file: string; readonly words: string }[];
  readonly files: readonly string[];
}

const rows = readFileSync(join(ROOT, 'docs/mechanisms.md'), 'utf8')
  .split('\n')
  .map((line) => /^\| (\d+) \| .+? \| (.+?) \| (.+?) \| (.+?) \|$/.exec(line))
  .filter((match) => match !== null)
  .map(
    ([, number, state, tests, files]): Row => ({
      number: Number(number),
      state: state!,
      tests: [...tests!.matchAll(/([\w/-]+) \((.+?)\)(?:, |$)/g)].map(([, file, words]) => ({
        file: file!,
        words: words!,
      })),
      files: files === '-' ? [] : files!.split(', '),
    }),
  );

const lessons = readdirSync(join(ROOT, 'docs/lessons'));

/** The text of a spec, its referee's and the scenarios they share, or nothing. */
function sourcesOf(name: string): string {
  const paths = ['.spec.ts', '.referee.spec.ts', '.ts'].map((suffix) => join(ROOT, 'test', name + suffix));
  return paths
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
}

const hasTest = (file: string, words: string) =>
  file === 'kernel/lessons' ? lessons.some((name) => name.endsWith(`-${words}.md`)) : sourcesOf(file).includes(words);

const hasFile = (name: string) =>
  [`guest/kernel/${name}.asm`, `guest/kernel/${name}`, `${name}.asm`].some((path) => existsSync(join(ROOT, path)));

test(`there are ${ROWS} rows, in their order`, () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: ROWS }, (_, n) => n + 1));
});

test('a row works, works in part, or comes later', () => {
  expect(rows.filter(({ state }) => !/^(works|partly|later)\b/.test(state))).toEqual([]);
});

test('each that is not for later names a test that exists', () => {
  const none = rows.filter(({ state, tests }) => !state.startsWith('later') && tests.length === 0);
  expect(none.map(({ number }) => number)).toEqual([]);
  const missing = rows.flatMap(({ number, tests }) =>
    tests.filter(({ file, words }) => !hasTest(file, words)).map(({ file, words }) => `${number}: ${file} (${words})`),
  );
  expect(missing).toEqual([]);
});

test('the files that it names exist', () => {
  const missing = rows.flatMap(({ number, files }) =>
    files.filter((name) => !hasFile(name.replace(/\/$/, ''))).map((name) => `${number}: ${name}`),
  );
  expect(missing).toEqual([]);
});
