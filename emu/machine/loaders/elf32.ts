/**
 * ELF32 executables for the 80386: headers, loadable segments, symbols.
 *
 * Source: Tool Interface Standard, Executable and Linking Format 1.2; figure numbers below are its.
 */

import { type ImageFile, type ImageSymbol, type LoadedImage, type LoadTarget, place } from './image.ts';

const MAGIC = 0x464c457f; // 7f 'E' 'L' 'F'
const CLASS_32 = 1;
const LITTLE_ENDIAN = 1;
const EXECUTABLE = 2;
const MACHINE_386 = 3;
const HEADER_BYTES = 52;
const PROGRAM_HEADER_BYTES = 32;
const SECTION_HEADER_BYTES = 40;
const SYMBOL_BYTES = 16;
const PT_LOAD = 1;
const SHT_SYMTAB = 2;
const SHN_UNDEF = 0;
const SHN_ABS = 0xfff1;
const STT = ['other', 'object', 'function'] as const;
const STT_SECTION = 3;
const STT_FILE = 4;

/** A program header (figure 2-1) and where in the file it stands. */
export interface Segment {
  readonly headerOffset: number;
  readonly type: number;
  readonly offset: number;
  readonly virtualAddress: number;
  readonly physicalAddress: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
}

/** A section header (figure 1-9). */
export interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
}

export interface Elf32 {
  readonly entry: number;
  readonly segments: readonly Segment[];
  readonly sections: readonly Section[];
  readonly symbols: readonly ImageSymbol[];
  /** Plain numbers with a name: `equ`, offsets in structures. */
  readonly constants: ReadonlyMap<string, number>;
}

/** Whether the file says that it is ELF. */
export function isElf(file: ImageFile): boolean {
  return file.size >= 4 && file.u32(0, 'the magic number') === MAGIC;
}

/**
 * Read an executable's headers and symbols.
 * @throws ImageError when it is not an i386 executable, or a header or table does not lie within the file
 */
export function parseElf32(file: ImageFile): Elf32 {
  // Figure 1-3 and 1-4.
  if (file.u32(0, 'the ELF magic number') !== MAGIC) throw file.error(0, 'no ELF magic number (7f 45 4c 46)');
  file.slice(0, HEADER_BYTES, 'the ELF header');
  expect(file, 4, file.u8(4, 'the class'), CLASS_32, 'the ELF class', '32-bit');
  expect(file, 5, file.u8(5, 'the byte order'), LITTLE_ENDIAN, 'the ELF byte order', 'little endian');
  expect(file, 16, file.u16(16, 'the type'), EXECUTABLE, 'the ELF type', 'executable');
  expect(file, 18, file.u16(18, 'the machine'), MACHINE_386, 'the ELF machine', '80386');
  const sections = readSections(file);
  return {
    entry: file.u32(24, 'the entry address'),
    segments: readSegments(file),
    sections,
    ...readSymbols(file, sections),
  };
}

/**
 * Load an ELF32 executable that is not multiboot: each segment to its physical address.
 * @throws ImageError when it is corrupt or has no RAM at its addresses
 */
export function loadElf32(target: LoadTarget, file: ImageFile): LoadedImage {
  const elf = parseElf32(file);
  const span = loadSegments(target, file, elf);
  const entry = physicalEntry(elf);
  return { kind: 'elf32', entry, registers: {}, ...span, symbols: elf.symbols };
}

/** Put the loadable segments at their physical addresses. @throws ImageError */
export function loadSegments(target: LoadTarget, file: ImageFile, elf: Elf32): { first: number; last: number } {
  const loadable = elf.segments.filter((segment) => segment.type === PT_LOAD && segment.memoryBytes > 0);
  if (loadable.length === 0) throw file.error(28, 'no segment to load (program header of type 1)');
  for (const segment of loadable) {
    if (segment.fileBytes > segment.memoryBytes) {
      const sizes = `0x${segment.fileBytes.toString(16)} bytes in the file, 0x${segment.memoryBytes.toString(16)} in memory`;
      throw file.error(segment.headerOffset + 16, `the segment has ${sizes}`);
    }
    const bytes = file.slice(segment.offset, segment.fileBytes, 'a segment to load');
    place(target, file, segment.headerOffset, segment.physicalAddress, bytes, segment.memoryBytes);
  }
  return {
    first: Math.min(...loadable.map((segment) => segment.physicalAddress)),
    last: Math.max(...loadable.map((segment) => segment.physicalAddress + segment.memoryBytes - 1)),
  };
}

