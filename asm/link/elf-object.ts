/**
 * Reads a relocatable ELF32 object for the i386, by whatever tool it was made (gcc, clang, NASM,
 * ourselves), into what the linker works on. Source: System V ABI, chapter 4, and its i386
 * supplement for the relocations.
 */

import { EM_386, ET, RELOCATED_FIELDS, SHF, SHN, SHT, STB, STT } from '../elf/format.ts';
import {
  ElfError,
  ElfTables,
  hasElfMark,
  isElf32,
  type RelocationEntry,
  type SectionHeader,
  type SymbolEntry,
} from '../elf/tables.ts';
import type { Base } from '../expressions/value.ts';
import type { EmittedSection, Relocation } from '../layout/emit.ts';
import type { Section } from '../statements/statement.ts';
import type { ObjectCode, ObjectSymbol } from './object.ts';

/** The file is no object, or has something this linker cannot do. The message says what, and begins with the file. */
export class ObjectError extends Error {}

/** In a group's first word: of such groups the first file's stays. */
const GRP_COMDAT = 1;
/** R_386_GOT32, GOTOFF, GOTPC, GOT32X: code for shared libraries. */
const POSITION_INDEPENDENT = new Set([3, 9, 10, 43]);

/** Kept of the sections a compiler makes; others (string tables, notes to the linker) are not code or data. */
const CONTENT = new Set<number>([SHT.PROGBITS, SHT.NOBITS, SHT.NOTE, SHT.INIT_ARRAY, SHT.FINI_ARRAY]);

/** @throws ObjectError when the bytes are no such object */
export function readElfObject(file: string, bytes: Uint8Array): ObjectCode {
  return new Reader(file, bytes).read();
}

class Reader {
  private readonly file: string;
  private readonly bytes: Uint8Array;
  private readonly sections = new Map<number, EmittedSection & { relocations: Relocation[] }>();
  /** By their number in the symbol table: what a relocation against them means. */
  private readonly targets: { base: Base | null; value: bigint }[] = [];
  private readonly symbols: ObjectSymbol[] = [];

  constructor(file: string, bytes: Uint8Array) {
    this.file = file;
    this.bytes = bytes;
  }

  read(): ObjectCode {
    try {
      const tables = this.tables();
      for (const [index, header] of tables.headers.entries()) this.readSection(tables, header, index);
      for (const symbol of tables.symbols) this.readSymbol(symbol);
      this.readRelocations(tables);
      return {
        file: this.file,
        sections: [...this.sections.values()],
        symbols: this.symbols,
        groups: this.groups(tables),
      };
    } catch (problem) {
      if (problem instanceof ElfError) this.fail(problem.message);
      throw problem;
    }
  }

  private fail(message: string): never {
    throw new ObjectError(`${this.file}: ${message}`);
  }

  private tables(): ElfTables {
    const { bytes } = this;
    if (String.fromCharCode(...bytes.subarray(0, 8)) === '!<arch>\n') {
      this.fail('an archive of objects; take out the objects you need with ar x');
    }
    if (!hasElfMark(bytes)) this.fail('not an ELF file');
    const tables = isElf32(bytes) ? new ElfTables(bytes) : null;
    if (tables?.machine !== EM_386) this.fail('not an ELF file for the 32-bit x86; compile with -m32');
    if (tables.fileType !== ET.REL) this.fail('linked already; a relocatable object is wanted');
    return tables;
  }

  private readSection(tables: ElfTables, header: SectionHeader, index: number): void {
    if (!CONTENT.has(header.type)) return;
    const { name, flags, size } = header;
    if (flags & SHF.TLS) this.fail(`the section ${name} is for threads' own variables, which need a run-time library`);
    if (flags & SHF.COMPRESSED) this.fail(`the section ${name} is compressed; compile with -gz=none`);
    const section: Section = {
      kind: 'section',
      name,
      align: Math.max(1, header.align),
      write: (flags & SHF.WRITE) !== 0,
      execute: (flags & SHF.EXEC) !== 0,
      allocate: (flags & SHF.ALLOC) !== 0,
      noBits: header.type === SHT.NOBITS,
      virtualStart: null,
      statements: [],
    };
    const bytes = tables.bytesOf(header).slice();
    this.sections.set(index, { section, bytes, size, relocations: [], chunks: [], virtualStart: null });
  }

  private readSymbol({ name, value, size, binding, type, section: index }: SymbolEntry): void {
    const section = this.sections.get(index)?.section ?? null;
    const isLocal = binding === STB.LOCAL;
    // Others go by their name: a strong definition elsewhere may stand for a weak one here.
    const reference: Base | null = isLocal || type === STT.SECTION ? null : { kind: 'external', name };
    this.targets.push(reference ? { base: reference, value: 0n } : { base: section, value: BigInt(value) });
    if (name === '' || type === STT.SECTION || type === STT.FILE) return;
    const kind = index === SHN.UNDEF ? 'undefined' : index === SHN.COMMON ? 'common' : 'defined';
    if (kind === 'defined' && !section && index !== SHN.ABS) return;
    this.symbols.push({
      name,
      kind,
      base: kind === 'defined' ? section : null,
      value: kind === 'defined' ? BigInt(value) : 0n,
      reference,
      size,
      align: kind === 'common' ? Math.max(1, value) : 1,
      type: type === STT.FUNC ? 'function' : type === STT.OBJECT ? 'object' : 'none',
      global: !isLocal,
      weak: binding === STB.WEAK,
      at: null,
    });
  }

  private readRelocations(tables: ElfTables): void {
    for (const header of tables.headers) {
      const target = this.sections.get(header.info);
      if (!target || (header.type !== SHT.REL && header.type !== SHT.RELA)) continue;
      if (header.type === SHT.RELA) this.fail('relocations with addends (RELA) do not belong to the 32-bit x86');
      for (const entry of tables.relocationsOf(header)) target.relocations.push(this.relocation(target, entry));
    }
  }

  private relocation(within: EmittedSection, { offset, type, symbol }: RelocationEntry): Relocation {
    const field = RELOCATED_FIELDS[type];
    const where = `${within.section.name}+0x${offset.toString(16)}`;
    if (POSITION_INDEPENDENT.has(type)) {
      this.fail(`${where} is code for a shared library; compile with -fno-pic -fno-pie`);
    }
    if (!field) this.fail(`${where} has a relocation of type ${type}, which this linker does not know`);
    const target = this.targets[symbol];
    if (!target || offset + field.size > within.bytes.length)
      this.fail(`${where} has a relocation that points nowhere`);
    let stored = 0n;
    for (let i = field.size - 1; i >= 0; i--) stored = (stored << 8n) | BigInt(within.bytes[offset + i]!);
    // REL: what the field holds is added.
    const addend = BigInt.asIntN(field.size * 8, stored) + target.value;
    return { offset, ...field, base: target.base, addend, at: null };
  }

  /** Sections several files bring alike, like inline functions. */
  private groups(tables: ElfTables): Map<string, EmittedSection[]> {
    const groups = new Map<string, EmittedSection[]>();
    for (const header of tables.headers) {
      if (header.type !== SHT.GROUP) continue;
      const [flags, ...members] = tables.wordsOf(header);
      const signature = tables.symbols[header.info]?.name;
      if (flags !== GRP_COMDAT || signature === undefined) continue;
      groups.set(
        signature,
        members.flatMap((index) => this.sections.get(index) ?? []),
      );
    }
    return groups;
  }
}
