import { describe, expect, test } from 'vitest';
import { isElf, loadElf32, parseElf32 } from '../../emu/machine/loaders/elf32.ts';
import { loadFlat } from '../../emu/machine/loaders/flat.ts';
import { ImageFile, type LoadTarget } from '../../emu/machine/loaders/image.ts';
import { loadMultiboot, type MultibootOptions } from '../../emu/machine/loaders/multiboot.ts';

/** 4 MB of RAM with the PC's hole from 0xa0000 to 0xfffff. */
function memory(): LoadTarget & { bytes: Uint8Array; view: DataView; text(address: number): string } {
  const bytes = new Uint8Array(0x400000);
  const isMemory = (address: number, length: number) =>
    address + length <= 0xa0000 || (address >= 0x100000 && address + length <= bytes.length);
  return {
    bytes,
    view: new DataView(bytes.buffer),
    text: (address) => Buffer.from(bytes.subarray(address, bytes.indexOf(0, address))).toString(),
    ramBytes: bytes.length,
    isMemory,
    write: (address, data) => bytes.set(data, address),
  };
}

function words(...values: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => {
    view.setUint32(i * 4, value, true);
  });
  return new Uint8Array(view.buffer);
}

interface ElfPieces {
  entry?: number;
  segments?: readonly (readonly number[])[];
  payload?: Uint8Array;
  symbols?: readonly { name: string; address: number; size: number; info: number; section: number }[];
}

/** A small ELF32 executable: header, program headers, a payload at 0x100, then symbols and section headers. */
function elf({ entry = 0x100000, segments, payload = Uint8Array.of(0xf4), symbols = [] }: ElfPieces = {}): Uint8Array {
  const loads = segments ?? [[1, 0x100, 0x100000, 0x100000, payload.length, payload.length + 8, 7, 4096]];
  const names = Buffer.from(`\0${symbols.map((s) => `${s.name}\0`).join('')}`);
  const sectionNames = Buffer.from('\0.text\0.symtab\0.strtab\0.shstrtab\0');
  const symbolsAt = 0x100 + payload.length;
  const namesAt = symbolsAt + 16 * (symbols.length + 1);
  const sectionNamesAt = namesAt + names.length;
  const sectionsAt = sectionNamesAt + sectionNames.length;
  const file = Buffer.alloc(sectionsAt + 5 * 40);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  file.set(words(0x00030002, 1, entry, 52, sectionsAt, 0, 0x00200034, loads.length | 0x00280000, 0x00040005), 16);
  for (const [i, segment] of loads.entries()) file.set(words(...segment), 52 + 32 * i);
  file.set(payload, 0x100);
  let nameAt = 1;
  for (const [i, { name, address, size, info, section }] of symbols.entries()) {
    file.set(words(nameAt, address, size, info | (section << 16)), symbolsAt + 16 * (i + 1));
    nameAt += name.length + 1;
  }
  file.set(names, namesAt);
  file.set(sectionNames, sectionNamesAt);
  file.set(words(1, 1, 6, 0x100000, 0x100, payload.length, 0, 0, 4, 0), sectionsAt + 40);
  file.set(words(7, 2, 0, 0, symbolsAt, namesAt - symbolsAt, 3, 1, 4, 16), sectionsAt + 80);
  file.set(words(15, 3, 0, 0, namesAt, names.length, 0, 0, 1, 0), sectionsAt + 120);
  file.set(words(23, 3, 0, 0, sectionNamesAt, sectionNames.length, 0, 0, 1, 0), sectionsAt + 160);
  return file;
}

const image = (bytes: Uint8Array) => new ImageFile('kernel.elf', bytes);
const patched = (bytes: Uint8Array, offset: number, ...values: number[]) => {
  const copy = Uint8Array.from(bytes);
  copy.set(values, offset);
  return image(copy);
};

describe('flat binaries', () => {
  test('go to 1 MB and are entered there', () => {
    const target = memory();
    const loaded = loadFlat(target, image(Uint8Array.of(0x90, 0xf4)));
    expect([...target.bytes.subarray(0x100000, 0x100002)]).toEqual([0x90, 0xf4]);
    expect(loaded).toMatchObject({ entry: 0x100000, first: 0x100000, last: 0x100001 });
  });

  test('must not be empty, and must have RAM where they go', () => {
    expect(() => loadFlat(memory(), image(new Uint8Array()))).toThrow('kernel.elf: at offset 0x0: the image is empty');
    expect(() => loadFlat(memory(), image(Uint8Array.of(1, 2)), 0x9ffff)).toThrow(
      "wants to be at 0x9ffff to 0xa0000, where the machine's 4 MB have no RAM",
    );
  });
});

