/**
 * Reads a relocatable ELF32 object for the i386, by whatever tool it was made (gcc, clang, NASM,
 * ourselves), into what the linker works on. Source: System V ABI, chapter 4, and its i386
 * supplement for the relocations.
 */

import type { Base } from '../expressions/value.ts';
import type { EmittedSection, Relocation } from '../layout/emit.ts';
import type { Section } from '../statements/statement.ts';
import type { ObjectCode, ObjectSymbol } from './object.ts';

/** The file is no object, or has something this linker cannot do. The message says what, and begins with the file. */
export class ObjectError extends Error {}

const ET_REL = 1;
const EM_386 = 3;
const SHT = { PROGBITS: 1, SYMTAB: 2, RELA: 4, NOTE: 7, NOBITS: 8, REL: 9, INIT_ARRAY: 14, FINI_ARRAY: 15, GROUP: 17 };
const SHF = { WRITE: 1, ALLOC: 2, EXEC: 4, TLS: 0x400 } as const;
const SHF_COMPRESSED = 0x800;
const SHN = { ABS: 0xfff1, COMMON: 0xfff2 } as const;
const STB = { LOCAL: 0, WEAK: 2 } as const;
const STT = { OBJECT: 1, FUNC: 2, SECTION: 3, FILE: 4, TLS: 6 } as const;
const GRP_COMDAT = 1;

/** What becomes of a field: its size in bytes, and whether it counts from its own address. */
const FIELDS: Readonly<Record<number, { size: number; relative: boolean }>> = {
  1: { size: 4, relative: false }, // R_386_32
  2: { size: 4, relative: true }, // R_386_PC32
  4: { size: 4, relative: true }, // R_386_PLT32: without shared libraries the procedure itself
  20: { size: 2, relative: false }, // R_386_16
  21: { size: 2, relative: true }, // R_386_PC16
  22: { size: 1, relative: false }, // R_386_8
  23: { size: 1, relative: true }, // R_386_PC8
};
/** R_386_GOT32, GOTOFF, GOTPC, GOT32X: code for shared libraries. */
const POSITION_INDEPENDENT = new Set([3, 9, 10, 43]);

/** Kept of the sections a compiler makes; others (string tables, notes to the linker) are not code or data. */
const CONTENT = new Set([SHT.PROGBITS, SHT.NOBITS, SHT.NOTE, SHT.INIT_ARRAY, SHT.FINI_ARRAY]);

interface Header {
  readonly name: number;
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entrySize: number;
}

/** @throws ObjectError when the bytes are no such object */
export function readElfObject(file: string, bytes: Uint8Array): ObjectCode {
  return new Reader(file, bytes).read();
}

class Reader {
  private readonly file: string;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private headers: Header[] = [];
  private readonly sections = new Map<number, EmittedSection & { relocations: Relocation[] }>();
  /** By their number in the symbol table: what a relocation against them means. */
  private readonly targets: { base: Base | null; value: bigint }[] = [];
  private readonly symbols: ObjectSymbol[] = [];

