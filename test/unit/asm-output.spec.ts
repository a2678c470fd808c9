/** What comes out: flat binaries, ELF32, the line table, the listing, the map. */

import { describe, expect, test } from 'vitest';
import { type AssembleOptions, type Assembly, assemble, disassemble, readElf } from '../../asm/index.ts';

function good(source: string, options: AssembleOptions = {}): Assembly {
  const assembly = assemble(source, { bits: 32, ...options });
  expect(assembly.diagnostics).toEqual([]);
  return assembly;
}

describe('a flat binary', () => {
  test('has its labels at the origin, from the source or the options', () => {
    expect([...good('a: dd a', { origin: 0x7c00 }).bytes]).toEqual([0, 0x7c, 0, 0]);
    expect([...good('org 0x600\n dw a\n a:', { bits: 16 }).bytes]).toEqual([2, 6]);
  });

  test('has data behind the code and room behind the data', () => {
    const { bytes, symbols } = good(
      'section .bss\nroom: resd 4\nsection .data\nd: db 5\nsection .text\n nop\n dd d, room',
      { origin: 0x1000 },
    );
    expect([...bytes]).toEqual([0x90, 0x0c, 0x10, 0, 0, 0x10, 0x10, 0, 0, 0, 0, 0, 5]);
    expect(symbols.map((s) => [s.name, s.address, s.section])).toEqual([
      ['d', 0x100c, '.data'],
      ['room', 0x1010, '.bss'],
    ]);
  });

  test('reaches other sections and absolute places with relative jumps', () => {
    const { bytes } = good('call there\n call 0x2000\n section .other exec\nthere: ret', { origin: 0x1000 });
    expect([...bytes.subarray(0, 10)]).toEqual([0xe8, 5, 0, 0, 0, 0xe8, 0xf6, 0x0f, 0, 0]);
  });
});

const KERNEL = `
  section .multiboot progbits alloc noexec nowrite align=4
    dd 0x1BADB002, 0, -0x1BADB002
  section .text
  global _start:function
_start:
    mov esp, stack_top
    call main
    hlt
main: mov eax, [counter]
    ret
  section .rodata
text: db 'hello', 0
  section .data
counter: dd text
  section .bss align=4096
    resb 4096
stack_top:
SIZE equ 42
`;

describe('a multiboot kernel', () => {
  test('lies at 1 MB, its header first in the file, each section on pages of its own', () => {
    const { bytes, sections, entry } = good(KERNEL, { format: 'multiboot' });
    expect(sections.map((s) => [s.name, s.address, s.size])).toEqual([
      ['.multiboot', 0x100000, 12],
      ['.text', 0x101000, 17],
      ['.rodata', 0x102000, 6],
      ['.data', 0x103000, 4],
      ['.bss', 0x104000, 4096],
    ]);
    expect(entry).toBe(0x101000);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const words = Array.from({ length: 2048 }, (_, i) => (i * 4 + 4 <= bytes.length ? view.getUint32(i * 4, true) : 0));
    expect(words.indexOf(0x1badb002)).toBeGreaterThan(0);
    expect(view.getUint32(24, true)).toBe(entry);
  });

  test('has program headers that agree with the sections', () => {
    const { bytes } = good(KERNEL, { format: 'multiboot' });
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const segments = Array.from({ length: view.getUint16(44, true) }, (_, i) => {
      const field = (n: number): number => view.getUint32(52 + 32 * i + 4 * n, true);
      expect(field(1) % 4096).toBe(field(2) % 4096);
      return [field(2), field(4), field(5), field(6)];
    });
    expect(segments).toEqual([
      [0x100000, 12, 12, 4],
      [0x101000, 17, 17, 5],
      [0x102000, 6, 6, 4],
      [0x103000, 4, 0x2000, 6],
    ]);
  });

  test('keeps its symbols', () => {
    const elf = readElf(good(KERNEL, { format: 'multiboot' }).bytes)!;
    expect(elf.symbols.map((s) => [s.name, s.address])).toEqual([
      ['main', 0x10100b],
      ['text', 0x102000],
      ['counter', 0x103000],
      ['stack_top', 0x105000],
      ['_start', 0x101000],
    ]);
    expect(elf.parts.find((p) => p.name === '.data')?.bytes).toEqual(Uint8Array.of(0, 0x20, 0x10, 0));
  });
});

test('a program has its constants beside its code, and its data on another page', () => {
  const { sections } = good('_start: nop\n section .rodata\n db 1\n section .data\n db 2\n section .bss\n resb 3', {
    format: 'elf32exec',
  });
  expect(sections.map((s) => [s.name, s.address])).toEqual([
    ['.text', 0x40000000],
    ['.rodata', 0x40000004],
    ['.data', 0x40001000],
    ['.bss', 0x40001004],
  ]);
});

test('the edges of an image have the names linkers give them', () => {
  const { bytes } = good('extern _end, _edata\n dd _end, _edata\n section .bss\n resb 100', { format: 'elf32exec' });
  const view = new DataView(readElf(bytes)!.parts[0]!.bytes.slice().buffer);
  expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([0x40001064, 0x40000008]);
});

test('the line table gives each instruction the line a person wrote', () => {
  const { lines } = good('%macro two 0\n nop\n ret\n%endmacro\n nop\n two\nx: dd 5', { origin: 0x100, file: 'f.asm' });
  expect(lines.map((l) => [l.address, l.size, l.line, l.isCode])).toEqual([
    [0x100, 1, 5, true],
    [0x101, 1, 6, true],
    [0x102, 1, 6, true],
    [0x103, 4, 7, false],
  ]);
});

