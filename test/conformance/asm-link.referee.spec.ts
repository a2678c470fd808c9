/** Our linker and GNU's, our objects and gcc's, clang's and NASM's: every pair goes together, and the programs run alike. */

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assemble, formatDiagnostic, link, readElf } from '../../asm/index.ts';
import { referee } from '../referees.ts';

// A program for Linux in four parts: the sum of squares comes from C, its numbers from the assembler.
const START = `
        global  _start
        extern  sum_of_squares, numbers, how_many, counter
_start: push    dword [how_many]
        push    numbers
        call    sum_of_squares
        add     esp, 8
        add     eax, [counter]
        mov     ebx, eax
        mov     eax, 1
        int     0x80`;
const NUMBERS = `
        global  numbers:object, how_many:object
        section .rodata
numbers: dd     1, 2, 3, 4
how_many: dd    ($ - numbers) / 4`;
const C = `
static int square(const int *n) { return *n * *n; }
int counter = 3;
int scratch[16];
extern int perhaps(void) __attribute__((weak));
static const char *const names[] = { "a", "b" };
int sum_of_squares(const int *n, int count) {
  int sum = perhaps ? perhaps() : 0;
  for (int i = 0; i < count; i++) { scratch[i] = square(n + i); sum += scratch[i]; }
  return sum + names[1][0] - 'b';
}`;
const EXPECTED = 1 + 4 + 9 + 16 + 3;

let folder: string;
const path = (name: string) => join(folder, name);

function ours(name: string, source: string): string {
  const assembly = assemble(source, { file: `${name}.asm`, format: 'elf32' });
  expect(assembly.diagnostics.map(formatDiagnostic)).toEqual([]);
  writeFileSync(path(`${name}.ours.o`), assembly.bytes);
  return path(`${name}.ours.o`);
}

function nasms(name: string, source: string): string {
  writeFileSync(path(`${name}.asm`), `bits 32\n${source}\n`);
  execFileSync(referee('nasm'), ['-f', 'elf32', '-o', path(`${name}.nasm.o`), path(`${name}.asm`)]);
  return path(`${name}.nasm.o`);
}

function compiled(compiler: 'gcc' | 'clang', options: readonly string[]): string {
  writeFileSync(path('c.c'), C);
  const flags = ['-m32', '-c', '-ffreestanding', '-fno-pic', '-fno-pie', ...options];
  execFileSync(referee(compiler), [...flags, '-o', path('c.o'), path('c.c')]);
  return path('c.o');
}

function ourLink(objects: readonly string[]): string {
  const result = link(objects.map((file) => ({ file, bytes: readFileSync(file) })));
  expect(result.diagnostics.map(formatDiagnostic)).toEqual([]);
  writeFileSync(path('ours.elf'), result.bytes);
  chmodSync(path('ours.elf'), 0o755);
  return path('ours.elf');
}

function theirLink(objects: readonly string[]): string {
  execFileSync(referee('ld'), ['-m', 'elf_i386', '-z', 'noexecstack', '-o', path('theirs.elf'), ...objects]);
  return path('theirs.elf');
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trapgate-link-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  ['gcc', '-O0', '-g'],
  ['gcc', '-O2', '-ffunction-sections', '-fdata-sections', '-fcommon'],
  ['clang', '-O0', '-g'],
  ['clang', '-O2', '-ffunction-sections', '-fdata-sections', '-fcommon'],
] as const)('with C compiled by %s %s %s', (compiler, ...flags) => {
  test.each([
    ['ours', ours],
    ["NASM's", nasms],
  ] as const)('and %s objects: our linker and GNU ld make programs that do the same', (_, make) => {
    const objects = [make('start', START), make('numbers', NUMBERS), compiled(compiler, flags)];
    expect(spawnSync(ourLink(objects)).status).toBe(EXPECTED);
    expect(spawnSync(theirLink(objects)).status).toBe(EXPECTED);
  });
});

test('GNU ld takes what our linker would: weak, common, sizes', () => {
  const objects = [
    ours('weak', 'weak hook\nhook: mov eax, 1\n ret\n common room 64:32\n global f:function\nf: mov eax, room\n ret'),
    ours('strong', 'global hook, _start\nhook: ret\n extern f, room\n_start: call f\n call hook\n dd room'),
  ];
  const theirs = readElf(readFileSync(theirLink(objects)))!;
  const mine = readElf(readFileSync(ourLink(objects)))!;
  const shape = (elf: typeof mine) =>
    ['hook', 'f', 'room'].map((name) => {
      const symbol = elf.symbols.find((s) => s.name === name)!;
      return [name, symbol.size, symbol.global, symbol.address % 32];
    });
  expect(shape(mine)).toEqual(shape(theirs));
});