  constructor(file: string, bytes: Uint8Array) {
    this.file = file;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  read(): ObjectCode {
    try {
      this.checkFile();
      this.readHeaders();
      this.readSections();
      this.readSymbols();
      this.readRelocations();
      return { file: this.file, sections: [...this.sections.values()], symbols: this.symbols, groups: this.groups() };
    } catch (problem) {
      // What DataView throws when a table points behind the file's end.
      if (problem instanceof RangeError) this.fail('the file is damaged: a table points beyond its end');
      throw problem;
    }
  }

  private fail(message: string): never {
    throw new ObjectError(`${this.file}: ${message}`);
  }

  private checkFile(): void {
    const { bytes, view } = this;
    const start = String.fromCharCode(...bytes.subarray(0, 8));
    if (start === '!<arch>\n') this.fail('an archive of objects; take out the objects you need with ar x');
    if (!start.startsWith('\x7fELF')) this.fail('not an ELF file');
    if (bytes[4] !== 1 || bytes[5] !== 1 || view.getUint16(18, true) !== EM_386) {
      this.fail('not an ELF file for the 32-bit x86; compile with -m32');
    }
    if (view.getUint16(16, true) !== ET_REL) this.fail('linked already; a relocatable object is wanted');
  }

  private readHeaders(): void {
    const { view } = this;
    const start = view.getUint32(32, true);
    for (let i = 0; i < view.getUint16(48, true); i++) {
      const field = (n: number): number => view.getUint32(start + i * 40 + 4 * n, true);
      const [name, type, flags, offset, size] = [field(0), field(1), field(2), field(4), field(5)];
      if (type !== SHT.NOBITS && offset + size > this.bytes.length) throw new RangeError();
      const [link, info, align, entrySize] = [field(6), field(7), field(8), field(9)];
      this.headers.push({ name, type, flags, offset, size, link, info, align, entrySize });
    }
  }

  private nameOf(header: Header): string {
    const strings = this.headers[this.view.getUint16(50, true)];
    return strings ? this.stringAt(strings.offset + header.name) : '';
  }

  private stringAt(at: number): string {
    const end = this.bytes.indexOf(0, at);
    return new TextDecoder().decode(this.bytes.subarray(at, end < 0 ? at : end));
  }

  private readSections(): void {
    this.headers.forEach((header, index) => {
      if (!CONTENT.has(header.type)) return;
      const { flags, offset, size } = header;
      const name = this.nameOf(header);
      if (flags & SHF.TLS)
        this.fail(`the section ${name} is for threads' own variables, which need a run-time library`);
      if (flags & SHF_COMPRESSED) this.fail(`the section ${name} is compressed; compile with -gz=none`);
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
      const bytes = section.noBits ? new Uint8Array(0) : this.bytes.slice(offset, offset + size);
      this.sections.set(index, { section, bytes, size, relocations: [], chunks: [], virtualStart: null });
    });
  }

  private readSymbols(): void {
    const table = this.headers.find((h) => h.type === SHT.SYMTAB);
    const strings = table && this.headers[table.link];
    if (!table || !strings) return;
    const { view } = this;
    for (let at = table.offset; at + 16 <= table.offset + table.size; at += 16) {
      const name = this.stringAt(strings.offset + view.getUint32(at, true));
      const value = view.getUint32(at + 4, true);
      this.readSymbol(name, value, view.getUint32(at + 8, true), view.getUint8(at + 12), view.getUint16(at + 14, true));
    }
  }

  private readSymbol(name: string, value: number, size: number, info: number, index: number): void {
    const [binding, type] = [info >> 4, info & 0xf];
    const section = this.sections.get(index)?.section ?? null;
    const isLocal = binding === STB.LOCAL;
    // Others go by their name: a strong definition elsewhere may stand for a weak one here.
    const reference: Base | null = isLocal || type === STT.SECTION ? null : { kind: 'external', name };
    this.targets.push(reference ? { base: reference, value: 0n } : { base: section, value: BigInt(value) });
    if (name === '' || type === STT.SECTION || type === STT.FILE) return;
    const kind = index === 0 ? 'undefined' : index === SHN.COMMON ? 'common' : 'defined';
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

  private readRelocations(): void {
    for (const header of this.headers) {
      const target = this.sections.get(header.info);
      if (!target || (header.type !== SHT.REL && header.type !== SHT.RELA)) continue;
      if (header.type === SHT.RELA) this.fail('relocations with addends (RELA) do not belong to the 32-bit x86');
      for (let at = header.offset; at + 8 <= header.offset + header.size; at += 8) {
        const offset = this.view.getUint32(at, true);
        const info = this.view.getUint32(at + 4, true);
        target.relocations.push(this.relocation(target, offset, info & 0xff, info >>> 8));
      }
    }
  }

  private relocation(within: EmittedSection, offset: number, type: number, symbol: number): Relocation {
    const field = FIELDS[type];
    const where = `${within.section.name}+0x${offset.toString(16)}`;
    if (POSITION_INDEPENDENT.has(type)) {
      this.fail(`${where} is code for a shared library; compile with -fno-pic -fno-pie`);
    }
    if (!field) this.fail(`${where} has a relocation of type ${type}, which this linker does not know`);
    const target = this.targets[symbol];
    if (!target || offset + field.size > within.bytes.length) throw new RangeError();
    let stored = 0n;
    for (let i = field.size - 1; i >= 0; i--) stored = (stored << 8n) | BigInt(within.bytes[offset + i]!);
    // REL: what the field holds is added.
    const addend = BigInt.asIntN(field.size * 8, stored) + target.value;
    return { offset, ...field, base: target.base, addend, at: null };
  }

  /** Sections several files bring alike, like inline functions. */
  private groups(): Map<string, EmittedSection[]> {
    const groups = new Map<string, EmittedSection[]>();
    for (const header of this.headers) {
      if (header.type !== SHT.GROUP || this.view.getUint32(header.offset, true) !== GRP_COMDAT) continue;
      const table = this.headers[header.link];
      const strings = table && this.headers[table.link];
      if (!table || !strings) continue;
      const signature = this.stringAt(strings.offset + this.view.getUint32(table.offset + 16 * header.info, true));
      const members: EmittedSection[] = [];
      for (let at = header.offset + 4; at + 4 <= header.offset + header.size; at += 4) {
        const member = this.sections.get(this.view.getUint32(at, true));
        if (member) members.push(member);
      }
      groups.set(signature, members);
    }
    return groups;
  }
}
