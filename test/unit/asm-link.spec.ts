/** Several objects into one image: names, sections, layouts, errors. Other tools' objects: asm-link.referee.spec.ts. */

import { describe, expect, test } from 'vitest';
import { type AssembleOptions, assemble, formatDiagnostic, type LinkOptions, link, readElf } from '../../asm/index.ts';

function object(source: string, file = 'a.o', options: AssembleOptions = {}) {
  const assembly = assemble(source, { format: 'elf32', file, ...options });
  expect(assembly.diagnostics.map(formatDiagnostic)).toEqual([]);
  return { file, bytes: assembly.bytes };
}

function linked(sources: readonly string[], options: LinkOptions = {}) {
  const result = link(
    sources.map((source, i) => object(source, `${'abc'[i]}.o`)),
    options,
  );
  expect(result.diagnostics.map(formatDiagnostic)).toEqual([]);
  return result;
}

function messages(sources: readonly string[], options: LinkOptions = {}): string[] {
  const objects = sources.map((source, i) => object(source, `${'abc'[i]}.o`));
  const result = link(objects, options);
  expect(result.ok).toBe(false);
  expect(result.bytes.length).toBe(0);
  return result.diagnostics.map((d) => d.message);
}

const addressOf = (result: ReturnType<typeof linked>, name: string) =>
  result.symbols.find((s) => s.name === name)?.address;

const word = (bytes: Uint8Array, at: number) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);

describe('names', () => {
  test('of one file are found by the others, and filled in', () => {
    const { bytes, symbols } = linked(
      ['extern twice\nglobal _start\n_start: call twice\n jmp $', 'global twice\ntwice: add eax, eax\n ret'],
      { format: 'bin', base: 0x7c00 },
    );
    expect([...bytes.subarray(0, 5)]).toEqual([0xe8, 11, 0, 0, 0]);
    expect(symbols.map((s) => [s.name, s.address])).toEqual([
      ['_start', 0x7c00],
      ['twice', 0x7c10],
    ]);
  });

  test('a strong definition goes before a weak one, also where the weak one stands', () => {
    const user = 'extern hook\nglobal _start\n_start: dd hook, 0';
    const weak = 'weak hook\nhook: ret\n dd hook';
    const strong = 'global hook\nhook: hlt';
    const result = linked([user, weak, strong], { format: 'bin' });
    expect(addressOf(result, 'hook')).toBe(0x20);
    expect([word(result.bytes, 0), word(result.bytes, 0x11)]).toEqual([0x20, 0x20]);
    const alone = linked([user, weak], { format: 'bin' });
    expect([word(alone.bytes, 0), word(alone.bytes, 0x11)]).toEqual([0x10, 0x10]);
  });

  test('a weak name nobody defines is 0', () => {
    expect([...linked(['weak perhaps\n dd perhaps'], { format: 'bin' }).bytes]).toEqual([0, 0, 0, 0]);
    expect([...linked(['extern perhaps:weak\n dd perhaps'], { format: 'bin' }).bytes]).toEqual([0, 0, 0, 0]);
  });

  test('common room is shared, the largest counts, and a definition goes before it', () => {
    const result = linked(['common room 4\n dd room', 'common room 64:16\n dd room', 'common other 1'], {
      format: 'bin',
      base: 0x1000,
    });
    const room = addressOf(result, 'room')!;
    expect(room % 16).toBe(0);
    expect([word(result.bytes, 0), word(result.bytes, 16)]).toEqual([room, room]);
    expect(result.sections.find((s) => s.name === '.bss')?.size).toBe(65);
    const defined = linked(['common room 4\n dd room', 'global room\nsection .data\nroom: dd 7'], { format: 'bin' });
    expect(word(defined.bytes, word(defined.bytes, 0))).toBe(7);
  });

  test('one source has common room too', () => {
    const { ok, sections } = assemble('common room 12\n dd room', { format: 'elf32exec' });
    expect(ok).toBe(true);
    expect(sections.find((s) => s.name === '.bss')?.size).toBe(12);
  });

  test('local names may be the same in many files', () => {
    const { symbols } = linked(['loop: jmp loop', 'loop: jmp loop'], { format: 'bin' });
    expect(symbols.map((s) => s.name)).toEqual(['loop', 'loop']);
  });

  test('keep their types and sizes, given or measured', () => {
    const source = `
      global f:function, g:function (4), table:object
      f: nop
      .inside: ret
      g: nop
      ret
      section .data
      table: dd 1, 2, 3
      after: dd 4`;
    const { symbols } = linked([source], { format: 'elf32exec' });
    expect(symbols.filter((s) => s.type !== 'none').map((s) => [s.name, s.type, s.size])).toEqual([
      ['f', 'function', 2],
      ['g', 'function', 4],
      ['table', 'object', 12],
    ]);
  });
});

