/**
 * ELF32 files for the i386: executables (programs, multiboot kernels) with their symbols, and
 * relocatable objects for other linkers. Source: System V ABI, chapters 4 and 5, and its i386
 * supplement for the relocations.
 */

import {
  EHDR_SIZE,
  EM_386,
  ET,
  PHDR_SIZE,
  PT_LOAD,
  R_386,
  REL_SIZE,
  SHDR_SIZE,
  SHF,
  SHN,
  SHT,
  STB,
  STT,
  SYM_SIZE,
} from '../elf/format.ts';
import type { Base } from '../expressions/value.ts';
import type { LinkedImage } from '../link/link.ts';
import type { ObjectCode } from '../link/object.ts';
import { alignUp, bytesOf, type OutputSection, PAGE } from '../link/place.ts';
import type { Section } from '../statements/statement.ts';
import { Strings, Writer } from './writer.ts';

const STT_OF = { none: STT.NONE, object: STT.OBJECT, function: STT.FUNC } as const;

interface SectionHeader {
  name: string;
  type: number;
  flags: number;
  address: number;
  offset: number;
  size: number;
  link: number;
  info: number;
  align: number;
  entrySize: number;
}

/** What a section header says of a section, placed or not. */
type Traits = Pick<OutputSection, 'name' | 'size' | 'align' | 'write' | 'execute' | 'allocate' | 'noBits'>;

function headerOf(section: Traits, address: number, offset: number): SectionHeader {
  const { name, size, write, execute, allocate, noBits, align } = section;
  const flags = (write ? SHF.WRITE : 0) | (allocate ? SHF.ALLOC : 0) | (execute ? SHF.EXEC : 0);
  const type = noBits ? SHT.NOBITS : SHT.PROGBITS;
  return { name, type, flags, address, offset, size, link: 0, info: 0, align, entrySize: 0 };
}

interface Segment {
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  fileSize: number;
  memorySize: number;
}

/** An executable. `entry` is the address of its first instruction. */
export function writeExecutable(image: LinkedImage, entry: number): Uint8Array {
  const { segments, headers } = planSegments(image);
  const out = new Writer();
  out.padTo(EHDR_SIZE);
  for (const s of segments) out.u32(PT_LOAD, s.offset, s.address, s.address, s.fileSize, s.memorySize, s.flags, PAGE);
  image.outputs.forEach((section, i) => {
    if (!section.noBits) out.padTo(headers[i]!.offset).raw(bytesOf(section));
  });
  const indexOf = new Map(image.outputs.map((s, i) => [s.name, i + 1] as const).reverse());
  const symbols = image.symbols.map((s): ElfSymbol => {
    const binding = s.weak ? STB.WEAK : s.global ? STB.GLOBAL : STB.LOCAL;
    const section = s.section === null ? SHN.ABS : (indexOf.get(s.section) ?? SHN.ABS);
    return { name: s.name, value: s.address, size: s.size, binding, type: STT_OF[s.type], section };
  });
  return finish(out, headers, symbols, { type: ET.EXEC, entry, segments: segments.length });
}

