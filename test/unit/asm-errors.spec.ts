/** What the assembler says when a source is wrong: all of it, each at its place. */

import { describe, expect, test } from 'vitest';
import { type AssembleOptions, assemble, formatDiagnostic } from '../../asm/index.ts';

/** All messages, as `line:column: severity: message`. */
function messages(source: string, options: AssembleOptions = {}): string[] {
  const { diagnostics } = assemble(source, { bits: 32, ...options });
  return diagnostics.map((d) => `${d.line}:${d.column}: ${d.severity}: ${d.message}`);
}

test('every error of a file is told in one run, in the order of lines, with place, line and caret', () => {
  const source = ['mvo eax, 1', '  mov eax, (1 + ', 'ok: nop', '  jmp nowhere', '  mov [ebx], 5', 'ok: ret'].join('\n');
  const { ok, bytes, diagnostics } = assemble(source, { bits: 32, file: 'a.asm' });
  expect(ok).toBe(false);
  expect(bytes.length).toBe(0);
  expect(diagnostics.map(formatDiagnostic)).toEqual([
    "a.asm:1:1: error: 'mvo' is no instruction, directive or macro; did you mean 'mov'?\n    mvo eax, 1\n    ^",
    'a.asm:2:16: error: expected an expression, found the end of the line\n      mov eax, (1 + \n                   ^',
    "a.asm:4:7: error: 'nowhere' is not defined\n      jmp nowhere\n          ^",
    'a.asm:5:3: error: operation size not specified: write byte, word or dword before the memory operand\n      mov [ebx], 5\n      ^',
    "a.asm:6:1: error: 'ok' is defined already, at a.asm:3\n    ok: ret\n    ^",
  ]);
});

test('an error in a macro tells where it stands and where it was used', () => {
  const files: Record<string, string> = { 'm.inc': '%macro bad 1\n mov %1, nothing\n%endmacro' };
  const reader = { read: (path: string) => (path in files ? new TextEncoder().encode(files[path]) : null) };
  const { diagnostics } = assemble('%include "m.inc"\n nop\n bad eax', { file: 'a.asm', bits: 32, reader });
  expect(diagnostics.map(formatDiagnostic)).toEqual([
    "m.inc:2:10: error: 'nothing' is not defined\n     mov %1, nothing\n             ^\n    in expansion of 'bad' from a.asm:3",
  ]);
});

test('an error in an included file tells who includes it', () => {
  const reader = { read: (path: string) => (path === 'x.inc' ? new TextEncoder().encode('\n hlt now') : null) };
  const { diagnostics } = assemble('%include "x.inc"', { file: 'a.asm', bits: 32, reader });
  expect(diagnostics.map(formatDiagnostic).join()).toContain('included from a.asm:1');
});

describe('each says what was expected', () => {
  test.each([
    ['mov eax', "1:1: error: no such form of 'mov'"],
    ['mov eax, ]', "1:10: error: expected an expression, found ']'"],
    ['mov eax, [ebx', "1:14: error: expected ']' to close the address, found the end of the line"],
    ['mov eax, 5 6', "1:12: error: expected the end of the line after the operands, found '6'"],
    ['mov eax, fs:[0]', '1:12: error: a segment goes inside the brackets'],
    ['mov eax, [ax:0]', '1:11: error: expected a segment register before the colon'],
    ['db', '1:3: error: expected a number or a string, found the end of the line'],
    ["db 'open", '1:4: error: expected an expression, found a string without its closing quote'],
    ['times -1 db 0', "1:7: error: 'times' cannot repeat -1 times"],
    ['align 3', '1:7: error: an alignment is a power of two'],
    ['dd 1 / 0', '1:6: error: division by zero'],
    ['a equ b\nb equ a\n dd a', "error: 'a' is defined by itself"],
    ['a: dd a + a', '1:9: error: this is no address: a sum of places'],
    ['a: dd a * 2', 'error: this is no address'],
    ['mov al, a\na:', '1:1: error: an address does not fit a byte'],
    ['jmp short far_away\n times 200 nop\nfar_away:', '73 bytes too far'],
    ['global missing', "1:8: error: 'missing' is declared global but not defined"],
    ['extern other\n dd other', "1:8: error: 'other' is defined in no file"],
    ['section .text purple', "1:15: error: 'purple' is no attribute of a section"],
    ['section .bss\n db 1', "2:2: error: the section '.bss' holds no bytes"],
    ['bits 65', "1:6: error: expected 16, 32 or 64 after 'bits'"],
    ['%if 1', "1:1: error: '%if' without '%endif'"],
    ['%endif', "1:1: error: '%endif' without '%if'"],
    ['%macro x 0', "1:1: error: '%macro' is never ended"],
    ['%macro x 2\n%endmacro\n x 1', "3:2: error: the macro 'x' takes 2 parameters, here are 1"],
    ['%include "none.inc"', "1:10: error: there is no file 'none.inc'"],
    ['%bogus', "1:1: error: '%bogus' is no directive of the preprocessor"],
    ['%error do not do this', '1:1: error: do not do this'],
    ['%rep 10000000', '1:1: error: a repetition goes 1000000 rounds at most'],
    ['%define a(x) a(x) + a(x)\n dd a(1', "2:6: error: expected the end of the line after the data, found '('"],
    ['struc s', "1:7: error: 'struc' without 'endstruc'"],
    ['counter: dd 0\n inc dword [countr]', "2:13: error: 'countr' is not defined; did you mean 'counter'?"],
  ])('%s', (source, expected) => {
    expect(messages(source).join('\n')).toContain(expected);
  });
});

