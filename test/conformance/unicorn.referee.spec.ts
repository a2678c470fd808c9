/** The adapter for Unicorn.js beside libunicorn itself: the same scenarios, and word for word the same to say of them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { referee } from '../referees.ts';
import { CASES, EIP_DIFFERS } from './unicorn-cases.ts';
import { runScenario } from './unicorn-scenario.ts';

const SOURCE = new URL('native-unicorn.c', import.meta.url).pathname;
const HEADER = '/usr/include/unicorn/unicorn.h';

let folder: string;
let native: string;
beforeAll(() => {
  if (!existsSync(HEADER)) throw new Error("libunicorn-dev is not installed: run 'make install-deps'");
  folder = mkdtempSync(join(tmpdir(), 'trapgate-unicorn-'));
  native = join(folder, 'native');
  execFileSync(referee('gcc'), ['-O1', SOURCE, '-o', native, '-lunicorn']);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('like libunicorn', () => {
  test.each(CASES)('%s', (name, lines) => {
    const said = execFileSync(native, { input: `${lines.join('\n')}\n`, encoding: 'latin1', timeout: 20_000 });
    const compared = (line: string) => (EIP_DIFFERS.includes(name) ? line.replace(/EIP \w+/, 'EIP') : line);
    expect(runScenario(lines).map(compared)).toEqual(said.split('\n').slice(0, -1).map(compared));
  });
});
