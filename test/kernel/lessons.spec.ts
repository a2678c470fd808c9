/** The lessons in docs/lessons say what one will see: each is followed here, word for word. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Guest } from './guest.ts';
import { follow, LESSONS, readLesson, startFor } from './lesson.ts';

const files = readdirSync(LESSONS)
  .filter((name) => /^\d\d-.*\.md$/.test(name))
  .sort();

describe('a lesson tells the truth:', () => {
  let usual: Guest | undefined;

  test.each(files)('%s', (file) => {
    const lesson = readLesson(file);
    expect(lesson.steps.length).toBeGreaterThan(0);
    if (lesson.start.length > 0) return follow(lesson, startFor(lesson));
    usual ??= Guest.shell();
    follow(lesson, usual);
  });
});

test('the index lists every lesson, and every module has one', () => {
  const index = readFileSync(join(LESSONS, 'README.md'), 'utf8');
  for (const file of files) expect(index).toContain(`](${file})`);
  const told = files.map((file) => readFileSync(join(LESSONS, file), 'utf8')).join('\n');
  const modules = readdirSync(new URL('../../guest/modules', import.meta.url)).filter((name) => name.endsWith('.asm'));
  for (const name of modules) expect(told, name).toContain(`${basename(name, '.asm')}.ko`);
});
