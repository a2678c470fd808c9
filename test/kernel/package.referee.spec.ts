/** What `npm pack` makes, installed in an empty project with nothing beside it: the README's test, types, command and guest. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;
const EXAMPLE = /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))![1]!;
const LIBRARY = `
import { Pc, stateHash, type Stop } from 'trapgate';
import { uc } from 'trapgate/unicorn';
const pc = new Pc({ ramBytes: 2 ** 21 });
const stop: Stop = pc.machine.run({ instructions: 1 });
const e = new uc.Unicorn(uc.ARCH_X86, uc.MODE_32);
e.hook_add(uc.HOOK_CODE, (_e, low: number, _high, size: number) => { low + size; });
console.log(stop.kind, stateHash(pc).length, e.reg_read_i32(uc.X86_REG_EAX));
`;
const COMPILER = { strict: true, noEmit: true, target: 'es2023', skipLibCheck: false, types: [] };

let folder: string;
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trapgate-package-'));
  const tarball = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
  }).trim();
  writeFileSync(join(folder, 'package.json'), '{"type":"module","private":true}');
  run('npm', 'install', '--no-audit', '--no-fund', `./${tarball}`, 'vitest', 'typescript');
  mkdirSync(join(folder, 'test'));
  writeFileSync(join(folder, 'test/trap.test.ts'), EXAMPLE);
  writeFileSync(join(folder, 'library.ts'), LIBRARY);
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('the package, in an empty project', () => {
  test('runs the README’s first test', () => {
    expect(run('npx', 'vitest', 'run')).toMatch(/1 passed/);
  });

  test('fails that test with the story and a capsule, when it is wrong', () => {
    const file = join(folder, 'test/trap.test.ts');
    writeFileSync(file, EXAMPLE.replace('errorCode: 0', 'errorCode: 8'));
    let out = '';
    try {
      run('npx', 'vitest', 'run');
    } catch (error) {
      out = (error as { stdout: string }).stdout + (error as { stderr: string }).stderr;
    }
    writeFileSync(file, EXAMPLE);
    expect(out).toContain('SS may not be loaded with a null selector');
    const path = /npx trapgate debug (\S+\.capsule)/.exec(out)?.[1];
    const said = execFileSync('npx', ['trapgate', 'debug', '--plain', path!], {
      cwd: folder,
      input: 'back\n',
      encoding: 'utf8',
    });
    expect(said).toContain('<here>');
  });

  test.each(['nodenext', 'bundler'])('its types are whole and strict, with module resolution %s', (resolution) => {
    const options = {
      ...COMPILER,
      moduleResolution: resolution,
      module: resolution === 'bundler' ? 'esnext' : 'nodenext',
    };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, files: ['library.ts', 'test/trap.test.ts'] }),
    );
    expect(run('npx', 'tsc', '-p', '.')).toBe('');
  });

  test('has the command, and the guest that it boots', () => {
    const guest = 'node_modules/trapgate/dist/guest';
    const said = run('npx', 'trapgate', 'run', `${guest}/kernel.elf`, '-initrd', `${guest}/programs.cpio`, '--tour');
    expect(said).toContain('Power down');
  });

  test('holds what it needs and no more', () => {
    const files = run(
      'find',
      'node_modules/trapgate',
      '-type',
      'f',
      '-not',
      '-path',
      '*/types/*',
      '-not',
      '-path',
      '*/docs/*',
    );
    const names = files
      .trim()
      .split('\n')
      .map((path) =>
        path
          .replace('node_modules/trapgate/', '')
          .replace(/chunk-\w+/, 'chunk')
          .replace(/guest\/.*/, 'guest/...'),
      );
    expect([...new Set(names)].sort()).toEqual([
      ...['LICENSE', 'README.md', 'dist/chunk.js', 'dist/guest/...', 'dist/index.js'],
      ...['dist/testing.js', 'dist/trapgate.js', 'dist/unicorn.js', 'package.json'],
    ]);
  });
});
