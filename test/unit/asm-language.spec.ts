/** The assembler's language: expressions, macros, conditions, data, structures, labels. */

import { describe, expect, test } from 'vitest';
import { type AssembleOptions, type Assembly, assemble, formatDiagnostic } from '../../asm/index.ts';

/** Assembles, and fails with the messages if that fails. */
function good(source: string, options: AssembleOptions = {}): Assembly {
  const assembly = assemble(source, { bits: 32, ...options });
  expect(assembly.diagnostics.map(formatDiagnostic).join('\n')).toBe('');
  return assembly;
}

function dwords(source: string): number[] {
  const { bytes } = good(source);
  return Array.from({ length: bytes.length / 4 }, (_, i) =>
    new DataView(bytes.buffer, bytes.byteOffset).getInt32(i * 4, true),
  );
}

function text(source: string, options: AssembleOptions = {}): string {
  return new TextDecoder('latin1').decode(good(source, options).bytes);
}

describe('expressions', () => {
  test.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['1 | 2 ^ 3 & 1', 3],
    ['1 << 4 + 1', 32],
    ['-8 >>> 1', -4],
    ['-8 // 3', -2],
    ['-8 %% 3', -2],
    ['17 / 5', 3],
    ['17 % 5', 2],
    ['~0', -1],
    ['!5', 0],
    ['2 > 1', 1],
    ['1 == 2 || 3 <> 4', 1],
    ['1 && 0', 0],
    ['1 ? 10 : 20', 10],
    ["'abcd'", 0x64636261],
    ['0x1_000', 4096],
    ['777q', 511],
    ['0b1010', 10],
    ['$0ff', 255],
    ['-(3 - 5)', 2],
  ])('%s is %i', (expression, value) => {
    expect(dwords(`dd ${expression}`)).toEqual([value]);
  });

  test('distances between labels are numbers; labels are addresses; $ is where the statement begins', () => {
    expect(dwords('a: dd b - a, (b - a) * 2\n b: dd b, $ - a, $$')).toEqual([8, 16, 8, 8, 0]);
  });

  test('equ may speak of what comes later', () => {
    expect(dwords('dd size\n size equ end - start\n start: times 3 dd 1\n end:')[0]).toBe(12);
  });
});

describe('labels', () => {
  test('a local label belongs to the label before it', () => {
    const { symbols } = good('one: jmp .x\n.x: nop\ntwo: jmp .x\n.x: jmp one.x');
    expect(symbols.map((s) => s.name)).toEqual(['one', 'one.x', 'two', 'two.x']);
  });

  test('numeric labels are found backwards and forwards', () => {
    expect(good('1: nop\n jmp 1b\n jmp 1f\n 1: jmp 1b').bytes).toEqual(
      Uint8Array.of(0x90, 0xeb, 0xfd, 0xeb, 0, 0xeb, 0xfe),
    );
  });

  test('without a numeric label, 1b is binary', () => {
    expect([...good('db 1b, 101b').bytes]).toEqual([1, 5]);
  });
});

describe('relaxation', () => {
  test('a jump is short when it can be, also when others between grow', () => {
    expect(good('jmp x\n times 127 nop\n x:').bytes.length).toBe(129);
    expect(good('jmp x\n times 128 nop\n x:').bytes.length).toBe(133);
    expect(good('jz x\n times 128 nop\n x:').bytes.subarray(0, 2)).toEqual(Uint8Array.of(0x0f, 0x84));
    // The inner jump's growth pushes the outer one out of reach.
    expect(good('jmp a\n jmp b\n times 124 nop\n a: times 10 nop\n b:').bytes.subarray(0, 1)).toEqual(
      Uint8Array.of(0xe9),
    );
  });

  test('numbers that depend on the layout get the short form too', () => {
    expect(good('add ecx, b - a\n a: nop\n b:').bytes).toEqual(Uint8Array.of(0x83, 0xc1, 1, 0x90));
    expect(good('add ecx, b - a\n a: times 200 nop\n b:').bytes.length).toBe(206);
  });

  test('a padding that counts back from a place settles', () => {
    const { bytes } = good('start: jmp over\n db 1\n over: nop\n times 510 - ($ - $$) db 0\n dw 0xaa55', { bits: 16 });
    expect(bytes.length).toBe(512);
    expect([...bytes.subarray(510)]).toEqual([0x55, 0xaa]);
  });
});

