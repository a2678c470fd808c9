import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GUEST_FOLDER, withoutStamps } from './guest.ts';

// `trapgate run` as people and scripts use it: the program itself, with pipes.

const PROGRAM = new URL('../../dist/trapgate.js', import.meta.url).pathname;
const KERNEL = [join(GUEST_FOLDER, 'kernel.elf'), '-initrd', join(GUEST_FOLDER, 'programs.cpio')];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trapgate-run-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  status: number | null;
  out: string;
  err: string;
}

type Watch = (out: string, child: ChildProcess) => void;

/** Run the kernel with this as standard input; `watch` sees standard output grow. */
const trapgate = (args: readonly string[], input: string | undefined, watch?: Watch): Promise<Outcome> =>
  command(['run', ...KERNEL, ...args], input, watch);

function command(args: readonly string[], input: string | undefined, watch: Watch = () => {}): Promise<Outcome> {
  const child = spawn(process.execPath, [PROGRAM, ...args]);
  let out = '';
  let err = '';
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString('latin1');
    watch(out, child);
  });
  child.stderr.on('data', (bytes: Buffer) => {
    err += bytes.toString('latin1');
  });
  // It may have ended before it has read all.
  child.stdin.on('error', () => {});
  if (input !== undefined) child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, out, err }));
  });
}

test('a script on standard input is a session with the shell; standard output is what COM1 sent', async () => {
  const { status, out, err } = await trapgate(['--serial', 'stdio'], 'echo one two\npoweroff\n');
  expect(withoutStamps(out.replaceAll('\r', '').trimEnd()).slice(-4)).toEqual([
    '# echo one two',
    'one two',
    '# poweroff',
    'reboot: Power down',
  ]);
  expect({ status, err }).toEqual({ status: 0, err: '' });
});

test('a session may go on slowly, answer by answer', async () => {
  let asked = 0;
  const { status, out } = await trapgate([], undefined, (said, child) => {
    const prompts = said.split('\n# ').length - 1;
    while (asked < prompts) child.stdin!.write(['echo hello\n', 'poweroff\n'][asked++] ?? '');
  });
  expect(status).toBe(0);
  expect(out).toContain('\nhello\r\n# poweroff');
});

test('what was recorded replays to the same console and the same traps, without input', async () => {
  const log = join(folder, 'session.jsonl');
  const logs = [join(folder, 'first.int'), join(folder, 'second.int')];
  const input = 'ps\ntrap gp\nhello\npoweroff\n';
  const first = await trapgate(['--record', log, '--keys', 'enter@70ms', '-d', 'int', '-D', logs[0]!], input);
  const second = await trapgate(['--replay', log, '-d', 'int', '-D', logs[1]!], 'this is not read\n');
  expect(first.status).toBe(0);
  expect(second).toEqual(first);
  const traps = logs.map((path) => readFileSync(path, 'latin1'));
  expect(traps[0]).toMatch(/ v=0d e=0/);
  expect(traps[1]).toBe(traps[0]);
});

test('Ctrl-C ends it, with the status that a shell gives', async () => {
  const { status, err } = await trapgate([], undefined, (out, child) => {
    if (out.includes('\n# ')) child.kill('SIGINT');
  });
  expect({ status, err }).toEqual({ status: 130, err: '' });
});

test('a shell whose input has ended is not waited for for ever; one that sleeps is', async () => {
  const { status, out, err } = await trapgate([], 'sleep 100; echo awake\n');
  expect(out).toContain('\nawake\r\n# ');
  expect({ status, err }).toEqual({
    status: 1,
    err: 'trapgate: the guest waits, and its input has ended: it has said nothing for 3600 virtual seconds\n',
  });
});

test('it ends when nobody reads any more', async () => {
  const { status } = await trapgate([], undefined, (_, child) => {
    child.stdout!.destroy();
    // It hears of that when it has something to say.
    child.stdin!.write('echo on\n');
  });
  expect(status).toBe(141);
});

test('... and so does a command that only writes', async () => {
  const { status, err } = await command(['disasm', KERNEL[0]!, '--all'], '', (_, child) => child.stdout!.destroy());
  expect({ status, err }).toEqual({ status: 141, err: '' });
});

test('keys typed on the keyboard reach the shell too', async () => {
  const { status, out } = await trapgate(['--keys', '"echo keys\\npoweroff\\n"@500ms'], '');
  expect(status).toBe(0);
  expect(out).toContain('\nkeys\r\n');
});