test('what is legal but odd is a warning, and assembles', () => {
  const { ok, bytes, diagnostics } = assemble('db 256\n mov al, 300', { bits: 32 });
  expect(ok).toBe(true);
  expect([...bytes]).toEqual([0, 0xb0, 44]);
  expect(diagnostics.map((d) => `${d.line}: ${d.severity}: ${d.message}`)).toEqual([
    '1: warning: 256 does not fit a byte; its upper bits are cut off',
    '2: warning: 300 does not fit a byte; its upper bits are cut off',
  ]);
});

test('what feeds on itself ends with an error, not with the memory', () => {
  const laughs = Array.from({ length: 30 }, (_, i) => `%define l${i + 1} l${i} l${i}`).join('\n');
  expect(messages(`%define l0 1\n${laughs}\n db l30`).join()).toContain('expands without end');
  expect(messages(`dd ${'('.repeat(5000)}1`).join()).toContain('nests too deep');
  expect(messages(`dd ${'-'.repeat(5000)}1`).join()).toContain('nests too deep');
  expect(messages('times 0x7fffffff dq 0').join()).toContain('grows beyond');
  const reader = { read: () => new TextEncoder().encode('%include "self.inc"') };
  expect(messages('%include "self.inc"', { reader }).join()).toContain('includes nest too deep');
});

test.each([
  ['times 3000000000 db 0'],
  ['times 67108865 nop'],
  ['section .bss\n resb 0x4000001'],
  ['section .bss\n resd 0xffffffffff'],
])('%s is refused, not cut off', (source) => {
  expect(messages(source).join()).toContain('grows beyond 64 MB');
});

test('what is wrong with the head of a repetition or macro is one error, its end none', () => {
  expect(messages('%rep 10000000\n bogus\n%endrep\n nop')).toEqual([
    '1:1: error: a repetition goes 1000000 rounds at most',
  ]);
  expect(messages('%rep nothing\n bogus\n%endrep')).toHaveLength(1);
  expect(messages('%macro x what\n bogus\n%endmacro')).toHaveLength(1);
  expect(messages('%macro 5 1\n bogus\n%endmacro')).toHaveLength(1);
});

test('a long way through includes is told by its ends', () => {
  const reader = { read: () => new TextEncoder().encode('%include "self.inc"') };
  const { diagnostics } = assemble('%include "self.inc"', { file: 'a.asm', reader });
  const lines = diagnostics.map(formatDiagnostic).join('\n').split('\n');
  expect(lines.length).toBeLessThan(14);
  expect(lines.filter((line) => /\.\.\. \d+ more \.\.\./.test(line))).toHaveLength(1);
  expect(lines.at(-1)).toBe('    included from a.asm:1');
});

test('incbin takes no more of a file than there is', () => {
  const reader = { read: () => Uint8Array.of(1, 2, 3, 4, 5) };
  expect(messages('incbin "x", 4, 2', { reader })).toEqual(['1:16: error: the file has 1 bytes here, not 2']);
  expect(messages('incbin "x", -1', { reader })).toEqual(['1:13: error: the file has 5 bytes here, not -1']);
});

test('the number of errors told is limited', () => {
  expect(messages('bogus eax\n'.repeat(1000)).length).toBe(200);
});