/** Groups sections of equal rights into segments, and gives each its place in the file. */
function planSegments(image: LinkedImage): { segments: Segment[]; headers: SectionHeader[] } {
  const loaded = image.outputs.filter((s) => s.allocate);
  const groups = new Set(loaded.map(rights)).size;
  // One page of headers, so that each segment's offset and address agree modulo the page size.
  let offset = alignUp(EHDR_SIZE + PHDR_SIZE * (groups + 2), PAGE);
  const segments: Segment[] = [];
  let last = -1;
  const headers = image.outputs.map((section) => {
    const { address, size } = section;
    if (!section.allocate) {
      const header = headerOf(section, 0, offset);
      offset += size;
      return header;
    }
    const flags = rights(section);
    let segment = segments.at(-1);
    const startsPage = segment !== undefined && address % PAGE === 0 && flags !== last;
    if (!segment || startsPage) {
      offset = alignUp(offset, PAGE) + (address % PAGE);
      segment = { flags, address, offset, fileSize: 0, memorySize: 0 };
      segments.push(segment);
    } else if (flags !== last) {
      // Rights change inside a page: the segment has all of them.
      segments[segments.length - 1] = segment = { ...segment, flags: segment.flags | flags };
    }
    last = flags;
    const header = headerOf(section, address, segment.offset + (address - segment.address));
    segment.memorySize = address + size - segment.address;
    if (!section.noBits) {
      segment.fileSize = segment.memorySize;
      offset = header.offset + size;
    }
    return header;
  });
  // A segment of room alone has no bytes in the file: any offset within it that agrees with the address will do.
  const within = segments.map((s) => (s.fileSize > 0 ? s : { ...s, offset: s.address % PAGE }));
  return { segments: within, headers };
}

/** PF_R, PF_W, PF_X. */
function rights({ write, execute }: OutputSection): number {
  return 4 | (write ? 2 : 0) | (execute ? 1 : 0);
}

interface ElfSymbol {
  readonly name: string;
  readonly value: number;
  readonly size: number;
  readonly binding: number;
  readonly type: number;
  readonly section: number;
}

/** Symbol and string tables, section headers, and at last the file's header over its reserved room. */
function finish(
  out: Writer,
  headers: SectionHeader[],
  symbols: readonly ElfSymbol[],
  file: { type: number; entry: number; segments: number },
): Uint8Array {
  const strings = new Strings();
  // Local symbols come first; `info` says where the others begin.
  const ordered = [
    ...symbols.filter((s) => s.binding === STB.LOCAL),
    ...symbols.filter((s) => s.binding !== STB.LOCAL),
  ];
  const table = new Writer().padTo(SYM_SIZE);
  for (const s of ordered) {
    table
      .u32(strings.add(s.name), s.value, s.size)
      .u8((s.binding << 4) | s.type)
      .u8(0)
      .u16(s.section);
  }
  const locals = 1 + symbols.filter((s) => s.binding === STB.LOCAL).length;
  const append = (name: string, type: number, bytes: Uint8Array, rest: Partial<SectionHeader>): void => {
    out.padTo(alignUp(out.length, 4));
    headers.push({
      name,
      type,
      flags: 0,
      address: 0,
      offset: out.length,
      size: bytes.length,
      link: 0,
      info: 0,
      align: 1,
      entrySize: 0,
      ...rest,
    });
    out.raw(bytes);
  };
  const symtab = headers.length + 1;
  append('.symtab', SHT.SYMTAB, table.done(), { link: symtab + 1, info: locals, align: 4, entrySize: SYM_SIZE });
  append('.strtab', SHT.STRTAB, strings.done(), {});
  for (const header of headers) if (header.type === SHT.REL) header.link = symtab;
  const names = new Strings();
  for (const header of headers) names.add(header.name);
  names.add('.shstrtab');
  append('.shstrtab', SHT.STRTAB, names.done(), {});
  out.padTo(alignUp(out.length, 4));
  const sectionHeaders = out.length;
  out.padTo(out.length + SHDR_SIZE);
  for (const h of headers) {
    out.u32(names.add(h.name), h.type, h.flags, h.address, h.offset, h.size, h.link, h.info, h.align, h.entrySize);
  }
  const bytes = out.done();
  bytes.set(fileHeader(file, sectionHeaders, headers.length + 1));
  return bytes;
}

function fileHeader(
  file: { type: number; entry: number; segments: number },
  sectionHeaders: number,
  count: number,
): Uint8Array {
  const head = new Writer();
  // 7f "ELF", 32 bits, little-endian, version 1, System V.
  head.raw(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 1, 1, 1)).padTo(16);
  head.u16(file.type, EM_386).u32(1, file.entry, file.segments > 0 ? EHDR_SIZE : 0, sectionHeaders, 0);
  head.u16(EHDR_SIZE, file.segments > 0 ? PHDR_SIZE : 0, file.segments, SHDR_SIZE, count, count - 1);
  return head.done();
}

