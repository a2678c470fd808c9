/** `trapgate asm` and `trapgate link` as they are used: the bundle, files, exit statuses, and bounds. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const PROGRAM = new URL('../../dist/trapgate.js', import.meta.url).pathname;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trapgate-asm-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name: string) => join(folder, name);
const source = (name: string, text: string) => writeFileSync(path(name), text);

function trapgate(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('two objects, linked with a layout, run', () => {
  source('start.asm', 'global _start\nextern code\n_start: mov al, [code]\n out 0xf4, al\n hlt');
  source('data.asm', 'global code\nsection .data\ncode: db 20');
  source('my.layout', 'base 0x100000\nsection .text\nsection .data at 0x180000\n');
  for (const name of ['start', 'data']) {
    expect(trapgate('asm', '-f', 'elf32', '-g', `-o${name}.o`, `${name}.asm`)).toMatchObject({ status: 0, stderr: '' });
  }
  const link = trapgate('link', '-T', 'my.layout', '--map', 'out.map', '-o', 'out.elf', 'start.o', 'data.o');
  expect(link).toMatchObject({ status: 0, stdout: '', stderr: '' });
  expect(readFileSync(path('out.map'), 'utf8')).toContain('00180000  00000001            data.o(.data)');
  expect(trapgate('disasm', 'out.elf').stdout).toContain('code');
});

test('errors have status 1, are told with file and line, and leave no file', () => {
  source('bad.asm', ' mov eax, [\n mov ebx, undefined\n');
  const { status, stderr } = trapgate('asm', '-o', 'bad.bin', '--bits', '32', 'bad.asm');
  expect(status).toBe(1);
  expect(stderr).toContain('bad.asm:1:12: error: expected an expression');
  expect(stderr).toContain("bad.asm:2:11: error: 'undefined' is not defined");
  source('lonely.asm', 'extern nowhere\n call nowhere');
  trapgate('asm', '-f', 'elf32', 'lonely.asm');
  const link = trapgate('link', '-o', 'lonely.elf', 'lonely.o');
  expect(link).toMatchObject({ status: 1, stderr: "error: lonely.o(.text+0x1): 'nowhere' is defined in no file\n" });
  expect(readdirSync(folder).sort()).toEqual(['bad.asm', 'lonely.asm', 'lonely.o']);
});

test('wrong usage has status 2', () => {
  source('a.asm', 'nop');
  expect(trapgate('asm', '-f', 'coff', 'a.asm').status).toBe(2);
  expect(trapgate('link').status).toBe(2);
  expect(trapgate('link', '-f', 'elf32', 'a.o').status).toBe(2);
  expect(trapgate('link', 'nothere.o')).toMatchObject({
    status: 1,
    stderr: 'trapgate link: cannot read nothere.o: no such file\n',
  });
});

test('a source that would take for ever is stopped', () => {
  source('slow.asm', '%assign i 0\n%rep 1000000\n%assign i i+1\n add dword [ebx + i*16], i*99\n%endrep\n'.repeat(4));
  const { status, stderr } = trapgate('asm', '--seconds', '1', '--bits', '32', '-o', 'slow.bin', 'slow.asm');
  expect(stderr).toBe('trapgate asm: stopped after 1 seconds; --seconds allows more\n');
  expect(status).toBe(1);
  expect(existsSync(path('slow.bin'))).toBe(false);
});

test('unused labels are told when asked for', () => {
  source('a.asm', 'used: jmp used\nidle: nop\n');
  expect(trapgate('asm', 'a.asm').stderr).toBe('');
  const { status, stderr } = trapgate('asm', '-Wunused', 'a.asm');
  expect(status).toBe(0);
  expect(stderr).toContain("a.asm:2:1: warning: nobody uses the label 'idle'");
  expect(stderr).not.toContain("'used'");
});