describe('ELF32 executables', () => {
  const overfull = elf({
    payload: Uint8Array.of(1, 2, 3),
    segments: [[1, 0x100, 0x100000, 0x100000, 3, 1, 7, 4096]],
  });

  test('put each segment at its physical address and zero what the file does not hold', () => {
    const target = memory();
    target.bytes.fill(0xcc);
    const loaded = loadElf32(target, image(elf({ payload: Uint8Array.of(1, 2, 3) })));
    expect([...target.bytes.subarray(0x100000, 0x10000c)]).toEqual([1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0xcc]);
    expect(loaded).toMatchObject({ kind: 'elf32', entry: 0x100000, first: 0x100000, last: 0x10000a });
  });

  test('linked high are entered at the physical address of their entry', () => {
    const high = elf({ entry: 0xc0100004, segments: [[1, 0x100, 0xc0100000, 0x100000, 1, 0x10, 7, 4096]] });
    expect(loadElf32(memory(), image(high)).entry).toBe(0x100004);
  });

  test('give their symbols by address, without section, file, absolute and undefined ones', () => {
    const symbols = [
      { name: 'late', address: 0x100004, size: 4, info: 0x11, section: 1 },
      { name: 'start', address: 0x100000, size: 2, info: 0x12, section: 1 },
      { name: 'local', address: 0x100002, size: 0, info: 0x00, section: 1 },
      { name: 'extern', address: 0, size: 0, info: 0x10, section: 0 },
      { name: 'CONSTANT', address: 7, size: 0, info: 0x00, section: 0xfff1 },
      { name: 'kernel.asm', address: 0, size: 0, info: 0x04, section: 0xfff1 },
      { name: '.text', address: 0x100000, size: 0, info: 0x03, section: 1 },
    ];
    expect(parseElf32(image(elf({ symbols }))).symbols).toEqual([
      { name: 'start', address: 0x100000, size: 2, kind: 'function', global: true },
      { name: 'local', address: 0x100002, size: 0, kind: 'other', global: false },
      { name: 'late', address: 0x100004, size: 4, kind: 'object', global: true },
    ]);
  });

  test('are told from other files by their magic number', () => {
    expect(isElf(image(elf()))).toBe(true);
    expect(isElf(image(Uint8Array.of(0x7f, 0x45, 0x4c)))).toBe(false);
  });

  test.each([
    ['no magic', patched(elf(), 0, 0), 'at offset 0x0: no ELF magic number'],
    ['64-bit', patched(elf(), 4, 2), 'at offset 0x4: the ELF class is 2; it must be 1 (32-bit)'],
    ['big endian', patched(elf(), 5, 2), 'at offset 0x5: the ELF byte order is 2'],
    ['relocatable', patched(elf(), 16, 1), 'at offset 0x10: the ELF type is 1; it must be 2 (executable)'],
    ['ARM', patched(elf(), 18, 40), 'at offset 0x12: the ELF machine is 40; it must be 3 (80386)'],
    ['cut in the header', image(elf().subarray(0, 30)), 'at offset 0x0: the ELF header (52 bytes) should be here'],
    ['program headers elsewhere', patched(elf(), 28, 0, 0, 1), 'at offset 0x10000: program header 0 (32 bytes)'],
    ['small program headers', patched(elf(), 42, 8), 'at offset 0x2a: a program header of 8 bytes; 32 are needed'],
    ['no section names', patched(elf(), 50, 9), 'at offset 0x32: section names in section 9, but there are 5 sections'],
    ['segment beyond the file', patched(elf(), 52 + 4, 0, 0, 1), 'at offset 0x10000: a segment to load (1 bytes)'],
    [
      'more in the file than in memory',
      image(overfull),
      'at offset 0x44: the segment has 0x3 bytes in the file, 0x1 in',
    ],
    ['no RAM there', patched(elf(), 52 + 12, 0, 0, 0x0b), 'at offset 0x34: wants to be at 0xb0000'],
    ['nothing to load', patched(elf(), 52, 2), 'at offset 0x1c: no segment to load'],
  ])('that are corrupt are refused with file and offset: %s', (_, file, message) => {
    expect(() => loadElf32(memory(), file)).toThrow(`kernel.elf: ${message}`);
  });
});

const MAGIC = 0x1badb002;
const multibootHeader = (flags: number, ...fields: number[]) => words(MAGIC, flags, -(MAGIC + flags), ...fields);
const options: MultibootOptions = {
  commandLine: 'tour quiet',
  modules: [
    { commandLine: 'programs.cpio one', bytes: Uint8Array.of(1, 2, 3) },
    { commandLine: 'second', bytes: new Uint8Array(5000).fill(9) },
  ],
  memoryMap: [
    { base: 0, length: 0x9fc00, available: true },
    { base: 0x9fc00, length: 0x400, available: false },
    { base: 0x100000, length: 0x300000, available: true },
  ],
};