/** A relocatable object: addresses are from each section's start, and what is open is listed. */
export function writeRelocatable(object: ObjectCode): Uint8Array {
  const out = new Writer().padTo(EHDR_SIZE);
  const named = new Set<Base | null>(object.symbols.filter((s) => s.kind === 'defined').map((s) => s.base));
  const sections = object.sections.filter((s) => s.size > 0 || s.section.name === '.text' || named.has(s.section));
  const indexOf = new Map<Base, number>(sections.map((s, i) => [s.section, i + 1]));
  const headers = sections.map((emitted) => {
    out.padTo(alignUp(out.length, emitted.section.align));
    const header = headerOf({ ...traitsOf(emitted.section), size: emitted.size }, 0, out.length);
    out.raw(emitted.bytes);
    return header;
  });
  const symbols: ElfSymbol[] = [
    { name: object.file, value: 0, size: 0, binding: STB.LOCAL, type: STT.FILE, section: SHN.ABS },
    ...sections.map((_, i) => ({ name: '', value: 0, size: 0, binding: STB.LOCAL, type: STT.SECTION, section: i + 1 })),
    ...elfSymbols(object, indexOf),
  ];
  const locals = symbols.filter((s) => s.binding === STB.LOCAL);
  const others = symbols.filter((s) => s.binding !== STB.LOCAL);
  const symbolIndex = (base: Base): number => {
    // Sections are symbols 2, 3 ... (after the empty one and the file); other files' names come last.
    if (base.kind === 'section') return 1 + (indexOf.get(base) ?? 0);
    return 1 + locals.length + others.findIndex((s) => s.name === base.name);
  };
  sections.forEach((emitted, i) => {
    if (emitted.relocations.length === 0) return;
    const table = new Writer();
    for (const r of emitted.relocations) {
      const type = r.relative
        ? { 1: R_386.PC8, 2: R_386.PC16, 4: R_386.PC32 }[r.size]!
        : { 1: R_386.ABS8, 2: R_386.ABS16, 4: R_386.ABS32 }[r.size]!;
      table.u32(r.offset, ((r.base ? symbolIndex(r.base) : 0) << 8) | type);
    }
    out.padTo(alignUp(out.length, 4));
    const name = `.rel${emitted.section.name}`;
    headers.push({
      name,
      type: SHT.REL,
      flags: 0,
      address: 0,
      offset: out.length,
      size: table.length,
      link: 0,
      info: i + 1,
      align: 4,
      entrySize: REL_SIZE,
    });
    out.raw(table.done());
  });
  return finish(out, headers, symbols, { type: ET.REL, entry: 0, segments: 0 });
}

function traitsOf({ name, align, write, execute, allocate, noBits }: Section): Omit<Traits, 'size'> {
  return { name, align, write, execute, allocate, noBits };
}

function elfSymbols(object: ObjectCode, indexOf: ReadonlyMap<Base, number>): ElfSymbol[] {
  const result: ElfSymbol[] = [];
  for (const { name, kind, base, value, size, align, type, weak, global } of object.symbols) {
    const binding = weak ? STB.WEAK : global ? STB.GLOBAL : STB.LOCAL;
    const common = { name, size, binding, type: STT_OF[type] };
    // A common symbol's value is its alignment; the linker finds it room (SHN.COMMON).
    if (kind === 'common') result.push({ ...common, value: align, section: SHN.COMMON });
    else if (kind === 'undefined') result.push({ ...common, value: 0, section: 0 });
    else {
      const section = base ? indexOf.get(base) : SHN.ABS;
      if (section !== undefined) result.push({ ...common, value: Number(BigInt.asUintN(32, value)), section });
    }
  }
  return result;
}