/**
 * The entry as an address to jump to with paging off. A kernel linked high (physical and virtual addresses apart)
 * may give its entry as a virtual address; the segment that holds it says where that is.
 */
export function physicalEntry(elf: Elf32): number {
  const { entry, segments } = elf;
  const inside = (start: number, segment: Segment) => entry >= start && entry < start + segment.memoryBytes;
  const loadable = segments.filter((segment) => segment.type === PT_LOAD);
  if (loadable.some((segment) => inside(segment.physicalAddress, segment))) return entry;
  const home = loadable.find((segment) => inside(segment.virtualAddress, segment));
  return home ? entry - home.virtualAddress + home.physicalAddress : entry;
}

function readSegments(file: ImageFile): Segment[] {
  const offset = file.u32(28, 'the offset of the program headers');
  const count = file.u16(44, 'the number of program headers');
  const size = file.u16(42, 'the size of a program header');
  if (count > 0 && size < PROGRAM_HEADER_BYTES)
    throw file.error(42, `a program header of ${size} bytes; 32 are needed`);
  return Array.from({ length: count }, (_, i) => {
    const at = offset + i * size;
    file.slice(at, PROGRAM_HEADER_BYTES, `program header ${i}`);
    const field = (n: number) => file.u32(at + 4 * n, 'a program header');
    return {
      headerOffset: at,
      type: field(0),
      offset: field(1),
      virtualAddress: field(2),
      physicalAddress: field(3),
      fileBytes: field(4),
      memoryBytes: field(5),
    };
  });
}

function readSections(file: ImageFile): Section[] {
  const offset = file.u32(32, 'the offset of the section headers');
  const count = file.u16(48, 'the number of section headers');
  const size = file.u16(46, 'the size of a section header');
  const names = file.u16(50, 'the index of the section names');
  if (count === 0) return [];
  if (size < SECTION_HEADER_BYTES) throw file.error(46, `a section header of ${size} bytes; 40 are needed`);
  if (names >= count) throw file.error(50, `section names in section ${names}, but there are ${count} sections`);
  const field = (i: number, n: number) => file.u32(offset + i * size + 4 * n, `section header ${i}`);
  const namesOffset = field(names, 4);
  return Array.from({ length: count }, (_, i) => ({
    name: names === SHN_UNDEF ? '' : file.text(namesOffset + field(i, 0), `the name of section ${i}`),
    type: field(i, 1),
    flags: field(i, 2),
    address: field(i, 3),
    offset: field(i, 4),
    size: field(i, 5),
    link: field(i, 6),
    info: field(i, 7),
  }));
}

function readSymbols(file: ImageFile, sections: readonly Section[]): Pick<Elf32, 'symbols' | 'constants'> {
  const table = sections.find((section) => section.type === SHT_SYMTAB);
  const constants = new Map<string, number>();
  if (!table) return { symbols: [], constants };
  const names = sections[table.link];
  if (!names) throw file.error(table.offset, `symbol names in section ${table.link}, but there is none`);
  file.slice(table.offset, table.size, 'the symbol table');
  const symbols: ImageSymbol[] = [];
  // Figure 1-16: name, value, size, info, other, section. Entry 0 is a blank.
  for (let at = table.offset + SYMBOL_BYTES; at + SYMBOL_BYTES <= table.offset + table.size; at += SYMBOL_BYTES) {
    const info = file.u8(at + 12, 'a symbol');
    const section = file.u16(at + 14, 'a symbol');
    const type = info & 15;
    if (section === SHN_UNDEF || type === STT_SECTION || type === STT_FILE) continue;
    const name = file.text(names.offset + file.u32(at, 'a symbol'), `a symbol's name`);
    if (name === '') continue;
    const address = file.u32(at + 4, 'a symbol');
    if (section === SHN_ABS) {
      constants.set(name, address);
      continue;
    }
    symbols.push({
      name,
      address,
      size: file.u32(at + 8, 'a symbol'),
      kind: STT[type] ?? 'other',
      global: info >> 4 !== 0,
    });
  }
  return { symbols: symbols.sort((a, b) => a.address - b.address), constants };
}

/** A field of the ELF header that can only be one thing here. */
function expect(file: ImageFile, offset: number, found: number, wanted: number, what: string, meaning: string): void {
  if (found !== wanted) throw file.error(offset, `${what} is ${found}; it must be ${wanted} (${meaning})`);
}
