/** What an image tells of its lines and frames, read back: our assembler's, and damaged. */
import { describe, expect, test } from 'vitest';
import { assemble, type LineEntry } from '../../asm/index.ts';
import { callStack } from '../../emu/debug/sight/call-stack.ts';
import { Stepper } from '../../emu/debug/stepper/stepper.ts';
import { ImageFile } from '../../emu/machine/loaders/image.ts';
import { Pc } from '../../emu/machine/pc.ts';
import { debugInfoOf } from '../../emu/trace/debug-info.ts';
import { SymbolTable } from '../../emu/trace/symbols.ts';

const SOURCE = `
        global _start
_start: mov     esp, stack
        push    dword 7
        call    outer
        hlt

outer:  push    ebp
        mov     ebp, esp
        push    ebx
        call    inner
        pop     ebx
        pop     ebp
        ret

inner:  sub     esp, 40
innermost:
        nop
        add     esp, 40
        ret

%macro twice 0
        nop
        nop
%endmacro
        twice
        resb 64
stack:
`;

function image(source = SOURCE) {
  const assembly = assemble(source, { format: 'multiboot', debug: true, file: 'src/a.asm' });
  expect(assembly.ok).toBe(true);
  return { assembly, file: new ImageFile('a.elf', assembly.bytes) };
}

describe('lines', () => {
  test('every instruction has the line that the listing gives it', () => {
    const { assembly, file } = image();
    const { lines } = debugInfoOf(file);
    const code = assembly.lines.filter(({ isCode, size }: LineEntry) => isCode && size > 0);
    expect(code.length).toBeGreaterThan(15);
    for (const { address, line } of code) expect(lines.at(address)).toMatchObject({ file: 'src/a.asm', line });
    expect(lines.at(0x50)).toBeUndefined();
  });

  test('a line has one place to stop; one without code counts as the next', () => {
    const { assembly, file } = image();
    const { lines } = debugInfoOf(file);
    const addressOf = (name: string) => Number(assembly.symbols.find((s) => s.name === name)!.address);
    const lineOf = (text: string) => SOURCE.split('\n').findIndex((line) => line.includes(text)) + 1;
    const outer = lineOf('outer:  push');
    expect(lines.addressesOf('src/a.asm', outer)).toEqual({ line: outer, addresses: [addressOf('outer')] });
    expect(lines.addressesOf('src/a.asm', outer - 1)).toEqual({ line: outer, addresses: [addressOf('outer')] });
    // A macro is the one line that uses it.
    expect(lines.addressesOf('src/a.asm', SOURCE.split('\n').lastIndexOf('        twice') + 1)?.addresses.length).toBe(
      1,
    );
    expect(lines.addressesOf('src/a.asm', 1000)).toBeUndefined();
  });

  test('a file is found by any path that ends as its name does', () => {
    const { lines } = debugInfoOf(image().file);
    for (const path of ['src/a.asm', '/home/me/src/a.asm', './src/../src/a.asm', 'a.asm', 'C:\\work\\src\\a.asm']) {
      expect([path, lines.fileLike(path)]).toEqual([path, 'src/a.asm']);
    }
    expect(lines.fileLike('/home/me/other/b.asm')).toBeUndefined();
    expect(lines.fileLike('/home/me/other/a.asm')).toBeUndefined();
  });

  test('damaged debug information is read as far as it goes, and never stops anybody', () => {
    const { assembly } = image();
    let seed = 3;
    for (let round = 0; round < 300; round++) {
      const bytes = assembly.bytes.slice();
      for (let i = 0; i < 8; i++) {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        bytes[200 + (seed % (bytes.length - 200))] = seed >>> 24;
      }
      const { lines, frames } = debugInfoOf(new ImageFile('a.elf', bytes));
      lines.at(0x100010);
      frames.callerOf(0x100010, { register: () => 0x1000, word: () => 4 });
    }
    expect(debugInfoOf(new ImageFile('flat', Uint8Array.of(0xf4))).lines.files).toEqual([]);
  });
});

describe('the call stack', () => {
  test('is walked through routines with and without a frame pointer', () => {
    const { file } = image();
    const pc = new Pc({ ramBytes: 4 * 2 ** 20 });
    const loaded = pc.boot({ file });
    const symbols = new SymbolTable(loaded.symbols, loaded.last);
    const stepper = new Stepper(pc, symbols);
    stepper.add({ kind: 'address', address: symbols.addressOf('innermost')! });
    expect(stepper.run().kind).toBe('stop');
    const { frames } = debugInfoOf(file);
    const names = () => callStack(pc, frames).map(({ within }) => symbols.nameOf(within)?.replace(/\+.*/, ''));
    expect(names()).toEqual(['innermost', 'outer', '_start']);
    expect(callStack(pc, frames)[1]!.registers.get(5)).toBe(pc.cpu.ebp);
    stepper.out();
    expect(names()).toEqual(['outer', '_start']);
    stepper.out();
    expect(names()).toEqual(['_start']);
  });
});