describe('data', () => {
  test('fractions are rounded once, to the nearest, in each format', () => {
    const numbers = '1.0 1e10 0.1 1.5e10 16777217.0 1.1754943508222875e-38 1e-45 3.4028235e38 1e-320 1e400 1_0.5'.split(
      ' ',
    );
    const single = numbers.flatMap((text) => [
      ...new Uint8Array(Float32Array.of(Number(text.replace('_', ''))).buffer),
    ]);
    const double = numbers.flatMap((text) => [
      ...new Uint8Array(Float64Array.of(Number(text.replace('_', ''))).buffer),
    ]);
    expect([...good(`dd ${numbers.join()}`).bytes]).toEqual(single);
    expect([...good(`dq ${numbers.join()}`).bytes]).toEqual(double);
    const hex = (source: string) => Buffer.from(good(source).bytes).toString('hex');
    // What the x87 has in its constants (fld1, fldpi), and the smallest of all.
    expect(hex('dt 1.0, -3.141592653589793238462643383279, 3.7e-4951, 1e5000')).toBe(
      '0000000000000080ff3f35c26821a2da0fc900c00100000000000000000000000000000000' + '80ff7f',
    );
    // Rounded to a double first, it would be halfway to the next power, and infinite.
    expect(hex('dd 3.4028235677973366e38')).toBe('ffff7f7f');
    expect(hex('dw 1.0, 65504.0, 6e-8')).toBe('003cff7b0100');
    expect(hex('dd 0x1e10, 1e10h, $1e10')).toBe('101e0000101e0000101e0000');
  });

  test('strings in back quotes know characters by their numbers', () => {
    expect([...good('db `\\u263a\\U0001f600\\x41`').bytes]).toEqual([...new TextEncoder().encode('\u263a\u{1f600}A')]);
  });

  test('strings, numbers, fractions, repetition, room', () => {
    expect([...good("db 'hi', 10, 0").bytes]).toEqual([0x68, 0x69, 10, 0]);
    expect([...good("dw 'abc'").bytes]).toEqual([0x61, 0x62, 0x63, 0]);
    expect([...good('db `a\\n\\x41\\0`').bytes]).toEqual([0x61, 10, 0x41, 0]);
    expect([...good('dq 0x1122334455667788').bytes]).toEqual([0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11]);
    expect([...good('dd 1.5\n dq -2.0').bytes]).toEqual([0, 0, 0xc0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0]);
    expect([...good('times 3 db 7\n align 8, db 0\n db 1').bytes]).toEqual([7, 7, 7, 0, 0, 0, 0, 0, 1]);
    expect([...good('times 3 dw $').bytes]).toEqual([0, 0, 2, 0, 4, 0]);
  });

  test('incbin takes a file, or a part of it', () => {
    const reader = { read: (path: string) => (path === 'lib/x.bin' ? Uint8Array.of(1, 2, 3, 4, 5) : null) };
    expect([...good('incbin "x.bin", 1, 3', { reader, includePaths: ['lib'] }).bytes]).toEqual([2, 3, 4]);
  });

  test('structures have offsets, sizes and instances', () => {
    const source = `
      struc point
      .x: resd 1
      .y: resw 1
          alignb 4
      .z: resd 1
      endstruc
      p:  istruc point
            at .x, dd 1
            at point.z, dd 3
          iend
          dd point.y, point.z, point_size, p.end - p
      p.end equ $ - 16`;
    expect(dwords(source)).toEqual([1, 0, 3, 4, 8, 12, 12]);
  });
});

describe('single-line macros', () => {
  test('expand, with parameters, late or at once', () => {
    expect(dwords('%define A B\n%define B 2\n dd A')).toEqual([2]);
    expect(dwords('%define B 1\n%xdefine A B\n%define B 2\n dd A, B')).toEqual([1, 2]);
    expect(dwords('%define add2(a, b) ((a) + (b))\n dd add2(1, add2(2, 3))')).toEqual([6]);
    expect(dwords('%assign i 5\n%assign i i * 2 - 1\n dd i')).toEqual([9]);
    expect(dwords('%define a b\n%define b a\n a: dd 7')).toEqual([7]);
    expect(dwords('%define n 1\n%define x %+ n\nv1 equ 3\n dd v %+ n')).toEqual([3]);
    expect(text('%defstr s hello there\n db s')).toBe('hello there');
    expect(dwords("%strlen n 'four'\n%substr c 'abc' 2\n dd n, c")).toEqual([4, 0x62]);
    expect(text("%strcat s 'ab', 'cd'\n db s")).toBe('abcd');
  });

  test('are defined from outside, and can be taken back', () => {
    expect([
      ...good('%ifdef DEBUG\n db LEVEL\n%endif\n%undef DEBUG\n%ifndef DEBUG\n db 9\n%endif', {
        defines: { DEBUG: '', LEVEL: '3' },
      }).bytes,
    ]).toEqual([3, 9]);
  });
});

