/** A recording repeats to the last bit under other versions of Node, whose compilers for WebAssembly are others. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GUEST_FOLDER } from './guest.ts';

const PROGRAM = new URL('../../dist/trapgate.js', import.meta.url).pathname;
const KERNEL = [join(GUEST_FOLDER, 'kernel.elf'), '-initrd', join(GUEST_FOLDER, 'programs.cpio')];
const VERSIONS = ['22', '24'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trapgate-node-'));
  writeFileSync(join(folder, 'package.json'), '{}');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Node's binary as its package in the registry has it; undefined when that cannot be had. */
function node(version: string): string | undefined {
  const name = `node-${process.platform}-${process.arch}`;
  const place = join(folder, version);
  try {
    execFileSync('npm', ['install', '--prefix', place, '--no-audit', '--no-fund', `${name}@${version}`], {
      stdio: 'ignore',
    });
  } catch {
    return undefined;
  }
  const path = join(place, 'node_modules', name, 'bin/node');
  return existsSync(path) ? path : undefined;
}

function run(binary: string, args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(binary, [PROGRAM, 'run', ...args], { input, encoding: 'latin1' });
  return { status, stdout, stderr };
}

test.for(VERSIONS)('node %s repeats a session of this node, also from a snapshot', (version, { skip }) => {
  const other = node(version);
  if (other === undefined) return skip(`npm cannot give node ${version}`);
  const [log, middle] = [join(folder, 'session.log'), join(folder, 'middle.snapshot')];
  const typed = ['--keys', '"trap gp"@700ms enter@+30ms "hello"@+333ms enter@+7ms'];
  const first = run(process.execPath, [...KERNEL, '--record', log, ...typed], 'ps\ntrap de\nls /proc\npoweroff\n');
  expect(first).toMatchObject({ status: 0, stderr: '' });
  // The log ends with a hash of the machine's state: status 0 says that it is the same.
  expect(run(other, [...KERNEL, '--replay', log])).toEqual(first);
  run(process.execPath, [...KERNEL, '--replay', log, '--max-instructions', '5000000', '--save', middle]);
  expect(run(other, [middle, '--replay', log])).toMatchObject({ status: 0, stderr: '' });
});