describe('multiboot kernels', () => {
  test('get magic number and information as the specification says', () => {
    const target = memory();
    const loaded = loadMultiboot(target, image(elf({ payload: multibootHeader(3) })), options);
    expect(loaded).toMatchObject({ kind: 'multiboot', entry: 0x100000, registers: { eax: 0x2badb002, ebx: 0x9000 } });
    const field = (offset: number) => target.view.getUint32(0x9000 + offset, true);
    expect(field(0)).toBe(0x24d);
    expect([field(4), field(8)]).toEqual([639, 3072]);
    expect(target.text(field(16))).toBe('kernel.elf tour quiet');
    expect(target.text(field(64))).toBe('trapgate');
  });

  test('find their modules on pages behind the kernel', () => {
    const target = memory();
    loadMultiboot(target, image(elf({ payload: multibootHeader(3) })), options);
    const list = target.view.getUint32(0x9000 + 24, true);
    const word = (i: number) => target.view.getUint32(list + 4 * i, true);
    expect(target.view.getUint32(0x9000 + 20, true)).toBe(2);
    expect([word(0), word(1)]).toEqual([0x101000, 0x101003]);
    expect(target.text(word(2))).toBe('programs.cpio one');
    expect([word(4), word(5)]).toEqual([0x102000, 0x102000 + 5000]);
    expect([...target.bytes.subarray(0x101000, 0x101004)]).toEqual([1, 2, 3, 0]);
  });

  test('get the memory map in entries of 24 bytes, whose size field does not count itself', () => {
    const target = memory();
    loadMultiboot(target, image(elf({ payload: multibootHeader(3) })), options);
    expect(target.view.getUint32(0x9000 + 44, true)).toBe(72);
    const map = target.view.getUint32(0x9000 + 48, true);
    const entry = (i: number) => Array.from({ length: 6 }, (_, n) => target.view.getUint32(map + 24 * i + 4 * n, true));
    expect(entry(1)).toEqual([20, 0x9fc00, 0, 0x400, 0, 2]);
    expect(entry(2)).toEqual([20, 0x100000, 0, 0x300000, 0, 1]);
  });

  test('may be flat, with the addresses in the header', () => {
    const target = memory();
    const header = multibootHeader(0x10003, 0x200008, 0x200000, 0x200030, 0x200040, 0x20002c);
    const file = new Uint8Array(0x100);
    file.set(header, 0x18);
    file.fill(0xee, 0x38, 0x80);
    target.bytes.fill(0xcc, 0x200000, 0x200100);
    const loaded = loadMultiboot(target, image(file), options);
    expect(loaded).toMatchObject({ entry: 0x20002c, first: 0x200000, last: 0x20003f });
    expect(target.view.getUint32(0x200008, true)).toBe(MAGIC);
    expect([...target.bytes.subarray(0x20002e, 0x200032)]).toEqual([0xee, 0xee, 0, 0]);
    expect(target.bytes[0x200040]).toBe(0xcc);
  });

  test('that are corrupt, or demand what is not here, are refused with file and offset', () => {
    const load = (bytes: Uint8Array, given = options) => loadMultiboot(memory(), image(bytes), given);
    expect(() => load(elf())).toThrow('no multiboot header in the first 8192 bytes');
    expect(() => load(elf({ payload: multibootHeader(0x20) }))).toThrow(
      'kernel.elf: at offset 0x104: the multiboot header demands unknown features (flags 0x20)',
    );
    expect(() => load(elf({ payload: multibootHeader(4, 0, 0, 0, 0, 0, 0, 1024, 768, 32) }))).toThrow(
      'demands a graphics mode',
    );
    expect(() => load(multibootHeader(3))).toThrow('must be ELF or have the address fields');
    expect(() => load(multibootHeader(0x10003, 0x100000, 0x200000, 0, 0, 0))).toThrow(
      'load_addr lies above header_addr',
    );
    expect(() => load(multibootHeader(0x10003, 0x100010, 0x100000, 0, 0, 0))).toThrow('before the start of the file');
    expect(() => load(multibootHeader(0x10003, 0x100000, 0x100000, 0x100900, 0, 0))).toThrow('should be here, but');
    expect(() =>
      load(elf({ payload: multibootHeader(3) }), {
        ...options,
        modules: [{ commandLine: 'big', bytes: new Uint8Array(0x300000) }],
      }),
    ).toThrow("no room for module 'big' (3145728 bytes) behind the kernel in the machine's 4 MB");
    const low = elf({ payload: multibootHeader(3), segments: [[1, 0x100, 0x9000, 0x9000, 12, 12, 7, 4096]] });
    expect(() => load(low)).toThrow('the kernel covers 0x9000, where the boot information goes');
  });
});