describe('multi-line macros', () => {
  test('take parameters, defaults, the rest of the line', () => {
    expect(text('%macro say 1-2 "!"\n db %1, %2\n%endmacro\n say "a"\n say "b", "?"')).toBe('a!b?');
    expect(text('%macro line 1+\n db %1, 10\n%endmacro\n line "a", "b"')).toBe('ab\n');
    expect(text('%macro each 1-*\n%rep %0\n db %1\n%rotate 1\n%endrep\n%endmacro\n each "x", {"y", "z"}')).toBe('xyz');
    expect(text('%macro f 0\n db "0"\n%endmacro\n%macro f 1\n db "1"\n%endmacro\n f\n f x')).toBe('01');
  });

  test('have labels of their own, join names, turn conditions round', () => {
    const source = '%macro skip 1\n j%-1 %%over\n nop\n%%over:\n%endmacro\n skip z\n skip c';
    expect([...good(source).bytes]).toEqual([0x75, 1, 0x90, 0x73, 1, 0x90]);
    expect(good('%macro proc 1\n%1_start: nop\n.in_%1: nop\n%endmacro\n proc x').symbols.map((s) => s.name)).toEqual([
      'x_start',
      'x_start.in_x',
    ]);
  });

  test('contexts remember across macros', () => {
    const source = `
      %macro if_zero 0
        %push if
        jnz %$else
      %endmacro
      %macro endif 0
        %$else:
        %pop if
      %endmacro
      if_zero
        if_zero
          nop
        endif
      endif`;
    expect([...good(source).bytes]).toEqual([0x75, 3, 0x75, 1, 0x90]);
  });

  test('a macro may stand for an instruction it uses', () => {
    expect([...good('%macro push 2\n push %1\n push %2\n%endmacro\n push eax, ebx').bytes]).toEqual([0x50, 0x53]);
  });
});

describe('conditions and repetition', () => {
  test.each([
    ['%if 2 > 1', 1],
    ['%if 0', 0],
    ['%ifn 0', 1],
    ['%ifidn abc, abc', 1],
    ['%ifidni ABC, abc', 1],
    ['%ifnidn abc, abc', 0],
    ['%ifempty', 1],
    ['%ifid name', 1],
    ['%ifnum 5', 1],
    ["%ifstr 'x'", 1],
    ['%if constant == 5', 1],
  ])('%s', (condition, expected) => {
    expect([...good(`constant equ 5\n${condition}\n db 1\n%else\n db 0\n%endif`).bytes]).toEqual([expected]);
  });

  test('%elif, nesting, and what is not taken is not read', () => {
    expect([
      ...good(
        '%if 0\n %if bad(\n %else\n %endif\n nonsense here ((\n%elif 1\n db 2\n%elif 1\n db 3\n%else\n db 4\n%endif',
      ).bytes,
    ]).toEqual([2]);
  });

  test('%rep and %exitrep', () => {
    expect([
      ...good('%assign i 0\n%rep 10\n%if i == 3\n%exitrep\n%endif\n db i\n%assign i i + 1\n%endrep').bytes,
    ]).toEqual([0, 1, 2]);
  });
});

test('files include files, and lines remember where they come from', () => {
  const files: Record<string, string> = { 'inc/a.inc': '%include "b.inc"\n db 2', 'inc/b.inc': 'db 1' };
  const reader = { read: (path: string) => (path in files ? new TextEncoder().encode(files[path]) : null) };
  const { bytes, lines, dependencies } = good('%include "a.inc"\n db 3', {
    reader,
    includePaths: ['inc/'],
    file: 'main.asm',
  });
  expect([...bytes]).toEqual([1, 2, 3]);
  expect(lines.map((l) => `${l.file}:${l.line}`)).toEqual(['inc/b.inc:1', 'inc/a.inc:2', 'main.asm:2']);
  expect(dependencies).toEqual(['main.asm', 'inc/a.inc', 'inc/b.inc']);
});

test('[section] leaves __SECT__ alone', () => {
  const { sections } = good('section .text\n nop\n [section .data]\n db 5\n __SECT__\n ret');
  expect(sections.map((s) => [s.name, [...s.bytes]])).toEqual([
    ['.text', [0x90, 0xc3]],
    ['.data', [5]],
  ]);
});

test('a jump stays short though much before it has grown', () => {
  // Each of the hundred jumps turns out to be long, and pushes along what comes behind it.
  const far = 'jz away\n'.repeat(100);
  const { bytes } = good(`${far} jz close\n nop\nclose: times 200 nop\naway:`);
  expect([...bytes.subarray(600, 604)]).toEqual([0x74, 1, 0x90, 0x90]);
});
