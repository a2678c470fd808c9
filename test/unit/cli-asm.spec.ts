/** `trapgate asm` and `trapgate disasm`, as typed. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { command as asm } from '../../emu/cli/asm.ts';
import { CommandError, UsageError } from '../../emu/cli/command.ts';
import { command as disasm } from '../../emu/cli/disasm.ts';
import { commandLine } from './command-line.ts';

const cli = commandLine();
const { path: at, write } = cli;

describe('trapgate asm', () => {
  test('makes a boot sector of 16-bit code, with NASM-like options', async () => {
    mkdirSync(at('inc'));
    write('inc/tail.inc', 'times 510 - ($ - $$) db FILL\n dw 0xaa55');
    const source = write('boot.asm', 'org 0x7c00\n jmp $\n%include "tail.inc"');
    expect(
      await asm.run([
        source,
        '-fbin',
        '-o',
        at('boot.img'),
        `-I${at('inc')}/`,
        '-D',
        'FILL=0xf4',
        '-l',
        at('boot.lst'),
      ]),
    ).toBe(0);
    const image = readFileSync(at('boot.img'));
    expect(image.length).toBe(512);
    expect([...image.subarray(0, 3), image[510], image[511]]).toEqual([0xeb, 0xfe, 0xf4, 0x55, 0xaa]);
    expect(readFileSync(at('boot.lst'), 'utf8')).toContain('00007c00 ebfe');
    expect(cli.err).toBe('');
  });

  test('tells all errors, returns 1, and leaves no file', async () => {
    const source = write('bad.asm', 'mov eax,\n\tbogus eax');
    expect(await asm.run(['-o', at('bad.bin'), '-l', at('bad.lst'), source])).toBe(1);
    expect(cli.err).toContain(`${source}:1:9: error: expected an expression`);
    expect(cli.err).toContain(`${source}:2:2: error: 'bogus' is no instruction`);
    expect(cli.err).toContain('    \tbogus eax\n    \t^');
    expect(readdirSync(cli.folder)).toEqual(['bad.asm']);
  });

  test('names the output after the source', async () => {
    const source = write('kernel.asm', 'section .text\n global _start\n_start: hlt');
    expect(await asm.run([source, '-f', 'multiboot', '--map', at('kernel.map')])).toBe(0);
    expect(readFileSync(at('kernel.elf')).subarray(0, 4).toString('latin1')).toBe('\x7fELF');
    expect(readFileSync(at('kernel.map'), 'utf8')).toContain('00100000  .text     * _start');
  });

  test('-M says what the image depends on, and makes none', async () => {
    write('a.inc', 'nop');
    const source = write('a.asm', `%include "${at('a.inc')}"`);
    expect(await asm.run(['-M', '-o', 'a.img', source])).toBe(0);
    expect(cli.out).toBe(`a.img: ${source} \\\n  ${at('a.inc')}\n`);
    expect(existsSync('a.img')).toBe(false);
  });

  test('wrong usage is not an error of the source', async () => {
    await expect(asm.run([])).rejects.toThrow(UsageError);
    await expect(asm.run(['a.asm', '-f', 'coff'])).rejects.toThrow('-f coff: the formats are');
    await expect(asm.run([at('none.asm')])).rejects.toThrow(CommandError);
  });
});

describe('trapgate disasm', () => {
  test('shows an image with its symbols', async () => {
    const source = write(
      'k.asm',
      'global _start\n_start: call work\n hlt\nwork: mov eax, [value]\n ret\n section .data\nvalue: dd 1',
    );
    await asm.run([source, '-f', 'elf32exec', '-o', at('k.elf')]);
    expect(await disasm.run([at('k.elf'), '--start', 'work', '--count', '1'])).toBe(0);
    expect(cli.out).toBe(
      'section .text\n\nwork:\n  40000006  a1 00 10 00 40          mov eax, dword ptr [0x40001000]  ; value\n',
    );
  });

  test('shows raw bytes at an address', async () => {
    writeFileSync(at('raw.bin'), Uint8Array.of(0xb8, 1, 0, 0xeb, 0xfb));
    expect(await disasm.run([at('raw.bin'), '--bits', '16', '--address', '0x7c00'])).toBe(0);
    expect(cli.out).toContain('00007c03  eb fb                   jmp 0x7c00');
  });

  test('shows an object: each section by its own names, tables as data, what is open by its target', async () => {
    const source = write('o.asm', 'f: call other\n jmp f\nt: dd 1, f\n section .data\nd: db "data"\nextern other');
    await asm.run([source, '-f', 'elf32', '-o', at('o.o')]);
    expect(await disasm.run([at('o.o'), '--all'])).toBe(0);
    expect(cli.out).toBe(`section .text

f:
  00000000  e8 fc ff ff ff          call 1  ; other
  00000005  eb f9                   jmp 0  ; f

t:
  00000007  01 00 00 00 00 00 00 00 db 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00  ; f
section .data

d:
  00000000  64 61 74 61             db 'data'
`);
  });

  test('shows none of what is open before the place it begins at', async () => {
    const source = write('s.asm', 'extern one, two\nf: call one\ng: nop\n call two');
    await asm.run([source, '-f', 'elf32', '-o', at('s.o')]);
    expect(await disasm.run([at('s.o'), '--start', 'g'])).toBe(0);
    expect(cli.out).not.toContain('one');
    expect(cli.out).toContain('; two');
  });

  test('leaves alone what --data names', async () => {
    writeFileSync(at('raw.bin'), Uint8Array.of(0x90, 0xb8, 1, 0x90));
    expect(await disasm.run([at('raw.bin'), '--data', '1-3'])).toBe(0);
    expect(cli.out).toContain(
      '00000001  b8 01                   db 0xb8, 0x01\n  00000003  90                      nop',
    );
    await expect(disasm.run([at('raw.bin'), '--data', '3-1'])).rejects.toThrow('two addresses are wanted');
  });

  test('says when a file is damaged', async () => {
    await asm.run([write('d.asm', 'nop'), '-f', 'elf32', '-o', at('d.o')]);
    writeFileSync(at('cut.o'), readFileSync(at('d.o')).subarray(0, 100));
    await expect(disasm.run([at('cut.o')])).rejects.toThrow('cut.o: the file is damaged');
  });

  test('takes no ELF file of another size for raw bytes', async () => {
    writeFileSync(at('other'), Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, ...new Uint8Array(60)));
    await expect(disasm.run([at('other')])).rejects.toThrow('not of 32 bits');
  });

  test('says when there is no such place', async () => {
    writeFileSync(at('raw.bin'), Uint8Array.of(0x90));
    await expect(disasm.run([at('raw.bin'), '--start', 'nowhere'])).rejects.toThrow("there is no symbol 'nowhere'");
  });
});
