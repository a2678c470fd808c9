/** Every example of docs/assembler.md assembles without a word, every directive is in one, and the kernel runs. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type AssembleOptions, type Assembly, assemble, formatDiagnostic, link } from '../../asm/index.ts';
import { ImageFile } from '../../emu/machine/loaders/image.ts';
import { Pc } from '../../emu/machine/pc.ts';

const text = readFileSync('docs/assembler.md', 'utf8');
const examples: [title: string, source: string][] = [];
let title = '';
for (const [, heading, source] of text.matchAll(/^## (.+)$|^```asm\n([\s\S]*?)^```$/gm)) {
  if (heading !== undefined) title = heading;
  else examples.push([title, source!]);
}

function assembled(source: string, options: AssembleOptions): Assembly {
  const assembly = assemble(source, { file: 'example.asm', ...options });
  expect(assembly.diagnostics.map(formatDiagnostic)).toEqual([]);
  return assembly;
}

test.each(examples)('%s', (_, source) => {
  const format = source.includes('.multiboot') ? 'multiboot' : source.includes('extern') ? 'elf32' : 'bin';
  const { ok, bytes } = assembled(source, { format });
  expect(ok && bytes.length > 0).toBe(true);
  assembled(source, { format: 'elf32', debug: true, ...(/^ +org/m.test(source) && { format: 'bin' }) });
});

test('every directive is in an example', () => {
  const directives =
    'section segment global extern weak common static bits org align alignb sectalign absolute struc endstruc istruc at ' +
    'iend equ times db dw dd dq resb resw resd cfi_startproc cfi_endproc cfi_def_cfa cfi_def_cfa_register ' +
    'cfi_def_cfa_offset cfi_adjust_cfa_offset cfi_offset cfi_restore cfi_same_value cfi_undefined cfi_remember_state ' +
    'cfi_restore_state cfi_signal_frame cfi_trap_frame %define %xdefine %assign %defstr %deftok %strlen %strcat %substr ' +
    '%idefine %undef %macro %endmacro %rep %endrep %exitrep %rotate %push %pop %if %elifdef %else %endif %error';
  const words = new Set(examples.flatMap(([, source]) => source.match(/%?\w+/g) ?? []));
  expect(directives.split(' ').filter((word) => !words.has(word))).toEqual([]);
});

test('the layout links', () => {
  const layout = /^```layout\n([\s\S]*?)^```$/m.exec(text)![1]!;
  const { bytes } = assembled('global _start\n_start: mov eax, [x]\n section .data\nx: dd 1', { format: 'elf32' });
  const image = link([{ file: 'a.o', bytes }], { format: 'multiboot', layout: { file: 'my.layout', text: layout } });
  expect(image.diagnostics).toEqual([]);
  expect(image.sections.map((s) => [s.name, s.address])).toEqual([
    ['.text', 0x100000],
    ['.data', 0x200000],
  ]);
});

test('the multiboot hello says hello', () => {
  const source = examples.find(([name]) => name === 'A multiboot hello')![1];
  const pc = new Pc();
  pc.boot({ file: new ImageFile('hello.elf', assembled(source, { format: 'multiboot' }).bytes) });
  pc.machine.run({ instructions: 10_000 });
  const cells = pc.vga.text().cells.subarray(0, 5);
  expect(String.fromCharCode(...cells.map((cell) => cell & 0xff))).toBe('hello');
});

test('the boot sector is one', () => {
  const { bytes } = assembled(examples.find(([name]) => name === 'A boot sector')![1], { format: 'bin' });
  expect([bytes.length, bytes[510], bytes[511]]).toEqual([512, 0x55, 0xaa]);
});