describe('a layout', () => {
  const parts = [
    'global _start\n_start: mov eax, kernel_end\n extern kernel_end\nsection .init exec\n nop\nsection .data\n db 1',
    'section .text\n ret\nsection .bss\n resb 100',
  ];
  const text = `
    base 0x200000          # not the usual place
    section .text .init .text
    section .data at 0x300000
    section .bss align 4096
    symbol kernel_end`;

  test('puts sections and names where it says', () => {
    const result = linked(parts, { format: 'multiboot', layout: { file: 'k.layout', text } });
    expect(result.sections.map((s) => [s.name, s.address, s.size])).toEqual([
      ['.text', 0x200000, 17],
      ['.data', 0x300000, 1],
      ['.bss', 0x301000, 100],
    ]);
    expect(addressOf(result, 'kernel_end')).toBe(0x301064);
    expect(word(readElf(result.bytes)!.parts[0]!.bytes, 1)).toBe(0x301064);
  });

  test('is told its faults with file and line', () => {
    const result = link([object('nop')], { layout: { file: 'k.layout', text: 'base 0x1000\nsecton .text' } });
    expect(result.diagnostics.map(formatDiagnostic).join()).toContain("k.layout:2:1: error: 'secton' is no statement");
  });

  test.each([
    ['base', "expected an address after 'base'"],
    ['base far', "expected a number up to 0xffffffff, not 'far'"],
    ['pages many', 'pages many: sections, rights or none is wanted'],
    ['section .x align 3', 'an alignment is a power of two'],
    ['section', "expected a name after 'section'"],
  ])('%s: %s', (line, message) => {
    const result = link([object('nop')], { layout: { file: 'x', text: line } });
    expect(result.diagnostics.map((d) => d.message)).toEqual([message]);
  });

  test('may not lay one section over another', () => {
    const layout = { file: 'x', text: 'section .text at 0x1000\nsection .data at 0x1000' };
    expect(messages(['dd 1, 2\nsection .data\ndd 2, 3, 4'], { layout })).toEqual([
      "the section '.data' at 0x1000 lies over the end of '.text'",
    ]);
  });
});

describe('errors', () => {
  test('a name nobody defines, with the place that wants it and the nearest there is', () => {
    expect(messages(['extern printj\n nop\n call printj', 'global printk\nprintk: ret'])).toEqual([
      "a.o(.text+0x2): 'printj' is defined in no file; did you mean 'printk'?",
    ]);
  });

  test('a name two files define', () => {
    expect(messages(['global f\nf: ret', 'global f\nf: ret'])).toEqual(["'f' is defined twice: by a.o and b.o"]);
  });

  test('an address that does not fit its field', () => {
    expect(messages(['bits 16\n extern x\n mov ax, x', 'global x\nx equ 0x12345'])).toEqual([
      'a.o(.text+0x1): the address 0x12345 does not fit 16 bits',
    ]);
  });

  test('a flat image as large as the memory', () => {
    const layout = { file: 'x', text: 'section .text\nsection .data at 0xf0000000' };
    expect(messages(['dd 1\nsection .data\ndd 2'], { format: 'bin', layout })).toEqual([
      'the flat image would have 4026531844 bytes; 268435456 is the limit',
    ]);
  });

  test('an entry that is not there', () => {
    expect(messages(['nop'], { entry: 'main' })).toEqual(["the entry 'main' is defined in no file"]);
  });

  test('files that are no objects, and damaged ones', () => {
    const { bytes } = object('extern x\n dd x');
    const told = (changed: Uint8Array): string =>
      link([{ file: 'f', bytes: changed }])
        .diagnostics.map((d) => d.message)
        .join();
    expect(told(Uint8Array.of(1, 2, 3))).toBe('f: not an ELF file');
    expect(told(new TextEncoder().encode('!<arch>\nlots more'))).toContain('an archive');
    expect(told(assemble('nop', { format: 'elf32exec' }).bytes)).toContain('linked already');
    expect(told(bytes.slice(0, 90))).toContain('damaged');
    for (let at = 52; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = changed[at]! ^ 0xff;
      link([{ file: 'f', bytes: changed }]);
    }
  });
});

test('the map says which file brought what', () => {
  const map = linked(['global a\na: nop', 'ret'], { format: 'bin' }).map();
  expect(map).toContain('00000000  00000001            a.o(.text)');
  expect(map).toContain('00000010  00000001            b.o(.text)');
});

test('Intel HEX has records with sums, and the start', () => {
  const { bytes } = linked(['global _start\n_start: nop\nsection .data align=16\n db 1, 2, 3'], {
    format: 'ihex',
    base: 0xfffff,
  });
  expect(new TextDecoder().decode(bytes)).toBe(
    [
      ':02000004000FEB',
      ':01FFFF009071',
      ':020000040010EA',
      ':03000000010203F7',
      ':04000005000FFFFFEA',
      ':00000001FF',
      '',
    ].join('\n'),
  );
});

test('a single source makes Intel HEX too', () => {
  const { bytes } = assemble('org 0x7c00\n db 1, 2', { format: 'ihex' });
  expect(new TextDecoder().decode(bytes).split('\n')[0]).toBe(':027C000001027F');
});