test('the listing shows addresses, bytes, source and expansions', () => {
  const listing = good('%macro two 0\n nop\n ret\n%endmacro\nstart: mov eax, start\n two', { origin: 0x100 }).listing();
  expect(listing.split('\n')).toEqual([
    '; source.asm',
    '     5 00000100 b800010000              start: mov eax, start',
    '     6                                   two',
    '     2 00000105 90                  <1>  nop',
    '     3 00000106 c3                  <1>  ret',
    '',
  ]);
});

test('the map has sections, symbols and numbers', () => {
  const map = good('global a\na: nop\nN equ 7', { origin: 0x100, file: 'm.asm' }).map();
  expect(map).toContain('00000100  00000001  r-x     .text');
  expect(map).toContain('00000100  .text     * a');
  expect(map).toContain('00000007  N');
});

test('the same source gives the same bytes', () => {
  const make = () => good(KERNEL, { format: 'multiboot' }).bytes;
  expect(make()).toEqual(make());
});

describe('a symbol in code', () => {
  const typeOf = (source: string): Record<string, [string, number]> => {
    const elf = readElf(good(source, { format: 'elf32' }).bytes)!;
    return Object.fromEntries(elf.symbols.map(({ name, type, size }) => [name, [type, size]]));
  };

  test('is an object where data stands behind it, up to the next label', () => {
    expect(typeOf('f: ret\ntable: dd 1, 2\n.end:\ntext: db "x", 0\nalign 4\ng: ret')).toEqual({
      f: ['none', 0],
      table: ['object', 8],
      'table.end': ['object', 3],
      text: ['object', 3],
      g: ['none', 0],
    });
  });

  test('is none where the data is an instruction written by hand, or only padding comes', () => {
    expect(typeOf('f: db 0x0f, 0x0b\n ret\nh: align 16\ng: ret')).toEqual({
      f: ['none', 0],
      h: ['none', 0],
      g: ['none', 0],
    });
  });

  test('is what the source says', () => {
    expect(typeOf('static f:function, t:object 2\nf: db 0xc3\nt: dd 1')).toEqual({
      f: ['function', 1],
      t: ['object', 2],
    });
  });
});

test('what an object leaves open has the name of what it will point to', () => {
  const source =
    'extern there\n call there\n mov eax, [there + 4]\n lea ecx, [own + 2]\n section .data\nfirst: dw 1\nown: dd first';
  const { parts, relocatable } = readElf(good(source, { format: 'elf32' }).bytes)!;
  expect(relocatable).toBe(true);
  expect(parts.map((part) => part.relocations)).toEqual([
    [
      { offset: 1, size: 4, target: 'there' },
      { offset: 6, size: 4, target: 'there+0x4' },
      { offset: 12, size: 4, target: 'own+0x2' },
    ],
    [{ offset: 2, size: 4, target: 'first' }],
  ]);
});

describe('the disassembler', () => {
  test('names places, and shows what is no instruction as data', () => {
    const { bytes, symbols } = good(
      'start: mov eax, [value]\n.loop: dec eax\n jnz .loop\n call start\nvalue: db 0xff, 0xff',
      { origin: 0x100 },
    );
    const lines = disassemble(bytes, { address: 0x100, symbols });
    expect(lines.map((l) => [l.address, l.label, l.text, l.target])).toEqual([
      [0x100, 'start', 'mov eax, dword ptr [0x10d]', 'value'],
      [0x105, 'start.loop', 'dec eax', null],
      [0x106, null, 'jne 0x105', 'start.loop'],
      [0x108, null, 'call 0x100', 'start'],
      [0x10d, 'value', 'db 0xff', null],
      [0x10e, null, 'db 0xff', null],
    ]);
  });

  test('leaves data as data, up to the next name or the end of its range', () => {
    const bytes = Uint8Array.of(0xc3, 0xb8, 0x6d, 0x6f, 0x72, 0x65, 0, 1, 2, 0xc3);
    const symbols = [
      { name: 'text', address: 1 },
      { name: 'pair', address: 7 },
    ];
    const lines = disassemble(bytes, { symbols, data: [{ address: 1, size: 8 }] });
    expect(lines.map((l) => [l.address, l.label, l.text])).toEqual([
      [0, null, 'ret'],
      [1, 'text', "db 0xb8, 'more', 0x00"],
      [7, 'pair', 'db 0x01, 0x02'],
      [9, null, 'ret'],
    ]);
  });

  test('reads no instruction beyond where data begins', () => {
    // b8 takes four bytes more, but they are data.
    const lines = disassemble(Uint8Array.of(0xb8, 1, 2, 3, 4), { data: [{ address: 1, size: 4 }] });
    expect(lines.map((l) => l.text)).toEqual(['db 0xb8', 'db 0x01, 0x02, 0x03, 0x04']);
  });

  test('reads 16-bit code, and no more lines than asked for', () => {
    const lines = disassemble(Uint8Array.of(0xb8, 0x34, 0x12, 0x90, 0x90), { bits: 16, limit: 2 });
    expect(lines.map((l) => l.text)).toEqual(['mov ax, 0x1234', 'nop']);
  });
});
